//! How much an event looks like somebody else's: evidence in bits, a family.
//!
//! For each value, the log-likelihood ratio of "one of the user's peers did this" against "this user did it", with the
//! user's counts lagged and backed off to the peers', the peers' to the organisation's, and those to a uniform prior.
//! See Freeman et al., "Who Are You? A Statistical Approach to Measuring User Authenticity", NDSS 2016, for the ratio
//! and Teh, "A Hierarchical Bayesian Language Model Based on Pitman-Yor Processes", ACL 2006, for the back-off.

use std::sync::LazyLock;

use crate::{
    families::{Domain, FAMILIES, Family, Smoothing, Tree},
    math::{cos, exp, log2},
    population::{DecayWeight, Group, Population},
    profile::{Counted, DecayClock, Profile},
    value::Value,
    values::{Path, Paths, Values},
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

impl Evidence {
    fn of(user: f64, others: f64) -> Self {
        Self { bits: log2(others / user), user, others }
    }
}

/// The evidence of each family, in their order; none where the event does not tell the value.
pub type EvidenceOfFamilies = [Option<Evidence>; FAMILIES];

/// Compares one event's values with a user's habits and with everybody else's.
#[derive(Debug, Clone, Copy)]
pub struct LikelihoodScorer<'a> {
    /// The user's habits before the event.
    pub profile: &'a Profile,
    /// The user's time at the event.
    pub clock: DecayClock,
    /// What everybody does.
    pub population: &'a Population,
    /// The population's time at the event.
    pub decay: DecayWeight,
    /// What the user's peers do, if the user has any.
    pub peers: Option<&'a Group>,
}

impl LikelihoodScorer<'_> {
    /// Returns what each family says of an event with these values and paths.
    pub fn evidence(&self, values: &Values, paths: &Paths) -> EvidenceOfFamilies {
        let mut evidence = [None; FAMILIES];
        for (family, value) in Family::ALL_FLAT.iter().zip(values.0) {
            evidence[family.index()] = value.map(|value| self.of_value(*family, value));
        }
        for tree in Tree::ALL {
            if let Some(path) = paths.get(tree) {
                self.of_path(tree, path, &mut evidence);
            }
        }
        evidence
    }

    fn of_value(&self, family: Family, value: Value) -> Evidence {
        let spec = family.spec();
        let organisation = self.population.organisation();
        let counts = match (family, value) {
            (Family::Hour, Value::Slot(slot)) => self.around(usize::from(slot) - family.slots().start),
            _ => CountsOfValue {
                user: self.profile.count(value, &self.clock),
                peers: self.peers.map_or(0.0, |peers| peers.count(value, self.decay)),
                organisation: organisation.count(value, self.decay),
            },
        };
        let uniform = 1.0 / nominal_values(&spec.domain);
        let all = organisation.total(family, self.decay);
        let of_peers = self.peers.map_or(0.0, |peers| peers.total(family, self.decay));
        let p_organisation = (counts.organisation + ORGANISATION_PRIOR * uniform) / (all + ORGANISATION_PRIOR);
        let others = (counts.peers + PEER_PRIOR * p_organisation) / (of_peers + PEER_PRIOR);
        let total = self.profile.total(family, &self.clock);
        Evidence::of(backed_off(counts.user, total, spec.smoothing, others), others)
    }

    /// Returns the counts around an hour of the day, weighted by the kernel.
    fn around(&self, hour: usize) -> CountsOfValue {
        let smooth = |counts: &mut dyn Iterator<Item = (usize, f64)>| -> f64 {
            counts.map(|(other, count)| KERNEL[(other + HOURS - hour) % HOURS] * count).sum()
        };
        CountsOfValue {
            user: smooth(&mut self.profile.counts(Family::Hour, &self.clock)),
            peers: self.peers.map_or(0.0, |peers| smooth(&mut peers.counts(Family::Hour, self.decay))),
            organisation: smooth(&mut self.population.organisation().counts(Family::Hour, self.decay)),
        }
    }

    /// Compares each level of a path given the level above: a user's count of a folder is backed off to everybody's use
    /// of the folder within its parent.
    fn of_path(&self, tree: Tree, path: &Path, evidence: &mut EvidenceOfFamilies) {
        let mut everybody_above = self.population.node(tree, None);
        let mut user_above = self.profile.node(tree, None, &self.clock);
        let mut nominal_values = tree.nominal_values();
        for (node, family) in path.nodes().iter().copied().zip(tree.families()) {
            let everybody = self.population.node(tree, Some(node));
            let user = self.profile.node(tree, Some(node), &self.clock);
            let [count, above] = [everybody, everybody_above].map(|node| node.count(self.decay));
            let others = (count + ORGANISATION_PRIOR / nominal_values) / (above + ORGANISATION_PRIOR);
            let own = user.count.min(user_above.count);
            let smoothing = family.spec().smoothing;
            evidence[family.index()] = Some(Evidence::of(backed_off(own, user_above, smoothing, others), others));
            nominal_values = f64::from(everybody.children().max(LEAST_CHILDREN));
            (everybody_above, user_above) = (everybody, user);
        }
    }
}

/// Returns how many values of a flat family the uniform prior assumes.
fn nominal_values(domain: &Domain) -> f64 {
    match domain {
        Domain::Classes { nominal_values, .. } | Domain::Names { nominal_values, .. } => *nominal_values,
        Domain::Level => 1.0,
    }
}

/// Counts of one value at the three levels of the back-off.
struct CountsOfValue {
    user: f64,
    peers: f64,
    organisation: f64,
}

/// Returns the user's probability of a value seen `count` times, backed off to the probability `behind`.
fn backed_off(count: f64, of: Counted, Smoothing { alpha, discount }: Smoothing, behind: f64) -> f64 {
    let given_away = (discount * of.distinct).min(of.count);
    ((count - discount).max(0.0) + (alpha + given_away) * behind) / (of.count + alpha)
}
