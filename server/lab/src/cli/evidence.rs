//! `uba evidence`: the evidence file of one event of a log.

use std::path::PathBuf;

use anyhow::Context as _;
use shared::evidence::{EvidenceFile, EvidenceSource};

use super::event_choice::EventChoice;
use crate::output_file;

/// Write the evidence file of one event of a log, from which its score can be computed again
///
/// The file is JSON. It holds the event, its prediction and explanation, the inputs of the score, the calibration, the
/// user's profile and the counts of all users that it is compared with, both as before the event, and a hash of all of
/// it. `uba verify` computes everything again. A running server gives the evidence of a stored event at
/// /api/v1/events/{id}/evidence, without the profile and the counts.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba evidence --input activity.csv.gz --event 4f0c1d --output evidence.json
  uba verify evidence.json")]
pub struct EvidenceArgs {
    #[command(flatten)]
    choice: EventChoice,

    /// File to write; `-` writes to standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
}

impl EvidenceArgs {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let chosen = self.choice.find()?;
        let evidence = EvidenceFile::of(
            &chosen.scored,
            &EvidenceSource {
                explainer: &chosen.explainer,
                calibration: chosen.engine().calibration(),
                statistics: chosen.statistics.as_ref(),
                before: Some((&chosen.profile, chosen.engine().population())),
            },
        );
        output_file::write(&self.output, evidence.to_json().as_bytes(), &self.choice.files())
            .with_context(|| format!("cannot write {}", self.output.display()))
    }
}
