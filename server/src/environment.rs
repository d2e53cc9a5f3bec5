//! The file `.env`, which adds to the environment of the process.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// Name of the file, in the working folder or one above it.
const NAME: &str = ".env";

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableEnvironment {
    /// It is there and cannot be read.
    #[error("cannot read {}: {reason}; make it a readable file, or delete it", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// A line of it is not as it must be. Its text is not told, since it may be a secret.
    #[error(
        "{}, line {line}: it must be NAME=value; a value with spaces, #, quotes or $ stands in single quotes, as in \
         NAME='two words'", .file.display()
    )]
    Line {
        /// The file.
        file: PathBuf,
        /// The number of the line, from 1.
        line: usize,
    },
}

/// Adds the variables of the file that are not set. Where there is no such file, nothing is added.
pub fn load() -> Result<(), UnreadableEnvironment> {
    let Ok(folder) = env::current_dir() else { return Ok(()) };
    let mut candidates = folder.ancestors().map(|folder| folder.join(NAME));
    let Some(file) = candidates.find(|file| fs::symlink_metadata(file).is_ok()) else { return Ok(()) };
    load_file(&file)
}

fn load_file(file: &Path) -> Result<(), UnreadableEnvironment> {
    let unreadable = |reason| UnreadableEnvironment::Unreadable { file: file.to_owned(), reason };
    let content = fs::read_to_string(file).map_err(unreadable)?;
    match dotenvy::from_read(content.as_bytes()) {
        Ok(()) => Ok(()),
        Err(dotenvy::Error::LineParse(text, _)) => {
            Err(UnreadableEnvironment::Line { file: file.to_owned(), line: line_of(&content, &text) })
        }
        Err(error) => Err(unreadable(io::Error::other(error))),
    }
}

/// Returns the number of the line that ends with a text or, where the text has several lines, with its first.
fn line_of(content: &str, text: &str) -> usize {
    let first = text.trim().lines().next().unwrap_or_default();
    let is_it = |line: &str| !line.trim_start().starts_with('#') && line.trim_end().ends_with(first);
    content.lines().position(is_it).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(content: &[u8]) -> Option<String> {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let file = folder.path().join(NAME);
        fs::write(&file, content).expect("the file can be written");
        load_file(&file).err().map(|error| error.to_string())
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_and_its_text_is_not_told() {
        for (content, line) in [
            ("A_TEST=one\nA_TEST_PASSWORD=two words\n", "line 2"),
            ("# two words\n\nA_TEST_PASSWORD=two words\nB_TEST=1\n", "line 3"),
            ("A_TEST_PASSWORD: words\n", "line 1"),
            ("A_TEST=1\nB_TEST='words\n", "line 2"),
        ] {
            let fault = fault(content.as_bytes()).expect("a line is wrong");
            assert!(fault.contains(&format!("{line}:")) && fault.contains("NAME='two words'"), "{fault}");
            assert!(!fault.contains("PASSWORD") && !fault.contains("=two"), "{fault}");
        }
    }

    #[test]
    fn a_file_that_is_no_text_is_refused_and_one_that_is_right_is_not() {
        assert!(fault(b"\xff\xfe").is_some_and(|fault| fault.starts_with("cannot read")));
        assert_eq!(fault(b"# a comment\nexport A_TEST_SETTING='two words' # why\nA_TEST_EMPTY=\n"), None);
    }
}
