//! API keys of programs: named, for some things only, for a time, several at once.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::actor::{AccountId, Actor, KeyScope, Role, Scope, Scopes};
use jiff::{SignedDuration, Timestamp};
use rand::distr::{Alphanumeric, SampleString as _};
use shared::{control_characters, error::Error};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{SecretHash, random_secret, to_the_second, unstored};
use crate::{
    audit::{AuditAct, AuditEntry},
    store::{Store, StoreError},
};

/// Id of the key that `API_KEY` sets, or that is generated at the first start.
pub(crate) const DEFAULT_ID: &str = "default";
/// Name of that key.
const DEFAULT_NAME: &str = "API_KEY";
/// Number of keys at a time: each request compares all of them.
const MOST: usize = 256;
/// Number of characters of a generated id.
const ID_LENGTH: usize = 8;
/// Number of characters of a name.
const NAME_LENGTH: usize = 64;
/// Time between two writes of when keys were last used.
const USES_PERIOD: Duration = Duration::from_mins(1);

/// What is known of a key: all but its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Names the key in addresses; it is also part of the secret, so that a key that was found can be revoked.
    pub id: String,
    /// Says to people what the key is for.
    pub name: String,
    /// What the key may do.
    pub scopes: Vec<KeyScope>,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it is not taken any more.
    pub expires: Option<Timestamp>,
    /// When it was last taken; stored every minute.
    pub last_used: Option<Timestamp>,
    pub(crate) hash: SecretHash,
    pub(crate) replaced: Option<ReplacedSecret>,
}

/// The secret that a rotation replaced, which is taken for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReplacedSecret {
    pub(crate) hash: SecretHash,
    pub(crate) until: Timestamp,
}

/// What a key is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiKey {
    /// Says to people what the key is for.
    pub name: String,
    /// What the key may do.
    pub scopes: Vec<KeyScope>,
    /// From when on it is not taken any more.
    pub expires: Option<Timestamp>,
}

/// The keys of a database. What is changed is stored before it is in force.
pub struct ApiKeys {
    store: Arc<Store>,
    keys: Mutex<Vec<HeldKey>>,
    /// Held while a change is stored, so that the last one is stored last.
    changing: tokio::sync::Mutex<()>,
}

/// A key in memory.
struct HeldKey {
    key: ApiKey,
    /// Whether it was used since it was stored.
    is_used: bool,
    /// Whether a setting holds its secret, which then counts at every start.
    is_set: bool,
}

impl ApiKey {
    /// Returns all that a key may do.
    pub fn allowed(&self) -> Scopes {
        allowed(&self.scopes)
    }

    fn is_opened_by(&self, hash: &SecretHash, now: Timestamp) -> bool {
        let is_current = self.hash.equals(hash);
        let is_replaced = self.replaced.as_ref().is_some_and(|secret| secret.hash.equals(hash) && now < secret.until);
        (is_current | is_replaced) && self.expires.is_none_or(|end| now < end)
    }
}

impl NewApiKey {
    /// Checks all of it, and returns all that is wrong at once.
    fn check(mut self, now: Timestamp) -> Result<Self, Error> {
        let mut faults = Vec::new();
        self.name = self.name.trim().into();
        if !(1..=NAME_LENGTH).contains(&self.name.chars().count()) || control_characters::controls(&self.name) {
            faults.push(format!("name must have 1 to {NAME_LENGTH} characters, and no control characters"));
        }
        self.expires = self.expires.map(to_the_second);
        self.scopes.sort_unstable();
        self.scopes.dedup();
        if self.scopes.is_empty() {
            faults.push("scopes must name at least one of score, read and manage".to_owned());
        }
        if self.expires.is_some_and(|end| end <= now) {
            faults.push("expires must be in the future".to_owned());
        }
        if faults.is_empty() { Ok(self) } else { Err(Error::Invalid(faults)) }
    }
}

impl ApiKeys {
    /// Reads the keys of a database.
    pub async fn read(store: Arc<Store>) -> Result<Self, StoreError> {
        let held = |key| HeldKey { key, is_used: false, is_set: false };
        let keys = store.api_keys().await?.into_iter().map(held).collect();
        Ok(Self { store, keys: Mutex::new(keys), changing: tokio::sync::Mutex::default() })
    }

