//! The crate as its users meet it: through its public functions, and through its commands as processes.

mod damage;
mod evaluation;
mod explaining;
mod inject;
mod life;
mod notices;
mod output;
mod repeats_and_clocks;
mod scoring;
mod sources;
mod synthetic;
mod training;
mod travel;

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

/// The sample log that comes with the product.
const SAMPLE_LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/sample/activity.csv.gz");

/// A temporary folder in which commands run.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("the temporary folder can be written"))
    }

    /// Writes a file and returns its path.
    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).expect("the temporary folder can be written");
        path
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.path().join(name)).expect("the file was written")
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).expect("the file is text")
    }

    /// Runs a command and returns its output, whether it succeeded or not.
    fn run(&self, arguments: &[&str]) -> Output {
        let command = Command::new(env!("CARGO_BIN_EXE_lab")).current_dir(&self.0).args(arguments).output();
        command.expect("the program starts")
    }

    /// Runs a command that must succeed.
    fn succeed(&self, arguments: &[&str]) -> Output {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// Runs a command that must fail, and returns its message.
    fn refusal(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).expect("messages are text")
    }
}
