//! Backups by the commands `uba backup` and `uba restore`.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use crate::{
    process::{KEY, Server},
    recovery::{assert_equal_to_a_rebuild, body},
};

/// Runs `uba` with a file and the database in a folder.
fn uba(command: &str, file: &Path, database: &Path, more: &[&str]) -> Output {
    let mut uba = Command::new(env!("CARGO_BIN_EXE_uba"));
    uba.arg(command).arg(file).arg("--database").arg(format!("rocksdb://{}", database.display())).args(more);
    let folder = file.parent().expect("it is in a folder");
    uba.current_dir(folder).env("API_KEY", KEY).output().expect("the program starts")
}

fn error(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_has_every_event_that_was_answered_before_it() {
    const BEFORE: usize = 20;
    let temporary = tempfile::tempdir().expect("the temporary folder can be written");
    let path = |name: &str| temporary.path().join(name);
    let mut server = Server::start(temporary.path(), &[("UBA_CHECKPOINT_EVENTS", "500")]);
    let mut connection = server.connect().expect("it listens");
    for batch in 0..BEFORE {
        connection.post("/api/batch", &body(0, 0, batch)).expect("it answers");
    }
    let is_taken = Arc::new(AtomicBool::default());
    let load = thread::spawn({
        let is_taken = Arc::clone(&is_taken);
        move || {
            let later = (BEFORE..).take_while(|_| !is_taken.load(Ordering::Relaxed));
            later.map(|batch| connection.post("/api/batch", &body(0, 0, batch)).expect("it answers")).count()
        }
    });
    let taken = uba("backup", &path("first.backup"), &path("db"), &[]);
    is_taken.store(true, Ordering::Relaxed);
    let meanwhile = load.join().expect("events are taken all the time");
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    assert!(server.stop().success());

    let restored = uba("restore", &path("first.backup"), &path("new"), &[]);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let (original, restored) =
        (assert_equal_to_a_rebuild(&path("db")).await, assert_equal_to_a_rebuild(&path("new")).await);
    assert_eq!(original.len(), 60 * (BEFORE + meanwhile));
    assert!(restored.len() >= 60 * BEFORE, "{}", restored.len());
    assert_eq!(restored, original[..restored.len()], "each with its number, score and verdict");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_stopped_server_is_refused_if_it_is_not_whole_and_nothing_is_overwritten() {
    let temporary = tempfile::tempdir().expect("the temporary folder can be written");
    let path = |name: &str| temporary.path().join(name);
    let mut server = Server::start(temporary.path(), &[]);
    server.connect().expect("it listens").post("/api/batch", &body(0, 0, 0)).expect("it answers");
    assert!(server.stop().success());

    let taken = uba("backup", &path("whole.backup"), &path("db"), &[]);
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    let whole = fs::read(path("whole.backup")).expect("it is there");
    assert!(error(&uba("backup", &path("whole.backup"), &path("db"), &[])).contains("there already"));
    assert_eq!(fs::read(path("whole.backup")).expect("it is there"), whole);

    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    for (content, reason) in [
        (&whole[..whole.len() / 2], "it is cut short"),
        (&damaged, "it is damaged"),
        (b"something else", "it is no backup"),
    ] {
        fs::write(path("other.backup"), content).expect("the folder can be written");
        let refused = error(&uba("restore", &path("other.backup"), &path("new"), &[]));
        assert!(refused.contains(reason), "{refused}");
        assert!(!path("new").exists());
    }
    let before = assert_equal_to_a_rebuild(&path("db")).await;
    assert!(error(&uba("restore", &path("whole.backup"), &path("db"), &[])).contains("--force"));
    assert_eq!(assert_equal_to_a_rebuild(&path("db")).await, before);

    let mut server = Server::start(temporary.path(), &[]);
    server.connect().expect("it listens").post("/api/batch", &body(0, 0, 1)).expect("it answers");
    assert!(error(&uba("restore", &path("whole.backup"), &path("db"), &["--force"])).contains("in use"));
    assert!(server.stop().success());
    let replaced = uba("restore", &path("whole.backup"), &path("db"), &["--force"]);
    assert!(replaced.status.success(), "{}", String::from_utf8_lossy(&replaced.stderr));
    assert_eq!(assert_equal_to_a_rebuild(&path("db")).await, before);
}
