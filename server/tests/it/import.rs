//! `uba import` as a process.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output},
};

use flate2::{Compression, write::GzEncoder};

fn import(folder: &Path, file: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uba"));
    command.args(["import", "--database", "rocksdb://db", file]).current_dir(folder);
    command.output().expect("the program starts")
}

#[test]
fn nothing_in_a_log_controls_the_terminal() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let log = "user_id,timestamp,action_type\nann,2024-01-15T14:30:00Z,view\nann,\u{1B}]0;x\u{7},view\nann\u{202E},\u{1B}[2J,view\n";
    fs::write(folder.path().join("a\u{1B}[2J.csv"), log).expect("it can be written");
    let output = import(folder.path(), "a\u{1B}[2J.csv");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("1 new events, 0 known before, 2 records not taken") && said.contains("\"␛]0;x␇\""),
        "{said}"
    );
    assert!(!said.contains(['\u{1B}', '\u{7}', '\u{202E}']), "{said:?}");
}

#[test]
fn a_log_that_is_cut_off_is_taken_to_there_and_fails() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let row = |user| format!("u{user},2024-01-15T14:30:00Z,login\n");
    let log = format!("user_id,timestamp,action_type\n{}", (0..5000).map(row).collect::<String>());
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(log.as_bytes()).expect("memory takes everything");
    let packed = gzip.finish().expect("memory takes everything");
    fs::write(folder.path().join("log.csv.gz"), &packed[..packed.len() / 2]).expect("it can be written");
    let output = import(folder.path(), "log.csv.gz");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("new events, 0 known before, 1 records not taken"), "{said}");
    assert!(said.contains("log.csv.gz could not be read to its end"), "{said}");
}
