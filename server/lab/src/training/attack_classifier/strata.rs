//! Drawing rows of a stream by strata: so many of each kind of attack, and of benign rows the more of those that look
//! like an attack the fewer there are.

use std::collections::BTreeMap;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

use super::rows::SampledRow;
use crate::dataset::Label;

/// The identity signals, in bits, from which benign rows are drawn apart: what honest people do when they travel or get
/// another machine is a small part of all, and what a classifier has to learn most.
const BENIGN_CLASSES: [f64; 2] = [2.0, 5.0];

/// Maximum numbers of rows drawn from a stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quota {
    /// Of each kind of attack.
    pub(super) attacks: usize,
    /// Of benign events; in streams with classes, of those below the first of [`BENIGN_CLASSES`].
    pub(super) benign: usize,
    /// Of benign events in each of [`BENIGN_CLASSES`]; none where all benign events are drawn together.
    pub(super) benign_of_class: Option<usize>,
}

/// What a row is drawn among.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stratum<'a> {
    /// The attacks of a kind.
    Attack(&'a str),
    /// The benign rows that are in so many of [`BENIGN_CLASSES`].
    Benign(usize),
}

/// The rows drawn from a stream.
pub(super) struct Draw<'a> {
    quota: Quota,
    rng: ChaCha8Rng,
    strata: BTreeMap<Stratum<'a>, Reservoir>,
}

impl<'a> Draw<'a> {
    pub(super) fn new(quota: Quota, rng: ChaCha8Rng) -> Self {
        Self { quota, rng, strata: BTreeMap::new() }
    }

    /// Draws or passes over a row, given its label and its identity signal in bits. A row that is not judged is passed
    /// over.
    pub(super) fn offer(&mut self, label: &'a Label, identity: f64, row: impl FnOnce() -> SampledRow) {
        let Quota { attacks, benign, benign_of_class } = self.quota;
        let (stratum, most) = match (label, benign_of_class) {
            (Label::Unjudged, _) => return,
            (Label::Attack { kind, .. }, _) => (Stratum::Attack(kind), attacks),
            (Label::Benign, Some(of_class)) => {
                let class = BENIGN_CLASSES.iter().filter(|least| identity >= **least).count();
                (Stratum::Benign(class), if class == 0 { benign } else { of_class })
            }
            (Label::Benign, None) => (Stratum::Benign(0), benign),
        };
        self.strata.entry(stratum).or_default().offer(most, row, &mut self.rng);
    }

    /// Returns the rows, which represent all that were offered.
    pub(super) fn into_rows(self) -> impl Iterator<Item = SampledRow> {
        self.strata.into_values().flat_map(Reservoir::into_rows)
    }
}

/// A sample of the rows offered to it, in which each of them is with the same probability (Vitter, "Random Sampling with
/// a Reservoir", ACM TOMS 1985).
#[derive(Default)]
struct Reservoir {
    rows: Vec<SampledRow>,
    offered: usize,
}

impl Reservoir {
    fn offer(&mut self, most: usize, row: impl FnOnce() -> SampledRow, rng: &mut ChaCha8Rng) {
        self.offered += 1;
        if self.rows.len() < most {
            self.rows.push(row());
        } else if let Some(drawn) = self.rows.get_mut(rng.random_range(0..self.offered)) {
            *drawn = row();
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers of rows are exact in 53 bits")]
    fn into_rows(self) -> impl Iterator<Item = SampledRow> {
        let represents = self.offered as f64 / self.rows.len().max(1) as f64;
        self.rows.into_iter().map(move |mut row| {
            row.origin.represents = represents;
            row
        })
    }
}
