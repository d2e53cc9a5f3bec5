//! Accounts of people.

use std::{
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use app::actor::{AccountId, Actor, Role, Scope, Scopes};
use jiff::Timestamp;
use shared::{control_characters::visible, error::Error};
use tracing::{info, warn};

use super::{PasswordHash, hash_apart, random_secret, to_the_second, unstored};
use crate::{
    audit::{AuditAct, AuditEntry},
    store::{Store, StoreError},
};

/// Name of the account that `UBA_PASSWORD` opens, or the password that is generated at the first start.
pub(crate) const ADMIN: &str = "admin";
/// Smallest number of characters of a password.
pub(crate) const SHORTEST_PASSWORD: usize = 12;
/// Largest number of bytes of a password.
const LONGEST_PASSWORD: usize = 1024;
/// Number of characters of a name.
const NAME_LENGTH: usize = 64;

/// The name by which a person signs in: letters of ASCII in lower case, digits, `.`, `-`, `_` and `@`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountName(String);

/// Why a text is no name of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("name must have 1 to {NAME_LENGTH} letters a to z, digits, dots, dashes, underscores or @")]
pub struct InvalidAccountName;

impl AccountName {
    /// Returns the name of the account that is made at the first start.
    pub fn admin() -> Self {
        Self(ADMIN.to_owned())
    }

    /// Returns the name as a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountName {
    type Err = InvalidAccountName;

    fn from_str(name: &str) -> Result<Self, InvalidAccountName> {
        let name = name.trim().to_ascii_lowercase();
        let is_right = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_@".contains(&byte);
        let is_name = (1..=NAME_LENGTH).contains(&name.len()) && name.bytes().all(is_right);
        if is_name { Ok(Self(name)) } else { Err(InvalidAccountName) }
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The account of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name by which the person signs in.
    pub name: AccountName,
    /// What the person may do.
    pub role: Role,
    /// Whether the person may not sign in.
    pub is_disabled: bool,
    /// When the account was made.
    pub created: Timestamp,
    /// When the person last signed in.
    pub last_signed_in: Option<Timestamp>,
    pub(crate) password: PasswordHash,
}

/// What is to change in an account; what is none stays as it is.
#[derive(Debug, Default)]
pub struct AccountChange {
    /// Another role.
    pub role: Option<Role>,
    /// Whether the person may not sign in.
    pub is_disabled: Option<bool>,
    /// Another password.
    pub password: Option<String>,
}

/// The accounts of a database. What is changed is stored before it is in force.
pub struct Accounts {
    store: Arc<Store>,
    all: Mutex<Vec<Account>>,
    /// Whether a setting holds the password of the account `admin`, which then counts at every start.
    is_admin_set: bool,
    /// Held while a change is stored, so that the last one is stored last.
    changing: tokio::sync::Mutex<()>,
}

impl Accounts {
    /// Reads the accounts of a database. `is_admin_set` says whether a setting holds the password of `admin`.
    pub async fn read(store: Arc<Store>, is_admin_set: bool) -> Result<Self, StoreError> {
        let all = Mutex::new(store.accounts().await?);
        Ok(Self { store, all, is_admin_set, changing: tokio::sync::Mutex::default() })
    }

    /// Returns every account, by name.
    pub fn list(&self, actor: &Actor) -> Result<Vec<Account>, Error> {
        actor.require(Scope::Admin)?;
        let mut accounts = self.held().clone();
        accounts.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(accounts)
    }

    /// Makes an account with a generated password, and returns the two.
    pub async fn add(&self, actor: &Actor, name: &str, role: Role, now: Timestamp) -> Result<(Account, String), Error> {
        actor.require(Scope::Admin)?;
        actor.require_all(role.scopes())?;
        let name: AccountName =
            name.parse().map_err(|error: InvalidAccountName| Error::Invalid(vec![error.to_string()]))?;
        let _changing = self.changing.lock().await;
        if self.find(&name).is_some() {
            return Err(Error::Conflict(format!("there is an account named {name}")));
        }
        let secret = random_secret();
        let password = hash_apart(secret.clone()).await?;
        let account =
            Account { name, role, is_disabled: false, created: to_the_second(now), last_signed_in: None, password };
        let act = AuditEntry::of(actor, AuditAct::AccountAdded, account.name.as_str(), role.to_string());
        self.put(account.clone(), Some(&act)).await.map_err(|reason| unstored(&reason))?;
        info!(by = %actor.account(), account.name = %account.name, %role, "an account was made");
        Ok((account, secret))
    }

    /// Changes an account. Its sessions must be ended by the caller if it says so.
    pub(super) async fn change(
        &self,
        actor: &Actor,
        name: &AccountName,
        AccountChange { role, is_disabled, password }: AccountChange,
    ) -> Result<Account, Error> {
        actor.require(Scope::Admin)?;
        let password = match password {
            Some(password) => Some(self.checked(name, password).await?),
            None => None,
        };
        let _changing = self.changing.lock().await;
        let before = self.find(name).ok_or_else(|| Error::NotFound(format!("account {}", visible(name.as_str()))))?;
        let after = Account {
            role: role.unwrap_or(before.role),
            is_disabled: is_disabled.unwrap_or(before.is_disabled),
            password: password.unwrap_or_else(|| before.password.clone()),
            ..before.clone()
        };
        actor.require_all(before.role.scopes().union(after.role.scopes()))?;
        if before.is_active_admin() && !after.is_active_admin() && self.active_admins() == 1 {
            return Err(Error::Conflict(format!("{name} is the last administrator: make another one first")));
        }
        let act = AuditEntry::of(actor, AuditAct::AccountChanged, name.as_str(), changes(&before, &after));
        self.put(after.clone(), Some(&act)).await.map_err(|reason| unstored(&reason))?;
        let (role, is_disabled) = (after.role, after.is_disabled);
        let is_password_new = after.password != before.password;
        info!(by = %actor.account(), account.name = %name, %role, is_disabled, is_password_new, "an account was changed");
        Ok(after)
    }

    /// Gives the account of a person another password, as the person asks for.
    pub(super) async fn change_password(
        &self,
        actor: &Actor,
        name: &AccountName,
        password: String,
    ) -> Result<(), Error> {
        let password = self.checked(name, password).await?;
        let _changing = self.changing.lock().await;
        let account = self.find(name).ok_or(Error::Unauthenticated)?;
        let act = AuditEntry::of(actor, AuditAct::PasswordChanged, name.as_str(), "");
        self.put(Account { password, ..account }, Some(&act)).await.map_err(|reason| unstored(&reason))?;
        info!(account.name = %name, "a person has changed their password");
        Ok(())
    }

    /// Returns the hash of the password of an account that may sign in.
    pub(super) fn password_of(&self, name: &AccountName) -> Option<PasswordHash> {
        self.find(name).filter(|account| !account.is_disabled).map(|account| account.password)
    }

    /// Returns the person of an account, unless it is disabled.
    pub(super) fn actor(&self, name: &AccountName) -> Option<Actor> {
        let accounts = self.held();
        let account = accounts.iter().find(|account| account.name == *name && !account.is_disabled)?;
        Some(Actor::new(AccountId::new(account.name.as_str()), account.role, Scopes::ALL))
    }

    /// Notes that a person has signed in.
    pub(super) async fn note_sign_in(&self, name: &AccountName, now: Timestamp) {
        let _changing = self.changing.lock().await;
        let Some(account) = self.find(name) else { return };
        if let Err(reason) = self.put(Account { last_signed_in: Some(to_the_second(now)), ..account }, None).await {
            warn!(%reason, "it was not stored that somebody signed in");
        }
    }

    /// Returns the hash of the password of `admin`, if there is that account.
    pub(crate) fn admin_password(&self) -> Option<PasswordHash> {
        self.find(&AccountName::admin()).map(|account| account.password)
    }

    /// Gives `admin` a password, and makes that account where there is none.
    pub(crate) async fn put_admin(&self, password: PasswordHash, now: Timestamp) -> Result<(), StoreError> {
        let name = AccountName::admin();
        let known = self.find(&name);
        let (created, last_signed_in) =
            known.map_or((to_the_second(now), None), |account| (account.created, account.last_signed_in));
        let admin = Account { name, role: Role::Admin, is_disabled: false, created, last_signed_in, password };
        self.put(admin, None).await
    }

    /// Checks and hashes a new password of an account.
    async fn checked(&self, name: &AccountName, password: String) -> Result<PasswordHash, Error> {
        if self.is_admin_set && name.as_str() == ADMIN {
            let detail = "UBA_PASSWORD is set, and counts: change it there, or take it out first";
            return Err(Error::Conflict(detail.to_owned()));
        }
        if password.trim().chars().count() < SHORTEST_PASSWORD || password.len() > LONGEST_PASSWORD {
            let detail = format!(
                "password must have {SHORTEST_PASSWORD} characters or more, and at most {LONGEST_PASSWORD} bytes"
            );
            return Err(Error::Invalid(vec![detail]));
        }
        hash_apart(password).await
    }

    fn active_admins(&self) -> usize {
        self.held().iter().filter(|account| account.is_active_admin()).count()
    }

    fn find(&self, name: &AccountName) -> Option<Account> {
        self.held().iter().find(|account| account.name == *name).cloned()
    }

    /// Stores an account, then puts it in force in place of the one of its name.
    async fn put(&self, account: Account, act: Option<&AuditEntry>) -> Result<(), StoreError> {
        self.store.put_account(&account, act).await?;
        let mut accounts = self.held();
        accounts.retain(|other| other.name != account.name);
        accounts.push(account);
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Vec<Account>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns what was changed in an account, for the record of acts.
fn changes(before: &Account, after: &Account) -> String {
    let role = (before.role != after.role).then(|| format!("role {} instead of {}", after.role, before.role));
    let disabled = (before.is_disabled != after.is_disabled).then_some(after.is_disabled);
    let disabled = disabled.map(|is_disabled| if is_disabled { "disabled" } else { "enabled" }.to_owned());
    let password = (before.password != after.password).then(|| "another password".to_owned());
    [role, disabled, password].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

impl Account {
    fn is_active_admin(&self) -> bool {
        self.role == Role::Admin && !self.is_disabled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_few_characters_and_in_lower_case() {
        let name = |text: &str| text.parse::<AccountName>().map(|name| name.0);
        assert_eq!(name(" Ann.Lee@example "), Ok("ann.lee@example".to_owned()));
        for wrong in ["", "a b", "änn", "a/b", &"a".repeat(65)] {
            assert_eq!(name(wrong), Err(InvalidAccountName), "{wrong}");
        }
    }
}
