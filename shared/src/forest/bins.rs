//! Bins: the conversion of features from numbers to bytes.

use serde::{Deserialize, Serialize};

/// The maximum number of features of a row.
pub const STRIDE: usize = 64;
/// The maximum number of cuts of a feature, between bins 0 to 254.
pub const MOST_CUTS: usize = 254;
/// The bin of an unknown value.
pub const MISSING: u8 = u8::MAX;

/// The bins of one event's features, in order; 0 beyond the last feature.
pub type BinnedRow = [u8; STRIDE];

/// The names of the features, and the cuts between the bins of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<BinnedFeature>", into = "Vec<BinnedFeature>")]
pub struct Bins(Vec<BinnedFeature>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct BinnedFeature {
    name: String,
    /// The highest value of each bin but the last.
    cuts: Vec<f32>,
    /// The bin of zero, which most counts of most events are; it follows from the cuts.
    #[serde(skip)]
    zero: u8,
    /// The cuts laid out for counting; they follow from the cuts.
    #[serde(skip)]
    groups: CutGroups,
}

/// The number of cuts in a group, which vector instructions compare together.
const GROUP: usize = 16;

/// The cuts of a feature in groups, the last group padded by infinities.
#[derive(Debug, Clone, Default, PartialEq)]
struct CutGroups {
    /// The last cut of each group.
    lasts: [f32; GROUP],
    groups: Vec<[f32; GROUP]>,
}

impl CutGroups {
    /// Lays out at most [`MOST_CUTS`] cuts.
    fn of(cuts: &[f32]) -> Self {
        let mut groups = vec![[f32::INFINITY; GROUP]; cuts.len() / GROUP + 1];
        groups.as_flattened_mut()[..cuts.len()].copy_from_slice(cuts);
        let mut lasts = [f32::INFINITY; GROUP];
        lasts.iter_mut().zip(&groups).for_each(|(last, group)| *last = group[GROUP - 1]);
        Self { lasts, groups }
    }

    /// Returns the number of cuts below a value.
    ///
    /// Each of two steps makes 16 comparisons at once, where each of the eight steps of a binary search waits for the
    /// one before.
    fn cuts_below(&self, value: f32) -> u8 {
        let count = |cuts: &[f32; GROUP]| cuts.iter().map(|cut| u32::from(*cut < value)).sum::<u32>() as usize;
        let group = count(&self.lasts);
        let below = group * GROUP + count(&self.groups[group]);
        u8::try_from(below).expect("a feature has fewer cuts than a byte counts")
    }
}

impl Bins {
    /// Makes bins of the name and the cuts of each feature.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidBins`] for no or too many features, and for cuts that are too many, not finite or not rising.
    pub fn new(features: impl IntoIterator<Item = (String, Vec<f32>)>) -> Result<Self, InvalidBins> {
        let unchecked = |(name, cuts)| BinnedFeature { name, cuts, zero: 0, groups: CutGroups::default() };
        features.into_iter().map(unchecked).collect::<Vec<_>>().try_into()
    }

    /// Makes bins that hold about equal numbers of rows; a feature with few distinct values has a bin for each.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidBins`] for no or too many features.
    ///
    /// # Panics
    ///
    /// Panics if a row has fewer values than there are names.
    pub fn fit<R: AsRef<[f32]>>(names: &[&str], rows: &[R]) -> Result<Self, InvalidBins> {
        let known = |place: usize| rows.iter().map(|row| row.as_ref()[place]).filter(|value| !value.is_nan()).collect();
        Self::new(names.iter().enumerate().map(|(place, name)| ((*name).to_owned(), cuts(known(place)))))
    }

    /// Returns the names of the features, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|feature| feature.name.as_str())
    }

    /// Returns the highest value of each of a feature's bins but the last.
    pub fn cuts(&self, feature: usize) -> &[f32] {
        &self.0[feature].cuts
    }

    /// Returns the bin of a feature's value: the number of cuts below it, or [`MISSING`] for NaN.
    pub fn bin(&self, feature: usize, value: f32) -> u8 {
        let feature = &self.0[feature];
        match value {
            value if value.is_nan() => MISSING,
            0.0 => feature.zero,
            value => feature.groups.cuts_below(value),
        }
    }

    /// Returns the row of an event's feature values.
    ///
    /// # Panics
    ///
    /// Panics if the number of values is not the number of features.
    pub fn row(&self, values: &[f32]) -> BinnedRow {
        assert_eq!(values.len(), self.0.len(), "one value a feature");
        let mut row = [0; STRIDE];
        for (feature, value) in values.iter().enumerate() {
            row[feature] = self.bin(feature, *value);
        }
        row
    }
}

/// Returns the cuts between values: between any two distinct ones if they are few, else after equal numbers of values.
fn cuts(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_by(f32::total_cmp);
    let mut distinct = values.clone();
    distinct.dedup_by(|later, earlier| later == earlier);
    let mut cuts: Vec<f32> = if distinct.len() <= MOST_CUTS + 1 {
        distinct.windows(2).map(|pair| between(pair[0], pair[1])).collect()
    } else {
        let after = |cut: usize| values[cut * values.len() / (MOST_CUTS + 1)];
        (1..=MOST_CUTS).map(after).filter(|cut| *cut < distinct[distinct.len() - 1]).collect()
    };
    cuts.retain(|cut| cut.is_finite());
    cuts.dedup_by(|later, earlier| later == earlier);
    cuts
}

