//! Aspects of an event, which people change as a whole in ordinary life, and how far the evidence of one of them counts.
//!
//! A person who travels, gets another machine or joins another team changes one aspect of what they do, in many families
//! at once (the place, the network, the address), and stays the same in all others. Somebody else in the account rarely
//! does. So an aspect's evidence counts in full only as far as other evidence confirms it, and what two families say
//! alike counts once. docs/QUALITY.md measures both on ordinary life.

use crate::families::{FAMILIES, Family};

/// How many bits the evidence of one aspect may have beyond all other evidence together before it counts less.
const LONE_BITS: f64 = 2.0;
/// The share of the bits beyond that still counts.
const LONE_SHARE: f64 = 0.5;

/// The families that tell the network of an event.
const NETWORK: [Family; 3] = [Family::Network, Family::Subnet, Family::Address];

/// An aspect of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aspect {
    /// From where: the place and the levels of the network.
    Whereabouts,
    /// With what: the kind of device and the program.
    Client,
    /// On what: the levels of the resource.
    Resource,
}

const ASPECTS: [Aspect; 3] = [Aspect::Whereabouts, Aspect::Client, Aspect::Resource];

impl Aspect {
    /// Returns the families of the aspect. Those of how and when somebody works belong to none.
    const fn families(self) -> &'static [Family] {
        match self {
            Self::Whereabouts => &[Family::Location, Family::Network, Family::Subnet, Family::Address],
            Self::Client => &[Family::Device, Family::UserAgent],
            Self::Resource => &[Family::Project, Family::Folder, Family::Subfolder, Family::Item],
        }
    }
}

/// Reduces the families' shares of the evidence, in bits, to what counts of them: of place and network the one that says
/// more, and of an aspect that stands alone only a part.
pub fn reduce(shares: &mut [f64; FAMILIES]) {
    count_whereabouts_once(shares);
    limit_lone_aspect(shares);
}

/// Scales the shares of the place and of the network, where both speak against the user, so that their sum is the larger
/// of both: a new place nearly always comes with a new network.
fn count_whereabouts_once(shares: &mut [f64; FAMILIES]) {
    let (place, network) = (shares[Family::Location.index()], sum(shares, &NETWORK));
    if place > 0.0 && network > 0.0 {
        scale(shares, Aspect::Whereabouts.families(), place.max(network) / (place + network));
    }
}

/// Scales the shares of the aspect with the largest sum so that what it has beyond [`LONE_BITS`] more than all other
/// shares counts [`LONE_SHARE`]. Other shares whose sum is negative count as 0 here.
fn limit_lone_aspect(shares: &mut [f64; FAMILIES]) {
    let sums = ASPECTS.map(|aspect| (aspect, sum(shares, aspect.families())));
    let [first, others @ ..] = sums;
    let (aspect, largest) =
        others.into_iter().fold(first, |largest, one| if one.1 > largest.1 { one } else { largest });
    let all: f64 = shares.iter().sum();
    let in_full = (all - largest).max(0.0) + LONE_BITS;
    if largest > in_full {
        scale(shares, aspect.families(), (in_full + LONE_SHARE * (largest - in_full)) / largest);
    }
}

fn sum(shares: &[f64; FAMILIES], families: &[Family]) -> f64 {
    families.iter().map(|family| shares[family.index()]).sum()
}

fn scale(shares: &mut [f64; FAMILIES], families: &[Family], factor: f64) {
    for family in families {
        shares[family.index()] *= factor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduced<const N: usize>(given: [(Family, f64); N]) -> [f64; N] {
        let mut shares = [0.0; FAMILIES];
        for (family, share) in given {
            shares[family.index()] = share;
        }
        reduce(&mut shares);
        given.map(|(family, _)| shares[family.index()])
    }

    #[test]
    fn a_place_and_its_network_count_as_much_as_the_larger_of_both() {
        let confirmed = (Family::Action, 20.0);
        assert_eq!(reduced([(Family::Location, 6.0), (Family::Network, 2.0), confirmed]), [4.5, 1.5, 20.0]);
        assert_eq!(reduced([(Family::Location, -1.0), (Family::Network, 2.0), confirmed]), [-1.0, 2.0, 20.0]);
    }

    #[test]
    fn an_aspect_alone_counts_half_beyond_two_bits() {
        assert_eq!(
            reduced([(Family::Device, 6.0), (Family::UserAgent, 2.0), (Family::Hour, -1.0)]),
            [3.75, 1.25, -1.0]
        );
    }

    #[test]
    fn an_aspect_counts_in_full_as_far_as_the_rest_confirms_it() {
        let place = |action| reduced([(Family::Location, 6.0), (Family::Action, action)])[0];
        assert_eq!([0.0, 1.0, 3.0, 4.0, 9.0].map(place), [4.0, 4.5, 5.5, 6.0, 6.0]);
        assert_eq!(reduced([(Family::Location, 6.0), (Family::Device, 5.0)]), [6.0, 5.0]);
    }

    #[test]
    fn when_and_how_somebody_works_is_no_aspect() {
        assert_eq!(reduced([(Family::Hour, 9.0)]), [9.0]);
    }

    #[test]
    fn no_family_belongs_to_two_aspects() {
        let mut all = ASPECTS.map(Aspect::families).concat();
        all.sort_by_key(|family| family.index());
        all.dedup();
        assert_eq!(all.len(), ASPECTS.iter().map(|aspect| aspect.families().len()).sum::<usize>());
    }
}
