//! The attacks of every textbook, told in few words: an administrative act at night after failed attempts, a large
//! download from far away. A forest is to know them whoever does it and whatever a log leaves out, and to know ordinary
//! acts told in as few words beside them.

use std::net::{IpAddr, Ipv4Addr};

use jiff::SignedDuration;
use rand::{Rng as _, SeedableRng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use shared::event::{Action, Event, UserId};

use crate::{
    labelled::{Label, Labelled},
    places::places,
};

/// How many ordinary acts there are: one for so many events of a stream, but not more than that. Of each kind of attack
/// there is one for ten of them.
const ONE_IN: usize = 20;
const MOST: usize = 1500;
/// One act in so many is somebody's who was never seen.
const STRANGERS: usize = 3;
/// Places where nobody of a made-up organisation works.
const FAR_PLACES: [&str; 6] = ["Reykjavík", "Lima", "Ulaanbaatar", "Honolulu", "Perth", "Unknown"];

type Act = fn(Event, &mut ChaCha8Rng) -> Event;

/// Puts acts into a stream.
pub(super) fn add(stream: &mut Vec<Labelled>, seed: u64) {
    stream.extend(acts(stream, seed));
    stream.sort_by_key(|row| row.event.time);
}

/// Returns acts told in few words in order of time, each made of somebody's ordinary one; none where nobody has done
/// anything.
pub(super) fn acts(stream: &[Labelled], seed: u64) -> Vec<Labelled> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let models: Vec<&Event> = stream.iter().filter(|row| !row.is_attack()).map(|row| &row.event).collect();
    let ordinaries = MOST.min(stream.len() / ONE_IN);
    let kinds: [(Option<&str>, usize, Act); 3] = [
        (None, ordinaries, ordinary),
        (Some("textbook_night_admin"), ordinaries / 10, night_admin),
        (Some("textbook_far_download"), ordinaries / 10, far_download),
    ];
    let mut acts = Vec::new();
    for (kind, cases, act) in kinds {
        for number in 0..cases {
            let Some(model) = models.choose(&mut rng) else { return Vec::new() };
            let case = format!("{} {number}", kind.unwrap_or("ordinary"));
            let user = number.is_multiple_of(STRANGERS).then(|| case.parse().ok()).flatten();
            let event = in_few_words(model, user.unwrap_or_else(|| model.user.clone()), &mut rng);
            acts.push(Labelled { event: places().located(act(event, &mut rng)), label: label(kind, case) });
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

/// Says of a user what somebody's event says, but for some of it.
fn in_few_words(event: &Event, user: UserId, rng: &mut ChaCha8Rng) -> Event {
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
    let location = FAR_PLACES.choose(rng).map(|place| Box::from(*place));
    let address = rng.random_bool(0.5).then(|| IpAddr::V4(Ipv4Addr::from_bits(rng.random())));
    let volume_mb = Some(1000.0 * rng.random_range(1.0..10.0));
    Event { action: Action::Download, volume_mb, location, address, ..event }
}
