//! Files that commands write: whole, or not at all.

use std::{
    fs::{self, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

/// A file that takes its name once it is whole.
///
/// Until then it lies beside its place, under a name that begins with a dot and ends in `.part`; a file that was there
/// before stays as it is. What is no file on a disk, such as a pipe or `/dev/stdout`, is written to directly.
pub(crate) enum OutputFile {
    /// What cannot be replaced.
    Stream(Box<dyn Write + Send>),
    /// A file beside the one that it will replace.
    Part { file: BufWriter<NamedTempFile>, path: PathBuf },
}

impl OutputFile {
    /// Creates the file for a path; `-` is standard output.
    ///
    /// # Errors
    ///
    /// Fails if the path is that of one of the `inputs`, also by another name of the file, or the folder or the file
    /// that is there cannot be written.
    pub(crate) fn create(path: &Path, inputs: &[&Path]) -> io::Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Stream(Box::new(BufWriter::new(io::stdout()))));
        }
        if inputs.iter().any(|input| are_one_file(path, input)) {
            return Err(io::Error::other("it is read, too: name another file"));
        }
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()); // a link stays a link
        let replaced = OpenOptions::new().write(true).open(&path);
        let permissions = match replaced {
            Ok(file) if !file.metadata()?.is_file() => return Ok(Self::Stream(Box::new(BufWriter::new(file)))),
            Ok(file) => Some(file.metadata()?.permissions()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let file = part_beside(&path)?;
        if let Some(permissions) = permissions {
            file.as_file().set_permissions(permissions)?;
        }
        Ok(Self::Part { file: BufWriter::new(file), path })
    }

    /// Puts the file, which is whole now, into its place.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Self::Stream(mut stream) => stream.flush(),
            Self::Part { file, path } => {
                let file = file.into_inner()?;
                file.as_file().sync_all()?;
                file.persist(path)?;
                Ok(())
            }
        }
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stream(stream) => stream.write(bytes),
            Self::Part { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stream(stream) => stream.flush(),
            Self::Part { file, .. } => file.flush(),
        }
    }
}

/// Writes a whole file, as [`OutputFile`] does.
pub(crate) fn write(path: &Path, content: &[u8], inputs: &[&Path]) -> io::Result<()> {
    let mut file = OutputFile::create(path, inputs)?;
    file.write_all(content)?;
    file.finish()
}

/// Creates a file in the folder of `path`, with the permissions of a new file.
fn part_beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.");
    let mut builder = Builder::new();
    builder.prefix(&prefix).suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less what the umask takes
    builder.tempfile_in(folder)
}

/// Returns whether two paths lead to the same file on a disk.
#[cfg(unix)]
fn are_one_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => one.is_file() && (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// Returns whether two paths lead to the same file on a disk.
#[cfg(not(unix))]
fn are_one_file(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_takes_its_name_once_it_is_whole() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("rows.csv");
        let names = || fs::read_dir(&folder).expect("it is there").count();
        fs::write(&path, "old").expect("it can be written");
        let mut file = OutputFile::create(&path, &[]).expect("it can be written");
        file.write_all(b"new").expect("there is room");
        file.flush().expect("there is room");
        assert_eq!((fs::read(&path).expect("it is there"), names()), (b"old".to_vec(), 2));
        file.finish().expect("it can be renamed");
        assert_eq!((fs::read(&path).expect("it is there"), names()), (b"new".to_vec(), 1));
        drop(OutputFile::create(&path, &[]).expect("it can be written"));
        assert_eq!((fs::read(&path).expect("it is there"), names()), (b"new".to_vec(), 1), "given up, it is gone");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_and_the_permissions_of_a_file_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [path, link] = ["rows.csv", "link.csv"].map(|name| folder.path().join(name));
        fs::write(&path, "old").expect("it can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("it is ours");
        symlink(&path, &link).expect("it can be linked");
        write(&link, b"new", &[]).expect("it can be written");
        assert_eq!(fs::read(&path).expect("it is there"), b"new");
        assert!(fs::symlink_metadata(&link).expect("it is there").is_symlink());
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o640);
    }
}
