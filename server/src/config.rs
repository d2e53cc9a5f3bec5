//! The settings of the server, each documented once.

use std::{path::PathBuf, str::FromStr};

/// The settings of `uba serve`.
#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    /// Address and port to listen on
    #[arg(long, env = "UBA_BIND", value_name = "ADDRESS:PORT", default_value = "localhost:5000")]
    pub bind: String,

    /// Where the data are kept: `rocksdb://PATH` in a folder, `mem://` in memory until the server stops
    #[arg(long, env = "DATABASE_URI", value_name = "URI", default_value = "rocksdb://instance/cloud_uba.db")]
    pub database: DatabaseUri,
}

/// Where the data are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUri {
    /// In memory, until the program stops.
    Memory,
    /// In a folder, by `RocksDB`.
    RocksDb(PathBuf),
}

impl FromStr for DatabaseUri {
    type Err = InvalidDatabaseUri;

    fn from_str(uri: &str) -> Result<Self, InvalidDatabaseUri> {
        let (scheme, rest) = uri.split_once(':').unwrap_or((uri, ""));
        match (scheme, rest.strip_prefix("//").unwrap_or(rest)) {
            ("mem", "") => Ok(Self::Memory),
            ("rocksdb", "") => Err(InvalidDatabaseUri::NoPath),
            ("rocksdb", path) => Ok(Self::RocksDb(PathBuf::from(path))),
            ("sqlite", _) => Err(InvalidDatabaseUri::Sqlite),
            _ => Err(InvalidDatabaseUri::UnknownScheme(scheme.to_owned())),
        }
    }
}

/// Why a database URI cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDatabaseUri {
    /// A file of the product that this one replaces.
    #[error("SQLite is no longer used; write rocksdb://instance/cloud_uba.db to keep the data in that folder")]
    Sqlite,
    /// No folder to keep the data in.
    #[error("rocksdb:// needs the path of a folder, as in rocksdb://instance/cloud_uba.db")]
    NoPath,
    /// Neither of the two that are known.
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
        assert!(message("postgres://localhost").contains("unknown kind of database 'postgres'"));
    }
}
