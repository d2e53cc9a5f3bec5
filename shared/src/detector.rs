//! Event in, scored event out: what an event means before it is learnt from.

mod shards;

pub use shards::{Detector, Scored, Shard, observe, shard_of};

use crate::{
    calendar::{Day, days_since_epoch, second_of},
    calibration::{DailyMaxima, Rarity, SIGNALS, Signal, anomaly_score, probability},
    event::Event,
    evidence::{Evidence, Judge},
    family::{FAMILIES, Family, Tree},
    features,
    math::log2,
    model::{INPUTS, Model, inputs},
    population::{Contribution, Fading, Population},
    profile::{EndedDay, Lesson, Norm, Profile, Today, given_group},
    risk::Risk,
    sensitivity::{MOST_SENSITIVE, sensitivity},
    severity::Severity,
    travel::{Position, Travel},
    values::{Path, Paths, Previous, Values},
};

/// A user's signals mean something after so many active days: before, everything is new.
pub const WARM_DAYS: u32 = 15;
/// What the forest's signal is without a forest: the log odds of the least probability.
const NOTHING_KNOWN: f64 = -14.0;

/// What an event means, against what was known before it. Nothing is changed by assessing.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The event's second.
    pub second: i64,
    /// The event's values.
    pub values: Values,
    /// The event's paths.
    pub paths: Paths,
    /// What each family says of the event alone.
    pub evidence: [Option<Evidence>; FAMILIES],
    /// What the identity evidence is made of, in bits.
    pub inputs: [f64; INPUTS],
    /// Each family's share of the identity evidence, in bits.
    pub shares: [f64; FAMILIES],
    /// The user's day, this event included.
    pub today: Today,
    /// The signals: identity evidence less what is usual, in bits, then the logarithms of counts.
    pub signals: [f64; SIGNALS],
    /// How rare they are.
    pub rarity: Rarity,
    /// The user's risk, this event included.
    pub risk: Risk,
    /// What the sender may have told as well.
    pub derived: Derived,
    /// On how many days the user did anything before the event.
    pub active_days: u32,
    /// The user's norm, the day that ended before this event included.
    norm: Norm,
    /// That day.
    ended: Option<EndedDay>,
    peer_group: Option<u64>,
}

impl Assessment {
    /// Assesses `event` against the user's `profile` and the `population`.
    pub fn of(event: &Event, profile: &Profile, population: &Population, model: &Model) -> Self {
        let second = second_of(event.time);
        let moment = Moment::of(second, profile, population);
        let values = Values::of(event, second, profile.last());
        let paths = Paths::of(event);
        let resource = paths.get(Tree::Resource);
        let peer_group = given_group(event).or(profile.peer_group()).or(resource.map(Path::project));
        let derived = Derived::of(event, &values, second, &profile.last());
        let judge = Judge {
            profile,
            clock: profile.clock(moment.opened_days),
            population,
            fading: Fading::at(second),
            peers: population.peers(peer_group),
        };
        let evidence = judge.evidence(&values.0, &paths);
        let is_new = resource.is_some_and(|path| !profile.has_touched(path.leaf()));
        let bits = evidence.map(|evidence| evidence.map_or(0.0, |evidence| evidence.bits));
        let mut today = moment.today;
        today.bits.add(&bits, profile.precision());
        today.count(event, is_new, derived.failed_attempts);
        let inputs = inputs(&std::array::from_fn(|family| today.mean_bits(family)), &bits);
        let shares = model.weights.shares(&inputs);
        today.identity = shares.iter().sum();
        let loads = profile.excess_loads(&today.loads(), &judge.clock, population.loads());
        let identity = centred(today.identity, &moment.norm, &moment.organisation);
        let Moment { norm, ended, .. } = moment;
        let mut assessment = Self {
            second,
            values,
            paths,
            evidence,
            inputs,
            shares,
            today,
            signals: [identity, today.mass(), loads[0], loads[1], NOTHING_KNOWN],
            rarity: Rarity::UNKNOWN,
            risk: Risk::default(),
            derived,
            active_days: profile.active_days(),
            norm,
            ended,
            peer_group,
        };
        assessment.judge(event, profile, population, model);
        assessment
    }

    /// Says how rare a moment is whose evidence is known.
    fn judge(&mut self, event: &Event, profile: &Profile, population: &Population, model: &Model) {
        if let Some(forest) = &model.forest {
            let row = forest.bins().row(&features::of(event, self));
            self.signals[Signal::Known.index()] = log_odds(forest.forest().probability(&row));
        }
        self.rarity = model.calibration.rarity(&self.signals, population.own());
        self.risk = profile.risk_after(event, self.second, self.rarity.total);
        self.today.see(&model.calibration.known(&self.signals), self.rarity.evidence);
    }

