//! The sources of a log: a file, the files of a folder, those that a pattern names, and the members of archives.

mod archive;

use std::{
    fs::{self, File},
    io::{self, Read, Seek as _},
    path::{Path, PathBuf},
    sync::mpsc::Receiver,
    vec,
};

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressBarIter};
use shared::control_characters::visible;

use self::archive::{Archive, Member};

/// The characters of patterns.
const WILDCARDS: [char; 3] = ['*', '?', '['];

/// One source of a log.
pub enum LogSource {
    /// Standard input.
    StandardInput(ProgressBarIter<io::Stdin>),
    /// A file.
    File(ProgressBarIter<File>),
    /// A member of an archive.
    Member(Member),
    /// A file that cannot be opened.
    Failed(Option<io::Error>),
}

impl Read for LogSource {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::StandardInput(input) => input.read(buffer),
            Self::File(file) => file.read(buffer),
            Self::Member(member) => member.read(buffer),
            Self::Failed(error) => error.take().map_or(Ok(0), Err),
        }
    }
}

/// An iterator over the sources of a log, which are opened one after the other.
#[derive(Default)]
pub struct LogSources {
    paths: vec::IntoIter<PathBuf>,
    /// The members of the archive that is being read.
    members: Option<Receiver<Member>>,
    bar: Option<ProgressBar>,
}

impl LogSources {
    /// Finds the files that a path stands for: itself, the files in a folder and its folders, or those that a pattern
    /// such as `logs/*.gz` names; hidden files in folders are left out.
    ///
    /// # Errors
    ///
    /// Fails if there is no such file.
    pub fn of(path: &Path, bar: ProgressBar) -> anyhow::Result<Self> {
        let paths = files_of(path)?;
        let sizes = paths.iter().filter_map(|path| fs::metadata(path).ok()).map(|metadata| metadata.len());
        bar.set_length(sizes.sum());
        Ok(Self { paths: paths.into_iter(), members: None, bar: Some(bar) })
    }

    /// Opens a file: as itself, or as the members of an archive, of which the first is returned. A pipe is no archive.
    fn open(&mut self, path: &Path) -> io::Result<Option<LogSource>> {
        let mut file = File::open(path)?;
        let mut archive = None;
        if file.metadata()?.is_file() {
            archive = Archive::of(&mut file)?;
            file.rewind()?;
        }
        let bar = self.bar.clone().unwrap_or_else(ProgressBar::hidden);
        let file = bar.wrap_read(file);
        let Some(archive) = archive else { return Ok(Some(LogSource::File(file))) };
        self.members = Some(archive.unpack(file)?);
        Ok(self.next_member())
    }

    fn next_member(&mut self) -> Option<LogSource> {
        let member = self.members.as_ref()?.recv().ok(); // the thread has ended where there is no other
        if member.is_none() {
            self.members = None;
        }
        member.map(LogSource::Member)
    }
}

impl Iterator for LogSources {
    type Item = LogSource;

    fn next(&mut self) -> Option<LogSource> {
        loop {
            if let Some(member) = self.next_member() {
                return Some(member);
            }
            let path = self.paths.next()?;
            match self.open(&path) {
                Ok(Some(source)) => return Some(source),
                Ok(None) => {}
                Err(error) => {
                    let name = visible(&path.display().to_string()).into_owned();
                    return Some(LogSource::Failed(Some(io::Error::new(error.kind(), format!("{name}: {error}")))));
                }
            }
        }
    }
}

fn files_of(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let name = visible(&path.display().to_string()).into_owned();
    if path.is_dir() {
        let mut files = Vec::new();
        collect(path, &mut files).with_context(|| format!("cannot list {name}"))?;
        if files.is_empty() {
            bail!("the folder {name} holds no file");
        }
        return Ok(files);
    }
    let pattern = path.to_str().filter(|text| !path.exists() && text.contains(WILDCARDS));
    let Some(pattern) = pattern else {
        let metadata = fs::metadata(path).with_context(|| format!("cannot open {name}"))?;
        if metadata.is_file() {
            File::open(path).with_context(|| format!("cannot open {name}"))?; // a pipe is opened once only
        }
        return Ok(vec![path.to_owned()]);
    };
    let found = glob::glob(pattern).with_context(|| format!("{name} is no pattern"))?;
    let mut files: Vec<PathBuf> = found.filter_map(Result::ok).filter(|path| path.is_file()).collect();
    files.sort();
    if files.is_empty() {
        bail!("no file is called {name}");
    }
    Ok(files)
}

