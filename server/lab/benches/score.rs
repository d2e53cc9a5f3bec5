//! Events a second of `uba score` as a whole process: read a log, score, write CSV.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/sample/activity.csv.gz");
const RUNS: usize = 5;
/// A made-up organisation of a million events.
const GENERATED: [&str; 6] = ["--users", "1060", "--days", "90", "--seed", "1"];

#[expect(clippy::print_stdout, reason = "a benchmark prints rates")]
fn main() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let generated = folder.path().join("generated.csv");
    lab(Command::new(LAB).arg("generate").args(GENERATED).arg("--out").arg(&generated));
    for (name, log) in [("gzipped CSV, the sample log", PathBuf::from(SAMPLE)), ("generated CSV", generated)] {
        for threads in ["1", "2"] {
            let scores = folder.path().join("scores.csv");
            let mut runs: Vec<(f64, usize)> = (0..RUNS).map(|_| run(threads, &log, &scores)).collect();
            runs.sort_by(|one, other| one.0.total_cmp(&other.0));
            let [slowest, median, fastest] = [0, RUNS / 2, RUNS - 1].map(|place| runs[place].0);
            println!(
                "uba score, {threads} threads, {} events of {name}: {median:.0} events/s (median of {RUNS}; {slowest:.0} to \
                 {fastest:.0})",
                runs[0].1
            );
        }
    }
}

const LAB: &str = env!("CARGO_BIN_EXE_lab");

/// Returns how many events are scored a second, and in all.
#[expect(clippy::cast_precision_loss, reason = "a number of events")]
fn run(threads: &str, log: &Path, scores: &Path) -> (f64, usize) {
    let start = Instant::now();
    lab(Command::new(LAB).args(["score", "--threads", threads, "--input"]).arg(log).arg("--output").arg(scores));
    let seconds = start.elapsed().as_secs_f64();
    let rows = csv::Reader::from_path(scores).expect("the rows were written").into_byte_records().count();
    (rows as f64 / seconds, rows)
}

fn lab(command: &mut Command) {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
