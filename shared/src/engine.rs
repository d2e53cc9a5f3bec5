//! Scores users' events against a model and the population, and lets the population learn; the caller keeps the
//! profiles.
//!
//! The same engine runs in the server, over whole files, and in the browser. Given the same events in the same order,
//! all three give the same bits. Events are scored against the population as it was at the end of the last epoch.
//! Within an epoch no user's event changes another user's score, so the order of different users' events, the number of
//! threads and the size of batches never change a score.

mod in_memory;

pub use in_memory::{InMemoryEngine, SHARDS, Shards, shard_of};

use std::sync::Arc;

use crate::{
    assessment::Assessment,
    calibration::Calibration,
    context::EventContext,
    event::{Event, UserId},
    explanation::{Reasons, SentenceWriter},
    inputs::Inputs,
    model::Model,
    population::{Contribution, EPOCH, PartId, Population},
    profile::{FirstOfDay, Profile, ProfileUpdate},
    scoring::{Score, identity_evidence, score, score_all, usual_attack_bits},
};

/// The assessment of an event, and the reasons for its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The assessment.
    pub assessment: Assessment,
    /// The reasons for the score; none for an ordinary event.
    pub reasons: Reasons,
    /// The version of the calibration by which it was scored.
    pub calibration_version: u64,
}

/// A source of users' profiles, which an engine reads and updates.
pub trait ProfileSource {
    /// Returns the number of the user's profile; a new user gets a new profile.
    fn find(&mut self, user: &UserId) -> usize;

    /// Returns the profile with a number that [`ProfileSource::find`] returned.
    fn profile(&self, number: usize) -> &Profile;

    /// Returns the profile with a number that [`ProfileSource::find`] returned, for an update.
    fn profile_mut(&mut self, number: usize) -> &mut Profile;
}

/// A model and a population: scores events given their users' profiles, and updates the population after each epoch.
///
/// The caller keeps the profiles; [`InMemoryEngine`] keeps them itself.
///
/// ```
/// use shared::{
///     engine::Engine,
///     event::{Action, Event},
///     model::Model,
///     population::Population,
///     user_records::{UserRecords, WorkingCopies},
/// };
///
/// let mut engine = Engine::new(Model::shipped(), Population::default());
/// let mut records = UserRecords::default();
/// let login = Event::new("ann".parse()?, "2024-01-15T14:30:00Z".parse()?, Action::Login);
///
/// let mut copies = WorkingCopies::of(&records);
/// let (scored, contribution) = engine.observe(&[&login], &mut copies).remove(0);
/// assert!(scored.assessment.anomaly_score() < 0.7);
/// for (user, record) in copies.pack() {
///     records.insert(user, record);
/// }
/// engine.commit([contribution]);
/// let profile = records.get(&login.user).and_then(|record| record.profile());
/// assert_eq!(profile.map(|profile| profile.active_days()), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Engine {
    model: Arc<Model>,
    population: Population,
    /// The model's calibration, with the organisation's own tails as far as there are any.
    calibration: Calibration,
    calibration_version: u64,
    /// The attack classifier's signal at an ordinary moment, by the model.
    usual_attack_bits: f64,
    /// The number of user-days of the population when the calibration was last adapted.
    days_at_fit: u64,
    /// The contributions of the committed events of the current epoch, which are added to the population at its end.
    pending: Vec<Contribution>,
    longest_epoch: usize,
}

/// A scored event, and its contribution to the population.
pub type Observed = (Scored, Contribution);

/// An event that is not yet scored, but from which its user's profile has already learnt.
struct Waiting<'a> {
    /// The event's index among those that are scored together.
    place: usize,
    event: &'a Event,
    /// The number of the user's profile.
    user: usize,
    context: Box<EventContext>,
    inputs: Inputs,
    first_of_day: FirstOfDay,
}

impl Engine {
    /// Returns an engine with a population, which may be empty.
    pub fn new(model: Arc<Model>, mut population: Population) -> Self {
        population.follow(&model.calibration);
        let window = population.calibration_window();
        let (calibration, days_at_fit) = (window.adapted(&model.calibration), window.days_at_fit());
        Self {
            calibration_version: calibration.version(),
            usual_attack_bits: usual_attack_bits(&model),
            model,
            population,
            calibration,
            days_at_fit,
            pending: Vec::new(),
            longest_epoch: EPOCH,
        }
    }

    /// Returns the engine with epochs of at most `events` events; with 1, the population learns after each event.
    #[must_use]
    pub fn with_longest_epoch(mut self, events: usize) -> Self {
        self.longest_epoch = events;
        self
    }

    /// Returns the model in force.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Returns the population as of the end of the last epoch.
    pub fn population(&self) -> &Population {
        &self.population
    }

    /// Returns the calibration in force: the model's, with the organisation's own tails as far as there are any.
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// Returns the [version](Calibration::version) of the calibration in force.
    pub fn calibration_version(&self) -> u64 {
        self.calibration_version
    }

    /// Returns the number of events left in the current epoch, at least 1.
    pub fn room(&self) -> usize {
        self.epoch().saturating_sub(self.pending.len()).max(1)
    }

