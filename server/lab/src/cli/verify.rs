//! `uba verify`: computes the content of an evidence file again.

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
};

use anyhow::Context as _;
use shared::{
    control_characters::visible,
    evidence::{Difference, EvidenceFile, Verification},
};

use super::model::ModelChoice;

/// Check whether the score and the explanation in an evidence file follow from what is in it
///
/// Computes everything again that follows from the event, the inputs, the calibration and the model, and where the file
/// holds the user's profile, the inputs too. Needs no server. The exit code is 0 if the result is the file to the byte, 1
/// if something differs, and 2 if the file cannot be verified: because it cannot be read, or the event was scored by
/// another model than the given one.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba verify evidence.json
  uba verify evidence.json --model own.json")]
pub struct VerifyArgs {
    /// Evidence file, as `uba evidence` or the server writes it
    #[arg(value_name = "EVIDENCE.json")]
    file: PathBuf,

    #[command(flatten)]
    model: ModelChoice,
}

/// The context of a failure because of which a file cannot be verified.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("cannot verify the file")]
pub(super) struct CannotVerify;

/// The failure of a file in which something differs.
#[derive(Debug, thiserror::Error)]
#[error("{file} does not reproduce")]
struct DoesNotReproduce {
    file: String,
}

impl VerifyArgs {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let file = visible(&self.file.display().to_string()).into_owned();
        let verification = self.verification().with_context(|| file.clone()).context(CannotVerify)?;
        let text = match &verification {
            Verification::Reproduced { from_profile: true } => {
                format!("{file} reproduces to the byte, from the profile and the counts of all users on\n")
            }
            Verification::Reproduced { from_profile: false } => {
                format!("{file} reproduces to the byte, from the inputs on\n")
            }
            Verification::Differs(differences) => {
                let line = |Difference { pointer, found, computed }: &Difference| {
                    let [pointer, found, computed] = [pointer, found, computed].map(|text| visible(text));
                    format!("{pointer}: {found} in the file, {computed} computed\n")
                };
                differences.iter().map(line).collect()
            }
        };
        io::stdout().write_all(text.as_bytes()).context("cannot write the result")?;
        match verification {
            Verification::Reproduced { .. } => Ok(()),
            Verification::Differs(_) => Err(DoesNotReproduce { file }.into()),
        }
    }

    fn verification(&self) -> anyhow::Result<Verification> {
        let text = fs::read_to_string(&self.file)?;
        Ok(EvidenceFile::verify(&text, self.model.load()?)?)
    }
}
