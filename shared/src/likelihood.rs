//! Evidence by family: how much likelier an event's value is for the user's peers than for the user, in bits.
//!
//! The evidence of a value is the log-likelihood ratio of "one of the user's peers did this" against "this user did
//! it". The user's lagged counts are backed off to the peers' counts, these to the organisation's, and these to a
//! uniform prior. See Freeman et al., "Who Are You? A Statistical Approach to Measuring User Authenticity", NDSS 2016,
//! for the ratio, and Teh, "A Hierarchical Bayesian Language Model Based on Pitman-Yor Processes", ACL 2006, for the
//! back-off.

use std::sync::LazyLock;

use crate::{
    families::{Domain, FAMILIES, Family, Smoothing, Tree},
    math::{cos, exp, log2},
    population::{DecayWeight, Group, Population},
    profile::{Counted, DecayClock, Profile},
    value::Value,
    values::{Path, Paths, Values},
};

/// The strength of the organisation's distribution as a prior of the peers', in counts.
const PEER_PRIOR: f64 = 20.0;
/// The strength of the uniform distribution as a prior of the organisation's, in counts.
const ORGANISATION_PRIOR: f64 = 10.0;
/// The minimum number of nodes that the uniform prior assumes below a tree node.
const LEAST_CHILDREN: u32 = 2;

const HOURS: usize = 24;
/// The concentration of the von Mises kernel over the hours of the day.
const KAPPA: f64 = 8.0;

/// The weights of the hours around an hour: a von Mises kernel, normalised to the sum 1.
static KERNEL: LazyLock<[f64; HOURS]> = LazyLock::new(|| {
    #[expect(clippy::cast_precision_loss, reason = "hours are small numbers")]
    let angle = |hour: usize| std::f64::consts::TAU * hour as f64 / HOURS as f64;
    let raw: [f64; HOURS] = std::array::from_fn(|hour| exp(KAPPA * (cos(angle(hour)) - 1.0)));
    let sum: f64 = raw.iter().sum();
    raw.map(|weight| weight / sum)
});

/// The evidence of one family about an event.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Evidence {
    /// The log-likelihood ratio of others against the user, in bits; positive if the value is unlike the user.
    pub bits: f64,
    /// The probability of the value for this user.
    pub user: f64,
    /// The probability of the value for the user's peers; in a tree, for all users.
    pub others: f64,
}

impl Evidence {
    fn of(user: f64, others: f64) -> Self {
        Self { bits: log2(others / user), user, others }
    }
}

/// The evidence of each family, in their order; none where the event lacks the value.
pub type EvidenceOfFamilies = [Option<Evidence>; FAMILIES];

/// Computes the evidence of one event's values from the counts of its user and of all users.
#[derive(Debug, Clone, Copy)]
pub struct LikelihoodScorer<'a> {
    /// The user's profile before the event.
    pub profile: &'a Profile,
    /// The user's time of decay at the event.
    pub clock: DecayClock,
    /// The counts of all users.
    pub population: &'a Population,
    /// The event's second of Unix time.
    pub second: i64,
    /// The population's time of decay at the event.
    pub decay: DecayWeight,
    /// The counts of the user's peer group, if it has any.
    pub peers: Option<&'a Group>,
}

impl LikelihoodScorer<'_> {
    /// Returns the evidence of each family about an event with these values and paths.
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
        let evidence = Evidence::of(backed_off(counts.user, total, spec.smoothing, others), others);
        if !family.is_adopted() {
            return evidence;
        }
        self.unless_adopted(evidence, value.key(), || self.profile.has_seen(value))
    }

    /// Returns the evidence of a value or node, limited as far as others have taken it up lately; `has_had` returns whether
    /// the user has had it before.
    fn unless_adopted(&self, evidence: Evidence, value: u64, has_had: impl Fn() -> bool) -> Evidence {
        if evidence.bits <= 0.0 {
            return evidence; // nothing to limit, as for nearly every value
        }
        let most_bits = self.population.most_bits(value, self.second, has_had());
        Evidence { bits: most_bits.map_or(evidence.bits, |most| evidence.bits.min(most)), ..evidence }
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

    /// Computes the evidence of each level of a path, given the level above: the user's count of a folder is backed off
    /// to the share of the folder among all users' counts in its parent.
    ///
    /// A count is taken to be at most that of the level above: one that was dropped begins anew, while those below it
    /// may have been kept.
    fn of_path(&self, tree: Tree, path: &Path, evidence: &mut EvidenceOfFamilies) {
        let mut everybody_above = self.population.node(tree, None);
        let mut user_above = self.profile.node(tree, None, &self.clock);
        let mut nominal_values = tree.nominal_values();
        for (node, family) in path.nodes().iter().copied().zip(tree.families()) {
            let everybody = self.population.node(tree, Some(node));
            let user = self.profile.node(tree, Some(node), &self.clock);
            let above = everybody_above.count(self.decay);
            let count = everybody.count(self.decay).min(above);
            let others = (count + ORGANISATION_PRIOR / nominal_values) / (above + ORGANISATION_PRIOR);
            let own = user.count.min(user_above.count);
            let smoothing = family.spec().smoothing;
            let of_level = Evidence::of(backed_off(own, user_above, smoothing, others), others);
            evidence[family.index()] = Some(self.unless_adopted(of_level, node, || self.profile.has_touched(node)));
            nominal_values = f64::from(everybody.children().max(LEAST_CHILDREN));
            (everybody_above, user_above) = (everybody, user);
        }
    }
}

/// Returns the number of values that the uniform prior of a flat family assumes.
fn nominal_values(domain: &Domain) -> f64 {
    match domain {
        Domain::Classes { nominal_values, .. } | Domain::Names { nominal_values, .. } => *nominal_values,
        Domain::Level => 1.0,
    }
}

/// The counts of one value at the three levels of the back-off.
struct CountsOfValue {
    user: f64,
    peers: f64,
    organisation: f64,
}

/// Returns the user's probability of a value with this `count` among all counts `of` the user, backed off to the
/// probability `behind` (Pitman-Yor).
fn backed_off(count: f64, of: Counted, Smoothing { alpha, discount }: Smoothing, behind: f64) -> f64 {
    let given_away = (discount * of.distinct).min(of.count);
    ((count - discount).max(0.0) + (alpha + given_away) * behind) / (of.count + alpha)
}
