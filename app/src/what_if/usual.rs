//! The values that a user has most often.

use shared::{
    event::{Action, Device},
    families::Family,
    profile::Profile,
};
use strum::VariantArray as _;

/// The smallest share of days of a value that is ordinary for a user.
const ORDINARY_SHARE: f64 = 0.05;

/// The values that a user has most often.
pub(super) struct Usual {
    pub(super) action: Option<Action>,
    pub(super) place: String,
    pub(super) device: Option<Device>,
    /// Whether logins are ordinary for the user.
    pub(super) logs_in: bool,
    /// Shares of the user's days by hour.
    pub(super) hours: Vec<(usize, f64)>,
}

impl Usual {
    pub(super) fn of(profile: &Profile) -> Self {
        let clock = profile.clock(0);
        let most = |family| most_of(profile.shares(family, &clock));
        let is_ordinary_login = |(action, share)| Action::VARIANTS[action] == Action::Login && share >= ORDINARY_SHARE;
        Self {
            action: most(Family::Action).map(|action| Action::VARIANTS[action]),
            place: profile.usual_places(&clock).first().map(|(place, _)| (*place).to_owned()).unwrap_or_default(),
            device: most(Family::Device).map(|device| Device::VARIANTS[device]),
            logs_in: profile.shares(Family::Action, &clock).any(is_ordinary_login),
            hours: profile.shares(Family::Hour, &clock).collect(),
        }
    }
}

/// Returns the number with the largest share, or none where all shares are zero.
pub(super) fn most_of(shares: impl Iterator<Item = (usize, f64)>) -> Option<usize> {
    shares.filter(|(_, share)| *share > 0.0).max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(number, _)| number)
}
