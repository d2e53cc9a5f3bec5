//! Sampling the rows that the attack classifier is trained on.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{Timestamp, civil::date, tz::TimeZone};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use shared::{
    assessment::Assessment,
    calendar::Day,
    engine::InMemoryEngine,
    event::Event,
    families::Family,
    features::{self, Features},
    model::Model,
    population::EPOCH,
    profile::Limits,
    signals::{PerSignal, Signal},
};
use strum::VariantArray as _;

use super::{
    attack_templates,
    strata::{Draw, Quota},
};
use crate::{
    dataset::{Label, LabelledEvent},
    inject::{self, AttackSizes, Injection, InjectionPlan},
    synthetic::{self, AttackKind, LifeRates, OrganisationPlan},
};

/// Seed of the first made-up organisation; evaluations use other seeds.
pub const FIRST_WORLD: u64 = 101;
/// Numbers of users of made-up organisations, in turn: a score is to have the same meaning in small ones.
const WORLD_USERS: [u32; 8] = [300, 4, 300, 12, 300, 30, 300, 100];
const WORLD_DAYS: u32 = 120;
/// Attacks per user and hundred days: many more than in reality, to learn from.
const WORLD_RATE: f64 = 1.0;
/// The share of attacks in made-up organisations that are put into a situation of ordinary life.
const WORLD_SITUATED: f64 = 0.3;
/// Number of streams made of the organisation's own history with takeovers and transient intrusions, and as many with
/// other attacks.
const INJECTED_STREAMS: u64 = 4;
/// Number of attacks of each kind in a stream with other attacks.
const INJECTED_CASES: usize = 8;
/// The share of the history before the first of the other attacks.
const INJECTED_AFTER: f64 = 0.3;

/// Number of events after which a detector's state is thrown away to sample the events of a new organisation.
const NEW_ORGANISATION_EVENTS: usize = 16;

const OF_WORLD: Quota = Quota { attacks: 500, benign: 5000, benign_of_class: Some(2500) };
const OF_HISTORY: Quota = Quota { attacks: 300, benign: 2500, benign_of_class: None };
const OF_LABELLED_LOG: Quota = Quota { attacks: 5000, benign: 40_000, benign_of_class: None };

/// The source of a stream of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A made-up organisation.
    World,
    /// The organisation's own history with injected attacks.
    History,
    /// A log that labels its attacks.
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

/// The origin of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// The source of its stream.
    pub source: Source,
    /// The kind of the attack that the row belongs to; `None` for a benign row.
    pub kind: Option<Box<str>>,
    /// The number of rows of its stream that the row represents.
    pub represents: f64,
}

/// A row of features sampled from a stream.
pub(super) struct SampledRow {
    pub(super) features: Features,
    /// The signals, without that of the classifier.
    pub(super) signals: PerSignal<f64>,
    pub(super) origin: Origin,
    pub(super) user: u32,
    /// The share of its stream that lies before it, in millionths: comparable between streams.
    pub(super) time: i64,
}

/// A kind of attack to be left out does not occur.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no attack is of the kind {kind}, which is to be left out; there are {}", .there_are.join(", "))]
pub struct NoSuchKind {
    kind: String,
    there_are: Vec<String>,
}

/// The sources of the rows that the attack classifier is trained on.
#[derive(Clone, Copy)]
pub(in crate::training) struct TrainingSources<'a> {
    /// The benign events of the organisation's own log.
    pub(in crate::training) history: &'a [Event],
    /// The day before which all of the history is taken to be benign.
    pub(in crate::training) before: Day,
    /// All logs, the organisation's own first.
    pub(in crate::training) logs: &'a [Vec<LabelledEvent>],
    /// The model that computes the evidence among the features.
    pub(in crate::training) base_model: &'a Arc<Model>,
    /// Number of made-up organisations.
    pub(in crate::training) worlds: u64,
    /// Families of evidence withheld from the classifier.
    pub(in crate::training) without: &'a [Family],
    /// Kinds of attack withheld from the classifier.
    pub(in crate::training) leave_out: &'a [String],
}

