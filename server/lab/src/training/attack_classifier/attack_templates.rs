//! Templates of well-known attacks: an administrative act at night after failed attempts, a large download from far
//! away.
//!
//! Fields are left out at random, also for unknown users, so that the classifier recognises these attacks in logs of
//! few fields. Ordinary acts with as few fields are added beside them.

use std::net::{IpAddr, Ipv4Addr};

use jiff::SignedDuration;
use rand::{Rng as _, SeedableRng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use shared::event::{Action, Event, UserId};

use crate::{
    dataset::{Label, LabelledEvent},
    place_tables::places,
};

/// Number of events of a stream per ordinary act that is added.
const EVENTS_PER_ACT: usize = 20;
/// Maximum number of ordinary acts that are added.
const MAX_ACTS: usize = 1500;
/// Number of ordinary acts per attack of each kind.
const ACTS_PER_ATTACK: usize = 10;
/// One act in this many is by a user who was never seen.
const ACTS_PER_UNKNOWN_USER: usize = 3;
/// Locations at which nobody of a made-up organisation works.
const FAR_LOCATIONS: [&str; 6] = ["Reykjavík", "Lima", "Ulaanbaatar", "Honolulu", "Perth", "Unknown"];

/// Turns an event of few fields into the act of a template.
type Template = fn(Event, &mut ChaCha8Rng) -> Event;

/// Adds acts to a stream.
pub(super) fn add(stream: &mut Vec<LabelledEvent>, seed: u64) {
    stream.extend(acts(stream, seed));
    stream.sort_by_key(|row| row.event.time);
}

/// Returns acts of few fields in order of time, each made of a benign event of the stream; none for a stream without.
pub(super) fn acts(stream: &[LabelledEvent], seed: u64) -> Vec<LabelledEvent> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let examples: Vec<&Event> = stream.iter().filter(|row| !row.is_attack()).map(|row| &row.event).collect();
    let count = MAX_ACTS.min(stream.len() / EVENTS_PER_ACT);
    let kinds: [(Option<&str>, usize, Template); 3] = [
        (None, count, ordinary),
        (Some("textbook_night_admin"), count / ACTS_PER_ATTACK, night_admin),
        (Some("textbook_far_download"), count / ACTS_PER_ATTACK, far_download),
    ];
    let mut acts = Vec::new();
    for (kind, cases, template) in kinds {
        for number in 0..cases {
            let Some(example) = examples.choose(&mut rng) else { return Vec::new() };
            let case = format!("{} {number}", kind.unwrap_or("ordinary"));
            let unknown_user = number.is_multiple_of(ACTS_PER_UNKNOWN_USER).then(|| case.parse().ok()).flatten();
            let user = unknown_user.unwrap_or_else(|| example.user.clone());
            let event = template(with_few_fields(example, user, &mut rng), &mut rng);
            acts.push(LabelledEvent { event: places().located(event), label: label(kind, case) });
        }
    }
    acts.sort_by_key(|row| row.event.time);
    acts
}

fn label(kind: Option<&str>, case: String) -> Label {
    match kind {
        Some(kind) => Label::Attack { kind: kind.into(), case: case.into() },
        None => Label::Benign,
    }
}

/// Returns an event of a user with those of the fields of another event that random draws keep, each every second time.
fn with_few_fields(event: &Event, user: UserId, rng: &mut ChaCha8Rng) -> Event {
    let mut keep = || rng.random_bool(0.5);
    Event {
        resource: event.resource.clone().filter(|_| keep()),
        address: event.address.filter(|_| keep()),
        location: event.location.clone().filter(|_| keep()),
        device: event.device.filter(|_| keep()),
        user_agent: event.user_agent.clone().filter(|_| keep()),
        department: event.department.clone().filter(|_| keep()),
        role: event.role.clone().filter(|_| keep()),
        volume_mb: event.volume_mb.filter(|_| keep()),
        failed_attempts: event.failed_attempts.filter(|_| keep()),
        ..Event::new(user, event.time, event.action)
    }
}

fn ordinary(event: Event, rng: &mut ChaCha8Rng) -> Event {
    let action = if rng.random_bool(0.5) { Action::Login } else { event.action };
    Event { action, ..event }
}

fn night_admin(event: Event, rng: &mut ChaCha8Rng) -> Event {
    let half_a_day = SignedDuration::from_mins(rng.random_range(10 * 60..14 * 60));
    let time = event.time.checked_add(half_a_day).unwrap_or(event.time);
    Event { time, action: Action::Admin, failed_attempts: Some(rng.random_range(4..12)), ..event }
}

fn far_download(event: Event, rng: &mut ChaCha8Rng) -> Event {
    let location = FAR_LOCATIONS.choose(rng).map(|place| Box::from(*place));
    let address = rng.random_bool(0.5).then(|| IpAddr::V4(Ipv4Addr::from_bits(rng.random())));
    let volume_mb = Some(1000.0 * rng.random_range(1.0..10.0));
    Event { action: Action::Download, volume_mb, location, address, ..event }
}
