//! The detector with its state: events in, scored events out, and what they teach kept or dropped.
//!
//! The same engine runs behind the server's write path, over whole files, and in the browser. Given the same events in
//! the same order, all three give the same bits. Events are scored against the population as it was at the end of the
//! last epoch; within an epoch users do not see what others do, so the order of different users' events, the number of
//! threads and the size of batches never change an answer.

mod in_memory;

pub use in_memory::{InMemoryEngine, ProfileShard, shard_of};

use std::sync::Arc;

use crate::{
    assessment::{Assessment, learn},
    calibration::Calibration,
    context::EventContext,
    event::{Event, UserId},
    explanation::{Reason, reasons},
    inputs::Inputs,
    model::Model,
    population::{Contribution, EPOCH, Population},
    profile::{FirstOfDay, Profile},
    scoring::{Score, score, score_all},
};

/// Rarity from which on an event gets reasons, in powers of ten: one in ten user-days.
const NOTABLE_RARITY: f64 = 1.0;

/// How many events' rows go through the classifier together: as many as stay in the nearest caches.
const TOGETHER: usize = 64;

/// A scored event, and why it scored so.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// What the event means.
    pub assessment: Assessment,
    /// The reasons, the strongest first; empty for an ordinary event.
    pub reasons: Vec<Reason>,
}

/// Where an engine finds the profiles of users, and where they learn.
pub trait ProfileSource {
    /// Returns the number under which the user's profile is found; a user never seen gets a new profile.
    fn find(&mut self, user: &UserId) -> usize;

    /// Returns the profile with a number that [`ProfileSource::find`] returned.
    fn profile(&self, number: usize) -> &Profile;

    /// Returns the profile with a number that [`ProfileSource::find`] returned, to learn.
    fn profile_mut(&mut self, number: usize) -> &mut Profile;
}

/// Scores events by a model, against users' profiles and the population, and lets the population learn epoch by epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct Engine {
    model: Arc<Model>,
    population: Population,
    /// The model's calibration, with the organisation's own where that is known.
    calibration: Calibration,
    /// What the committed events of the unfinished epoch will add to the population.
    pending: Vec<Contribution>,
    longest_epoch: usize,
}

/// A scored event, and what it will add to the population.
pub type Observed = (Scored, Contribution);

/// An event from which its user's profile has learnt all but the score.
struct Waiting<'a> {
    /// The event's place among those that are scored together.
    place: usize,
    event: &'a Event,
    /// The number of the user's profile.
    user: usize,
    context: Box<EventContext>,
    inputs: Inputs,
    first_of_day: FirstOfDay,
}

impl Engine {
    /// Returns an engine that has learnt what `population` says.
    pub fn new(model: Arc<Model>, population: Population) -> Self {
        let calibration = model.calibration.adapted_to(population.own_calibration());
        Self { model, population, calibration, pending: Vec::new(), longest_epoch: EPOCH }
    }

    /// Returns the engine with epochs of at most so many events; with 1, everybody sees at once what others do.
    #[must_use]
    pub fn with_longest_epoch(mut self, events: usize) -> Self {
        self.longest_epoch = events;
        self
    }

    /// Returns the model in force.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Returns what everybody does, as of the end of the last epoch.
    pub fn population(&self) -> &Population {
        &self.population
    }

    /// Returns how many more events the current epoch takes.
    pub fn room(&self) -> usize {
        self.population.epoch().min(self.longest_epoch).saturating_sub(self.pending.len()).max(1)
    }

    /// Scores one event, and says why where it is notable. Nothing is learnt.
    pub fn assess(&self, event: &Event, profile: &Profile) -> Scored {
        let context = Box::new(EventContext::of(event, profile, &self.population));
        let inputs = Inputs::of(event, &context);
        let score = score(&inputs, &self.model, &self.calibration);
        self.explained(event, Assessment::of(context, inputs, score, profile))
    }

