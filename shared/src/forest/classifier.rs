//! The attack classifier: bins, a forest and its calibration, and their stored form.

use serde::{Deserialize, Serialize};

use super::{BinnedRow, Bins, Forest, Isotonic};
use crate::hash::hash_bytes;

/// The first bytes of a stored classifier.
const MAGIC: [u8; 4] = *b"UBAF";
/// The version of the body; bytes of another version are refused.
const VERSION: u8 = 1;
/// The number of bytes before the body: magic, version, hash of the body.
const HEAD: usize = MAGIC.len() + 1 + size_of::<u64>();

/// A classifier of known kinds of attack: bins, a forest over them, and the calibration of its output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classifier {
    bins: Bins,
    forest: Forest,
    isotonic: Isotonic,
}

impl Classifier {
    /// Makes a classifier of its parts.
    ///
    /// # Panics
    ///
    /// Panics if the forest has a feature without bins.
    pub fn new(bins: Bins, forest: Forest, isotonic: Isotonic) -> Self {
        let classifier = Self { bins, forest, isotonic };
        assert!(classifier.has_bins_for_all(), "the forest was grown over other features");
        classifier
    }

    /// Returns the features and their bins.
    pub fn bins(&self) -> &Bins {
        &self.bins
    }

    /// Returns the forest.
    pub fn forest(&self) -> &Forest {
        &self.forest
    }

    /// Returns the probability of an attack, given the share `prevalence` of attacks among all events.
    pub fn probability(&self, row: &BinnedRow, prevalence: f64) -> f64 {
        self.isotonic.calibrated(self.forest.probability(row), prevalence)
    }

    /// Returns the calibration of the forest's output.
    pub fn isotonic(&self) -> &Isotonic {
        &self.isotonic
    }

    /// Returns the version of the classifier: a hash of its content, as 16 hexadecimal digits.
    pub fn version(&self) -> String {
        format!("{:016x}", hash_bytes(&self.body()))
    }

    /// Returns the stored form, which [`Classifier::from_bytes`] reads back exactly.
    pub fn to_bytes(&self) -> Vec<u8> {
        framed(VERSION, &self.body())
    }

    /// Reads a stored classifier over these features, in order.
    ///
    /// # Errors
    ///
    /// Returns [`Unreadable`] if the bytes are no sound classifier, or one over other features.
    pub fn from_bytes(bytes: &[u8], features: &[&str]) -> Result<Self, Unreadable> {
        let (head, body) = bytes.split_at_checked(HEAD).ok_or(Unreadable::NoClassifier)?;
        let rest = head.strip_prefix(&MAGIC).ok_or(Unreadable::NoClassifier)?;
        let (version, check) = rest.split_first().ok_or(Unreadable::NoClassifier)?;
        if *version != VERSION {
            return Err(Unreadable::Version(*version));
        }
        if check != hash_bytes(body).to_le_bytes() {
            return Err(Unreadable::Damaged);
        }
        let (classifier, left): (Self, &[u8]) = postcard::take_from_bytes(body).map_err(|_| Unreadable::Damaged)?;
        if !left.is_empty() || !classifier.has_bins_for_all() {
            return Err(Unreadable::Damaged);
        }
        classifier.expect_features(features)?;
        Ok(classifier)
    }

    fn body(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("a classifier is plain data")
    }

    fn has_bins_for_all(&self) -> bool {
        usize::from(self.forest.highest_feature()) < self.bins.names().len()
    }

    fn expect_features(&self, features: &[&str]) -> Result<(), Unreadable> {
        let mut names = self.bins.names();
        for feature in features {
            match names.next() {
                Some(name) if name == *feature => {}
                Some(name) => {
                    return Err(Unreadable::OtherFeature { stored: name.into(), expected: (*feature).into() });
                }
                None => return Err(Unreadable::MissingFeature((*feature).into())),
            }
        }
        names.next().map_or(Ok(()), |name| Err(Unreadable::UnknownFeature(name.into())))
    }
}

/// Prepends magic, version and hash to a body.
fn framed(version: u8, body: &[u8]) -> Vec<u8> {
    [&MAGIC[..], &[version], &hash_bytes(body).to_le_bytes(), body].concat()
}

/// The error for a stored classifier that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The bytes do not begin as a stored classifier does.
    #[error("these bytes are no forest of this program")]
    NoClassifier,
    /// The classifier was written by another version of the program.
    #[error("the forest has version {0}, this program reads {VERSION}")]
    Version(u8),
    /// The bytes were changed, or are no sound classifier.
    #[error("the forest is damaged")]
    Damaged,
    /// The classifier has another feature in some place.
    #[error("the forest asks for the feature \"{stored}\" where this program has \"{expected}\"")]
    OtherFeature {
        /// The feature of the classifier.
        stored: Box<str>,
        /// The feature of the program.
        expected: Box<str>,
    },
    /// The classifier lacks a feature of the program.
    #[error("the forest does not know the feature \"{0}\" of this program")]
    MissingFeature(Box<str>),
    /// The classifier has a feature that the program lacks.
    #[error("the forest asks for the feature \"{0}\", which this program has not")]
    UnknownFeature(Box<str>),
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::forest::{Split, TreeNode};

    fn classifier() -> Classifier {
        let leaf = |value, cover| TreeNode { split: None, value, cover };
        let split = |feature, threshold, left| Some(Split { feature, threshold, left });
        let tree = vec![
            TreeNode { split: split(1, 9, 1), value: 0.0, cover: 600 },
            TreeNode { split: split(0, 200, 3), value: 0.0, cover: 500 },
            leaf(1.0, 100),
            leaf(0.25, 300),
            leaf(0.0, 200),
        ];
        let bins = Bins::new(["bits", "hour"].map(|name| (name.to_owned(), vec![1.0, 2.0]))).expect("cuts in order");
        let forest = Forest::of_trees(&[tree.clone(), tree]).expect("trees that fit");
        Classifier::new(bins, forest, Isotonic::fit(&[]))
    }

    proptest! {
        /// The author of a forged body can also write its hash, so the body itself must be safe to read.
        #[test]
        fn a_forged_body_is_refused_or_harmless(changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
            let mut body = classifier().body();
            for (place, byte) in changes {
                let length = body.len();
                body[place.index(length)] = byte;
            }
            let features = ["bits", "hour"];
            if let Ok(read) = Classifier::from_bytes(&framed(VERSION, &body), &features) {
                let probability = read.probability(&[7; 64], 0.01);
                prop_assert!((0.0..=1.0).contains(&probability), "{}", probability);
            }
        }

        #[test]
        fn bytes_that_are_no_body_are_refused(body in vec(any::<u8>(), 0..400)) {
            prop_assert!(Classifier::from_bytes(&framed(VERSION, &body), &["bits", "hour"]).is_err());
        }
    }
}
