//! The alternatives to an event's values that a person can imagine.

use std::net::IpAddr;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use strum::VariantArray as _;

use super::FieldChange;
use crate::{
    calendar::{hour_of, second_of},
    event::{Action, Device, Event, Outcome},
    format::{counted, volume},
    profile::Profile,
    travel::Coordinates,
};

/// A field of an event, or some that belong together, that a person can imagine otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventField {
    /// The hour of the day, in UTC.
    Hour,
    /// The place, with its address and coordinates.
    Place,
    /// The volume moved.
    Volume,
    /// The resource.
    Resource,
    /// The device, with its client program.
    Device,
    /// The kind of act.
    Action,
    /// The outcome, and the failed attempts right before the event.
    Failures,
}

/// Another value of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    change: FieldChange,
    value: OtherValue,
    cost: f64,
}

#[derive(Debug, Clone, PartialEq)]
enum OtherValue {
    Hour(u8),
    Place { location: Option<Box<str>>, address: Option<IpAddr>, coordinates: Option<Coordinates> },
    Volume(f64),
    Resource(Box<str>),
    Device { device: Option<Device>, user_agent: Option<Box<str>> },
    Action { action: Action, native_action: Option<Box<str>> },
    Failures(u32),
}

/// The alternatives to an event's values, by field.
///
/// The cost of a change is about 1 where it is as large as a person would call large: half a day, a thousandfold volume,
/// the least usual of ten values of the examples.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Alternatives(Vec<Vec<Alternative>>);

/// What a change is to make of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// An ordinary event, of an anomaly.
    Ordinary,
    /// An anomaly, of an ordinary event.
    Anomaly,
}

impl Goal {
    /// Returns the goal for an event: the opposite of its verdict.
    pub fn against(is_anomaly: bool) -> Self {
        if is_anomaly { Self::Ordinary } else { Self::Anomaly }
    }
}

/// The maximum number of values of a field that are taken from examples.
const MOST_EXAMPLES: usize = 10;
/// The maximum number of times that the volume is halved or doubled.
const DOUBLINGS: i32 = 20;
/// The number of doublings that cost 1.
const DOUBLINGS_OF_COST: f64 = 10.0;
/// The highest volume that is proposed, in megabytes.
const MOST_MB: f64 = 1e6;
/// The volume from which an event without much volume is doubled, in megabytes.
const SOME_MB: f64 = 1.0;
/// The counts of failed attempts that are proposed.
const FAILED_ATTEMPTS: [u32; 3] = [3, 10, 30];

impl Alternatives {
    /// Returns the alternatives to the values of an event: any hour of the same day that is not before the user's last
    /// event, and the places, resources, devices and acts of `examples`, the most frequent first; to make the event
    /// ordinary, also smaller volumes and no failures, to make it an anomaly, larger volumes and more failures. The
    /// examples are events of the same user to make an event ordinary, events of others to make it an anomaly.
    ///
    /// Without examples, the places and first path parts that the `profile` knows by name take their place, and all
    /// kinds of acts and devices. A place without an example has no address.
    pub fn of(goal: Goal, event: &Event, profile: &Profile, examples: &[Event]) -> Self {
        let fields = [
            (EventField::Hour, hours(event, profile)),
            (EventField::Place, places(profile, examples)),
            (EventField::Volume, event.volume_mb.map(|volume_mb| volumes(goal, volume_mb)).unwrap_or_default()),
            (EventField::Resource, resources(profile, examples)),
            (EventField::Device, devices(examples)),
            (EventField::Action, actions(examples)),
            (EventField::Failures, failures(goal, event)),
        ];
        let of_field = |(field, values): (EventField, Vec<(OtherValue, f64)>)| {
            let alternatives = values.into_iter().map(|(value, cost)| Alternative::of(field, event, value, cost));
            alternatives.filter(|alternative| alternative.change.from != alternative.change.to).collect()
        };
        Self(fields.into_iter().map(of_field).collect())
    }

