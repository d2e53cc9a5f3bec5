//! An engine with every profile in memory: for whole logs.

use std::{collections::HashMap, sync::Arc};

use super::{Engine, ProfileSource, Scored};
use crate::{
    event::{Event, UserId},
    hash::hash,
    model::Model,
    population::{Contribution, Population},
    profile::{Limits, Profile},
};

/// How many shards the users are split into.
const SHARDS: usize = 64;
/// Seed of the hashes of users that choose their shards.
const SHARD_SEED: u64 = 2;

/// An engine, and the profiles of all users in shards that threads can work on side by side.
#[derive(Debug, Clone)]
pub struct InMemoryEngine {
    engine: Engine,
    shards: Vec<ProfileShard>,
}

/// The profiles of some of the users.
#[derive(Debug, Clone)]
pub struct ProfileShard {
    limits: Limits,
    numbers: HashMap<UserId, usize>,
    profiles: Vec<Profile>,
}

impl InMemoryEngine {
    /// Returns an engine that has seen nothing.
    pub fn new(model: Arc<Model>, limits: Limits) -> Self {
        let shard = ProfileShard { limits, numbers: HashMap::new(), profiles: Vec::new() };
        Self { engine: Engine::new(model, Population::default()), shards: vec![shard; SHARDS] }
    }

    /// Returns the engine with epochs of at most so many events; with 1, everybody sees at once what others do.
    #[must_use]
    pub fn with_longest_epoch(self, events: usize) -> Self {
        Self { engine: self.engine.with_longest_epoch(events), ..self }
    }

    /// Scores events in their order and learns from each.
    pub fn observe(&mut self, mut events: &[Event]) -> Vec<Scored> {
        let mut scored = Vec::with_capacity(events.len());
        while !events.is_empty() {
            let (epoch, later) = events.split_at(self.engine.room().min(events.len()));
            let epoch: Vec<&Event> = epoch.iter().collect();
            let observed = self.engine.observe(&epoch, &mut Shards(&mut self.shards));
            let (of_epoch, contributions): (Vec<_>, Vec<_>) = observed.into_iter().unzip();
            self.engine.commit(contributions);
            scored.extend(of_epoch);
            events = later;
        }
        scored
    }

    /// Returns the engine and the shards, to observe the events of each shard's users side by side.
    pub fn parts(&mut self) -> (&Engine, &mut [ProfileShard]) {
        (&self.engine, &mut self.shards)
    }

    /// Commits what the shards' events add to the population, in the order of all events.
    pub fn commit(&mut self, contributions: impl IntoIterator<Item = Contribution>) {
        self.engine.commit(contributions);
    }

    /// Returns the engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Returns a user's profile, if the user was ever seen.
    pub fn profile(&self, user: &UserId) -> Option<&Profile> {
        let shard = &self.shards[shard_of(user)];
        shard.numbers.get(user).map(|number| &shard.profiles[*number])
    }

    /// Returns every user with their profile, in no order.
    pub fn profiles(&self) -> impl Iterator<Item = (&UserId, &Profile)> {
        self.shards.iter().flat_map(ProfileShard::profiles)
    }
}

/// Returns the number of the shard that keeps a user.
pub fn shard_of(user: &UserId) -> usize {
    usize::try_from(hash(user.as_str(), SHARD_SEED) % SHARDS as u64).expect("there are 64 shards")
}

impl ProfileShard {
    fn profiles(&self) -> impl Iterator<Item = (&UserId, &Profile)> {
        self.numbers.iter().map(|(user, number)| (user, &self.profiles[*number]))
    }
}

impl ProfileSource for ProfileShard {
    fn find(&mut self, user: &UserId) -> usize {
        if let Some(number) = self.numbers.get(user) {
            return *number;
        }
        self.profiles.push(Profile::new(self.limits));
        self.numbers.insert(user.clone(), self.profiles.len() - 1);
        self.profiles.len() - 1
    }

    fn profile(&self, number: usize) -> &Profile {
        &self.profiles[number]
    }

    fn profile_mut(&mut self, number: usize) -> &mut Profile {
        &mut self.profiles[number]
    }
}

/// All shards as one source of profiles: the number of a profile is that within its shard, times the number of shards,
/// plus the shard's.
struct Shards<'a>(&'a mut [ProfileShard]);

impl ProfileSource for Shards<'_> {
    fn find(&mut self, user: &UserId) -> usize {
        let shard = shard_of(user);
        self.0[shard].find(user) * SHARDS + shard
    }

    fn profile(&self, number: usize) -> &Profile {
        self.0[number % SHARDS].profile(number / SHARDS)
    }

    fn profile_mut(&mut self, number: usize) -> &mut Profile {
        self.0[number % SHARDS].profile_mut(number / SHARDS)
    }
}
