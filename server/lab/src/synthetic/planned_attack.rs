//! Kinds of attack, and the attack that is planned for an account.

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A kind of attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum AttackKind {
    /// Somebody else works in the account.
    Takeover,
    /// Passwords are guessed: many at once, a few an hour, or a few for each of many users.
    BruteForce,
    /// Much data is downloaded within an hour.
    ExfiltrationFast,
    /// A little more data than usual is downloaded on each of several days.
    ExfiltrationSlow,
    /// Administrative acts at night.
    OffHoursAdmin,
    /// The user themselves misuses their rights outside their department.
    PrivilegeAbuse,
    /// Many resources are deleted.
    MassDeletion,
    /// The account is used from two distant places at nearly the same time.
    ImpossibleTravel,
    /// An account that was unused for weeks is used again.
    DormantRevival,
}

/// An attack that is planned for an account.
#[derive(Clone, Copy)]
pub(super) struct PlannedAttack {
    pub(super) kind: AttackKind,
    /// The day on which the attack begins.
    pub(super) day: u32,
    /// The strength, from 0, hardly visible, to 1, loud: the louder, the more traits are unusual at once.
    pub(super) strength: f64,
    /// The day on which the account's password is guessed if the attack is password spraying.
    pub(super) spray_day: u32,
}

/// Returns the strengths of an organisation's attacks, one after the other.
///
/// A third are weak. The sequence has low discrepancy, so that every seed gets weak and loud attacks in that
/// proportion.
pub(super) fn strengths(rng: &mut ChaCha8Rng) -> impl Iterator<Item = f64> + use<> {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    const WEAK: f64 = 0.35;
    let mut place: f64 = rng.random_range(0.0..1.0);
    std::iter::repeat_with(move || {
        place = (place + GOLDEN).fract();
        if place < WEAK { place / WEAK * 0.5 } else { 0.6 + (place - WEAK) / (1.0 - WEAK) * 0.4 }
    })
}