/// Adds the files in a folder and its folders, in the order of their names.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| !is_hidden(path));
    paths.sort();
    for path in paths {
        let kind = fs::symlink_metadata(&path)?.file_type(); // a link may lead back to the folder
        if kind.is_dir() {
            collect(&path, files)?;
        } else if path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

/// Returns whether the name of a file or of a folder around it begins with a dot.
fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};
    use tempfile::TempDir;

    use super::*;

    fn texts(path: &Path) -> Vec<String> {
        let sources = LogSources::of(path, ProgressBar::hidden()).expect("there are files");
        let text = |mut source: LogSource| {
            let mut text = String::new();
            source.read_to_string(&mut text).map_or_else(|error| error.to_string(), |_| text)
        };
        sources.map(text).collect()
    }

    fn tar(members: &[(&str, &str)]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (name, text) in members {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            archive.append_data(&mut header, name, text.as_bytes()).expect("memory takes everything");
        }
        archive.into_inner().expect("memory takes everything")
    }

    fn zip(members: &[(&str, &str)]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, text) in members {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a name");
            archive.write_all(text.as_bytes()).expect("memory takes everything");
        }
        archive.finish().expect("memory takes everything").into_inner()
    }

    #[test]
    fn a_folder_and_a_pattern_stand_for_their_files_in_the_order_of_names() {
        let folder = TempDir::new().expect("a folder");
        fs::create_dir(folder.path().join("b")).expect("a folder");
        for (name, text) in [("c.log", "three"), ("a.log", "one"), ("b/x.log", "two"), (".hidden", "none")] {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        assert_eq!(texts(folder.path()), ["one", "two", "three"]);
        assert_eq!(texts(&folder.path().join("*.log")), ["one", "three"]);
        let none = LogSources::of(&folder.path().join("*.gz"), ProgressBar::hidden());
        assert!(none.is_err_and(|error| error.to_string().starts_with("no file is called ")));
    }

    #[test]
    fn the_members_of_archives_are_sources_of_their_own() {
        let folder = TempDir::new().expect("a folder");
        let members = [("logs/a.log", "one"), ("b.log", "two"), (".hidden", "none"), ("__MACOSX/b.log", "none")];
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&tar(&members)).expect("memory takes everything");
        let packed = packed.finish().expect("memory takes everything");
        for (name, content) in [("a.tar", tar(&members)), ("a.zip", zip(&members)), ("a.tgz", packed)] {
            let path = folder.path().join(name);
            fs::write(&path, content).expect("a file");
            assert_eq!(texts(&path), ["one", "two"], "{name}");
        }
    }

    #[test]
    fn a_damaged_archive_is_an_error_and_a_workbook_none() {
        let folder = TempDir::new().expect("a folder");
        let whole = zip(&[("a.log", &"one".repeat(1000)), ("b.log", "two")]);
        let path = folder.path().join("a.zip");
        fs::write(&path, &whole[..whole.len() / 2]).expect("a file");
        let [error] = &texts(&path)[..] else { panic!("one error") };
        assert!(error.contains("a.zip: "), "{error}");
        let workbook = zip(&[("[Content_Types].xml", "<Types/>"), ("xl/sheet1.xml", "<x/>")]);
        fs::write(&path, &workbook).expect("a file");
        let mut source = LogSources::of(&path, ProgressBar::hidden()).expect("a file").next().expect("a source");
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes).expect("a file");
        assert_eq!(bytes, workbook, "its own error says what to do");
    }
}
