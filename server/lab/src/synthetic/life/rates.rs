//! How often situations come.

use std::str::FromStr;

use strum::VariantArray as _;

use super::kind::SituationKind;

/// The number of kinds of situations.
const KINDS: usize = SituationKind::VARIANTS.len();
/// The highest rate, of a kind, in a year.
const MAX_RATE: f64 = 50.0;

/// How often situations of each kind come: for a person in a year, or for the organisation in a year.
///
/// Written as a level, as rates of single kinds, or as both: `ordinary`, `fail_over=4`, `quiet,new_home=1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifeRates([f64; KINDS]);

/// Why a text gives no rates.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InvalidLife {
    /// A part is neither a level nor a rate.
    #[error("{0:?} is neither none, quiet, ordinary or restless nor a rate such as fail_over=4")]
    NoRate(String),
    /// There is no such kind of situation.
    #[error("no kind of situation is called {0}; there are {names}", names = names().join(", "))]
    NoKind(String),
    /// A rate is not within its range.
    #[error("the rate of {0} must be a number from 0 to {MAX_RATE}")]
    OutOfRange(String),
}

impl LifeRates {
    /// Nothing ever changes.
    pub const NONE: Self = Self([0.0; KINDS]);

    /// Returns the rates of ordinary life.
    pub fn ordinary() -> Self {
        Self::at_level(1.0)
    }

    /// Returns these rates with another one for a kind.
    #[must_use]
    pub fn with(mut self, kind: SituationKind, rate: f64) -> Self {
        self.0[kind as usize] = rate;
        self
    }

    /// Returns the rate of a kind.
    pub fn of(&self, kind: SituationKind) -> f64 {
        self.0[kind as usize]
    }

    /// Returns the ordinary rates times a factor; what the calendar says stays as it is.
    fn at_level(factor: f64) -> Self {
        let rate = |kind: SituationKind| kind.ordinary_rate() * if kind.is_by_calendar() { 1.0 } else { factor };
        SituationKind::VARIANTS.iter().fold(Self::NONE, |rates, kind| rates.with(*kind, rate(*kind)))
    }
}

impl FromStr for LifeRates {
    type Err = InvalidLife;

    fn from_str(text: &str) -> Result<Self, InvalidLife> {
        let mut rates = Self::NONE;
        for part in text.split(',') {
            rates = match (part, part.split_once('=')) {
                ("none", _) => Self::NONE,
                ("quiet", _) => Self::at_level(0.4),
                ("ordinary", _) => Self::ordinary(),
                ("restless", _) => Self::at_level(2.5),
                (_, Some((name, rate))) => {
                    let kind = name.parse().map_err(|_| InvalidLife::NoKind(name.to_owned()))?;
                    rates.with(kind, parse_rate(name, rate)?)
                }
                (other, None) => return Err(InvalidLife::NoRate(other.to_owned())),
            };
        }
        Ok(rates)
    }
}

fn parse_rate(name: &str, text: &str) -> Result<f64, InvalidLife> {
    let within = text.parse().ok().filter(|rate| (0.0..=MAX_RATE).contains(rate));
    within.ok_or_else(|| InvalidLife::OutOfRange(name.to_owned()))
}

fn names() -> Vec<&'static str> {
    SituationKind::VARIANTS.iter().map(Into::into).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::kind::Scope, *};

    /// The document that gives the rates and their reasons.
    const SCIENCE: &str = include_str!("../../../../../docs/SCIENCE.md");

    #[test]
    fn a_level_and_rates_of_single_kinds_can_be_combined() {
        let rates: LifeRates = "quiet,fail_over=4".parse().expect("rates");
        assert_eq!((rates.of(SituationKind::FailOver), rates.of(SituationKind::Travel)), (4.0, 1.5 * 0.4));
        assert_eq!(rates.of(SituationKind::MonthEnd), 12.0);
        let only: LifeRates = "new_home=1".parse().expect("rates");
        assert_eq!(only, LifeRates::NONE.with(SituationKind::NewHome, 1.0));
    }

    #[test]
    fn what_is_no_rate_is_refused_with_its_reason() {
        let refused = |text: &str| text.parse::<LifeRates>().expect_err("no rates").to_string();
        assert!(refused("lively").starts_with("\"lively\" is neither none, quiet, ordinary or restless"));
        assert!(refused("home=1").starts_with("no kind of situation is called home; there are new_device, new_home"));
        for rate in ["-1", "51", "NaN", "often"] {
            assert_eq!(refused(&format!("travel={rate}")), "the rate of travel must be a number from 0 to 50");
        }
    }

    #[test]
    fn the_document_gives_the_rate_of_every_kind() {
        for kind in SituationKind::VARIANTS {
            let name: &str = kind.into();
            let unit = if kind.scope() == Scope::Person { "person" } else { "organisation" };
            let row = format!("| `{name}` | {} a year and {unit} |", kind.ordinary_rate());
            assert!(SCIENCE.contains(&row), "{row}");
        }
    }
}