    pub(super) fn by_field(&self) -> &[Vec<Alternative>] {
        &self.0
    }
}

impl Alternative {
    fn of(field: EventField, event: &Event, value: OtherValue, cost: f64) -> Self {
        let mut changed = event.clone();
        value.apply(&mut changed);
        let [from, to] = [event, &changed].map(|event| in_words(field, event));
        Self { change: FieldChange { field, from, to }, value, cost }
    }

    /// Changes an event.
    pub fn apply(&self, event: &mut Event) {
        self.value.apply(event);
    }

    /// Returns the change in words.
    pub fn change(&self) -> FieldChange {
        self.change.clone()
    }

    pub(super) fn cost(&self) -> f64 {
        self.cost
    }
}

impl OtherValue {
    fn apply(&self, event: &mut Event) {
        match self.clone() {
            Self::Hour(hour) => event.time += hours_until(event, hour),
            Self::Place { location, address, coordinates } => {
                (event.location, event.address, event.coordinates) = (location, address, coordinates);
                event.location_change = None;
            }
            Self::Volume(volume_mb) => event.volume_mb = Some(volume_mb),
            Self::Resource(resource) => event.resource = Some(resource),
            Self::Device { device, user_agent } => (event.device, event.user_agent) = (device, user_agent),
            Self::Action { action, native_action } => (event.action, event.native_action) = (action, native_action),
            Self::Failures(count) => {
                event.outcome = if count == 0 { Outcome::Success } else { Outcome::Failure };
                event.native_outcome = None;
                event.failed_attempts = Some(count);
            }
        }
    }
}

/// Returns the time from an event to the same minute of another hour of its day.
fn hours_until(event: &Event, hour: u8) -> SignedDuration {
    SignedDuration::from_hours(i64::from(hour) - i64::from(hour_of(second_of(event.time))))
}

fn in_words(field: EventField, event: &Event) -> String {
    let known = |text: Option<&str>| text.unwrap_or("unknown").to_owned();
    match field {
        EventField::Hour => event.time.strftime("%H:%M").to_string(),
        EventField::Place => match (&event.location, event.address) {
            (Some(location), _) => location.to_string(),
            (None, Some(address)) => address.to_string(),
            (None, None) => known(None),
        },
        EventField::Volume => event.volume_mb.map_or_else(|| known(None), volume),
        EventField::Resource => known(event.resource.as_deref()),
        EventField::Device => match (event.device, &event.user_agent) {
            (Some(device), Some(user_agent)) => format!("{}, {user_agent}", device.name()),
            (device, user_agent) => known(device.map(Device::name).or(user_agent.as_deref())),
        },
        EventField::Action => known(Some(event.native_action.as_deref().unwrap_or(event.action.name()))),
        EventField::Failures => match event.failed_attempts.unwrap_or_default() {
            0 if event.has_failed() => "failed".to_owned(),
            0 => "no failures".to_owned(),
            count => counted(count, "failed attempt"),
        },
    }
}

fn hours(event: &Event, profile: &Profile) -> Vec<(OtherValue, f64)> {
    let second = second_of(event.time);
    let earliest = profile.last().second.filter(|last| *last <= second);
    let is_in_order = |hour: &u8| {
        let moved = event.time.checked_add(hours_until(event, *hour));
        moved.is_ok_and(|moved| earliest.is_none_or(|last| second_of(moved) >= last))
    };
    let cost = |hour: u8| {
        let apart = hour.abs_diff(hour_of(second));
        f64::from(apart.min(24 - apart)) / 12.0
    };
    (0..24).filter(is_in_order).map(|hour| (OtherValue::Hour(hour), cost(hour))).collect()
}

fn volumes(goal: Goal, volume_mb: f64) -> Vec<(OtherValue, f64)> {
    let other = |times: i32| match goal {
        Goal::Ordinary => volume_mb / 2_f64.powi(times),
        Goal::Anomaly => volume_mb.max(SOME_MB) * 2_f64.powi(times),
    };
    let proposed = (1..=DOUBLINGS).map(|times| (other(times), f64::from(times) / DOUBLINGS_OF_COST));
    let possible = proposed.filter(|(volume_mb, _)| goal == Goal::Ordinary || *volume_mb <= MOST_MB);
    possible.map(|(volume_mb, cost)| (OtherValue::Volume(volume_mb), cost)).collect()
}

