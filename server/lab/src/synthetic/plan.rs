//! The parameters of a made-up organisation.

use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::{life::LifeRates, planned_attack::AttackKind};

/// Parameters of a made-up organisation.
#[derive(Debug, Clone)]
pub struct OrganisationPlan {
    /// Number of users, service accounts included.
    pub users: u32,
    /// Number of days.
    pub days: u32,
    /// Start of the first day: midnight UTC.
    pub start: Timestamp,
    /// Kinds of attack, assigned in turn.
    pub attacks: Vec<AttackKind>,
    /// Attacks per user and hundred days; no user is attacked twice.
    pub rate: f64,
    /// How often something changes in the life of people and of the organisation.
    pub life: LifeRates,
    /// The share of attacks that are put on a day of a situation of the victim, 0 to 1.
    pub situated: f64,
    /// Seed of all random choices.
    pub seed: u64,
}

impl OrganisationPlan {
    /// Returns the time some seconds after the start, to the millisecond.
    pub(super) fn time(&self, seconds: f64) -> Timestamp {
        let elapsed = SignedDuration::from_secs_f64(seconds).as_millis();
        let elapsed = SignedDuration::from_millis(i64::try_from(elapsed).unwrap_or(i64::MAX));
        self.start.checked_add(elapsed).unwrap_or(Timestamp::MAX)
    }

    /// Returns one of the independent random streams of the seed; those of users begin at 1.
    pub(super) fn random_stream(&self, number: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(number);
        rng
    }

    /// Returns the independent random stream of a user for one purpose in ordinary life.
    pub(super) fn life_stream(&self, purpose: u64, user: u32) -> ChaCha8Rng {
        self.random_stream((1 + purpose) << 32 | u64::from(user))
    }

    /// Returns the date of a day.
    pub(super) fn date(&self, day: u32) -> Date {
        TimeZone::UTC.to_datetime(self.start).date().saturating_add(i64::from(day).days())
    }
}
