//! The content of pages, made from the engine state and from stored events.

use std::{
    cmp::{Ordering, Reverse},
    collections::HashSet,
};

use app::{
    page_types::{
        DayCount, NotableDay, Notice, NoticeWithUsers, Order, TimelineEvent, UserDetails, UserSummary, UsualValue,
    },
    risk_level::HIGH_RISK,
};
use jiff::Timestamp;
use shared::{
    calendar::{DAY_SECONDS, Day, second_of},
    event::{Action, Device, UserId},
    families::Family,
    notices::{self, Notices},
    prediction::maturity,
    risk::Risk,
    user_records::{UserInMemory, UserRecord},
};
use strum::VariantArray as _;

use crate::{engine_state::EngineState, store::StoredEvent};

/// Number of days on the dashboard.
const DAYS: i32 = 90;

/// Number of days of the curve of risk in lists.
const SPARKLINE_DAYS: i64 = 30;

/// Number of notices on the dashboard.
const DASHBOARD_NOTICES: usize = 5;

/// Number of users of a notice on the dashboard.
const DASHBOARD_NOTICE_USERS: usize = 100;

/// Returns the number of users at risk.
pub(super) fn at_risk(state: &EngineState, now: Timestamp) -> u64 {
    let now = second_of(now);
    state.users().iter().filter(|(_, record)| record.risk_state().risk.level(now) >= HIGH_RISK).count() as u64
}

/// A user with the number that ranks them.
pub(super) type Ranked<'a> = (&'a UserId, f64);

fn by_rank((a_user, a): &Ranked, (b_user, b): &Ranked) -> Ordering {
    b.total_cmp(a).then(a_user.cmp(b_user))
}

/// Returns the first `limit` of the listed users in an order as of a moment, or of those after one of them, with what
/// ranks them.
pub(super) fn ranked(
    state: &EngineState,
    order: Order,
    moment: Timestamp,
    limit: usize,
    is_listed: impl Fn(&UserId, &UserInMemory) -> bool,
    after: Option<Ranked>,
) -> Vec<(UserId, f64)> {
    let second = second_of(moment);
    let rank = |risk: &Risk| match order {
        Order::Risk => risk.level(second),
        Order::Gain => risk.gain(second),
    };
    let listed = state.users().iter().filter(|(user, record)| is_listed(user, record));
    let ranked = listed.map(|(user, record)| (user, rank(&record.risk_state().risk)));
    let is_after = |ranked: &Ranked| after.is_none_or(|after| by_rank(ranked, &after).is_gt());
    let mut users: Vec<Ranked> = ranked.filter(is_after).collect();
    if users.len() > limit {
        users.select_nth_unstable_by(limit, by_rank); // of a million users few are listed
        users.truncate(limit);
    }
    users.sort_unstable_by(by_rank);
    users.into_iter().map(|(user, rank)| (user.clone(), rank)).collect()
}

/// Returns a user's line in lists.
pub(super) fn summary(user: &UserId, UserRecord { profile, risk_state }: &UserRecord, now: Timestamp) -> UserSummary {
    let heaviest = risk_state.contributions(now).into_iter().next();
    UserSummary {
        user_id: user.to_string(),
        is_service_account: profile.is_service_account(),
        risk: risk_state.risk.level(second_of(now)),
        gain: risk_state.risk.gain(second_of(now)),
        risk_history: risk_history(&risk_state.risk, now, SPARKLINE_DAYS),
        events: risk_state.events,
        anomalies: risk_state.anomalies,
        active_days: profile.active_days(),
        last_seen: risk_state.last,
        peak: heaviest.as_ref().map(|heaviest| heaviest.time),
        reasons: heaviest.map(|heaviest| heaviest.reasons).unwrap_or_default(),
    }
}

/// Returns the risk on each of the last `days` days and now, the oldest first. What has faded by now is not in it.
fn risk_history(risk: &Risk, now: Timestamp, days: i64) -> Vec<f64> {
    (0..=days).rev().map(|ago| risk.level(second_of(now) - ago * DAY_SECONDS)).collect()
}

/// Returns the content of a user's page, but for the notices.
pub(super) fn details(user: &UserId, record: &UserRecord, events: Vec<StoredEvent>, now: Timestamp) -> UserDetails {
    let profile = &record.profile;
    let clock = profile.clock(0);
    let named = |usual: Vec<(&str, f64)>| usual.into_iter().map(|(name, share)| usual_value(name, share)).collect();
    let mut hours = [0.0; 24];
    profile.shares(Family::Hour, &clock).for_each(|(hour, share)| hours[hour] = share);
    UserDetails {
        summary: summary(user, record, now),
        contributions: record.risk_state.contributions(now),
        places: named(profile.usual_places(&clock)),
        projects: named(profile.usual_projects(&clock)),
        devices: profile
            .shares(Family::Device, &clock)
            .map(|(device, share)| usual_value(Device::VARIANTS[device].name(), share))
            .collect(),
        actions: profile
            .shares(Family::Action, &clock)
            .map(|(action, share)| usual_value(Action::VARIANTS[action].name(), share))
            .collect(),
        hours,
        maturity: maturity(profile.active_days()),
        timeline: events.into_iter().map(timeline_event).collect(),
        notices: Vec::new(),
    }
}

