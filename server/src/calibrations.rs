//! The calibrations that were in force since the start.

use std::{collections::BTreeMap, sync::Arc};

use shared::{calibration::Calibration, engine::Engine};

/// The calibrations that were in force since the start, by their versions.
///
/// A new one is fitted each time the organisation has a thousand more user-days, so there are few.
#[derive(Debug, Default)]
pub struct Calibrations {
    known: BTreeMap<u64, Arc<Calibration>>,
    /// The versions of those that no checkpoint holds or is writing.
    unsaved: Vec<u64>,
}

impl Calibrations {
    /// Adds the calibration in force, unless it is known.
    pub fn follow(&mut self, engine: &Engine) {
        let version = engine.calibration_version();
        self.known.entry(version).or_insert_with(|| {
            self.unsaved.push(version);
            Arc::new(engine.calibration().clone())
        });
    }

    /// Returns the calibration of a version, if it was in force since the start.
    pub fn get(&self, version: u64) -> Option<&Arc<Calibration>> {
        self.known.get(&version)
    }

    /// Returns the calibrations that the next checkpoint is to store, and takes them as stored.
    pub fn take_unsaved(&mut self) -> Vec<(u64, Arc<Calibration>)> {
        self.unsaved.drain(..).map(|version| (version, Arc::clone(&self.known[&version]))).collect()
    }
}