    /// Returns every key, the oldest first.
    pub fn list(&self, actor: &Actor) -> Result<Vec<ApiKey>, Error> {
        actor.require(Scope::Admin)?;
        let mut keys: Vec<ApiKey> = self.held().iter().map(|held| held.key.clone()).collect();
        keys.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        Ok(keys)
    }

    /// Makes a key, and returns it with its secret, which nobody can read again.
    pub async fn create(&self, actor: &Actor, new: NewApiKey, now: Timestamp) -> Result<(ApiKey, String), Error> {
        actor.require(Scope::Admin)?;
        let NewApiKey { name, scopes, expires } = new.check(now)?;
        actor.require_all(allowed(&scopes))?;
        let _changing = self.changing.lock().await;
        if self.held().iter().any(|held| held.key.name == name) {
            return Err(Error::Conflict(format!(
                "there is a key named {name}: choose another name, or rotate that key"
            )));
        }
        if self.held().len() >= MOST {
            return Err(Error::Conflict(format!("there are {MOST} keys: revoke one first")));
        }
        let id = Alphanumeric.sample_string(&mut rand::rng(), ID_LENGTH);
        let secret = secret_of(&id);
        let (hash, created) = (SecretHash::of(&secret), to_the_second(now));
        let key = ApiKey { id, name, scopes, created, expires, last_used: None, hash, replaced: None };
        let act = AuditEntry::of(actor, AuditAct::KeyCreated, &key.name, with_scopes(&key));
        self.store_key(key.clone(), Some(&act)).await.map_err(|reason| unstored(&reason))?;
        info!(by = %actor.account(), key.id, key.name, "an API key was made");
        Ok((key, secret))
    }

    /// Gives a key another secret, and returns it. The old one is taken until `overlap` has passed.
    pub async fn rotate(
        &self,
        actor: &Actor,
        id: &str,
        overlap: SignedDuration,
        now: Timestamp,
    ) -> Result<(ApiKey, String), Error> {
        actor.require(Scope::Admin)?;
        let _changing = self.changing.lock().await;
        let mut key = self.changeable(id)?;
        actor.require_all(key.allowed())?;
        let secret = secret_of(id);
        let old = std::mem::replace(&mut key.hash, SecretHash::of(&secret));
        let until = to_the_second(now.saturating_add(overlap).unwrap_or(now));
        key.replaced = Some(ReplacedSecret { hash: old, until }).filter(|secret| secret.until > now);
        let act = AuditEntry::of(actor, AuditAct::KeyRotated, &key.name, with_scopes(&key));
        self.store_key(key.clone(), Some(&act)).await.map_err(|reason| unstored(&reason))?;
        info!(by = %actor.account(), key.id, key.name, "an API key was rotated");
        Ok((key, secret))
    }

    /// Ends a key.
    pub async fn revoke(&self, actor: &Actor, id: &str) -> Result<(), Error> {
        actor.require(Scope::Admin)?;
        let _changing = self.changing.lock().await;
        let key = self.changeable(id)?;
        self.held().retain(|held| held.key.id != id); // at once: it may be in wrong hands
        let act = AuditEntry::of(actor, AuditAct::KeyRevoked, &key.name, with_scopes(&key));
        self.store.delete_api_key(id, &act).await.map_err(|reason| unstored(&reason))?;
        info!(by = %actor.account(), key.id, key.name, "an API key was revoked");
        Ok(())
    }

    /// Returns who has a secret, if it is one of a key that is taken at `now`.
    pub(crate) fn actor(&self, secret: &str, now: Timestamp) -> Option<Actor> {
        let hash = SecretHash::of(secret);
        let mut keys = self.held();
        // All are compared, so that the time does not tell which one it is.
        let opened = keys
            .iter_mut()
            .fold(None, |found, held| if held.key.is_opened_by(&hash, now) { Some(held) } else { found })?;
        opened.key.last_used = Some(to_the_second(now));
        opened.is_used = true;
        let account = AccountId::new(format!("key:{}", opened.key.name));
        Some(Actor::new(account, Role::Admin, opened.key.allowed()))
    }

