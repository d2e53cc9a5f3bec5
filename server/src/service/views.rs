//! What pages show, made from what the server knows.

use jiff::Timestamp;
use shared::{
    calendar::{Day, second_of},
    event::{Action, Device, UserId},
    family::Family,
    prediction::maturity,
    views::{DayCount, TimelineEvent, UserDetails, UserSummary},
};
use strum::VariantArray as _;

use crate::{
    memory::{Member, Memory},
    store::StoredEvent,
};

/// How many days of events the dashboard shows.
const DAYS: i32 = 90;

/// Returns the users at most risk, the riskiest first.
pub(super) fn riskiest(memory: &Memory, now: Timestamp, limit: usize) -> Vec<UserSummary> {
    let now = second_of(now);
    let mut users: Vec<_> =
        memory.members().map(|(user, member)| (user, member.standing.risk.level(now), member)).collect();
    users.sort_unstable_by(|(a_user, a, _), (b_user, b, _)| b.total_cmp(a).then(a_user.cmp(b_user)));
    users.into_iter().take(limit).map(|(user, risk, member)| summary(user, member, risk)).collect()
}

fn summary(user: &UserId, Member { profile, standing }: &Member, risk: f64) -> UserSummary {
    UserSummary {
        user_id: user.to_string(),
        risk,
        events: standing.events,
        anomalies: standing.anomalies,
        active_days: profile.active_days(),
        last_seen: standing.last,
        peak: standing.peak.as_ref().map(|peak| peak.time),
        reasons: standing.peak.as_ref().map(|peak| peak.reasons.clone()).unwrap_or_default(),
    }
}

/// Returns one user in full.
pub(super) fn details(user: &UserId, member: &Member, events: Vec<StoredEvent>, now: Timestamp) -> UserDetails {
    let profile = &member.profile;
    let clock = profile.clock(0);
    let owned = |usual: Vec<(&str, f64)>| usual.into_iter().map(|(name, share)| (name.to_owned(), share)).collect();
    let mut hours = [0.0; 24];
    profile.shares(Family::Hour, &clock).for_each(|(hour, share)| hours[hour] = share);
    UserDetails {
        summary: summary(user, member, member.standing.risk.level(second_of(now))),
        places: owned(profile.usual_places(&clock)),
        projects: owned(profile.usual_projects(&clock)),
        devices: profile
            .shares(Family::Device, &clock)
            .map(|(device, share)| (Device::VARIANTS[device], share))
            .collect(),
        actions: profile
            .shares(Family::Action, &clock)
            .map(|(action, share)| (Action::VARIANTS[action], share))
            .collect(),
        hours,
        maturity: maturity(profile.active_days()),
        timeline: events.into_iter().map(timeline_event).collect(),
    }
}

fn timeline_event(StoredEvent { event, prediction, .. }: StoredEvent) -> TimelineEvent {
    TimelineEvent {
        action: event.action,
        resource: event.resource.map(Into::into),
        location: event.location.map(Into::into),
        device: event.device,
        prediction,
    }
}

/// Returns the counts of the last days with events, the oldest first, the empty days between them included.
pub(super) fn last_days(memory: &Memory) -> Vec<DayCount> {
    let Some((last, _)) = memory.days().last_key_value() else { return Vec::new() };
    let days = (last.0 - DAYS + 1)..=last.0;
    days.map(|day| {
        let counts = memory.days().get(&Day(day)).copied().unwrap_or_default();
        DayCount { day, events: counts.events, anomalies: counts.anomalies }
    })
    .collect()
}