    /// Returns the length of the current epoch in events.
    fn epoch(&self) -> usize {
        self.population.epoch().min(self.longest_epoch)
    }

    /// Scores one event. Nothing is learnt.
    pub fn score(&self, event: &Event, profile: &Profile) -> Score {
        let (_, inputs) = self.compare(event, profile);
        score(&inputs, &self.model, &self.calibration)
    }

    /// Scores and explains one event. Nothing is learnt.
    pub fn assess(&self, event: &Event, profile: &Profile) -> Scored {
        let (context, inputs) = self.compare(event, profile);
        let score = score(&inputs, &self.model, &self.calibration);
        self.explained(event, Assessment::of(context, inputs, score, profile))
    }

    /// Compares an event with its user's profile and the population.
    fn compare(&self, event: &Event, profile: &Profile) -> (Box<EventContext>, Inputs) {
        let context = Box::new(EventContext::of(event, profile, &self.population));
        let inputs = Inputs::of(event, &context);
        (context, inputs)
    }

    /// Scores events, each against its user's profile as it was before the event, and lets the profiles learn.
    ///
    /// There must be at most [`Engine::room`] events, those of one user in their order. Returns each event's score and
    /// its contribution to the population, which learns only from contributions that are given to [`Engine::commit`].
    /// To roll back, drop the contributions and the changed profiles.
    ///
    /// The rows of the events go through the classifier together. So a profile learns from an event before the event is
    /// scored, since the inputs of the user's next event depend on it. They depend on scores only if the profile is
    /// nearly full: then it drops nodes by its size, and the risk adds to the size. Events of such a profile are scored
    /// one by one.
    pub fn observe<P: ProfileSource>(&self, events: &[&Event], profiles: &mut P) -> Vec<Observed> {
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
                let (context, inputs) = self.compare(event, profiles.profile(user));
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

    /// Returns the profile of one user after events of that user, in their order, that were scored within the current
    /// epoch. The result is that of [`Engine::observe`].
    pub fn profile_after(&self, events: &[&Event], profile: Profile) -> Profile {
        let mut only = OnlyProfile(profile);
        self.observe(events, &mut only);
        only.0
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

    /// Lets the profile learn the score of a waiting event, and explains the event.
    fn finish(&self, waiting: Waiting, score: Score, profile: &mut Profile) -> Observed {
        let Waiting { event, context, inputs, first_of_day, .. } = waiting;
        let assessment = Assessment::of(context, inputs, score, profile);
        let closed = assessment.learn_score(profile, &self.calibration);
        let contribution = assessment.contribution(first_of_day, closed);
        (self.explained(event, assessment), contribution)
    }

    fn explained(&self, event: &Event, assessment: Assessment) -> Scored {
        let writer = SentenceWriter::of(event, &assessment);
        let reasons = Reasons::of(&writer, &assessment.score, &self.model, &self.calibration, self.usual_attack_bits);
        Scored { assessment, reasons, calibration_version: self.calibration_version }
    }

    /// Commits the contributions of observed events, in the events' order. At the end of the epoch the population
    /// learns from them.
    pub fn commit(&mut self, contributions: impl IntoIterator<Item = Contribution>) {
        self.pending.extend(contributions);
        if self.pending.len() >= self.epoch() {
            self.pending.drain(..).for_each(|contribution| self.population.add(&contribution));
            let window = self.population.calibration_window();
            if window.days_at_fit() != self.days_at_fit {
                self.days_at_fit = window.days_at_fit();
                self.calibration = window.adapted(&self.model.calibration);
                self.calibration_version = self.calibration.version();
            }
        }
    }

    /// Returns the contributions of the committed events of the current epoch, which the population has not learnt from
    /// yet. A new engine with the same population that commits them is equal to this one.
    pub fn pending(&self) -> &[Contribution] {
        &self.pending
    }

    /// Returns the stored forms of the parts of the population that changed since it was last stored, as
    /// [`Population::changed_parts`].
    pub fn changed_parts(&self) -> impl Iterator<Item = (PartId, Vec<u8>)> {
        self.population.changed_parts()
    }

    /// Takes all parts of the population as stored.
    pub fn mark_stored(&mut self) {
        self.population.mark_stored();
    }
}

/// The profile of one user, whose events alone are scored.
struct OnlyProfile(Profile);

impl ProfileSource for OnlyProfile {
    fn find(&mut self, _: &UserId) -> usize {
        0
    }

    fn profile(&self, _: usize) -> &Profile {
        &self.0
    }

    fn profile_mut(&mut self, _: usize) -> &mut Profile {
        &mut self.0
    }
}

/// Lets `profile` learn from `event`, except its score. Returns the values and paths that the population has not
/// counted for this user and day.
fn learn(event: &Event, context: &EventContext, inputs: &Inputs, profile: &mut Profile, model: &Model) -> FirstOfDay {
    let day = context.day.with_identity(identity_evidence(inputs, model));
    profile.learn(&ProfileUpdate {
        event,
        second: context.second,
        values: &context.values,
        paths: &context.paths,
        day: &day,
        baseline: context.baseline,
        is_service: context.is_service,
        given_group: context.given_group,
    })
}
