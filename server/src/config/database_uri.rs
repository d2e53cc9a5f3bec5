//! Where the data are kept.

use std::{
    io,
    path::{self, Path, PathBuf},
    str::FromStr,
};

use shared::control_characters::{controls, visible};

/// Where the data are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUri {
    /// In memory, until the program stops.
    Memory,
    /// In a folder, by RocksDB.
    RocksDb(PathBuf),
}

impl DatabaseUri {
    /// Returns the folder of the database, unless it is in memory.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Memory => None,
            Self::RocksDb(folder) => Some(folder),
        }
    }

    /// Returns the URI with an absolute path, so that it stays valid when the program changes its folder.
    pub fn absolute(&self) -> io::Result<Self> {
        self.folder().map_or(Ok(Self::Memory), |folder| Ok(Self::RocksDb(path::absolute(folder)?)))
    }
}

impl FromStr for DatabaseUri {
    type Err = InvalidDatabaseUri;

    fn from_str(uri: &str) -> Result<Self, InvalidDatabaseUri> {
        let (scheme, rest) = uri.split_once(':').unwrap_or((uri, ""));
        match (scheme, rest.strip_prefix("//").unwrap_or(rest)) {
            ("mem", "") => Ok(Self::Memory),
            ("rocksdb", "") => Err(InvalidDatabaseUri::NoPath),
            ("rocksdb", path) => Self::in_folder(path),
            ("sqlite", _) => Err(InvalidDatabaseUri::Sqlite),
            _ => Err(InvalidDatabaseUri::UnknownScheme(scheme.to_owned())),
        }
    }
}

impl DatabaseUri {
    /// Returns the database in a folder. What follows a `?` in its absolute path would be options to the engine, and a
    /// path that is no text would become another one.
    fn in_folder(path: &str) -> Result<Self, InvalidDatabaseUri> {
        let is_taken_as_it_is = |path: &str| !path.contains('?') && !controls(path);
        let absolute = std::path::absolute(path).ok();
        if absolute.is_none_or(|absolute| !absolute.to_str().is_some_and(is_taken_as_it_is)) {
            return Err(InvalidDatabaseUri::OddPath(visible(path).into_owned()));
        }
        Ok(Self::RocksDb(PathBuf::from(path)))
    }
}

/// Why a database URI cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDatabaseUri {
    /// The database of the legacy product.
    #[error("SQLite is no longer used; write rocksdb://instance/cloud_uba.db to keep the data in that folder")]
    Sqlite,
    /// The path of the folder is missing.
    #[error("rocksdb:// needs the path of a folder, as in rocksdb://instance/cloud_uba.db")]
    NoPath,
    /// The engine would take the path for another one, or part of it for an option.
    #[error("the database cannot be in '{0}': the folder's whole path must be UTF-8 without ? and control characters")]
    OddPath(String),
    /// The scheme is neither `rocksdb` nor `mem`.
    #[error("unknown kind of database '{0}'; known are rocksdb://PATH and mem://")]
    UnknownScheme(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_names_a_folder_or_memory() {
        let folder = |path: &str| Ok(DatabaseUri::RocksDb(PathBuf::from(path)));
        assert_eq!("rocksdb://instance/cloud_uba.db".parse(), folder("instance/cloud_uba.db"));
        assert_eq!("rocksdb:///var/lib/uba".parse(), folder("/var/lib/uba"));
        assert_eq!("rocksdb:data".parse(), folder("data"));
        assert_eq!("mem://".parse(), Ok(DatabaseUri::Memory));
    }

    #[test]
    fn an_unusable_uri_says_what_to_write_instead() {
        let message = |uri: &str| uri.parse::<DatabaseUri>().expect_err("is unusable").to_string();
        assert!(message("sqlite:///cloud_uba.db").contains("rocksdb://instance/cloud_uba.db"));
        assert!(message("rocksdb://").contains("needs the path"));
        for odd in
            ["rocksdb://q?sync=never", "rocksdb://q?", "rocksdb:/var/a?b/c", "rocksdb://a\nb", "rocksdb://\u{1B}[2J"]
        {
            assert!(message(odd).contains("must be UTF-8 without ? and control characters"), "{odd}");
        }
        assert!(!message("rocksdb://\u{1B}[2J").contains('\u{1B}'));
        assert!(message("postgres://localhost").contains("unknown kind of database 'postgres'"));
    }
}
