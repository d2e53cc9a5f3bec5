//! The program `uba`.

use std::process::ExitCode;

use clap::Parser;
use lab::cli::ended;
use server::{cli::Cli, environment, telemetry};

/// Commits and checkpoints make and drop many small values on several threads, which this allocator is faster at than the
/// system's (`make bench`: the long run of the server).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let environment = environment::load(); // before the arguments are parsed, which have their defaults from it
    if let Err(error) = environment {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    let cli = Cli::parse();
    telemetry::init();
    ended(cli.run())
}
