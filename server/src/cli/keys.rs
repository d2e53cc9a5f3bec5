//! `uba keys`: the API keys of programs.

use std::io::{self, Write as _};

use anyhow::Context as _;
use app::actor::KeyScope;
use clap::Subcommand;
use jiff::{SignedDuration, Timestamp};
use shared::{control_characters::visible, error::Error};
use strum::VariantArray as _;

use super::{
    init::{names, operator, print_secrets, with_access},
    runtime::run,
};
use crate::{
    auth::{ApiKey, ApiKeys, Authenticator, NewApiKey},
    config::Settings,
    credentials::Renewal,
};

/// List, make, rotate and revoke the API keys of programs
///
/// The server must not be running; while it is, /api/v1/keys does the same.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba keys list
  uba keys create collector --scope score
  uba keys create dashboards --scope read --days 90
  uba keys rotate 4kTq0aZx --overlap-hours 0
  uba keys revoke 4kTq0aZx")]
pub(super) struct Keys {
    #[command(subcommand)]
    command: KeysCommand,

    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Prints the keys without their secrets
    List,
    /// Makes a key, and prints its secret this once
    Create {
        /// What the key is for
        name: String,
        /// What the key may do: `score` events, `read` users and scores, `manage` settings, accounts and keys
        #[arg(long = "scope", required = true, value_name = "SCOPE", value_parser = parse_scope)]
        scopes: Vec<KeyScope>,
        /// Days after which the key is not taken any more; for ever unless set
        #[arg(long, value_name = "DAYS")]
        days: Option<u16>,
    },
    /// Gives a key another secret, and prints it this once
    Rotate {
        /// Id of the key
        id: String,
        /// Hours for which the old secret is taken, too
        #[arg(long, value_name = "HOURS", default_value_t = 24)]
        overlap_hours: u16,
    },
    /// Ends a key
    Revoke {
        /// Id of the key
        id: String,
    },
}

impl Keys {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = self.settings.check()?;
        run(move || async move {
            let work = async |access: &Authenticator| self.command.run(access.keys()).await;
            let (text, generated) = with_access(&config, Renewal::default(), work).await?;
            print_secrets(&generated).context("cannot print the secrets")?;
            write!(io::stdout(), "{text}").context("cannot print")
        })
    }
}

impl KeysCommand {
    /// Runs the command, and returns what it prints.
    async fn run(self, keys: &ApiKeys) -> Result<String, Error> {
        let (actor, now) = (operator(), Timestamp::now());
        match self {
            Self::List => Ok(keys.list(&actor)?.iter().map(line).collect()),
            Self::Create { name, scopes, days } => {
                let expires = days.map(|days| now + SignedDuration::from_hours(24 * i64::from(days)));
                let created = keys.create(&actor, NewApiKey { name, scopes, expires }, now).await?;
                Ok(with_secret(&created))
            }
            Self::Rotate { id, overlap_hours } => {
                let overlap = SignedDuration::from_hours(overlap_hours.into());
                Ok(with_secret(&keys.rotate(&actor, &id, overlap, now).await?))
            }
            Self::Revoke { id } => {
                keys.revoke(&actor, &id).await?;
                Ok(format!("{} is revoked\n", visible(&id)))
            }
        }
    }
}

fn with_secret((key, secret): &(ApiKey, String)) -> String {
    format!("{}This is shown this once:\n  API key  {secret}\n", line(key))
}

fn line(key: &ApiKey) -> String {
    let scopes: Vec<String> = key.scopes.iter().map(ToString::to_string).collect();
    let expires = key.expires.map_or_else(|| "for ever".to_owned(), |end| format!("until {end:.0}"));
    let used = key.last_used.map_or_else(|| "never used".to_owned(), |time| format!("last used {time:.0}"));
    format!("{:<8}  {:<24}  {:<17}  {expires}, {used}\n", key.id, visible(&key.name), scopes.join(","))
}

fn parse_scope(name: &str) -> Result<KeyScope, String> {
    name.parse().map_err(|_| format!("must be one of {}", names(KeyScope::VARIANTS)))
}