/// Samples rows of benign events and of every kind of attack that is not left out.
pub(super) fn sample_rows(sources: &TrainingSources) -> Result<Vec<SampledRow>, NoSuchKind> {
    let mut rows = sample_all(sources);
    let kinds: BTreeSet<&str> = rows.iter().filter_map(|row| row.origin.kind.as_deref()).collect();
    if let Some(kind) = sources.leave_out.iter().find(|kind| !kinds.contains(kind.as_str())) {
        let there_are = kinds.into_iter().map(str::to_owned).collect();
        return Err(NoSuchKind { kind: kind.clone(), there_are });
    }
    rows.retain(|row| !sources.leave_out.iter().any(|kind| row.origin.kind.as_deref() == Some(kind)));
    Ok(rows)
}

/// Samples rows from all sources, in their order.
fn sample_all(sources: &TrainingSources) -> Vec<SampledRow> {
    let worlds = (0..sources.worlds).into_par_iter().flat_map_iter(|number| sample_world(sources, number));
    let history = (0..INJECTED_STREAMS).into_par_iter().flat_map_iter(|number| sample_history(sources, number));
    let logs: Vec<_> = (0..).zip(sources.logs).map(|(number, log)| sample_log(sources, number, log)).collect();
    worlds.chain(history).chain(logs).flatten_iter().collect()
}

/// Samples a made-up organisation: once with its whole history, and once with templates of attacks on a detector that
/// has seen next to nothing.
fn sample_world(sources: &TrainingSources, number: u64) -> [Vec<SampledRow>; 2] {
    let mut rows = world(number);
    attack_templates::add(&mut rows, number);
    let templates = attack_templates::acts(&rows, sources.worlds + number);
    let stream = |rows| LabelledStream { rows, source: Source::World, organisation: number, number };
    [stream(&rows).sample(sources), stream(&templates).sample_as_new_organisations(sources)]
}

/// Samples the organisation's own history: once with injected takeovers and transient intrusions, and once with other
/// attacks.
fn sample_history(sources: &TrainingSources, number: u64) -> [Vec<SampledRow>; 2] {
    let TrainingSources { history, before, worlds, .. } = *sources;
    let stream = |rows: &[LabelledEvent], number| {
        LabelledStream {
            rows,
            source: Source::History,
            organisation: own_organisation(sources),
            number: worlds + number,
        }
        .sample(sources)
    };
    let takeovers = inject::for_training(history, before, number);
    let mut others = other_attacks(history, before, number);
    attack_templates::add(&mut others, worlds + number);
    [stream(&takeovers, number), stream(&others, INJECTED_STREAMS + number)]
}

/// Samples a log that labels attacks; no rows are sampled from a log that labels none.
fn sample_log(sources: &TrainingSources, number: u64, rows: &[LabelledEvent]) -> Vec<SampledRow> {
    if !rows.iter().any(LabelledEvent::is_attack) {
        return Vec::new();
    }
    let organisation = own_organisation(sources) + number; // every further log is of another organisation
    let number = sources.worlds + 2 * INJECTED_STREAMS + number;
    LabelledStream { rows, source: Source::Log, organisation, number }.sample(sources)
}

/// Returns the number of the organisation that the first log is of; the made-up ones come before it.
fn own_organisation(sources: &TrainingSources) -> u64 {
    sources.worlds
}