    /// Returns the share of benign user-days that reach this moment.
    pub fn p_value(&self) -> f64 {
        probability(self.rarity.total)
    }

    /// Returns how likely the event is to be hostile, from 0 to 1.
    pub fn anomaly_score(&self) -> f64 {
        anomaly_score(self.p_value())
    }

    /// Returns how urgent it is to look, given what `event`, which this is of, can do.
    pub fn severity(&self, event: &Event) -> Severity {
        let risk_of_days_before = self.risk.level(self.today.day.first_second() - 1);
        Severity::of(self.p_value(), sensitivity(event) / MOST_SENSITIVE, risk_of_days_before)
    }

    /// Returns the value of a signal.
    pub fn signal(&self, signal: Signal) -> f64 {
        self.signals[signal.index()]
    }

    /// Returns the rarity of a signal, charged for its part of the alert budget.
    pub fn rarity_of(&self, signal: Signal) -> f64 {
        self.rarity.signals[signal.index()]
    }

    /// Returns a family's share of the identity evidence, in bits.
    pub fn share(&self, family: Family) -> f64 {
        self.shares[family.index()]
    }

    /// Makes `profile` remember the event; returns what the population is to learn from it.
    pub fn learn(&self, event: &Event, profile: &mut Profile) -> Contribution {
        let fresh = profile.learn(&Lesson {
            event,
            second: self.second,
            values: self.values.0,
            paths: self.paths,
            today: self.today,
            norm: self.norm,
            risk: &self.risk,
        });
        Contribution { second: self.second, peer_group: self.peer_group, fresh, ended: self.ended }
    }
}

/// What the memory says of the way to an event: what the sender may have counted by itself, and more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Derived {
    /// Whether the place differs from the last one; unknown where one of them is.
    pub location_change: Option<bool>,
    /// Failures in a row right before the event.
    pub failed_attempts: u32,
    /// The way from the last place with known coordinates; none where either place is unknown or the event is late.
    pub travel: Option<Travel>,
    /// Days since the user's last event; none for the first one and for a late one.
    pub pause: Option<f64>,
}

impl Derived {
    fn of(event: &Event, values: &Values, second: i64, previous: &Previous) -> Self {
        let place = values.get(Family::Location);
        let location_change = previous.place.zip(place).map(|(last, now)| last != now);
        let pause =
            previous.second.map(|last| days_since_epoch(second) - days_since_epoch(last)).filter(|days| *days >= 0.0);
        let here = event.coordinates.map(|coordinates| Position { coordinates, second });
        let way = previous.position.zip(here).filter(|_| pause.is_some());
        Self {
            location_change,
            failed_attempts: previous.failures_until(second),
            travel: way.and_then(|(last, here)| Travel::between(last, here)),
            pause,
        }
    }
}

/// Where an event stands in its user's days.
struct Moment {
    /// The event's day before the event.
    today: Today,
    /// 1 where the event opens a new day, else 0.
    opened_days: i32,
    norm: Norm,
    organisation: Norm,
    ended: Option<EndedDay>,
}

impl Moment {
    fn of(second: i64, profile: &Profile, population: &Population) -> Self {
        let day = Day::of(second);
        let (norm, organisation) = (profile.norm(), *population.norm());
        match profile.today() {
            Some(today) if today.day == day => Self { today: *today, opened_days: 0, norm, organisation, ended: None },
            // An event from before the user's last day is judged alone: its own day is over.
            Some(today) if today.day > day => {
                Self { today: Today::new(day), opened_days: 0, norm, organisation, ended: None }
            }
            Some(ended) => {
                let lesson = norm.lesson(ended.identity, &organisation);
                Self {
                    today: Today::new(day),
                    opened_days: 1,
                    norm: norm.after_day(lesson),
                    organisation: organisation.after_user_day(lesson),
                    ended: Some(EndedDay {
                        identity: lesson,
                        loads: ended.loads(),
                        maxima: DailyMaxima { is_known: profile.active_days() > WARM_DAYS, ..ended.maxima },
                        evidence: ended.evidence,
                    }),
                }
            }
            None => Self { today: Today::new(day), opened_days: 1, norm, organisation, ended: None },
        }
    }
}

/// Returns the logarithm of the odds of a probability, in bits; it is nowhere quite 0 or 1.
fn log_odds(probability: f64) -> f64 {
    let probability = probability.clamp(1e-4, 1.0 - 1e-4);
    log2(probability / (1.0 - probability))
}

/// Takes off half of what the user's days usually come to: some people's work is always restless.
fn centred(identity: f64, norm: &Norm, organisation: &Norm) -> f64 {
    let usual = organisation.mean();
    identity - usual - 0.5 * (norm.mean_of_user(organisation) - usual)
}
