//! The content of a row of the table `import_job`.

use serde::{Deserialize, Serialize};
use shared::formats::Format;

use super::{UnreadableRow, decoded, opened, sealed, time};
use crate::imports::{ImportCounts, ImportJob, ImportOutcome, ImportState};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct ImportJobV1 {
    name: String,
    /// The name of the format.
    format: Option<String>,
    created_s: i64,
    /// When it ended, and how.
    ended: Option<(i64, OutcomeV1)>,
}

#[derive(Serialize, Deserialize)]
enum OutcomeV1 {
    Done { events: u64, new: u64, faulty: u64 },
    Cancelled,
    Failed(String),
}

/// Encodes an import without its number.
pub(in crate::store) fn pack_import_job(job: &ImportJob) -> Vec<u8> {
    let ended = match &job.state {
        ImportState::Waiting => None,
        ImportState::Ended { time, outcome } => Some((time.as_second(), OutcomeV1::of(outcome))),
    };
    let format = job.format.map(|format| format.name().to_owned());
    sealed(VERSION, &ImportJobV1 { name: job.name.clone(), format, created_s: job.created.as_second(), ended })
}

/// Decodes the import of a number.
pub(in crate::store) fn unpack_import_job(number: u64, body: &[u8]) -> Result<ImportJob, UnreadableRow> {
    let (_, content) = opened(body, VERSION)?;
    let ImportJobV1 { name, format, created_s, ended } = decoded(content)?;
    let format: Option<Format> = format.map(|name| name.parse()).transpose().map_err(|_| UnreadableRow::Damaged)?;
    let state = match ended {
        None => ImportState::Waiting,
        Some((ended_s, outcome)) => ImportState::Ended { time: time(ended_s)?, outcome: outcome.outcome() },
    };
    Ok(ImportJob { number, name, format, created: time(created_s)?, state })
}

impl OutcomeV1 {
    fn of(outcome: &ImportOutcome) -> Self {
        match outcome {
            ImportOutcome::Done(ImportCounts { events, new, faulty }) => {
                Self::Done { events: *events, new: *new, faulty: *faulty }
            }
            ImportOutcome::Cancelled => Self::Cancelled,
            ImportOutcome::Failed(reason) => Self::Failed(reason.clone()),
        }
    }

    fn outcome(self) -> ImportOutcome {
        match self {
            Self::Done { events, new, faulty } => ImportOutcome::Done(ImportCounts { events, new, faulty }),
            Self::Cancelled => ImportOutcome::Cancelled,
            Self::Failed(reason) => ImportOutcome::Failed(reason),
        }
    }
}