/// Generates the made-up organisation of a number.
fn world(number: u64) -> Vec<LabelledEvent> {
    let users = WORLD_USERS[usize::try_from(number).expect("few worlds") % WORLD_USERS.len()];
    let start = TimeZone::UTC.to_timestamp(date(2026, 1, 5).at(0, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH);
    let attacks = AttackKind::VARIANTS.to_vec();
    let seed = FIRST_WORLD + number;
    let (rate, life, situated) = (WORLD_RATE, LifeRates::ordinary(), WORLD_SITUATED);
    synthetic::generate(&OrganisationPlan { users, days: WORLD_DAYS, start, attacks, rate, life, situated, seed })
}

/// Injects attacks in which nobody else's days are used into the history before a day; returns no events where nobody
/// can be attacked.
fn other_attacks(history: &[Event], before: Day, seed: u64) -> Vec<LabelledEvent> {
    let earlier = history.iter().filter(|event| event.day() < before).cloned().collect();
    let is_other = |kind: &&Injection| {
        !matches!(kind, Injection::Takeover | Injection::IdentitySwap | Injection::TransientIntrusion)
    };
    let kinds = Injection::VARIANTS.iter().filter(is_other).copied().collect();
    let sizes = AttackSizes::USUAL;
    let plan = InjectionPlan { kinds, cases: INJECTED_CASES, after: INJECTED_AFTER, sizes, seed };
    inject::inject(earlier, &plan).unwrap_or_default()
}

/// Labelled events of one organisation, in order of time.
struct LabelledStream<'a> {
    rows: &'a [LabelledEvent],
    source: Source,
    /// The number of the organisation: a user has the same number in all streams of an organisation.
    organisation: u64,
    /// The number of the stream, from which the sample is drawn.
    number: u64,
}

impl LabelledStream<'_> {
    fn quota(&self) -> Quota {
        match self.source {
            Source::World => OF_WORLD,
            Source::History => OF_HISTORY,
            Source::Log => OF_LABELLED_LOG,
        }
    }

    /// Runs an engine over the stream and returns rows drawn from it.
    fn sample(&self, sources: &TrainingSources) -> Vec<SampledRow> {
        let mut engine = InMemoryEngine::new(Arc::clone(sources.base_model), Limits::PRODUCT);
        let mut draw = Draw::new(self.quota(), ChaCha8Rng::seed_from_u64(self.number));
        for (first, epoch) in (0..).step_by(EPOCH).zip(self.rows.chunks(EPOCH)) {
            let events: Vec<Event> = epoch.iter().map(|row| row.event.clone()).collect();
            for (place, scored) in (first..).zip(engine.observe(&events)) {
                let identity = scored.assessment.score.signals[Signal::Identity];
                draw.offer(&self.rows[place].label, identity, || self.row(place, &scored.assessment, sources));
            }
        }
        draw.into_rows().collect()
    }

    /// Returns all rows, every few of them scored by an engine that has seen nothing before.
    fn sample_as_new_organisations(&self, sources: &TrainingSources) -> Vec<SampledRow> {
        let mut sampled = Vec::with_capacity(self.rows.len());
        for (first, rows) in (0..).step_by(NEW_ORGANISATION_EVENTS).zip(self.rows.chunks(NEW_ORGANISATION_EVENTS)) {
            let events: Vec<Event> = rows.iter().map(|row| row.event.clone()).collect();
            let mut engine = InMemoryEngine::new(Arc::clone(sources.base_model), Limits::PRODUCT);
            for (place, scored) in (first..).zip(engine.observe(&events)) {
                sampled.push(self.row(place, &scored.assessment, sources));
            }
        }
        sampled
    }

    fn row(&self, place: usize, assessment: &Assessment, sources: &TrainingSources) -> SampledRow {
        let event = &self.rows[place].event;
        let signals = assessment.score.signals;
        let mut features = features::of(&assessment.inputs, &signals);
        for family in sources.without {
            features::forget(&mut features, *family);
        }
        SampledRow { features, signals, origin: self.origin(place), user: self.user(event), time: self.time(place) }
    }

    /// Returns the origin of a row that represents itself alone.
    fn origin(&self, place: usize) -> Origin {
        let kind = match &self.rows[place].label {
            Label::Attack { kind, .. } => Some(kind.clone()),
            Label::Benign | Label::Unjudged => None,
        };
        Origin { source: self.source, kind, represents: 1.0 }
    }

    fn time(&self, place: usize) -> i64 {
        i64::try_from(place * 1_000_000 / self.rows.len()).expect("at most a million")
    }

    /// Returns the number of a user of the organisation; it is a hash, and two users may share one.
    #[expect(clippy::cast_possible_truncation, reason = "the low bits of a hash are a hash")]
    fn user(&self, event: &Event) -> u32 {
        event.user.seeded_hash(self.organisation) as u32
    }
}
