//! `uba init`: makes a database and new secrets.

use std::{
    io::{self, Write as _},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use app::actor::{AccountId, Actor, Role, Scopes};
use shared::error::Error;

use super::runtime::run;
use crate::{
    auth::Authenticator,
    config::{Config, Settings},
    credentials::{GeneratedSecrets, Renewal, renew},
    start::OPEN_PATIENCE,
    store::{Opening, Store},
};

/// Make a database and its secrets, or new secrets for one
///
/// Prints the password and the API key that are generated, which nobody can read again. An existing database keeps its
/// secrets unless new ones are asked for. The server must not be running.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba init
  uba init --new-password
  uba init --new-api-key")]
pub(super) struct Init {
    /// Generates another password of the pages, which ends all sessions
    #[arg(long)]
    new_password: bool,

    /// Generates another API key
    #[arg(long)]
    new_api_key: bool,

    #[command(flatten)]
    settings: Settings,
}

impl Init {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = self.settings.check()?;
        let renewal = Renewal { password: self.new_password, api_key: self.new_api_key };
        if renewal.password && config.password.is_some() {
            bail!("UBA_PASSWORD is set, and counts: change it, or take it out of the settings first");
        }
        if renewal.api_key && config.api_key.is_some() {
            bail!("API_KEY is set, and counts: change it, or take it out of the settings first");
        }
        run(move || init(config, renewal))
    }
}

async fn init(config: Config, renewal: Renewal) -> anyhow::Result<()> {
    let ((), generated) = with_access(&config, renewal, async |_| Ok(())).await?;
    if generated.password.is_none() && generated.api_key.is_none() {
        return writeln!(io::stdout(), "The database has its secrets; --new-password and --new-api-key make others.")
            .context("cannot print");
    }
    print_secrets(&generated).context("cannot print the secrets")
}

/// Opens the database, lets `work` change keys and accounts, and closes the database. Returns what `work` returns, and
/// the secrets that were generated before it.
pub(super) async fn with_access<T>(
    config: &Config,
    renewal: Renewal,
    work: impl AsyncFnOnce(&Authenticator) -> Result<T, Error>,
) -> anyhow::Result<(T, GeneratedSecrets)> {
    let opening = Opening { patience: OPEN_PATIENCE, accepts_loss: config.accepts_loss };
    let store = Arc::new(Store::open(&config.database, opening).await?);
    let outcome = match renew(&store, config, renewal).await {
        Ok((authenticator, generated)) => Ok((work(&authenticator).await, generated)),
        Err(error) => Err(error),
    };
    store.close().await;
    let (worked, generated) = outcome?;
    Ok((worked?, generated))
}

/// Returns the actor of a command: whoever can open the database may do everything.
pub(super) fn operator() -> Actor {
    Actor::new(AccountId::new("command-line"), Role::Admin, Scopes::ALL)
}

/// Lists the names that an argument may have.
pub(super) fn names<T: ToString>(values: &[T]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Prints generated secrets, which nobody can read again.
pub(super) fn print_secrets(GeneratedSecrets { password, api_key }: &GeneratedSecrets) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if password.is_some() || api_key.is_some() {
        writeln!(out, "These are shown this once:")?;
    }
    if let Some(password) = password {
        writeln!(out, "  password {password}")?;
    }
    if let Some(api_key) = api_key {
        writeln!(out, "  API key  {api_key}")?;
    }
    out.flush()
}
