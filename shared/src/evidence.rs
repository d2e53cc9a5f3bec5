//! How much an event looks like somebody else: evidence in bits, a family.
//!
//! For each value, the log-likelihood ratio of "one of the user's peers did this" against "this user did
//! it", with the user's counts lagged and backed off to the peers', theirs to the organisation's, and those
//! to a uniform prior. See Freeman et al., "Who Are You? A Statistical Approach to Measuring User
//! Authenticity", NDSS 2016, for the ratio and Teh, "A Hierarchical Bayesian Language Model Based on
//! Pitman-Yor Processes", ACL 2006, for the back-off.

use std::sync::LazyLock;

use crate::{
    family::{FAMILIES, FLAT, FLAT_FAMILIES, Family, FlatFamily, Smoothing, Tree},
    math::{cos, exp, log2},
    population::{Fading, Group, Population},
    profile::{Clock, Counted, Profile},
    values::{Path, Paths, Value},
};

/// Strength of the organisation's counts behind the peers'.
const PEER_PRIOR: f64 = 20.0;
/// Strength of the uniform distribution behind the organisation's counts.
const ORGANISATION_PRIOR: f64 = 10.0;
/// How many nodes the uniform prior assumes at least below a node of a tree.
const LEAST_CHILDREN: u32 = 2;

const HOURS: usize = 24;
/// Concentration of the kernel over the hours of the day.
const KAPPA: f64 = 8.0;

/// Weights of the hours around an hour: a von Mises kernel that adds up to 1.
static KERNEL: LazyLock<[f64; HOURS]> = LazyLock::new(|| {
    #[expect(clippy::cast_precision_loss, reason = "hours are small numbers")]
    let angle = |hour: usize| std::f64::consts::TAU * hour as f64 / HOURS as f64;
    let raw: [f64; HOURS] = std::array::from_fn(|hour| exp(KAPPA * (cos(angle(hour)) - 1.0)));
    let sum: f64 = raw.iter().sum();
    raw.map(|weight| weight / sum)
});

/// What one family says about an event.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Evidence {
    /// Log-likelihood ratio of others against the user, in bits: positive speaks against the user.
    pub bits: f64,
    /// Probability of the value for this user.
    pub user: f64,
    /// Probability of the value for the peers; in a tree, for everybody.
    pub others: f64,
}

/// Compares one event's values with a user's habits and everybody else's.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// The user.
    pub profile: &'a Profile,
    /// The user's time.
    pub clock: Clock,
    /// Everybody.
    pub population: &'a Population,
    /// The population's time.
    pub fading: Fading,
    /// The user's peers, if there are any.
    pub peers: Option<&'a Group>,
}

impl Judge<'_> {
    /// Returns what each family says; nothing where the event does not say the value.
    pub fn evidence(&self, values: &[Option<Value>; FLAT], paths: &Paths) -> [Option<Evidence>; FAMILIES] {
        let mut evidence = [None; FAMILIES];
        for (family, value) in Family::ALL.into_iter().zip(values) {
            evidence[family.index()] = value.map(|value| self.flat(family, value));
        }
        for tree in Tree::ALL {
            if let Some(path) = paths.get(tree) {
                self.levels(tree, path, &mut evidence[tree.first_family().index()..]);
            }
        }
        evidence
    }

    fn flat(&self, family: Family, value: Value) -> Evidence {
        let FlatFamily { nominal_values, smoothing, .. } = FLAT_FAMILIES[family.index()];
        let organisation = self.population.organisation();
        let counted = match (family, value) {
            (Family::Hour, Value::Slot(slot)) => {
                self.around(usize::from(slot) - FLAT_FAMILIES[Family::Hour.index()].first_slot)
            }
            _ => Counts {
                user: self.profile.count(value, &self.clock),
                peers: self.peers.map_or(0.0, |peers| peers.count(value, self.fading)),
                organisation: organisation.count(value, self.fading),
            },
        };
        let all = organisation.total(family, self.fading);
        let of_peers = self.peers.map_or(0.0, |peers| peers.total(family, self.fading));
        let uniform = 1.0 / nominal_values;
        let p_organisation = (counted.organisation + ORGANISATION_PRIOR * uniform) / (all + ORGANISATION_PRIOR);
        let others = (counted.peers + PEER_PRIOR * p_organisation) / (of_peers + PEER_PRIOR);
        let user = backed_off(counted.user, self.profile.total(family, &self.clock), smoothing, others);
        Evidence { bits: log2(others / user), user, others }
    }

    /// Returns the counts around an hour of the day, weighted by the kernel.
    fn around(&self, hour: usize) -> Counts {
        let smooth = |counts: &mut dyn Iterator<Item = (usize, f64)>| -> f64 {
            counts.map(|(other, count)| KERNEL[(other + HOURS - hour) % HOURS] * count).sum()
        };
        Counts {
            user: smooth(&mut self.profile.counts(Family::Hour, &self.clock)),
            peers: self.peers.map_or(0.0, |peers| smooth(&mut peers.counts(Family::Hour, self.fading))),
            organisation: smooth(&mut self.population.organisation().counts(Family::Hour, self.fading)),
        }
    }

    /// Judges each level of a path given the level above, so that what is behind a user's folder is
    /// everybody's use of the folder's parent.
    fn levels(&self, tree: Tree, path: &Path, found: &mut [Option<Evidence>]) {
        let mut above = None;
        for ((node, smoothing), found) in path.nodes().iter().copied().zip(tree.levels()).zip(found) {
            let size = match above {
                None => tree.nominal_values(),
                Some(_) => f64::from(self.population.children(tree, above).max(LEAST_CHILDREN)),
            };
            let count = self.population.node_count(tree, Some(node), self.fading);
            let of_parent = self.population.node_count(tree, above, self.fading);
            let others = (count + ORGANISATION_PRIOR / size) / (of_parent + ORGANISATION_PRIOR);
            let parent = self.profile.node(tree, above, &self.clock);
            let own = self.profile.node(tree, Some(node), &self.clock).count.min(parent.count);
            let user = backed_off(own, parent, *smoothing, others);
            *found = Some(Evidence { bits: log2(others / user), user, others });
            above = Some(node);
        }
    }
}

/// Counts of one value at the three levels of the back-off.
struct Counts {
    user: f64,
    peers: f64,
    organisation: f64,
}

/// Returns the user's probability of a value seen `count` times, backed off to `behind`.
fn backed_off(count: f64, of: Counted, Smoothing { alpha, discount }: Smoothing, behind: f64) -> f64 {
    let given_away = (discount * of.distinct).min(of.count);
    ((count - discount).max(0.0) + (alpha + given_away) * behind) / (of.count + alpha)
}
