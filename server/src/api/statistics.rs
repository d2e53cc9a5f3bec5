//! `/api/statistics`: how many events of which kind came.

use app::{
    actor::KeyScope,
    backend::Backend as _,
    page_types::{DayCount, Order},
};
use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use jiff::{Timestamp, civil::Date, tz::Offset};
use serde::{Deserialize, Serialize};
use shared::calendar::Day;
use utoipa::{IntoParams, ToSchema};

use super::{
    extract::{Caller, Json, Query},
    operation::Operation,
    problem::{FieldProblem, Problem},
    routes::Routes,
    types::UserSummaryBody,
};
use crate::{
    rollups::{HourCounts, Kind},
    service::Service,
};

/// Number of days unless the request says otherwise.
const DEFAULT_DAYS: u16 = 30;
/// Largest number of days.
const MAX_DAYS: u16 = 366;
/// Number of users that are named.
const TOP_USERS: usize = 10;

pub(super) fn routes() -> Routes {
    let told = Operation::new("Measurements", "Counts the events of the last days, in all and by kind.")
        .needs(KeyScope::Read)
        .query::<StatisticsQuery>()
        .answers::<StatisticsAnswer>(StatusCode::OK, "The counts");
    Routes::default().add(Method::GET, "/api/statistics", show).told(told)
}

#[derive(Debug, Deserialize, IntoParams)]
struct StatisticsQuery {
    /// The number of days, today (UTC) included; 30 unless it is said.
    #[param(minimum = 1, maximum = 366, example = 7)]
    days: Option<u16>,
}

#[derive(Debug, Serialize, ToSchema)]
struct StatisticsAnswer {
    success: bool,
    statistics: StatisticsBody,
}

#[derive(Debug, Serialize, ToSchema)]
struct StatisticsBody {
    days: u16,
    events: u64,
    anomalies: u64,
    alerts: u64,
    users: u64,
    per_day: Vec<DayBody>,
    by_action: Vec<CountBody>,
    by_device: Vec<CountBody>,
    by_location: Vec<CountBody>,
    by_severity: Vec<CountBody>,
    /// By the lower end of a range of scores.
    by_score: Vec<CountBody>,
    top_users: Vec<UserSummaryBody>,
}

#[derive(Debug, Serialize, ToSchema)]
struct DayBody {
    date: Date,
    events: u64,
    anomalies: u64,
    alerts: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct CountBody {
    value: String,
    events: u64,
    anomalies: u64,
}

/// Counts the events of the last days, today (UTC) included, in all and by kind.
async fn show(
    Caller(actor): Caller,
    State(service): State<Service>,
    Query(StatisticsQuery { days }): Query<StatisticsQuery>,
) -> Result<Json<StatisticsAnswer>, Problem> {
    let days = days.unwrap_or(DEFAULT_DAYS);
    if !(1..=MAX_DAYS).contains(&days) {
        return Err(Problem::of_faults(&[FieldProblem::new("", format!("days is {days}, must be 1 to {MAX_DAYS}"))]));
    }
    let statistics = service.statistics(&actor, days, Timestamp::now()).await?;
    let top_users = service.riskiest(&actor, Order::Risk, TOP_USERS).await?;
    let of_kind = |kind| counts(&statistics.counts, kind);
    let statistics = StatisticsBody {
        days,
        events: statistics.days.iter().map(|day| day.events).sum(),
        anomalies: statistics.days.iter().map(|day| day.anomalies).sum(),
        alerts: statistics.days.iter().map(|day| day.alerts).sum(),
        users: statistics.users,
        per_day: statistics.days.iter().map(DayBody::of).collect(),
        by_action: of_kind(Kind::Action),
        by_device: of_kind(Kind::Device),
        by_location: of_kind(Kind::Place),
        by_severity: of_kind(Kind::Severity),
        by_score: of_kind(Kind::Score),
        top_users: top_users.into_iter().map(Into::into).collect(),
    };
    Ok(Json(StatisticsAnswer { success: true, statistics }))
}

impl DayBody {
    fn of(&DayCount { day, events, anomalies, alerts }: &DayCount) -> Self {
        let start = Timestamp::from_second(Day(day).first_second()).expect("a day of events");
        Self { date: Offset::UTC.to_datetime(start).date(), events, anomalies, alerts }
    }
}

fn counts(all: &HourCounts, kind: Kind) -> Vec<CountBody> {
    let of_kind = all.iter().filter(|(other, ..)| *other == kind);
    let body = |(_, value, counts): (_, &str, crate::rollups::Counts)| CountBody {
        value: value.to_owned(),
        events: counts.events,
        anomalies: counts.anomalies,
    };
    of_kind.map(body).collect()
}
