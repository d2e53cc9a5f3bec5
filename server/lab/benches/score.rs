//! `uba score` as a whole process: events a second, processor time, peak memory and bytes of temporary files; and the
//! share of each stage.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use lab::{
    log_scoring::{self, LogScorer, RowFormat, SortedLog},
    place_tables::places,
};
use rand::{SeedableRng as _, seq::SliceRandom as _};
use rand_chacha::ChaCha8Rng;
use shared::{calibration::DEFAULT_THRESHOLD, engine::InMemoryEngine, formats, model::Model, profile::Limits};

const LAB: &str = env!("CARGO_BIN_EXE_lab");
const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/sample/activity.csv.gz");
const RUNS: usize = 5;
/// A made-up organisation of a million events.
const GENERATED: [&str; 8] = ["--users", "1060", "--days", "90", "--seed", "1", "--life", "none"];

fn main() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let [generated, shuffled] = ["generated.csv", "shuffled.csv"].map(|name| folder.path().join(name));
    let made = Command::new(LAB).arg("generate").args(GENERATED).arg("--out").arg(&generated).output();
    assert!(made.expect("the program starts").status.success());
    shuffle(&generated, &shuffled);
    let calls = folder.path().join("calls.json.gz");
    let made = Command::new(LAB)
        .arg("generate")
        .args(GENERATED)
        .args(["--format", "cloudtrail", "--out"])
        .arg(&calls)
        .output();
    assert!(made.expect("the program starts").status.success());
    places().coordinates("Berlin"); // the tables are unpacked once
    let logs = [
        ("gzipped CSV, the sample log", PathBuf::from(SAMPLE)),
        ("generated CSV", generated),
        ("generated CSV, shuffled", shuffled),
        ("gzipped CloudTrail", calls),
    ];
    for (name, log) in &logs {
        for threads in ["1", "2"] {
            let scores = folder.path().join("scores.csv");
            print(name, threads, (0..RUNS).map(|_| Run::of(threads, log, &scores)).collect());
        }
        print_stages(name, log);
    }
}

/// Writes the rows of a CSV file into another one in random order.
fn shuffle(from: &Path, to: &Path) {
    let text = fs::read_to_string(from).expect("the log was generated");
    let (header, rows) = text.split_once('\n').expect("the log has a header");
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.shuffle(&mut ChaCha8Rng::seed_from_u64(1));
    fs::write(to, format!("{header}\n{}\n", rows.join("\n"))).expect("the temporary folder can be written");
}

/// What one run of the process took.
struct Run {
    seconds: f64,
    events: usize,
    /// The time of all processors, in hundredths of a second.
    ticks: u64,
    /// The peak of the resident memory, in bytes.
    memory: u64,
    /// The number of bytes that were written beside the rows.
    temporary: u64,
}

impl Run {
    fn of(threads: &str, log: &Path, scores: &Path) -> Self {
        let start = Instant::now();
        let mut command = Command::new(LAB);
        command.args(["score", "--threads", threads, "--input"]).arg(log).arg("--output").arg(scores);
        let mut process = command.stderr(Stdio::null()).spawn().expect("the program starts");
        let (mut ticks, mut memory, mut written) = (0, 0, 0);
        let status = loop {
            ticks = ticks.max(ticks_of(&process.id().to_string()));
            memory = memory.max(figure(process.id(), "status", "VmHWM:") << 10);
            written = written.max(figure(process.id(), "io", "wchar:"));
            if let Some(status) = process.try_wait().expect("the process is a child") {
                break status;
            }
            thread::sleep(Duration::from_millis(5));
        };
        let seconds = start.elapsed().as_secs_f64();
        assert!(status.success());
        let rows = fs::read(scores).expect("the rows were written");
        let events = csv::Reader::from_reader(&rows[..]).into_byte_records().count();
        Self { seconds, events, ticks, memory, temporary: written.saturating_sub(rows.len() as u64) }
    }
}

/// Returns a number of a file in `/proc`; 0 once the process has ended.
fn figure(process: u32, file: &str, name: &str) -> u64 {
    let figures = fs::read_to_string(format!("/proc/{process}/{file}")).unwrap_or_default();
    let line = figures.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// Returns the processor time of a process so far, in hundredths of a second; 0 once the process has ended.
fn ticks_of(process: &str) -> u64 {
    let figures = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let behind_name = figures.rsplit(')').next().unwrap_or_default();
    let times = behind_name.split_whitespace().skip(11).take(2); // in user mode, in the kernel
    times.filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

#[expect(clippy::print_stdout, reason = "a benchmark prints rates")]
#[expect(clippy::cast_precision_loss, reason = "a number of events")]
fn print(name: &str, threads: &str, mut runs: Vec<Run>) {
    runs.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let rate = |run: &Run| run.events as f64 / run.seconds;
    let [fastest, median, slowest] = [0, RUNS / 2, RUNS - 1].map(|place| rate(&runs[place]));
    let mut ticks: Vec<u64> = runs.iter().map(|run| run.ticks).collect();
    ticks.sort_unstable();
    let most = |of: fn(&Run) -> u64| runs.iter().map(of).max().unwrap_or_default() >> 20;
    println!(
        "uba score, {threads} threads, {} events of {name}: {median:.0} events/s (median of {RUNS}; {slowest:.0} to \
         {fastest:.0}), {:.1} µs of processor time an event, at most {} MiB of memory and {} MiB of temporary files",
        runs[0].events,
        1e4 * ticks[RUNS / 2] as f64 / runs[0].events as f64,
        most(|run| run.memory),
        most(|run| run.temporary)
    );
}

/// Prints the share of each stage in the processor time of scoring a log in this process.
#[expect(clippy::print_stdout, reason = "a benchmark prints shares")]
fn print_stages(name: &str, path: &Path) {
    let batches = || formats::batches(File::open(path).expect("the log is there"), None);
    let sorted = || SortedLog::read(batches(), Some(places())).expect("the log fits into memory");
    let engine = || InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
    let parse = ticks(|| assert!(batches().map(|batch| batch.records(Some(places())).count()).sum::<usize>() > 0));
    let read = ticks(|| assert!(sorted().records() > 0));
    let log = sorted();
    let score = ticks(|| {
        let mut scorer = LogScorer::new(log, engine(), DEFAULT_THRESHOLD);
        while scorer.next_epoch(|_| ()).expect("the log is in memory").is_some() {}
    });
    let log = sorted();
    let score_and_write = ticks(|| {
        let output = (RowFormat::Csv, io::sink());
        log_scoring::score(log, engine(), DEFAULT_THRESHOLD, output, |_| {}).expect("a sink takes every row");
    });
    let share = |ticks: u64| 100 * ticks / (read + score_and_write);
    println!(
        "  {name}: {} % reading and parsing, {} % packing and sorting, {} % scoring, {} % writing",
        share(parse),
        share(read.saturating_sub(parse)),
        share(score),
        share(score_and_write.saturating_sub(score))
    );
}

/// Returns the processor time of a stage, in hundredths of a second.
fn ticks(stage: impl FnOnce()) -> u64 {
    let before = ticks_of("self");
    stage();
    ticks_of("self") - before
}
