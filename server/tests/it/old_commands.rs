//! The commands of the manual of the system that this one replaces, run by a shell as they stand there.

use std::process::Command;

use serde_json::Value;

use crate::process::{KEY, Server};

/// The commands, with the host and the key of that manual.
const COMMANDS: &str = include_str!("../fixtures/old-commands.sh");

#[test]
fn the_commands_of_the_old_manual_run_unchanged() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let server = Server::start(folder.path(), &[]);
    let commands: Vec<&str> = COMMANDS.split("\n\n").collect();
    assert_eq!(commands.len(), 7);
    for command in commands {
        let changed = command.replace("localhost:5000", server.address()).replace("your-api-key-here", KEY);
        let output = Command::new("bash").args(["-c", &changed]).output().expect("bash is there, and curl");
        let body = String::from_utf8(output.stdout).expect("the answer is text");
        let answer: Value = serde_json::from_str(&body).unwrap_or_default();
        if command.contains("/health") {
            assert_eq!(answer["status"], "healthy", "{command}: {body}");
        } else {
            assert_eq!(answer["success"], true, "{command}: {body}");
        }
    }
}