/// Returns a cut between two values: their middle, or `lower` where the middle cannot be represented between them.
fn between(lower: f32, higher: f32) -> f32 {
    let middle = lower.midpoint(higher);
    if middle.is_finite() && middle < higher { middle } else { lower }
}

impl From<Bins> for Vec<BinnedFeature> {
    fn from(bins: Bins) -> Self {
        bins.0
    }
}

impl TryFrom<Vec<BinnedFeature>> for Bins {
    type Error = InvalidBins;

    fn try_from(mut features: Vec<BinnedFeature>) -> Result<Self, InvalidBins> {
        if features.is_empty() || features.len() > STRIDE {
            return Err(InvalidBins::Features(features.len()));
        }
        let is_sound = |cuts: &[f32]| {
            cuts.len() <= MOST_CUTS && cuts.iter().all(|cut| cut.is_finite()) && cuts.is_sorted_by(|a, b| a < b)
        };
        if let Some(feature) = features.iter().find(|feature| !is_sound(&feature.cuts)) {
            return Err(InvalidBins::Cuts(feature.name.clone()));
        }
        for feature in &mut features {
            feature.groups = CutGroups::of(&feature.cuts);
            feature.zero = feature.groups.cuts_below(0.0);
        }
        Ok(Self(features))
    }
}

/// The error for bins that no forest can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBins {
    /// There are no features, or more than [`STRIDE`].
    #[error("a forest asks for 1 to {STRIDE} features, not {0}")]
    Features(usize),
    /// The cuts of a feature are too many, not finite or not rising.
    #[error("the bins of the feature \"{0}\" do not end at up to {MOST_CUTS} ever higher numbers")]
    Cuts(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_in_the_bin_that_ends_at_it() {
        let bins = Bins::new([("bits".to_owned(), vec![1.0, 2.5, 7.0])]).expect("cuts in order");
        let of = |value| bins.bin(0, value);
        assert_eq!([f32::NEG_INFINITY, 1.0, 1.1, 2.5, 7.0, 7.1].map(of), [0, 0, 1, 1, 2, 3]);
        assert_eq!(of(f32::NAN), MISSING);
        assert_eq!(bins.row(&[3.0])[..2], [2, 0]);
    }

    #[test]
    fn counting_in_groups_finds_what_a_binary_search_finds() {
        for count in [0, 1, 15, 16, 17, 32, 253, MOST_CUTS] {
            let cuts: Vec<f32> = (0_u8..).map(|number| f32::from(number) * 0.7 - 20.0).take(count).collect();
            let groups = CutGroups::of(&cuts);
            let around = cuts.iter().flat_map(|cut| [cut.next_down(), *cut, cut.next_up()]);
            for value in around.chain([f32::NEG_INFINITY, 0.0, f32::INFINITY]) {
                let below = cuts.partition_point(|cut| *cut < value);
                assert_eq!(usize::from(groups.cuts_below(value)), below, "{value} among {count}");
            }
        }
    }

    #[test]
    fn few_values_have_a_bin_each_and_many_share_evenly() {
        let rows: Vec<[f32; 2]> = (0_u16..10_000).map(|row| [f32::from(row % 3), f32::from(row).sqrt()]).collect();
        let bins = Bins::fit(&["kind", "size"], &rows).expect("rows of two features");
        assert_eq!(bins.cuts(0), [0.5, 1.5]);
        assert_eq!(bins.cuts(1).len(), MOST_CUTS);
        let mut counts = [0; 256];
        for row in &rows {
            counts[usize::from(bins.bin(1, row[1]))] += 1;
        }
        assert!(counts[..255].iter().all(|count| (38..=41).contains(count)), "{counts:?}");
        assert_eq!(counts[255], 0);
    }

    #[test]
    fn adjacent_numbers_have_different_bins_and_an_unknown_feature_has_no_cuts() {
        let rows = [[1.0, f32::NAN], [1.0_f32.next_up(), f32::NAN], [f32::MAX, f32::NAN], [f32::INFINITY, f32::NAN]];
        let bins = Bins::fit(&["near", "unknown"], &rows).expect("rows of two features");
        assert_eq!(rows.map(|row| bins.bin(0, row[0])), [0, 1, 2, 3]);
        assert_eq!(rows.map(|row| bins.bin(1, row[1])), [MISSING; 4]);
        assert_eq!(bins.bin(1, 5.0), 0);
    }

    #[test]
    fn bins_out_of_order_are_refused_by_name() {
        let of = |cuts: Vec<f32>| Bins::new([("odd".to_owned(), cuts)]);
        for cuts in [vec![2.0, 1.0], vec![1.0, 1.0], vec![f32::NAN], vec![0.0, f32::INFINITY]] {
            assert_eq!(of(cuts), Err(InvalidBins::Cuts("odd".to_owned())));
        }
        assert_eq!(of((0_u8..=254).map(f32::from).collect()), Err(InvalidBins::Cuts("odd".to_owned())));
        assert_eq!(Bins::new([]), Err(InvalidBins::Features(0)));
    }
}
