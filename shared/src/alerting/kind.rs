//! The kind of an alert: what the event that raised it stands out by.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{
    scored_event::ScoredEvent,
    signals::{PerSignal, Signal},
};

/// What the event that raised an alert stands out by.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AlertKind {
    /// The user acts as somebody else would.
    Identity,
    /// Many new resources, deletions or shares.
    BulkActivity,
    /// More failures than usual.
    Failures,
    /// More data moved than usual.
    Transfer,
    /// Likeness to a known kind of attack.
    KnownAttack,
    /// Several unusual days have added up to a high risk.
    Risk,
}

impl AlertKind {
    /// Returns the kind by the rarest signal of an event.
    pub fn of(scored: &ScoredEvent) -> Self {
        Self::of_rarities(&scored.signal_rarities)
    }

    fn of_rarities(rarities: &PerSignal<f32>) -> Self {
        let rarest = Signal::ALL.into_iter().rev().max_by(|a, b| rarities[*a].total_cmp(&rarities[*b]));
        match rarest.expect("there are signals") {
            Signal::Identity => Self::Identity,
            Signal::BulkActivity => Self::BulkActivity,
            Signal::Failures => Self::Failures,
            Signal::Transfer => Self::Transfer,
            Signal::AttackClassifier => Self::KnownAttack,
        }
    }

    /// Returns the name of the kind in every format.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rarest_signal_gives_an_alert_its_kind_and_the_first_of_equal_ones() {
        assert_eq!(AlertKind::of_rarities(&PerSignal([0.5, 3.0, 0.0, 2.9, 0.1])), AlertKind::BulkActivity);
        assert_eq!(AlertKind::of_rarities(&PerSignal([0.5, 0.5, 0.5, 0.5, 0.5])), AlertKind::Identity);
        assert_eq!(AlertKind::of_rarities(&PerSignal([0.0, 0.0, 0.0, 0.0, 4.0])), AlertKind::KnownAttack);
    }

    #[test]
    fn a_kind_is_read_from_its_name() {
        for kind in AlertKind::VARIANTS {
            assert_eq!(kind.name().parse(), Ok(*kind));
        }
        assert_eq!(AlertKind::KnownAttack.name(), "known_attack");
    }
}
