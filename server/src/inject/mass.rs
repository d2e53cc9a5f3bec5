//! Much at once: bursts, bulk reads, mass deletions, sharing.

use std::collections::BTreeSet;

use rand::{Rng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use shared::event::{Action, Event};

use super::log::{Log, Person, at};

/// How many acts there are, from the fewest to the most; sizes between are as likely by their logarithms.
const SIZES: std::ops::Range<f64> = 15.0..120.0;
/// Milliseconds between two acts of a person in a hurry.
const PACE: std::ops::Range<i64> = 2_000..40_000;
/// Milliseconds between two acts of a burst.
const BURST_PACE: std::ops::Range<i64> = 100..3_000;

/// Repeats a user's own acts of the day, many times within minutes.
pub(super) fn burst(log: &Log, victim: &Person, position: usize, rng: &mut ChaCha8Rng) -> Vec<Event> {
    let own = &victim.days[position].1;
    let acts: Vec<_> = (0..size(rng)).filter_map(|_| own.choose(rng)).map(|at| log.events[*at].clone()).collect();
    from_now_on(acts, &log.events[own[0]], BURST_PACE, rng)
}

/// Reads resources of the donor's that the victim never touched.
pub(super) fn read(log: &Log, donor: &Person, victim: &Person, position: usize, rng: &mut ChaCha8Rng) -> Vec<Event> {
    let own = touched(log, victim);
    let foreign: Vec<_> =
        events(log, donor).filter(|event| !own.contains(event.resource.as_deref().unwrap_or_default())).collect();
    let action = if rng.random_bool(0.5) { Action::Download } else { Action::View };
    acts_on(log, &foreign, victim, position, action, "read", rng)
}

/// Deletes resources of the victim's and of their peers'.
pub(super) fn delete(log: &Log, donor: &Person, victim: &Person, position: usize, rng: &mut ChaCha8Rng) -> Vec<Event> {
    let resources: Vec<_> = events(log, victim).chain(events(log, donor)).collect();
    acts_on(log, &resources, victim, position, Action::Delete, "delete", rng)
}

/// Shares resources of the victim's and of their peers'.
pub(super) fn share(log: &Log, donor: &Person, victim: &Person, position: usize, rng: &mut ChaCha8Rng) -> Vec<Event> {
    let resources: Vec<_> = events(log, victim).chain(events(log, donor)).collect();
    acts_on(log, &resources, victim, position, Action::Admin, "share", rng)
}

fn events<'a>(log: &'a Log, person: &'a Person) -> impl Iterator<Item = &'a Event> {
    person.days.iter().flat_map(|(_, events)| events).map(|at| &log.events[*at])
}

fn touched<'a>(log: &'a Log, person: &'a Person) -> BTreeSet<&'a str> {
    events(log, person).filter_map(|event| event.resource.as_deref()).collect()
}

/// Returns acts of one kind on different resources of given events, by the victim as they work on that day.
fn acts_on(
    log: &Log,
    examples: &[&Event],
    victim: &Person,
    position: usize,
    action: Action,
    name: &str,
    rng: &mut ChaCha8Rng,
) -> Vec<Event> {
    let own = &victim.days[position].1;
    let template = &log.events[*own.choose(rng).expect("an active day has events")];
    let act = |example: &&Event| Event {
        action,
        native_action: template.native_action.is_some().then(|| name.into()),
        resource: example.resource.clone(),
        volume_mb: example.volume_mb,
        ..template.clone()
    };
    let size = size(rng);
    let mut seen = BTreeSet::new();
    let examples = examples.choose_multiple(rng, examples.len()).filter(|example| seen.insert(&example.resource));
    let acts = examples.take(size).map(act).collect();
    from_now_on(acts, template, PACE, rng)
}

/// Puts acts one after the other, from the time of an event on.
fn from_now_on(acts: Vec<Event>, from: &Event, pace: std::ops::Range<i64>, rng: &mut ChaCha8Rng) -> Vec<Event> {
    let mut time = from.time;
    let follow = |act: Event| {
        time = at(time, rng.random_range(pace.clone()));
        Event { time, ..act }
    };
    acts.into_iter().map(follow).collect()
}

/// Draws a size, evenly by its logarithm.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes are small and not negative")]
fn size(rng: &mut ChaCha8Rng) -> usize {
    rng.random_range(SIZES.start.ln()..SIZES.end.ln()).exp() as usize
}
