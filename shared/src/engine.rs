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
    assessment::Assessment,
    calibration::Calibration,
    context::EventContext,
    event::{Event, UserId},
    explanation::{Reason, reasons},
    inputs::Inputs,
    model::Model,
    population::{Contribution, EPOCH, Population},
    profile::Profile,
    scoring::{Score, score_all},
};

/// Rarity from which on an event gets reasons, in powers of ten: one in ten user-days.
const NOTABLE_RARITY: f64 = 1.0;

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
#[derive(Debug, Clone)]
pub struct Engine {
    model: Arc<Model>,
    population: Population,
    /// The model's calibration, with the organisation's own where that is known.
    calibration: Calibration,
    /// What the committed events of the unfinished epoch will add to the population.
    pending: Vec<Contribution>,
    longest_epoch: usize,
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
        let Self { model, population, calibration, .. } = self;
        self.explained(event, profile, Assessment::of(event, profile, population, model, calibration))
    }

    /// Scores events, each against its user's profile before it, and lets the profiles learn.
    ///
    /// The events are at most as many as there is [`Engine::room`] for, those of one user in their order. Returns what
    /// each event means and what it will add to the population. The population learns only from what is given to
    /// [`Engine::commit`]; to roll back, drop the contributions and the changed profiles.
    pub fn observe<P: ProfileSource>(&self, events: &[&Event], profiles: &mut P) -> Vec<(Scored, Contribution)> {
        let users: Vec<usize> = events.iter().map(|event| profiles.find(&event.user)).collect();
        let mut observed: Vec<_> = events.iter().map(|_| None).collect();
        for round in rounds(&users) {
            let contexts = round.iter().map(|place| {
                let context = EventContext::of(events[*place], profiles.profile(users[*place]), &self.population);
                (Inputs::of(events[*place], &context), context)
            });
            let (inputs, contexts): (Vec<_>, Vec<_>) = contexts.unzip();
            let scores = score_all(&inputs, &self.model, &self.calibration);
            for (((place, context), inputs), score) in round.iter().zip(contexts).zip(inputs).zip(scores) {
                let profile = profiles.profile_mut(users[*place]);
                observed[*place] = Some(self.learn(events[*place], profile, context, inputs, score));
            }
        }
        observed.into_iter().map(|observed| observed.expect("every event is in one round")).collect()
    }

    /// Explains a scored event, then lets the profile learn from it.
    fn learn(
        &self,
        event: &Event,
        profile: &mut Profile,
        context: EventContext,
        inputs: Inputs,
        score: Score,
    ) -> (Scored, Contribution) {
        let assessment = Assessment::scored(event, profile, context, inputs, score);
        let scored = self.explained(event, profile, assessment);
        let contribution = scored.assessment.learn(event, profile, &self.calibration);
        (scored, contribution)
    }

    fn explained(&self, event: &Event, profile: &Profile, assessment: Assessment) -> Scored {
        let is_notable = assessment.score.log10_rarity.total >= NOTABLE_RARITY;
        let reasons = if is_notable { reasons(event, &assessment, profile, &self.model) } else { Vec::new() };
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

/// Splits the places of events into rounds: each round has at most one event of each user, and the rounds keep the order
/// of a user's events. `users` are the numbers of the events' users.
fn rounds(users: &[usize]) -> Vec<Vec<usize>> {
    let mut by_user: Vec<usize> = (0..users.len()).collect();
    by_user.sort_by_key(|place| users[*place]);
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    for of_user in by_user.chunk_by(|a, b| users[*a] == users[*b]) {
        for (round, place) in of_user.iter().enumerate() {
            if round == rounds.len() {
                rounds.push(Vec::new());
            }
            rounds[round].push(*place);
        }
    }
    rounds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_has_one_event_of_each_user_and_rounds_keep_their_order() {
        assert_eq!(rounds(&[7, 3, 7, 7, 5]), [vec![1, 4, 0], vec![2], vec![3]]);
        assert!(rounds(&[]).is_empty());
    }
}
