//! Teaching a forest the kinds of attack that everybody knows: in made-up organisations, in the organisation's own
//! history with attacks put into it, and wherever a log says itself what was one.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, civil::date, tz::TimeZone};
use rand::{SeedableRng as _, seq::index};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use shared::{
    calendar::Day,
    detector::{Detector, EPOCH},
    event::Event,
    features::{self, FEATURES, Features},
    forest::{Bins, Classifier, Isotonic},
    hash::hash,
    metrics::Sample,
    model::Model,
    profile::Limits,
};
use strum::VariantArray as _;

use super::{
    TrainError,
    forest::{Lesson, Params, grow},
};
use crate::{
    inject::{self, Injection, Sizes},
    labelled::{Label, Labelled},
    world,
};

/// How the forest is grown.
pub(super) const PARAMS: Params =
    Params { trees: 100, depth: 12, leaves: 64, least_rows: 10, tried: 10, attack_share: Some(0.3), seed: 0 };

/// How many organisations are made up.
const WORLDS: u64 = 4;
/// Seed of the first one; those of the evaluation are others.
const FIRST_WORLD: u64 = 101;
const WORLD_USERS: u32 = 300;
const WORLD_DAYS: u32 = 120;
/// Attacks for each user in a hundred days: many more than there are, to learn from.
const WORLD_RATE: f64 = 1.0;
/// How many streams of takeovers and visits, and of everything else, are made of the organisation's own history.
const INJECTED: u64 = 4;
const INJECTED_CASES: usize = 8;
/// The share of the history before the first attack of everything else.
const INJECTED_AFTER: f64 = 0.3;

/// How many rows of a stream are learnt from at most.
#[derive(Debug, Clone, Copy)]
struct Quota {
    /// Of each kind of attack.
    attacks: usize,
    /// Benign ones.
    benign: usize,
}

const OF_WORLD: Quota = Quota { attacks: 500, benign: 5000 };
const OF_HISTORY: Quota = Quota { attacks: 300, benign: 2500 };
const OF_LABELLED_LOG: Quota = Quota { attacks: 2000, benign: 10_000 };

/// A row to learn from.
struct Taken {
    features: Features,
    is_attack: bool,
    /// How many rows of its stream it stands for.
    stands_for: f64,
    user: u32,
    time: i64,
}

/// Teaches a forest: `history` is the organisation's own, in which nothing is taken to be hostile before a day; the
/// `memory` is what the evidence among the features is weighed by.
pub(super) fn learn(
    history: &[Event],
    before: Day,
    logs: &[Vec<Labelled>],
    memory: &Arc<Model>,
    params: &Params,
) -> Result<Classifier, TrainError> {
    let worlds = (0..WORLDS).into_par_iter().map(|number| rows(&world(FIRST_WORLD + number), OF_WORLD, memory, number));
    let histories = (0..INJECTED).into_par_iter().flat_map_iter(|number| {
        let takeovers = inject::for_training(history, before, number);
        let others = others(history, before, number);
        let of = |stream: &[Labelled], number| rows(stream, OF_HISTORY, memory, number);
        [of(&takeovers, WORLDS + number), of(&others, WORLDS + INJECTED + number)]
    });
    let labelled = logs.iter().zip(WORLDS + 2 * INJECTED..).filter(|(log, _)| log.iter().any(Labelled::is_attack));
    let labelled: Vec<_> = labelled.map(|(log, number)| rows(log, OF_LABELLED_LOG, memory, number)).collect();
    let taken: Vec<Taken> = worlds.chain(histories).chain(labelled).flatten_iter().collect();
    classifier(&taken, params)
}

