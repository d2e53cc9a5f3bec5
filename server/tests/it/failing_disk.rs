//! Real processes whose disk stops taking what they write.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::Value;

use crate::{
    process::{Connection, Server},
    recovery::{assert_equal_to_a_rebuild, body, by_event},
};

/// A time in which even a debug build on a busy machine takes events again; the aim is 5 s.
const PATIENCE: Duration = Duration::from_secs(30);
const SETTINGS: [(&str, &str); 2] = [("UBA_CHECKPOINT_EVENTS", "600"), ("UBA_MIN_FREE_MB", "0")];

/// Batches that were answered, each with its answer.
type Answered = Vec<(String, Value)>;

/// Sends batches of a round until one is refused, and returns those that were answered.
fn send_until_refused(server: &Server, round: usize) -> Answered {
    let mut connection = server.connect().expect("it listens");
    let mut answered = Vec::new();
    loop {
        let body = body(0, round, answered.len());
        match connection.send("POST", "/api/batch", &body).expect("it answers") {
            (200, answer) => answered.push((body, serde_json::from_slice(&answer).expect("JSON"))),
            (status, answer) => {
                let problem: Value = serde_json::from_slice(&answer).expect("JSON");
                assert_eq!((status, &problem["success"]), (503, &Value::from(false)), "{problem}");
                return answered;
            }
        }
    }
}

/// Sends a batch until it is taken, and returns how long that took.
fn send_until_taken(connection: &mut Connection, body: &str) -> Duration {
    let start = Instant::now();
    while connection.send("POST", "/api/batch", body).expect("it answers").0 != 200 {
        assert!(start.elapsed() < PATIENCE, "it takes events again");
        thread::sleep(Duration::from_millis(100));
    }
    start.elapsed()
}

fn assert_reads_go_on(connection: &mut Connection) {
    let (status, reason) = connection.send("GET", "/readyz", "").expect("it answers");
    let reason = String::from_utf8(reason).expect("text");
    assert!(status == 503 && reason.contains("the database has failed: the disk"), "{status} {reason}");
    let (status, _) = connection.send("GET", "/api/v1/users/user%200-1", "").expect("it answers");
    assert_eq!(status, 200, "pages are read meanwhile");
}

/// Asserts that the latest answers are given again: what a failing disk may lose is what was written last.
fn assert_answers_last(connection: &mut Connection, answered: &Answered) {
    const LATEST: usize = 20;
    for (body, first) in answered.iter().rev().take(LATEST) {
        let again = connection.post("/api/batch", body).expect("it answers");
        assert_eq!(by_event(&serde_json::from_slice(&again).expect("JSON")), by_event(first));
    }
}