    /// Scores events, each against its user's profile before it, and lets the profiles learn.
    ///
    /// The events are at most as many as there is [`Engine::room`] for, those of one user in their order. Returns what
    /// each event means and what it will add to the population. The population learns only from what is given to
    /// [`Engine::commit`]; to roll back, drop the contributions and the changed profiles.
    pub fn observe<P: ProfileSource>(&self, events: &[&Event], profiles: &mut P) -> Vec<Observed> {
        events.chunks(TOGETHER).flat_map(|together| self.observe_together(together, profiles)).collect()
    }

    /// Scores events whose rows go through the classifier together.
    ///
    /// What the inputs of a user's next event depend on, a profile learns before the event is scored. Only a nearly full
    /// profile depends on the scores: it forgets by its size, and the user's risk takes room.
    fn observe_together<P: ProfileSource>(&self, events: &[&Event], profiles: &mut P) -> Vec<Observed> {
        let mut observed: Vec<Option<Observed>> = events.iter().map(|_| None).collect();
        let mut waiting: Vec<Waiting> = Vec::with_capacity(events.len());
        for (place, event) in events.iter().enumerate() {
            let user = profiles.find(&event.user);
            if profiles.profile(user).is_nearly_full() {
                let profile = profiles.profile_mut(user);
                for earlier in waiting.extract_if(.., |earlier| earlier.user == user) {
                    let (at, score) = (earlier.place, score(&earlier.inputs, &self.model, &self.calibration));
                    observed[at] = Some(self.finish(earlier, score, profile));
                }
                observed[place] = Some(self.observe_alone(event, profile));
            } else {
                let context = Box::new(EventContext::of(event, profiles.profile(user), &self.population));
                let inputs = Inputs::of(event, &context);
                let first_of_day = learn(event, &context, &inputs, profiles.profile_mut(user), &self.model);
                waiting.push(Waiting { place, event, user, context, inputs, first_of_day });
            }
        }
        let scores = score_all(waiting.iter().map(|waiting| &waiting.inputs), &self.model, &self.calibration);
        for (waiting, score) in waiting.into_iter().zip(scores) {
            let (place, user) = (waiting.place, waiting.user);
            observed[place] = Some(self.finish(waiting, score, profiles.profile_mut(user)));
        }
        observed.into_iter().map(|observed| observed.expect("every event was scored")).collect()
    }

    /// Scores an event, then lets its profile learn from the score and from the event.
    fn observe_alone(&self, event: &Event, profile: &mut Profile) -> Observed {
        let scored = self.assess(event, profile);
        let assessment = &scored.assessment;
        let closed = assessment.learn_score(profile, &self.calibration);
        let first_of_day = learn(event, &assessment.context, &assessment.inputs, profile, &self.model);
        let contribution = assessment.contribution(first_of_day, closed);
        (scored, contribution)
    }

    /// Lets the profile learn the score of an event that waited for it, and explains the event.
    fn finish(&self, waiting: Waiting, score: Score, profile: &mut Profile) -> Observed {
        let Waiting { event, context, inputs, first_of_day, .. } = waiting;
        let assessment = Assessment::of(context, inputs, score, profile);
        let closed = assessment.learn_score(profile, &self.calibration);
        let contribution = assessment.contribution(first_of_day, closed);
        (self.explained(event, assessment), contribution)
    }

    fn explained(&self, event: &Event, assessment: Assessment) -> Scored {
        let is_notable = assessment.score.log10_rarity.total >= NOTABLE_RARITY;
        let reasons = if is_notable { reasons(event, &assessment, &self.model) } else { Vec::new() };
        Scored { assessment, reasons }
    }

    /// Takes over what observed events add to the population, in their order; at the end of the epoch, it learns.
    pub fn commit(&mut self, contributions: impl IntoIterator<Item = Contribution>) {
        self.pending.extend(contributions);
        if self.pending.len() >= self.population.epoch().min(self.longest_epoch) {
            self.pending.drain(..).for_each(|contribution| self.population.add(&contribution));
            self.calibration = self.model.calibration.adapted_to(self.population.own_calibration());
        }
    }

    /// Returns the population as it would be if the epoch ended with `contributions`.
    pub fn population_with(&self, contributions: &[Contribution]) -> Population {
        let mut population = self.population.clone();
        self.pending.iter().chain(contributions).for_each(|contribution| population.add(contribution));
        population
    }
}
