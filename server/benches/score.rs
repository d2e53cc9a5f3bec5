//! Events a second of `uba score` as a whole process: read the sample log, score, write CSV.

use std::{path::Path, process::Command, time::Instant};

const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample/activity.csv.gz");
const EVENTS: f64 = 114_875.0;
const RUNS: usize = 5;

#[expect(clippy::print_stdout, reason = "a benchmark prints rates")]
fn main() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    for threads in ["1", "2"] {
        let mut rates: Vec<f64> = (0..RUNS).map(|_| rate(threads, &folder.path().join("scores.csv"))).collect();
        rates.sort_by(f64::total_cmp);
        println!(
            "uba score, {threads} threads, {EVENTS} events of gzipped CSV: {:.0} events/s (median of {RUNS}; {:.0} to {:.0})",
            rates[RUNS / 2],
            rates[0],
            rates[RUNS - 1]
        );
    }
}

fn rate(threads: &str, output: &Path) -> f64 {
    let start = Instant::now();
    let run = Command::new(env!("CARGO_BIN_EXE_uba"))
        .args(["score", "--threads", threads, "--input", LOG, "--output"])
        .arg(output)
        .output()
        .expect("the program starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    EVENTS / start.elapsed().as_secs_f64()
}
