//! An engine that keeps all profiles in memory, for whole logs.

use std::{collections::HashMap, sync::Arc};

use super::{Engine, ProfileSource, Scored};
use crate::{
    event::{Event, UserId},
    model::Model,
    population::{Contribution, Population},
    profile::{Limits, Profile},
};

/// The number of shards that the users are split into.
pub const SHARDS: usize = 64;
/// The seed of the hashes of users, by which they are split into shards.
const SHARD_SEED: u64 = 2;

/// An engine with the profiles of all users, in shards that threads can work on in parallel.
///
/// ```
/// use shared::{
///     engine::InMemoryEngine,
///     event::{Action, Event},
///     model::Model,
///     profile::Limits,
/// };
///
/// let mut engine = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
/// let login = Event::new("ann".parse()?, "2024-01-15T14:30:00Z".parse()?, Action::Login);
/// let scored = engine.observe(&[login.clone(), login]);
/// assert_eq!(scored.len(), 2);
/// assert_eq!(scored[1].assessment.context.day.events, 2);
/// assert_eq!(engine.profiles().count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct InMemoryEngine {
    engine: Engine,
    shards: Vec<ProfileShard>,
}

/// The profiles of the users of one shard.
#[derive(Debug, Clone)]
struct ProfileShard {
    limits: Limits,
    numbers: HashMap<UserId, usize>,
    profiles: Vec<Profile>,
}

impl InMemoryEngine {
    /// Returns an engine without users, whose profiles will have these limits.
    pub fn new(model: Arc<Model>, limits: Limits) -> Self {
        let shard = ProfileShard { limits, numbers: HashMap::new(), profiles: Vec::new() };
        Self { engine: Engine::new(model, Population::default()), shards: vec![shard; SHARDS] }
    }

    /// Returns the engine with epochs of at most `events` events; with 1, the population learns after each event.
    #[must_use]
    pub fn with_longest_epoch(self, events: usize) -> Self {
        Self { engine: self.engine.with_longest_epoch(events), ..self }
    }

    /// Scores events in their order, and learns from each.
    pub fn observe(&mut self, mut events: &[Event]) -> Vec<Scored> {
        let mut scored = Vec::with_capacity(events.len());
        while !events.is_empty() {
            let (epoch, later) = events.split_at(self.engine.room().min(events.len()));
            let epoch: Vec<&Event> = epoch.iter().collect();
            let (engine, mut shards) = self.parts();
            let observed = engine.observe(&epoch, &mut shards);
            let (of_epoch, contributions): (Vec<_>, Vec<_>) = observed.into_iter().unzip();
            self.engine.commit(contributions);
            scored.extend(of_epoch);
            events = later;
        }
        scored
    }

    /// Returns the engine and all shards, to observe the events of different shards' users in parallel.
    pub fn parts(&mut self) -> (&Engine, Shards<'_>) {
        (&self.engine, Shards { first: 0, shards: &mut self.shards })
    }

    /// Commits the contributions of the shards' events, in the order of all events.
    pub fn commit(&mut self, contributions: impl IntoIterator<Item = Contribution>) {
        self.engine.commit(contributions);
    }

    /// Returns the engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Returns a user's profile; none if the user was never seen.
    pub fn profile(&self, user: &UserId) -> Option<&Profile> {
        let shard = &self.shards[shard_of(user)];
        shard.numbers.get(user).map(|number| &shard.profiles[*number])
    }

    /// Returns every user's profile, in no particular order.
    pub fn profiles(&self) -> impl Iterator<Item = (&UserId, &Profile)> {
        self.shards.iter().flat_map(ProfileShard::profiles)
    }
}

/// Returns the number of a user's shard.
pub fn shard_of(user: &UserId) -> usize {
    usize::try_from(user.seeded_hash(SHARD_SEED) % SHARDS as u64).expect("there are 64 shards")
}

impl ProfileShard {
    fn profiles(&self) -> impl Iterator<Item = (&UserId, &Profile)> {
        self.numbers.iter().map(|(user, number)| (user, &self.profiles[*number]))
    }

    /// Returns the number of a user's profile within the shard; a new user gets a new profile.
    fn find(&mut self, user: &UserId) -> usize {
        if let Some(number) = self.numbers.get(user) {
            return *number;
        }
        self.profiles.push(Profile::new(self.limits));
        self.numbers.insert(user.clone(), self.profiles.len() - 1);
        self.profiles.len() - 1
    }
}

/// The profiles of the users of consecutive shards, which one thread can work on.
///
/// The number of a profile is its number within the shard, times [`SHARDS`], plus the number of the shard.
#[derive(Debug)]
pub struct Shards<'a> {
    /// The number of the first shard.
    first: usize,
    shards: &'a mut [ProfileShard],
}

impl Shards<'_> {
    /// Splits off the shards from number `shard` on.
    ///
    /// # Panics
    ///
    /// Panics if `shard` is the number of an earlier or a later shard.
    #[must_use]
    pub fn split_at(self, shard: usize) -> (Self, Self) {
        let (before, after) = self.shards.split_at_mut(shard - self.first);
        (Self { first: self.first, shards: before }, Self { first: shard, shards: after })
    }

    /// Returns the spelling in which a user's id was first observed; none if the user was never observed.
    pub fn first_spelling(&self, user: &UserId) -> Option<&UserId> {
        let shard = &self.shards[shard_of(user) - self.first];
        shard.numbers.get_key_value(user).map(|(first, _)| first)
    }
}

impl ProfileSource for Shards<'_> {
    fn find(&mut self, user: &UserId) -> usize {
        let shard = shard_of(user);
        self.shards[shard - self.first].find(user) * SHARDS + shard
    }

    fn profile(&self, number: usize) -> &Profile {
        &self.shards[number % SHARDS - self.first].profiles[number / SHARDS]
    }

    fn profile_mut(&mut self, number: usize) -> &mut Profile {
        &mut self.shards[number % SHARDS - self.first].profiles[number / SHARDS]
    }
}
