//! The rows that a forest learns from.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{Timestamp, civil::date, tz::TimeZone};
use rand::{SeedableRng as _, seq::index};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use shared::{
    calendar::Day,
    detector::{Assessment, Detector, Scored},
    event::Event,
    features::{self, Features},
    hash::hash,
    population::EPOCH,
    profile::Limits,
};
use strum::VariantArray as _;

use super::{Sources, textbook};
use crate::{
    inject::{self, Injection, Sizes},
    labelled::{Label, Labelled},
    training::day_of,
    world,
};

/// Seed of the first made-up organisation; those of the evaluation are others.
pub const FIRST_WORLD: u64 = 101;
/// Users of made-up organisations, in turn: a score is to mean the same in small ones.
const WORLD_USERS: [u32; 8] = [300, 4, 300, 12, 300, 30, 300, 100];
const WORLD_DAYS: u32 = 120;
/// Attacks for each user in a hundred days: many more than there are, to learn from.
const WORLD_RATE: f64 = 1.0;
/// How many streams of takeovers and visits, and of everything else, are made of the organisation's own history.
const INJECTED: u64 = 4;
const INJECTED_CASES: usize = 8;
/// The share of the history before the first attack of everything else.
const INJECTED_AFTER: f64 = 0.3;

/// How many events an organisation has seen at most that has just begun.
const FIRSTS: usize = 16;

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

/// What a stream of events is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A made-up organisation.
    World,
    /// The organisation's own history, with attacks put into it.
    History,
    /// A log that says itself what was an attack.
    Log,
}

impl Source {
    /// Every source, in order.
    pub const ALL: [Self; 3] = [Self::World, Self::History, Self::Log];

    /// Returns the name shown to people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::World => "made-up organisations",
            Self::History => "own history with attacks put into it",
            Self::Log => "labels of the logs",
        }
    }
}

/// Where a row comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// What it is a row of.
    pub source: Source,
    /// The kind of the attack that it belongs to, if it does.
    pub kind: Option<Box<str>>,
    /// How many rows of its stream it stands for.
    pub stands_for: f64,
}

/// A row to learn from.
pub(super) struct Taken {
    pub(super) features: Features,
    pub(super) origin: Origin,
    pub(super) user: u32,
    /// The share of its stream that lies before it, in millionths: what comes early and late in every stream.
    pub(super) time: i64,
}

/// A kind of attack is to be left out that there is none of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no attack is of the kind {kind}, which is to be left out; there are {}", .there_are.join(", "))]
pub struct NoSuchKind {
    kind: String,
    there_are: Vec<String>,
}

/// Takes rows to learn from: of everything benign, and of every kind of attack that is not left out.
pub(super) fn take(sources: &Sources) -> Result<Vec<Taken>, NoSuchKind> {
    let mut taken = take_all(sources);
    let kinds: BTreeSet<&str> = taken.iter().filter_map(|taken| taken.origin.kind.as_deref()).collect();
    if let Some(kind) = sources.leave_out.iter().find(|kind| !kinds.contains(kind.as_str())) {
        let there_are = kinds.into_iter().map(str::to_owned).collect();
        return Err(NoSuchKind { kind: kind.clone(), there_are });
    }
    taken.retain(|taken| !sources.leave_out.iter().any(|kind| taken.origin.kind.as_deref() == Some(kind)));
    Ok(taken)
}

/// Takes rows from made-up organisations, from the history with attacks put into it, and from the logs with labels.
fn take_all(sources: &Sources) -> Vec<Taken> {
    let Sources { history, before, logs, worlds, .. } = *sources;
    let organisation = worlds; // those before it are made up; the logs after the first are of others
    let of_worlds = (0..worlds).into_par_iter().flat_map_iter(|number| {
        let mut rows = world(number);
        textbook::add(&mut rows, number);
        let firsts = textbook::acts(&rows, worlds + number);
        let stream = |rows| Stream { rows, source: Source::World, organisation: number, number };
        [stream(&rows).take(sources), stream(&firsts).take_as_firsts(sources)]
    });
    let of_history = (0..INJECTED).into_par_iter().flat_map_iter(|number| {
        let stream = |rows: &[Labelled], number| {
            Stream { rows, source: Source::History, organisation, number: worlds + number }.take(sources)
        };
        let takeovers = inject::for_training(history, before, number);
        let mut others = others(history, before, number);
        textbook::add(&mut others, worlds + number);
        [stream(&takeovers, number), stream(&others, INJECTED + number)]
    });
    let labelled = (0..).zip(logs).filter(|(_, log)| log.iter().any(Labelled::is_attack));
    let stream = |(log, rows): (u64, &Vec<Labelled>)| {
        let number = worlds + 2 * INJECTED + log;
        Stream { rows, source: Source::Log, organisation: organisation + log, number }.take(sources)
    };
    let of_logs: Vec<_> = labelled.map(stream).collect();
    of_worlds.chain(of_history).chain(of_logs).flatten_iter().collect()
}

