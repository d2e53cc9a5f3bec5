//! What pages show, made from what the server knows.

use std::cmp::Ordering;

use jiff::Timestamp;
use shared::{
    calendar::{Day, second_of},
    event::{Action, Device, UserId},
    family::Family,
    members::{Member, PackedMember},
    prediction::maturity,
    risk::Risk,
    views::{DayCount, Order, TimelineEvent, UserDetails, UserSummary},
};
use strum::VariantArray as _;

use crate::{memory::Memory, store::StoredEvent};

/// How many days of events the dashboard shows.
const DAYS: i32 = 90;

/// Risk from which on a user is counted.
const HIGH_RISK: f64 = 50.0;

/// Returns how many users are at a high risk.
pub(super) fn at_risk(memory: &Memory, now: Timestamp) -> u64 {
    let now = second_of(now);
    memory.members().iter().filter(|(_, member)| member.standing().risk.level(now) >= HIGH_RISK).count() as u64
}

/// A user, and the number by which they are ranked.
type Ranked<'a> = (&'a UserId, f64, &'a PackedMember);

fn by_rank((a_user, a, _): &Ranked, (b_user, b, _): &Ranked) -> Ordering {
    b.total_cmp(a).then(a_user.cmp(b_user))
}

/// Returns the first users by `order`.
pub(super) fn riskiest(memory: &Memory, order: Order, now: Timestamp, limit: usize) -> Vec<UserSummary> {
    let second = second_of(now);
    let rank = |risk: &Risk| match order {
        Order::Risk => risk.level(second),
        Order::Gain => risk.gain(second),
    };
    let mut users: Vec<Ranked> =
        memory.members().iter().map(|(user, member)| (user, rank(&member.standing().risk), member)).collect();
    if users.len() > limit {
        users.select_nth_unstable_by(limit, by_rank); // of a million users few are listed
        users.truncate(limit);
    }
    users.sort_unstable_by(by_rank);
    users.into_iter().map(|(user, _, member)| summary(user, &member.unpack(), now)).collect()
}

fn summary(user: &UserId, Member { profile, standing }: &Member, now: Timestamp) -> UserSummary {
    let heaviest = standing.contributions(now).into_iter().next();
    UserSummary {
        user_id: user.to_string(),
        is_service_account: profile.is_service_account(),
        risk: standing.risk.level(second_of(now)),
        gain: standing.risk.gain(second_of(now)),
        events: standing.events,
        anomalies: standing.anomalies,
        active_days: profile.active_days(),
        last_seen: standing.last,
        peak: heaviest.as_ref().map(|heaviest| heaviest.time),
        reasons: heaviest.map(|heaviest| heaviest.reasons).unwrap_or_default(),
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
        summary: summary(user, member, now),
        contributions: member.standing.contributions(now),
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
