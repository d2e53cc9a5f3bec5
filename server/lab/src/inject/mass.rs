//! Much at once: bursts, bulk reads, mass deletions, sharing.

use std::ops::Range;

use jiff::Timestamp;
use rand::{Rng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use shared::{
    calendar::{DAY_SECONDS, Day, second_of},
    event::{Action, Event},
};

use super::{
    attack::{Attack, Injector, Relation, Scene},
    log::later,
    resources::Reach,
};

/// The mean pause between two acts of a person in a hurry, in milliseconds.
const PACE_MS: Range<f64> = 2_000.0..60_000.0;
/// How long a burst lasts, in milliseconds.
const BURST_MS: Range<f64> = 120_000.0..1_200_000.0;
/// The fewest and the most acts of a burst.
const BURST_ACTS: (f64, f64) = (12.0, 400.0);

impl<'a> Injector<'a> {
    /// Repeats an act of the victim's day on resources of theirs and of their peers, many times within minutes.
    pub(super) fn burst(&mut self, scene: Scene) -> Option<Attack> {
        let (log, template) = (self.log, self.template(scene)?);
        let reach = log.resources.reach(log, scene, Relation::Same, &mut self.rng);
        let acts = self.burst_size(scene, template.action);
        let length = even_by_logarithm(BURST_MS, &mut self.rng);
        let mut events = Vec::new();
        for _ in 0..acts {
            let resources = if self.rng.random_bool(0.5) { &reach.own } else { &reach.others };
            let example = resources.choose(&mut self.rng).map_or(template, |at| &log.events[*at]);
            let time = later(template.time, milliseconds(self.rng.random_range(0.0..length)));
            events.push(Event { time, ..on(template, example) });
        }
        events.sort_by_key(|event| event.time);
        Some(Attack { events, ..Attack::default() })
    }

    /// Reads resources that the victim never touched.
    pub(super) fn bulk_read(&mut self, scene: Scene) -> Option<Attack> {
        let action = if self.rng.random_bool(0.5) { Action::Download } else { Action::View };
        let Reach { others, .. } = self.log.resources.reach(self.log, scene, scene.relation, &mut self.rng);
        self.each_once(scene, others, action, action.name())
    }

    /// Deletes resources of the victim's and of their peers'.
    pub(super) fn mass_deletion(&mut self, scene: Scene) -> Option<Attack> {
        let resources = self.own_and_peers(scene);
        self.each_once(scene, resources, Action::Delete, "delete")
    }

    /// Shares resources of the victim's and of their peers'.
    pub(super) fn sharing(&mut self, scene: Scene) -> Option<Attack> {
        let resources = self.own_and_peers(scene);
        let mut attack = self.each_once(scene, resources, Action::Admin, "share")?;
        attack.events.iter_mut().for_each(|event| event.volume_mb = None); // nothing is moved
        Some(attack)
    }

    /// Acts on each of the `resources` at most once, on one day or two.
    fn each_once(&mut self, scene: Scene, resources: Vec<usize>, action: Action, name: &str) -> Option<Attack> {
        let template = self.template(scene)?;
        let native_action = template.native_action.is_some().then(|| name.into());
        let template = Event { action, native_action, ..template.clone() };
        let pace = even_by_logarithm(PACE_MS, &mut self.rng);
        let mut resources = resources.into_iter();
        let mut events = Vec::new();
        for day in 0..self.rng.random_range(1..=2) {
            let acts = size(self.sizes.resources.clone(), &mut self.rng);
            if resources.len() < acts {
                return None; // too few resources for an attack of this size
            }
            let pauses: Vec<_> = (0..acts).map(|_| milliseconds(pace * self.rng.random_range(0.5..1.5))).collect();
            let mut time = begin(later(template.time, day * DAY_SECONDS * 1000), pauses.iter().sum());
            if Some(day_of_time(time)) > self.log.last_day() {
                break;
            }
            for (pause, at) in pauses.into_iter().zip(resources.by_ref()) {
                time = later(time, pause);
                events.push(Event { time, ..on(&template, &self.log.events[at]) });
            }
        }
        Some(Attack { events, ..Attack::default() })
    }

    /// Returns examples of the resources of the victim's and of their peers', half of them of either while they last.
    fn own_and_peers(&mut self, scene: Scene) -> Vec<usize> {
        let Reach { own, others } = self.log.resources.reach(self.log, scene, Relation::Same, &mut self.rng);
        let (mut own, mut others) = (own.into_iter(), others.into_iter());
        let next = || {
            let (first, second) =
                if self.rng.random_bool(0.5) { (&mut own, &mut others) } else { (&mut others, &mut own) };
            first.next().or_else(|| second.next())
        };
        std::iter::from_fn(next).collect()
    }

    /// Chooses the act of the victim's day that tells when, where and with what the attack is done.
    fn template(&mut self, scene: Scene) -> Option<&'a Event> {
        let log = self.log;
        let own = scene.own_events().iter().map(|at| &log.events[*at]);
        own.filter(|event| !event.has_failed()).collect::<Vec<_>>().choose(&mut self.rng).copied()
    }

    /// Returns how many acts a burst has: many times as many as the victim usually does on a day.
    #[expect(clippy::cast_precision_loss, reason = "numbers of events")]
    fn burst_size(&mut self, scene: Scene, action: Action) -> usize {
        let earlier = &scene.victim.days[..scene.position];
        let acts = earlier.iter().flat_map(|(_, events)| events).filter(|at| self.log.events[**at].action == action);
        let usual = acts.count() as f64 / scene.position as f64;
        let (fewest, most) = BURST_ACTS;
        whole((usual * even_by_logarithm(self.sizes.burst.clone(), &mut self.rng)).clamp(fewest, most))
    }
}

/// Returns an act on the resource of an example, which moves as much.
fn on(template: &Event, example: &Event) -> Event {
    Event { resource: example.resource.clone(), volume_mb: example.volume_mb, sender_id: None, ..template.clone() }
}

/// Returns the latest time, from a given one back, from which on a day is long enough.
fn begin(time: Timestamp, milliseconds: i64) -> Timestamp {
    let midnight = (day_of_time(time).first_second() + DAY_SECONDS) * 1000;
    later(time, (midnight - 1 - milliseconds - time.as_millisecond()).min(0))
}

fn day_of_time(time: Timestamp) -> Day {
    Day::of(second_of(time))
}

fn size(sizes: Range<f64>, rng: &mut ChaCha8Rng) -> usize {
    whole(even_by_logarithm(sizes, rng))
}

/// Draws a number, evenly by its logarithm.
fn even_by_logarithm(range: Range<f64>, rng: &mut ChaCha8Rng) -> f64 {
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