fn world(number: u64) -> Vec<Labelled> {
    let users = WORLD_USERS[usize::try_from(number).expect("few worlds") % WORLD_USERS.len()];
    let start = TimeZone::UTC.to_timestamp(date(2026, 1, 5).at(0, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH);
    let attacks = world::Attack::VARIANTS.to_vec();
    let seed = FIRST_WORLD + number;
    world::generate(&world::Plan { users, days: WORLD_DAYS, start, attacks, rate: WORLD_RATE, seed })
}

/// Puts attacks of every kind but takeovers into the history before a day; none where nobody can be attacked.
fn others(history: &[Event], before: Day, seed: u64) -> Vec<Labelled> {
    let earlier = history.iter().filter(|event| day_of(event) < before).cloned().collect();
    let is_other = |kind: &&Injection| !matches!(kind, Injection::Takeover | Injection::Switch | Injection::Visit);
    let kinds = Injection::VARIANTS.iter().filter(is_other).copied().collect();
    let plan = inject::Plan { kinds, cases: INJECTED_CASES, after: INJECTED_AFTER, sizes: Sizes::USUAL, seed };
    inject::inject(earlier, &plan).unwrap_or_default()
}

/// Events of one organisation in order of time.
struct Stream<'a> {
    rows: &'a [Labelled],
    source: Source,
    /// Whose users they are: one person has one number in every stream of an organisation.
    organisation: u64,
    /// What the choice of rows depends on.
    number: u64,
}

impl Stream<'_> {
    fn quota(&self) -> Quota {
        match self.source {
            Source::World => OF_WORLD,
            Source::History => OF_HISTORY,
            Source::Log => OF_LABELLED_LOG,
        }
    }

    /// Lets the memory see the stream, and takes some of its rows.
    fn take(&self, sources: &Sources) -> Vec<Taken> {
        let chosen = self.chosen();
        let mut detector = Detector::new(Arc::clone(sources.memory), Limits::PRODUCT);
        let mut taken = Vec::with_capacity(chosen.len());
        for (first, epoch) in (0..).step_by(EPOCH).zip(self.rows.chunks(EPOCH)) {
            let events: Vec<Event> = epoch.iter().map(|row| row.event.clone()).collect();
            for (place, scored) in (first..).zip(detector.observe(&events, EPOCH)) {
                let Some(stands_for) = chosen.get(&place) else { continue };
                taken.push(self.taken(place, *stands_for, &scored.assessment, sources));
            }
        }
        taken
    }

    /// Takes every row, a few at a time as if they were all that ever happened.
    fn take_as_firsts(&self, sources: &Sources) -> Vec<Taken> {
        let few = |(number, rows): (usize, &[Labelled])| {
            let events: Vec<Event> = rows.iter().map(|row| row.event.clone()).collect();
            let scored = Detector::new(Arc::clone(sources.memory), Limits::PRODUCT).observe(&events, EPOCH);
            let places = number * FIRSTS..;
            let taken = |(place, scored): (usize, Scored)| self.taken(place, 1.0, &scored.assessment, sources);
            places.zip(scored).map(taken).collect::<Vec<_>>()
        };
        self.rows.chunks(FIRSTS).enumerate().flat_map(few).collect()
    }

    fn taken(&self, place: usize, stands_for: f64, assessment: &Assessment, sources: &Sources) -> Taken {
        let event = &self.rows[place].event;
        let mut features = features::of(event, assessment);
        for family in sources.without {
            features::forget(&mut features, *family);
        }
        Taken { features, origin: self.origin(place, stands_for), user: self.user(event), time: self.time(place) }
    }

    fn origin(&self, place: usize, stands_for: f64) -> Origin {
        let kind = match &self.rows[place].label {
            Label::Attack { kind, .. } => Some(kind.clone()),
            Label::Benign | Label::Unjudged => None,
        };
        Origin { source: self.source, kind, stands_for }
    }

    fn time(&self, place: usize) -> i64 {
        i64::try_from(place * 1_000_000 / self.rows.len()).expect("at most a million")
    }

    /// Numbers a user of the organisation; two may share a number.
    #[expect(clippy::cast_possible_truncation, reason = "the low bits of a hash are a hash")]
    fn user(&self, event: &Event) -> u32 {
        hash(event.user.as_str(), self.organisation) as u32
    }

    /// Draws rows, and says how many each of them stands for.
    #[expect(clippy::cast_precision_loss, reason = "numbers of rows are exact in 53 bits")]
    fn chosen(&self) -> BTreeMap<usize, f64> {
        let Quota { attacks, benign } = self.quota();
        let mut rng = ChaCha8Rng::seed_from_u64(self.number);
        let mut by_kind: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for (place, row) in self.rows.iter().enumerate() {
            match &row.label {
                Label::Benign => by_kind.entry(None).or_default().push(place),
                Label::Attack { kind, .. } => by_kind.entry(Some(kind)).or_default().push(place),
                Label::Unjudged => {}
            }
        }
        let mut chosen = BTreeMap::new();
        for (kind, places) in by_kind {
            let wanted = places.len().min(if kind.is_some() { attacks } else { benign });
            let stands_for = places.len() as f64 / wanted as f64;
            chosen.extend(index::sample(&mut rng, places.len(), wanted).iter().map(|at| (places[at], stands_for)));
        }
        chosen
    }
}
