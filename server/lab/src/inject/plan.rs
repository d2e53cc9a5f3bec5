//! Which attacks are injected into a log.

use std::ops::Range;

use strum::{EnumString, IntoStaticStr, VariantArray};

/// A kind of attack that can be injected into a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Injection {
    /// Some of a user's days are replaced by two to seven active days of another user.
    Takeover,
    /// Two users continue under each other's names; the first seven active days of each are labelled as the attack.
    #[strum(serialize = "switch")]
    IdentitySwap,
    /// One or two busy days of another user are added to a user's own.
    #[strum(serialize = "visit")]
    TransientIntrusion,
    /// An earlier day of the user is repeated with the location, the address and the client program of another user.
    NewPlace,
    /// One of the user's own acts is repeated within minutes, at many times the user's usual rate.
    Burst,
    /// Many resources are read that the user never touched.
    BulkRead,
    /// Many resources of the user and of the user's peers are deleted.
    MassDeletion,
    /// Many resources of the user and of the user's peers are shared.
    Sharing,
}

impl Injection {
    /// Returns the name in `anomaly_type` and on the command line.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns whether such an attack uses either a peer's days or resources, or those of somebody else.
    pub(super) fn has_relation(self) -> bool {
        !matches!(self, Self::Burst | Self::MassDeletion | Self::Sharing)
    }
}

/// Active days that a user has before an attack: without a history nobody could tell it from ordinary behaviour.
pub const MIN_ACTIVE_DAYS: usize = 20;

/// Parameters of the attacks that are injected into a log.
#[derive(Debug, Clone)]
pub struct InjectionPlan {
    /// Kinds of attack, assigned in turn.
    pub kinds: Vec<Injection>,
    /// Number of attacks of each kind.
    pub cases: usize,
    /// The share of the log's user-days before the first attack.
    pub after: f64,
    /// Sizes of attacks that do many acts.
    pub sizes: AttackSizes,
    /// Seed of all random choices.
    pub seed: u64,
}

/// Sizes of attacks that do many acts, drawn between the bounds uniformly by their logarithm.
#[derive(Debug, Clone, PartialEq)]
pub struct AttackSizes {
    /// Resources read, deleted or shared per day.
    pub resources: Range<f64>,
    /// Acts of a burst as a multiple of the user's usual number of such acts a day.
    pub burst: Range<f64>,
}

impl AttackSizes {
    /// Sizes of an attacker in a hurry.
    pub const USUAL: Self = Self { resources: 15.0..120.0, burst: 10.0..40.0 };
    /// Sizes of an attacker who tries to stay unnoticed.
    pub const WEAK: Self = Self { resources: 4.0..15.0, burst: 3.0..10.0 };
}
