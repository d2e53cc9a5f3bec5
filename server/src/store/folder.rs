//! The folder of a database, which is for its owner alone.

use std::{fs, io, path::Path};

/// Creates a folder where there is none. Nobody but its owner may look into it: an existing folder and the files in it
/// are tightened. What the engine writes later is kept private by the folder.
pub(super) fn prepare(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    #[cfg(unix)]
    tighten(folder)?;
    Ok(())
}

/// Takes the rights of everybody but the owner from a folder and all in it. What is removed meanwhile, by a program that
/// is closing the database, needs none.
#[cfg(unix)]
fn tighten(path: &Path) -> io::Result<()> {
    match tighten_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

#[cfg(unix)]
fn tighten_all(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let metadata = fs::symlink_metadata(path)?;
    let mode = metadata.permissions().mode();
    if mode & 0o077 != 0 && !metadata.is_symlink() {
        fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700))?;
    }
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            tighten(&entry?.path())?;
        }
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    #[test]
    fn a_folder_is_for_its_owner_alone_whether_it_is_new_or_was_open_to_all() {
        let parent = tempfile::tempdir().expect("the temporary folder can be written");
        let folder = parent.path().join("instance").join("uba.db");
        prepare(&folder).expect("it can be made");
        assert_eq!((mode(&folder), mode(&parent.path().join("instance"))), (0o700, 0o700));

        let file = folder.join("000004.log");
        fs::write(&file, "events").expect("it can be written");
        for (path, open) in [(&file, 0o644), (&folder, 0o755)] {
            fs::set_permissions(path, fs::Permissions::from_mode(open)).expect("they are ours");
        }
        prepare(&folder).expect("it can be tightened");
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    }
}
