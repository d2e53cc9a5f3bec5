//! Many users at once: the same answers for any number of threads.

use std::{collections::HashMap, sync::Arc};

use super::Assessment;
use crate::{
    event::{Event, UserId},
    hash::hash,
    model::Model,
    population::{Contribution, Population},
    profile::{Limits, Profile},
    words::{self, Reason},
};

/// Moments rarer than one in ten user-days are worth words.
const NOTABLE_RARITY: f64 = 1.0;

/// How many shards the users are split into.
const SHARDS: usize = 64;

/// An event's score, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// What the event means.
    pub assessment: Assessment,
    /// Why, the strongest reason first; empty for an ordinary moment.
    pub reasons: Vec<Reason>,
}

/// Everything the detector knows: the model, the population, and every user's profile.
#[derive(Debug, Clone)]
pub struct Detector {
    model: Arc<Model>,
    population: Population,
    shards: Vec<Shard>,
}

/// The profiles of some of the users.
#[derive(Debug, Clone)]
pub struct Shard {
    limits: Limits,
    profiles: HashMap<UserId, Profile>,
}

impl Detector {
    /// A detector that has seen nothing.
    pub fn new(model: Arc<Model>, limits: Limits) -> Self {
        let shard = Shard { limits, profiles: HashMap::new() };
        Self { model, population: Population::default(), shards: vec![shard; SHARDS] }
    }

    /// Scores events in their order, learning from each; the population learns after at most `longest` of them, and at
    /// the end.
    pub fn observe(&mut self, mut events: &[Event], longest: usize) -> Vec<Scored> {
        let mut scored = Vec::with_capacity(events.len());
        while !events.is_empty() {
            let (epoch, later) = events.split_at(self.population.epoch().min(longest).min(events.len()));
            scored.extend(self.observe_epoch(epoch));
            events = later;
        }
        scored
    }

    fn observe_epoch(&mut self, events: &[Event]) -> Vec<Scored> {
        let (model, population, shards) = self.parts();
        let (scored, contributions): (Vec<_>, Vec<_>) =
            events.iter().map(|event| shards[shard_of(&event.user)].observe(event, population, model)).unzip();
        self.end_epoch(contributions);
        scored
    }

    /// Returns the model, the population and the shards, to observe an epoch's events in each shard's order.
    pub fn parts(&mut self) -> (&Model, &Population, &mut [Shard]) {
        (&self.model, &self.population, &mut self.shards)
    }

    /// Adds an epoch's contributions, given in the order of its events.
    pub fn end_epoch(&mut self, contributions: impl IntoIterator<Item = Contribution>) {
        for contribution in contributions {
            self.population.add(&contribution);
        }
    }

    /// Returns what everybody does.
    pub fn population(&self) -> &Population {
        &self.population
    }

    /// Returns a user's profile, if the user was ever seen.
    pub fn profile(&self, user: &UserId) -> Option<&Profile> {
        self.shards[shard_of(user)].profiles.get(user)
    }

    /// Returns every user with their profile, in no order.
    pub fn profiles(&self) -> impl Iterator<Item = (&UserId, &Profile)> {
        self.shards.iter().flat_map(|shard| &shard.profiles)
    }
}

/// Returns the number of the shard that keeps a user.
pub fn shard_of(user: &UserId) -> usize {
    usize::try_from(hash(user.as_str(), 2) % SHARDS as u64).expect("there are 64 shards")
}

impl Shard {
    /// Scores an event of one of the shard's users, then remembers it.
    pub fn observe(&mut self, event: &Event, population: &Population, model: &Model) -> (Scored, Contribution) {
        if !self.profiles.contains_key(&event.user) {
            self.profiles.insert(event.user.clone(), Profile::new(self.limits));
        }
        let profile = self.profiles.get_mut(&event.user).expect("inserted above where it was not there");
        observe(event, profile, population, model)
    }
}

/// Scores an event against its user's profile and the population, then makes the profile remember it.
pub fn observe(event: &Event, profile: &mut Profile, population: &Population, model: &Model) -> (Scored, Contribution) {
    let scored = Scored::of(event, profile, population, model);
    let contribution = scored.assessment.learn(event, profile);
    (scored, contribution)
}

impl Scored {
    /// Scores an event and says why, where that is worth words. Nothing is remembered.
    pub fn of(event: &Event, profile: &Profile, population: &Population, model: &Model) -> Self {
        let assessment = Assessment::of(event, profile, population, model);
        let is_notable = assessment.rarity.total >= NOTABLE_RARITY;
        let reasons = if is_notable { words::reasons(event, &assessment, profile) } else { Vec::new() };
        Self { assessment, reasons }
    }
}
