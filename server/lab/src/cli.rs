//! The commands of the workbench, one a file; the binary `uba` embeds them.

mod evaluate;
mod event_choice;
mod evidence;
mod explain;
mod generate;
mod log;
mod model;
mod score;
mod train;
mod verify;

pub use log::{LogFile, LogReading, progress_style};
pub use model::ModelChoice;
pub use score::parse_threshold;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Subcommand;
use shared::control_characters::visible;

use self::{score::UnreadableRecords, verify::CannotVerify};

/// The exit code of a command whose output nobody reads any more: that of a process which the signal SIGPIPE ends.
const CLOSED_PIPE: u8 = 128 + 13;

/// The exit code of a command that has done its work but for records that cannot be read.
const UNREADABLE_RECORDS: u8 = 3;

/// The exit code of a verification that is not possible.
const CANNOT_VERIFY: u8 = 2;

/// A command that works on log files and models.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "a command's help is the description of its own type")]
pub enum Command {
    Generate(generate::GenerateArgs),
    Evaluate(evaluate::EvaluateArgs),
    Evidence(evidence::EvidenceArgs),
    Explain(explain::ExplainArgs),
    Model(model::ModelArgs),
    Score(score::ScoreArgs),
    Train(train::TrainArgs),
    Verify(verify::VerifyArgs),
}

impl Command {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Generate(args) => args.run(),
            Self::Evaluate(args) => args.run(),
            Self::Evidence(args) => args.run(),
            Self::Explain(args) => args.run(),
            Self::Model(args) => args.run(),
            Self::Score(args) => args.run(),
            Self::Train(args) => args.run(),
            Self::Verify(args) => args.run(),
        }
    }
}

/// Ends a command: prints why it failed, with symbols for control characters, and returns the exit code of the process.
/// Nothing is printed where the reader of the output has left.
pub fn ended(result: anyhow::Result<()>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    let is_closed_pipe = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    if error.chain().filter_map(|cause| cause.downcast_ref()).any(is_closed_pipe) {
        return ExitCode::from(CLOSED_PIPE);
    }
    let message = format!("error: {error:#}");
    for line in message.lines() {
        writeln!(io::stderr(), "{}", visible(line)).ok(); // where nobody reads it, the code says it
    }
    if error.is::<UnreadableRecords>() {
        return ExitCode::from(UNREADABLE_RECORDS);
    }
    if error.is::<CannotVerify>() { ExitCode::from(CANNOT_VERIFY) } else { ExitCode::FAILURE }
}