fn usual_value(name: &str, share: f64) -> UsualValue {
    UsualValue { name: name.to_owned(), share }
}

/// Returns an event as the page of its user shows it.
pub(super) fn timeline_event(StoredEvent { scored, .. }: StoredEvent) -> TimelineEvent {
    let prediction = scored.prediction();
    let event = scored.event;
    TimelineEvent {
        action: event.action,
        resource: event.resource.map(Into::into),
        location: event.location.map(Into::into),
        device: event.device,
        prediction,
    }
}

/// Returns the details with the notices that the user joined and that are open, or that tell of a day of the risk or of an
/// anomaly.
pub(super) fn with_notices(details: UserDetails, user: &UserId, notices: &Notices) -> UserDetails {
    let anomalies = details.timeline.iter().filter(|event| event.prediction.is_anomaly);
    let times = anomalies.map(|event| event.prediction.timestamp);
    let times = times.chain(details.contributions.iter().map(|contribution| contribution.time));
    let days: HashSet<Day> = times.map(|time| Day::of(second_of(time))).collect();
    let tells = |of: &&notices::Notice| of.joined(user).is_some_and(|day| notices.is_open(of) || days.contains(&day));
    let told = notices.newest_first().filter(tells).map(|told| notice(notices, told)).collect();
    UserDetails { notices: told, ..details }
}

/// Returns the notices that users still join, as the dashboard shows them.
pub(super) fn open_notices(notices: &Notices) -> Vec<NoticeWithUsers> {
    let open = notices.newest_first().filter(|notice| notices.is_open(notice)).take(DASHBOARD_NOTICES);
    open.map(|notice| notice_with_users(notices, notice, DASHBOARD_NOTICE_USERS)).collect()
}

/// Returns a notice with the first `limit` of its users.
pub(super) fn notice_with_users(notices: &Notices, with_users: &notices::Notice, limit: usize) -> NoticeWithUsers {
    let users = with_users.listed().take(limit).map(|(user, day)| (user.to_string(), day)).collect();
    NoticeWithUsers { notice: notice(notices, with_users), users }
}

/// Returns a notice as pages and the API list it.
pub(super) fn notice(notices: &Notices, notice: &notices::Notice) -> Notice {
    let values = notice.values().into_iter().map(|value| (value.family.name().to_owned(), value.text.clone()));
    Notice {
        number: notice.number(),
        sentence: notice.sentence(),
        is_open: notices.is_open(notice),
        first_day: notice.first_day(),
        last_day: notice.last_day(),
        active: notice.active(),
        users_of_first_day: notice.users_of_first_day(),
        users: notice.users(),
        values: values.collect(),
    }
}

/// Returns the first `limit` user-days of events with reasons.
pub(super) fn notable_days(events: &[StoredEvent], limit: usize) -> Vec<NotableDay> {
    let user_day = |stored: &StoredEvent| {
        let event = &stored.scored.event;
        (event.user.clone(), Day::of(second_of(event.time)))
    };
    let mut days: Vec<Vec<&StoredEvent>> = Vec::new();
    for event in events {
        match days.iter_mut().find(|day| user_day(day[0]) == user_day(event)) {
            Some(day) => day.push(event),
            None => days.push(vec![event]),
        }
    }
    days.iter().take(limit).filter_map(|day| notable_day(day)).collect()
}

fn notable_day(events: &[&StoredEvent]) -> Option<NotableDay> {
    let predictions = events.iter().map(|stored| stored.scored.prediction());
    let rarest = predictions.reduce(|a, b| if b.anomaly_score > a.anomaly_score { b } else { a })?;
    Some(NotableDay {
        user_id: rarest.user_id,
        timestamp: rarest.timestamp,
        anomaly_score: rarest.anomaly_score,
        is_anomaly: rarest.is_anomaly,
        severity: rarest.severity,
        reason: rarest.reasons.into_iter().next().map(|reason| reason.sentence),
        others: events.len() as u64 - 1,
    })
}

/// Returns the latest `limit` events, the newest first, of recent and of stored ones; an event may be among both.
pub(super) fn latest(recent: Vec<StoredEvent>, stored: Vec<StoredEvent>, limit: usize) -> Vec<StoredEvent> {
    let mut events = [recent, stored].concat();
    events.sort_by_key(|stored| (Reverse(stored.scored.event.time), Reverse(stored.sequence)));
    events.dedup_by_key(|stored| stored.sequence);
    events.truncate(limit);
    events
}

/// Returns the counts of the days up to the last one with events, the oldest first.
pub(super) fn last_days(state: &EngineState) -> Vec<DayCount> {
    let Some((last, _)) = state.days().last_key_value() else { return Vec::new() };
    days_between(state, Day(last.0 - DAYS + 1), *last)
}

/// Returns the counts of the days from `first` to `last`, the oldest first.
pub(super) fn days_between(state: &EngineState, first: Day, last: Day) -> Vec<DayCount> {
    let count = |day| {
        let counts = state.days().get(&Day(day)).copied().unwrap_or_default();
        let alerts = state.history().alerts_on(Day(day));
        DayCount { day, events: counts.events, anomalies: counts.anomalies, alerts }
    };
    (first.0..=last.0).map(count).collect()
}