/// Limits the size of the files of a process.
fn limit_files(server: &Server, bytes: &str) {
    let mut command = Command::new("prlimit");
    command.arg(format!("--pid={}", server.process.id())).arg(format!("--fsize={bytes}:"));
    assert!(command.status().expect("the command is there").success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_takes_no_more_loses_nothing_and_events_are_taken_once_it_does() {
    let temporary = tempfile::tempdir().expect("the temporary folder can be written");
    let mut command = Command::new("sh"); // a process that may not write more is told so, not killed
    command.args(["-c", r#"trap "" XFSZ; exec "$0" "$@""#, env!("CARGO_BIN_EXE_uba")]);
    let mut server = Server::start_by(command, temporary.path(), &SETTINGS);
    let mut connection = server.connect().expect("it listens");
    let mut answered = Answered::new();
    for batch in 0..20 {
        let body = body(0, 0, batch);
        let answer = connection.post("/api/batch", &body).expect("it answers");
        answered.push((body, serde_json::from_slice(&answer).expect("JSON")));
    }
    limit_files(&server, "100000");
    answered.extend(send_until_refused(&server, 1));
    assert_reads_go_on(&mut connection);
    limit_files(&server, "unlimited");
    send_until_taken(&mut connection, &body(0, 2, 0));
    assert_answers_last(&mut connection, &answered);
    drop(connection);
    assert!(server.stop().success());
    let stored = assert_equal_to_a_rebuild(&temporary.path().join("db")).await;
    assert!(stored.len() >= (answered.len() + 1) * 60);
}

/// A file system of a fixed size, in a mount namespace that a process holds.
struct SmallDisk {
    holder: Child,
    folder: PathBuf,
}

impl SmallDisk {
    fn new(folder: &Path, megabytes: u32) -> Self {
        let folder = folder.to_owned();
        let script =
            format!("mount -t tmpfs -o size={megabytes}m tmpfs {0} && touch {0}/ready && sleep 3600", folder.display());
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", &script]).stdin(Stdio::null());
        let disk = Self { holder: command.spawn().expect("the command is there"), folder };
        while !disk.seen_from_outside().join("ready").exists() {
            thread::sleep(Duration::from_millis(10));
        }
        disk
    }

    /// Returns the folder as other processes see it.
    fn seen_from_outside(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(self.folder.strip_prefix("/").expect("an absolute path"))
    }

    fn start(&self) -> Server {
        let mut command = Command::new("nsenter");
        command.arg(format!("--target={}", self.holder.id())).args(["--user", "--mount", "--preserve-credentials"]);
        command.arg(env!("CARGO_BIN_EXE_uba"));
        Server::start_by(command, &self.folder, &SETTINGS)
    }

    /// Fills the disk up to some bytes.
    fn fill(&self, left: u64) {
        let free = fs4::available_space(self.seen_from_outside()).expect("it is mounted");
        let size = usize::try_from(free.saturating_sub(left)).expect("a small disk");
        fs::write(self.seen_from_outside().join("filler"), vec![0; size]).expect("there is room");
    }

    fn make_room(&self) {
        fs::remove_file(self.seen_from_outside().join("filler")).expect("it was written");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        self.holder.kill().expect("it can be killed");
        self.holder.wait().expect("it ends");
    }
}

#[expect(clippy::print_stdout, reason = "`make soak` shows it")]
#[ignore = "needs the right to mount; `make soak` runs it"]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing() {
    let runs: u64 = env::var("UBA_FULL_DISKS").map_or(1, |runs| runs.parse().expect("a number of runs"));
    let (mut slowest, mut events) = (Duration::ZERO, 0);
    for run in 0..runs {
        let mut random = StdRng::seed_from_u64(run);
        let temporary = tempfile::tempdir().expect("the temporary folder can be written");
        let disk = SmallDisk::new(temporary.path(), 100);
        let mut server = disk.start();
        let mut connection = server.connect().expect("it listens");
        connection.post("/api/batch", &body(0, 0, 0)).expect("it answers");
        disk.fill(random.random_range(0..3_000_000));
        let mut answered = send_until_refused(&server, 1);
        assert_reads_go_on(&mut connection);
        if random.random_bool(0.5) {
            disk.make_room();
            slowest = slowest.max(send_until_taken(&mut connection, &body(0, 2, 0)));
            let body = body(0, 3, 0);
            let answer = connection.post("/api/batch", &body).expect("it answers");
            answered.push((body, serde_json::from_slice(&answer).expect("JSON")));
            assert_answers_last(&mut connection, &answered);
        }
        drop(connection);
        if random.random_bool(0.5) {
            server.kill()
        } else {
            server.stop()
        };
        if disk.seen_from_outside().join("filler").exists() {
            disk.make_room();
        }
        let mut server = disk.start();
        assert_answers_last(&mut server.connect().expect("it listens"), &answered);
        assert!(server.stop().success());
        let stored = assert_equal_to_a_rebuild(&disk.seen_from_outside().join("db")).await.len();
        assert!(stored >= (answered.len() + 1) * 60, "{stored} events are stored of {} batches", answered.len() + 1);
        events += stored;
    }
    println!("{runs} full disks, {events} events, none lost; events were taken again after at most {slowest:?}");
}
