//! Event in, scored event out: what an event means before it is learnt from.

mod shards;

pub use shards::{Detector, EPOCH, Scored, Shard, observe, shard_of};

use crate::{
    calendar::{Day, second_of},
    calibration::{IDENTITY_SHARE, MASS_SHARE, anomaly_score, charged, fuse, probability},
    event::{Action, Event},
    evidence::{Evidence, Judge},
    family::{FAMILIES, Family},
    math::ln_1p,
    model::Model,
    population::{Contribution, Fading, Population},
    profile::{Lesson, Norm, Profile, Today},
    risk::Risk,
    severity::Severity,
    values::{Path, Values},
};

/// What an event means, against what was known before it. Nothing is changed by assessing.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The event's second.
    pub second: i64,
    /// The event's values.
    pub values: Values,
    /// The event's resource.
    pub path: Option<Path>,
    /// What each family says of the event alone.
    pub evidence: [Option<Evidence>; FAMILIES],
    /// Each family's share of the identity evidence, in bits.
    pub shares: [f64; FAMILIES],
    /// The user's day, this event included.
    pub today: Today,
    /// Identity evidence less what is usual, in bits.
    pub identity: f64,
    /// Mass evidence.
    pub mass: f64,
    /// How rare the identity evidence is, charged for its share of the budget.
    pub identity_rarity: f64,
    /// How rare the mass evidence is, charged for its share of the budget.
    pub mass_rarity: f64,
    /// The moment is reached in one of 10^rarity benign user-days.
    pub rarity: f64,
    /// The user's risk, this event included.
    pub risk: Risk,
    /// The user's norm, the day that ended before this event included.
    norm: Norm,
    /// What that day teaches the organisation.
    lesson: Option<f64>,
    peer_group: Option<u64>,
}

impl Assessment {
    /// Assesses `event` against the user's `profile` and the `population`.
    pub fn of(event: &Event, profile: &Profile, population: &Population, model: &Model) -> Self {
        let second = second_of(event.time);
        let moment = Moment::of(second, profile, population);
        let values = Values::of(event, second, profile.last());
        let path = event.resource.as_deref().map(Path::of);
        let peer_group = profile.peer_group().or(path.map(|path| path.project()));
        let judge = Judge {
            profile,
            clock: profile.clock(moment.opened_days),
            population,
            fading: Fading::at(second),
            peers: population.peers(peer_group),
        };
        let evidence = judge.evidence(&values.0, path.as_ref());
        let is_new = path.is_some_and(|path| !profile.has_touched(path.leaf()));
        let mut today = with_event(moment.today, &evidence, is_new, event.action);
        let bits = evidence.map(|evidence| evidence.map_or(0.0, |evidence| evidence.bits));
        let shares = model.weights.shares(&std::array::from_fn(|family| today.mean_bits(family)), &bits);
        today.identity = shares.iter().sum();
        let identity = centred(today.identity, &moment.norm, &moment.organisation);
        let mass = ln_1p(f64::from(today.new_resources)) + ln_1p(f64::from(today.destructive));
        let identity_rarity = charged(model.identity_tail.rarity(identity), IDENTITY_SHARE);
        let mass_rarity = charged(model.mass_tail.rarity(mass), MASS_SHARE);
        let rarity = fuse(identity_rarity, mass_rarity);
        let risk = profile.risk().after(second, rarity);
        let Moment { norm, lesson, .. } = moment;
        Self {
            second,
            values,
            path,
            evidence,
            shares,
            today,
            identity,
            mass,
            identity_rarity,
            mass_rarity,
            rarity,
            risk,
            norm,
            lesson,
            peer_group,
        }
    }

    /// Returns the share of benign user-days that reach this moment.
    pub fn p_value(&self) -> f64 {
        probability(self.rarity)
    }

    /// Returns how likely the event is to be hostile, from 0 to 1.
    pub fn anomaly_score(&self) -> f64 {
        anomaly_score(self.p_value())
    }

    /// Returns how urgent the moment is.
    pub fn severity(&self) -> Severity {
        Severity::of_probability(self.p_value())
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
            path: self.path,
            today: self.today,
            norm: self.norm,
            risk: self.risk,
        });
        Contribution { second: self.second, peer_group: self.peer_group, fresh, lesson: self.lesson }
    }
}

/// Where an event stands in its user's days.
struct Moment {
    /// The event's day before the event.
    today: Today,
    /// 1 where the event opens a new day, else 0.
    opened_days: u32,
    norm: Norm,
    organisation: Norm,
    lesson: Option<f64>,
}

impl Moment {
    fn of(second: i64, profile: &Profile, population: &Population) -> Self {
        let day = Day::of(second);
        let (norm, organisation) = (profile.norm(), *population.norm());
        match profile.today() {
            Some(today) if today.day == day => Self { today: *today, opened_days: 0, norm, organisation, lesson: None },
            // An event from before the user's last day is judged alone: its own day is over.
            Some(today) if today.day > day => {
                Self { today: Today::new(day), opened_days: 0, norm, organisation, lesson: None }
            }
            Some(ended) => {
                let lesson = norm.lesson(ended.identity, &organisation);
                Self {
                    today: Today::new(day),
                    opened_days: 1,
                    norm: norm.after_day(lesson),
                    organisation: organisation.after_user_day(lesson),
                    lesson: Some(lesson),
                }
            }
            None => Self { today: Today::new(day), opened_days: 1, norm, organisation, lesson: None },
        }
    }
}

fn with_event(mut today: Today, evidence: &[Option<Evidence>; FAMILIES], is_new: bool, action: Action) -> Today {
    for (sum, evidence) in today.bits.iter_mut().zip(evidence) {
        *sum += evidence.map_or(0.0, |evidence| evidence.bits);
    }
    today.events += 1;
    today.new_resources += u32::from(is_new);
    today.destructive += u32::from(action == Action::Delete);
    today
}

/// Takes off half of what the user's days usually come to: some people's work is always restless.
fn centred(identity: f64, norm: &Norm, organisation: &Norm) -> f64 {
    let usual = organisation.mean();
    identity - usual - 0.5 * (norm.mean_of_user(organisation) - usual)
}