    /// Writes when keys were last used, every minute and at the end.
    pub(crate) async fn keep_uses(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let has_ended = timeout(USES_PERIOD, stop.cancelled()).await.is_ok();
            self.store_uses().await;
            if has_ended {
                return;
            }
        }
    }

    async fn store_uses(&self) {
        let _changing = self.changing.lock().await;
        for key in self.take_used() {
            if let Err(reason) = self.store.put_api_key(&key, None).await {
                warn!(%reason, "it was not stored when a key was last used");
            }
        }
    }

    fn take_used(&self) -> Vec<ApiKey> {
        let mut keys = self.held();
        let used = |held: &mut HeldKey| std::mem::take(&mut held.is_used).then(|| held.key.clone());
        keys.iter_mut().filter_map(used).collect()
    }

    /// Returns whether there is a key at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.held().is_empty()
    }

    /// Puts the key in force that a setting holds.
    pub(crate) async fn set_default(&self, secret: &str, now: Timestamp) -> Result<(), StoreError> {
        let hash = SecretHash::of(secret);
        if self.default_hash().as_ref() != Some(&hash) {
            self.replace_default(hash, now).await?;
        }
        self.held().iter_mut().filter(|held| held.key.id == DEFAULT_ID).for_each(|held| held.is_set = true);
        Ok(())
    }

    /// Generates the key that nobody has set, and returns its secret.
    pub(crate) async fn generate_default(&self, now: Timestamp) -> Result<String, StoreError> {
        let secret = secret_of(DEFAULT_ID);
        self.replace_default(SecretHash::of(&secret), now).await?;
        Ok(secret)
    }

    /// Stores the hash of the key that a setting holds or held.
    pub(crate) async fn replace_default(&self, hash: SecretHash, now: Timestamp) -> Result<(), StoreError> {
        let key = ApiKey {
            id: DEFAULT_ID.to_owned(),
            name: DEFAULT_NAME.to_owned(),
            scopes: vec![KeyScope::Score, KeyScope::Read],
            created: to_the_second(now),
            expires: None,
            last_used: None,
            hash,
            replaced: None,
        };
        self.store_key(key, None).await
    }

    fn default_hash(&self) -> Option<SecretHash> {
        self.held().iter().find(|held| held.key.id == DEFAULT_ID).map(|held| held.key.hash.clone())
    }

    /// Returns a key that may be changed.
    fn changeable(&self, id: &str) -> Result<ApiKey, Error> {
        let keys = self.held();
        let not_found = || Error::NotFound(format!("key {}", control_characters::visible(id)));
        let held = keys.iter().find(|held| held.key.id == id).ok_or_else(not_found)?;
        if held.is_set {
            return Err(Error::Conflict(
                "API_KEY is set, and counts: change it there, or take it out first".to_owned(),
            ));
        }
        Ok(held.key.clone())
    }

    /// Stores a key, then puts it in force in place of the one with its id.
    async fn store_key(&self, key: ApiKey, act: Option<&AuditEntry>) -> Result<(), StoreError> {
        self.store.put_api_key(&key, act).await?;
        let mut keys = self.held();
        keys.retain(|held| held.key.id != key.id);
        keys.push(HeldKey { key, is_used: false, is_set: false });
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Vec<HeldKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn allowed(scopes: &[KeyScope]) -> Scopes {
    scopes.iter().fold(Scopes::of(&[]), |all, scope| all.union(scope.scopes()))
}

/// Returns the id of a key and what it may do, for the record of acts.
fn with_scopes(key: &ApiKey) -> String {
    let scopes: Vec<String> = key.scopes.iter().map(ToString::to_string).collect();
    format!("{}: {}", key.id, scopes.join(", "))
}

/// Generates the secret of a key. Its beginning tells programs that look for leaked secrets, and people, what it is.
fn secret_of(id: &str) -> String {
    format!("uba_{id}_{}", random_secret())
}
