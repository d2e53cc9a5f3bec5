//! `uba accounts`: the accounts of people.

use std::io::{self, IsTerminal as _, Read as _, Write as _};

use anyhow::Context as _;
use app::actor::Role;
use clap::Subcommand;
use jiff::Timestamp;
use shared::error::Error;
use strum::VariantArray as _;

use super::{
    init::{names, operator, print_secrets, with_access},
    runtime::run,
};
use crate::{
    auth::{Account, AccountChange, AccountName, Authenticator, random_secret},
    config::Settings,
    credentials::Renewal,
};

/// List, make and change the accounts of people
///
/// The server must not be running; while it is, /api/v1/accounts does the same.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba accounts list
  uba accounts add ann --role analyst
  uba accounts passwd ann                  another password is made and printed
  uba accounts passwd ann < password.txt   that one
  uba accounts disable ann")]
pub(super) struct AccountsArgs {
    #[command(subcommand)]
    command: AccountsCommand,

    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum AccountsCommand {
    /// Prints the accounts
    List,
    /// Makes an account, and prints its password this once
    Add {
        /// The name by which the person signs in
        name: AccountName,
        /// What the person may do: `viewer`, `analyst` or `administrator`
        #[arg(long, value_name = "ROLE", default_value = "viewer", value_parser = parse_role)]
        role: Role,
    },
    /// Gives an account another role
    Role {
        /// Name of the account
        name: AccountName,
        /// `viewer`, `analyst` or `administrator`
        #[arg(value_parser = parse_role)]
        role: Role,
    },
    /// Gives an account another password, which ends its sessions
    Passwd {
        /// Name of the account
        name: AccountName,
    },
    /// Lets nobody sign in to an account, and ends its sessions
    Disable {
        /// Name of the account
        name: AccountName,
    },
    /// Lets the person sign in again
    Enable {
        /// Name of the account
        name: AccountName,
    },
}

impl AccountsArgs {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = self.settings.check()?;
        let password = match self.command {
            AccountsCommand::Passwd { .. } => given_password().context("cannot read the password")?,
            _ => None,
        };
        run(move || async move {
            let work = async |access: &Authenticator| self.command.run(access, password).await;
            let (text, generated) = with_access(&config, Renewal::default(), work).await?;
            print_secrets(&generated).context("cannot print the secrets")?;
            write!(io::stdout(), "{text}").context("cannot print")
        })
    }
}

impl AccountsCommand {
    /// Runs the command with a password that may be given, and returns what it prints.
    async fn run(self, access: &Authenticator, password: Option<String>) -> Result<String, Error> {
        let actor = operator();
        let change = AccountChange::default();
        let (name, change) = match self {
            Self::List => return Ok(access.accounts().list(&actor)?.iter().map(line).collect()),
            Self::Add { name, role } => {
                let added = access.accounts().add(&actor, name.as_str(), role, Timestamp::now()).await;
                return added.map(|(account, password)| with_password(&account, &password));
            }
            Self::Passwd { name } => {
                let made = password.is_none().then(random_secret);
                let change = AccountChange { password: password.or_else(|| made.clone()), ..change };
                let account = access.change_account(&actor, &name, change).await?;
                return Ok(made.map_or_else(|| line(&account), |made| with_password(&account, &made)));
            }
            Self::Role { name, role } => (name, AccountChange { role: Some(role), ..change }),
            Self::Disable { name } => (name, AccountChange { is_disabled: Some(true), ..change }),
            Self::Enable { name } => (name, AccountChange { is_disabled: Some(false), ..change }),
        };
        Ok(line(&access.change_account(&actor, &name, change).await?))
    }
}

/// Returns the password that standard input holds, unless that is a terminal or empty.
fn given_password() -> io::Result<Option<String>> {
    let mut input = io::stdin();
    if input.is_terminal() {
        return Ok(None);
    }
    let mut password = String::new();
    input.read_to_string(&mut password)?;
    Ok(Some(password.trim().to_owned()).filter(|password| !password.is_empty()))
}

fn with_password(account: &Account, password: &str) -> String {
    format!("{}This is shown this once:\n  password {password}\n", line(account))
}

fn line(account: &Account) -> String {
    let state = if account.is_disabled { "disabled" } else { "enabled" };
    let signed_in = account.last_signed_in;
    let signed_in = signed_in.map_or_else(|| "never signed in".to_owned(), |time| format!("last signed in {time:.0}"));
    format!("{:<24}  {:<13}  {state}, {signed_in}\n", account.name, account.role.to_string())
}

fn parse_role(name: &str) -> Result<Role, String> {
    name.parse().map_err(|_| format!("must be one of {}", names(Role::VARIANTS)))
}
