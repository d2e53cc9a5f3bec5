//! Attacks that do many acts: burst, bulk read, mass deletion, sharing.

use std::ops::Range;

use jiff::Timestamp;
use rand::{Rng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use shared::{
    calendar::{DAY_SECONDS, Day, second_of},
    event::{Action, Event},
};

use super::{
    attack::{Injector, LogChanges},
    event_log::later,
    resources::ReachableResources,
    target::{Relation, Target},
};

/// The mean pause between two acts, in milliseconds.
const PACE_MS: Range<f64> = 2_000.0..60_000.0;
/// The length of a burst, in milliseconds.
const BURST_MS: Range<f64> = 120_000.0..1_200_000.0;
/// The minimum and the maximum number of acts of a burst.
const BURST_ACTS: (f64, f64) = (12.0, 400.0);

impl<'a> Injector<'a> {
    /// Repeats an act of the victim within minutes, on resources of the victim and of peers.
    pub(super) fn burst(&mut self, target: Target) -> Option<LogChanges> {
        let (log, template) = (self.log, self.template(target)?);
        let reachable = self.reachable(target, Relation::Same);
        let acts = self.burst_size(target, template.action);
        let length = log_uniform(BURST_MS, &mut self.rng);
        let mut events = Vec::new();
        for _ in 0..acts {
            let resources = if self.rng.random_bool(0.5) { &reachable.own } else { &reachable.others };
            let example = resources.choose(&mut self.rng).map_or(template, |at| &log.events[*at]);
            let time = later(template.time, milliseconds(self.rng.random_range(0.0..length)));
            events.push(Event { time, ..on_resource_of(example, template) });
        }
        events.sort_by_key(|event| event.time);
        Some(LogChanges { events, ..LogChanges::default() })
    }

    /// Reads resources that the victim never touched.
    pub(super) fn bulk_read(&mut self, target: Target) -> Option<LogChanges> {
        let action = if self.rng.random_bool(0.5) { Action::Download } else { Action::View };
        let ReachableResources { others, .. } = self.reachable(target, target.relation);
        self.each_once(target, others, action, action.name())
    }

    /// Deletes resources of the victim and of peers.
    pub(super) fn mass_deletion(&mut self, target: Target) -> Option<LogChanges> {
        let resources = self.own_and_peers(target);
        self.each_once(target, resources, Action::Delete, "delete")
    }

    /// Shares resources of the victim and of peers.
    pub(super) fn sharing(&mut self, target: Target) -> Option<LogChanges> {
        let resources = self.own_and_peers(target);
        let mut changes = self.each_once(target, resources, Action::Admin, "share")?;
        changes.events.iter_mut().for_each(|event| event.volume_mb = None); // sharing transfers nothing
        Some(changes)
    }

    /// Acts on each of the `resources` at most once, on one day or on two; `name` is the vendor's name of the action.
    fn each_once(&mut self, target: Target, resources: Vec<usize>, action: Action, name: &str) -> Option<LogChanges> {
        let template = self.template(target)?;
        let native_action = template.native_action.is_some().then(|| name.into());
        let template = Event { action, native_action, ..template.clone() };
        let pace = log_uniform(PACE_MS, &mut self.rng);
        let mut resources = resources.into_iter();
        let mut events = Vec::new();
        for day in 0..self.rng.random_range(1..=2) {
            let acts = size(self.sizes.resources.clone(), &mut self.rng);
            if resources.len() < acts {
                return None; // too few resources for an attack of this size
            }
            let pauses: Vec<_> = (0..acts).map(|_| milliseconds(pace * self.rng.random_range(0.5..1.5))).collect();
            let mut time = start_within_day(later(template.time, day * DAY_SECONDS * 1000), pauses.iter().sum());
            if Some(day_of_time(time)) > self.log.last_day() {
                break;
            }
            for (pause, at) in pauses.into_iter().zip(resources.by_ref()) {
                time = later(time, pause);
                events.push(Event { time, ..on_resource_of(&self.log.events[at], &template) });
            }
        }
        Some(LogChanges { events, ..LogChanges::default() })
    }

    /// Returns resources of the victim and of peers in random order, half of them of either while they last.
    fn own_and_peers(&mut self, target: Target) -> Vec<usize> {
        let ReachableResources { own, others } = self.reachable(target, Relation::Same);
        let (mut own, mut others) = (own.into_iter(), others.into_iter());
        let next = || {
            let (first, second) =
                if self.rng.random_bool(0.5) { (&mut own, &mut others) } else { (&mut others, &mut own) };
            first.next().or_else(|| second.next())
        };
        std::iter::from_fn(next).collect()
    }

    /// Chooses an act of the victim's day; the attack takes its time and its context of access.
    fn template(&mut self, target: Target) -> Option<&'a Event> {
        let log = self.log;
        let own = target.own_events().iter().map(|at| &log.events[*at]);
        own.filter(|event| !event.has_failed()).collect::<Vec<_>>().choose(&mut self.rng).copied()
    }

    /// Returns the number of acts of a burst: a multiple of the victim's usual number of such acts a day.
    #[expect(clippy::cast_precision_loss, reason = "numbers of events")]
    fn burst_size(&mut self, target: Target, action: Action) -> usize {
        let earlier = &target.victim.days[..target.position];
        let acts = earlier.iter().flat_map(|(_, events)| events).filter(|at| self.log.events[**at].action == action);
        let usual = acts.count() as f64 / target.position as f64;
        let (fewest, most) = BURST_ACTS;
        whole((usual * log_uniform(self.sizes.burst.clone(), &mut self.rng)).clamp(fewest, most))
    }
}

/// Returns the act of a template on the resource of an example, with the example's volume.
fn on_resource_of(example: &Event, template: &Event) -> Event {
    Event { resource: example.resource.clone(), volume_mb: example.volume_mb, event_id: None, ..template.clone() }
}

/// Returns the latest time not after `time` from which on so many milliseconds are left of the day.
fn start_within_day(time: Timestamp, milliseconds: i64) -> Timestamp {
    let midnight = (day_of_time(time).first_second() + DAY_SECONDS) * 1000;
    later(time, (midnight - 1 - milliseconds - time.as_millisecond()).min(0))
}

fn day_of_time(time: Timestamp) -> Day {
    Day::of(second_of(time))
}

fn size(sizes: Range<f64>, rng: &mut ChaCha8Rng) -> usize {
    whole(log_uniform(sizes, rng))
}

/// Draws a number uniformly by its logarithm.
fn log_uniform(range: Range<f64>, rng: &mut ChaCha8Rng) -> f64 {
    rng.random_range(range.start.ln()..range.end.ln()).exp()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes are small and not negative")]
fn whole(number: f64) -> usize {
    number as usize
}

#[expect(clippy::cast_possible_truncation, reason = "some minutes")]
fn milliseconds(number: f64) -> i64 {
    number as i64
}