fn classifier(taken: &[Taken], params: &Params) -> Result<Classifier, TrainError> {
    let values: Vec<Features> = taken.iter().map(|taken| taken.features).collect();
    let bins = Bins::fit(&features::names(), &values)?;
    let lesson = |taken: &Taken| Lesson {
        row: bins.row(&taken.features),
        is_attack: taken.is_attack,
        weight: 1.0,
        user: taken.user,
        time: taken.time,
    };
    let lessons: Vec<Lesson> = taken.iter().map(lesson).collect();
    let grown = grow(&lessons, FEATURES, params)?;
    let samples = taken.iter().zip(grown.out_of_bag).filter_map(|(taken, said)| {
        let Taken { is_attack, stands_for, .. } = *taken;
        Some(Sample { score: said?.into(), is_attack, weight: stands_for, cluster: 0 })
    });
    let isotonic = Isotonic::fit(&samples.collect::<Vec<_>>());
    Ok(Classifier::new(bins, grown.forest, isotonic))
}

fn world(seed: u64) -> Vec<Labelled> {
    let start = TimeZone::UTC.to_timestamp(date(2026, 1, 5).at(0, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH);
    let attacks = world::Attack::VARIANTS.to_vec();
    world::generate(&world::Plan { users: WORLD_USERS, days: WORLD_DAYS, start, attacks, rate: WORLD_RATE, seed })
}

/// Puts attacks of every kind but takeovers into the history before a day; none where nobody can be attacked.
fn others(history: &[Event], before: Day, seed: u64) -> Vec<Labelled> {
    let earlier = history.iter().filter(|event| super::day_of(event) < before).cloned().collect();
    let is_other = |kind: &&Injection| !matches!(kind, Injection::Takeover | Injection::Switch | Injection::Visit);
    let kinds = Injection::VARIANTS.iter().filter(is_other).copied().collect();
    let plan = inject::Plan { kinds, cases: INJECTED_CASES, after: INJECTED_AFTER, sizes: Sizes::USUAL, seed };
    inject::inject(earlier, &plan).unwrap_or_default()
}

/// Lets the memory see a stream, and takes some of its rows.
fn rows(stream: &[Labelled], quota: Quota, memory: &Arc<Model>, number: u64) -> Vec<Taken> {
    let chosen = chosen(stream, quota, number);
    let mut detector = Detector::new(Arc::clone(memory), Limits::PRODUCT);
    let mut taken = Vec::with_capacity(chosen.len());
    for (first, epoch) in (0..).step_by(EPOCH).zip(stream.chunks(EPOCH)) {
        let events: Vec<Event> = epoch.iter().map(|row| row.event.clone()).collect();
        for (place, scored) in (first..).zip(detector.observe(&events, EPOCH)) {
            let Some(stands_for) = chosen.get(&place) else { continue };
            let row = &stream[place];
            taken.push(Taken {
                features: features::of(&row.event, &scored.assessment),
                is_attack: row.is_attack(),
                stands_for: *stands_for,
                user: user(&row.event, number),
                time: scored.assessment.second,
            });
        }
    }
    taken
}

/// Draws rows of a stream, and says how many each of them stands for.
#[expect(clippy::cast_precision_loss, reason = "numbers of rows are exact in 53 bits")]
fn chosen(stream: &[Labelled], quota: Quota, seed: u64) -> BTreeMap<usize, f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut by_kind: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (place, row) in stream.iter().enumerate() {
        match &row.label {
            Label::Benign => by_kind.entry(None).or_default().push(place),
            Label::Attack { kind, .. } => by_kind.entry(Some(kind)).or_default().push(place),
            Label::Unjudged => {}
        }
    }
    let mut chosen = BTreeMap::new();
    for (kind, places) in by_kind {
        let wanted = places.len().min(if kind.is_some() { quota.attacks } else { quota.benign });
        let stands_for = places.len() as f64 / wanted as f64;
        chosen.extend(index::sample(&mut rng, places.len(), wanted).iter().map(|at| (places[at], stands_for)));
    }
    chosen
}

/// Numbers a user of a stream; two may share a number.
#[expect(clippy::cast_possible_truncation, reason = "the low bits of a hash are a hash")]
fn user(event: &Event, stream: u64) -> u32 {
    hash(event.user.as_str(), stream) as u32
}
