//! The content of a row of the table `alert`, whose key has the rest.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    alerting::{Act, AlertGroup, AlertKind, AlertState, GroupKey, HistoryEntry, Lifecycle, Verdict},
    calendar::Day,
    risk::RiskContribution,
};

use super::{PackedEvent, UnreadableRow, decoded, opened, sealed};
use crate::alerts::{Alert, AlertId};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct AlertV1<'a> {
    user: &'a str,
    day: i32,
    count: u64,
    first_seen_ms: i64,
    last_seen_ms: i64,
    severity: &'a str,
    score: f64,
    risk: f64,
    raised_ms: i64,
    #[serde(borrow)]
    history: Vec<(i64, &'a str, ActV1<'a>)>,
    event: &'a [u8],
    /// Milliseconds, points and sentences.
    contributions: Vec<(i64, f64, Vec<String>)>,
}

#[derive(Serialize, Deserialize)]
enum ActV1<'a> {
    Open,
    Acknowledge,
    Begin,
    CloseAsTrue,
    CloseAsBenign,
    CloseAsExpected,
    Assign(Option<&'a str>),
    Note(&'a str),
}

impl<'a> ActV1<'a> {
    fn of(act: &'a Act) -> Self {
        match act {
            Act::Move(AlertState::Open) => Self::Open,
            Act::Move(AlertState::Acknowledged) => Self::Acknowledge,
            Act::Move(AlertState::InProgress) => Self::Begin,
            Act::Move(AlertState::Closed(Verdict::TruePositive)) => Self::CloseAsTrue,
            Act::Move(AlertState::Closed(Verdict::Benign)) => Self::CloseAsBenign,
            Act::Move(AlertState::Closed(Verdict::Expected)) => Self::CloseAsExpected,
            Act::Assign(assignee) => Self::Assign(assignee.as_deref()),
            Act::Note(note) => Self::Note(note),
        }
    }

    fn act(self) -> Act {
        match self {
            Self::Open => Act::Move(AlertState::Open),
            Self::Acknowledge => Act::Move(AlertState::Acknowledged),
            Self::Begin => Act::Move(AlertState::InProgress),
            Self::CloseAsTrue => Act::Move(AlertState::Closed(Verdict::TruePositive)),
            Self::CloseAsBenign => Act::Move(AlertState::Closed(Verdict::Benign)),
            Self::CloseAsExpected => Act::Move(AlertState::Closed(Verdict::Expected)),
            Self::Assign(assignee) => Act::Assign(assignee.map(str::to_owned)),
            Self::Note(note) => Act::Note(note.to_owned()),
        }
    }
}

/// Encodes an alert without its id.
pub(in crate::store) fn pack_alert(alert: &Alert) -> Vec<u8> {
    let Alert { key, group, lifecycle, raised, event, contributions, .. } = alert;
    let entry = |entry: &'_ HistoryEntry| entry.time.as_millisecond();
    let history = lifecycle.history().iter().map(|act| (entry(act), act.by.as_str(), ActV1::of(&act.act)));
    let contribution = |day: &RiskContribution| (day.time.as_millisecond(), day.points, day.reasons.clone());
    let row = AlertV1 {
        user: key.user.as_str(),
        day: key.day.0,
        count: group.count,
        first_seen_ms: group.first_seen.as_millisecond(),
        last_seen_ms: group.last_seen.as_millisecond(),
        severity: group.severity.name(),
        score: group.score,
        risk: group.risk,
        raised_ms: raised.as_millisecond(),
        history: history.collect(),
        event: event.bytes(),
        contributions: contributions.iter().map(contribution).collect(),
    };
    sealed(VERSION, &row)
}

/// Decodes the alert with an id.
pub(in crate::store) fn unpack_alert(id: AlertId, body: &[u8]) -> Result<Alert, UnreadableRow> {
    let (_, content) = opened(body, VERSION)?;
    let row: AlertV1 = decoded(content)?;
    let user = row.user.parse().map_err(|_| UnreadableRow::Damaged)?;
    let entry = |(time_ms, by, act): (i64, &str, ActV1)| {
        Ok(HistoryEntry { time: time(time_ms)?, by: by.to_owned(), act: act.act() })
    };
    let history: Vec<HistoryEntry> = row.history.into_iter().map(entry).collect::<Result<_, _>>()?;
    let contribution = |(time_ms, points, reasons)| Ok(RiskContribution { time: time(time_ms)?, points, reasons });
    Ok(Alert {
        id,
        key: GroupKey { user, day: Day(row.day), is_risk: id.kind == AlertKind::Risk },
        group: AlertGroup {
            count: row.count,
            first_seen: time(row.first_seen_ms)?,
            last_seen: time(row.last_seen_ms)?,
            severity: row.severity.parse().map_err(|_| UnreadableRow::Damaged)?,
            score: row.score,
            risk: row.risk,
        },
        lifecycle: Lifecycle::of_history(history).ok_or(UnreadableRow::Damaged)?,
        raised: time(row.raised_ms)?,
        event: PackedEvent::stored(row.event),
        contributions: row.contributions.into_iter().map(contribution).collect::<Result<_, _>>()?,
    })
}

fn time(millisecond: i64) -> Result<Timestamp, UnreadableRow> {
    Timestamp::from_millisecond(millisecond).map_err(|_| UnreadableRow::Damaged)
}