fn failures(goal: Goal, event: &Event) -> Vec<(OtherValue, f64)> {
    const COST: f64 = 0.5;
    let more = FAILED_ATTEMPTS.into_iter().filter(|count| *count > event.failed_attempts.unwrap_or_default());
    let counts: Vec<u32> = if goal == Goal::Ordinary { vec![0] } else { more.collect() };
    counts.into_iter().map(|count| (OtherValue::Failures(count), COST)).collect()
}

fn places(profile: &Profile, examples: &[Event]) -> Vec<(OtherValue, f64)> {
    let named =
        |(name, _): (&str, f64)| OtherValue::Place { location: Some(name.into()), address: None, coordinates: None };
    let usual = || profile.usual_places(&profile.clock(0)).into_iter().map(named).collect();
    let of_example = |event: &Event| OtherValue::Place {
        location: event.location.clone(),
        address: event.address,
        coordinates: event.coordinates,
    };
    let is_known = |event: &&Event| event.location.is_some() || event.address.is_some();
    ranked(examples.iter().filter(is_known), |event| in_words(EventField::Place, event), of_example, usual)
}

fn resources(profile: &Profile, examples: &[Event]) -> Vec<(OtherValue, f64)> {
    let named = |(name, _): (&str, f64)| OtherValue::Resource(name.into());
    let usual = || profile.usual_projects(&profile.clock(0)).into_iter().map(named).collect();
    let of_example = |event: &Event| OtherValue::Resource(event.resource.clone().unwrap_or_default());
    let is_known = |event: &&Event| event.resource.is_some();
    ranked(examples.iter().filter(is_known), |event| in_words(EventField::Resource, event), of_example, usual)
}

fn devices(examples: &[Event]) -> Vec<(OtherValue, f64)> {
    let alone = |device: &Device| OtherValue::Device { device: Some(*device), user_agent: None };
    let of_example = |event: &Event| OtherValue::Device { device: event.device, user_agent: event.user_agent.clone() };
    let is_known = |event: &&Event| event.device.is_some() || event.user_agent.is_some();
    let name = |event: &Event| in_words(EventField::Device, event);
    ranked(examples.iter().filter(is_known), name, of_example, || Device::VARIANTS.iter().map(alone).collect())
}

fn actions(examples: &[Event]) -> Vec<(OtherValue, f64)> {
    let alone = |action: &Action| OtherValue::Action { action: *action, native_action: None };
    let of_example =
        |event: &Event| OtherValue::Action { action: event.action, native_action: event.native_action.clone() };
    let name = |event: &Event| in_words(EventField::Action, event);
    ranked(examples.iter(), name, of_example, || Action::VARIANTS.iter().map(alone).collect())
}

/// Returns the values of the examples, each with a cost by its rank: those of the most frequent name first, as the last
/// example has them. Without examples, returns the `others`.
fn ranked<'a>(
    examples: impl Iterator<Item = &'a Event>,
    name: impl Fn(&Event) -> String,
    value: impl Fn(&Event) -> OtherValue,
    others: impl Fn() -> Vec<OtherValue>,
) -> Vec<(OtherValue, f64)> {
    let mut named: Vec<(String, usize, &Event)> = Vec::new();
    for event in examples {
        let name = name(event);
        match named.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, count, last)) => (*count, *last) = (*count + 1, event),
            None => named.push((name, 1, event)),
        }
    }
    named.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
    let values = if named.is_empty() { others() } else { named.iter().map(|(.., event)| value(event)).collect() };
    let cost = |rank: u8| 0.5 + f64::from(rank) / 20.0;
    values.into_iter().take(MOST_EXAMPLES).zip(0..).map(|(value, rank)| (value, cost(rank))).collect()
}
