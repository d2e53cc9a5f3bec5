//! Authentication: accounts and sessions of people, API keys of programs.

pub mod accounts;
pub mod api_keys;
mod guesses;
mod hash;
mod origin;
mod sessions;

pub use accounts::{Account, AccountChange, AccountName, Accounts};
pub use api_keys::{ApiKey, ApiKeys, NewApiKey};
pub(crate) use guesses::network;
pub use hash::{PasswordHash, SecretHash, random_secret};
pub(crate) use origin::is_cross_origin;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use app::actor::Actor;
use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, header},
};
use jiff::Timestamp;
use shared::error::Error;
use tokio::{sync::Semaphore, task::spawn_blocking};
use tracing::{debug, error, warn};

use self::{
    guesses::{GuessLimit, Guesses},
    sessions::Sessions,
};
use crate::store::{Store, StoreError};

/// Passwords that one address may guess: ten at once, then one in half a minute.
const PASSWORDS_OF_ADDRESS: GuessLimit = GuessLimit { burst: 10, pause: Duration::from_secs(30) };
/// Passwords that may be guessed at one account from all addresses: thirty at once, then one in ten seconds. Until then
/// the account is locked.
const PASSWORDS_AT_ACCOUNT: GuessLimit = GuessLimit { burst: 30, pause: Duration::from_secs(10) };
/// Passwords that all addresses together may guess: a hundred at once, then one in a second.
const PASSWORDS_IN_ALL: GuessLimit = GuessLimit { burst: 100, pause: Duration::from_secs(1) };
/// API keys that one address may guess. More than passwords: many programs may share an address and an old key.
const KEYS_OF_ADDRESS: GuessLimit = GuessLimit { burst: 60, pause: Duration::from_secs(1) };
/// API keys that all addresses together may guess.
const KEYS_IN_ALL: GuessLimit = GuessLimit { burst: 600, pause: Duration::from_millis(100) };
/// Number of passwords that are hashed at a time, each in 19 MiB.
const HASHING: usize = 2;

/// Finds out who sends a request, and keeps guesses in bounds.
pub struct Authenticator {
    keys: Arc<ApiKeys>,
    accounts: Accounts,
    sessions: Sessions,
    guesses_of_addresses: Guesses<IpAddr>,
    guesses_at_accounts: Guesses<AccountName>,
    key_guesses: Guesses<IpAddr>,
    hashing: Semaphore,
    /// What a guess at an account that does not exist is compared with, so that it takes as long as any other.
    no_password: PasswordHash,
}

impl Authenticator {
    /// Makes the authenticator of a server, with the sessions that are stored and not over. They are bound to
    /// `secret_key`: another one ends them.
    pub async fn new(
        store: Arc<Store>,
        secret_key: &str,
        keys: ApiKeys,
        accounts: Accounts,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            keys: Arc::new(keys),
            accounts,
            sessions: Sessions::read(store, SecretHash::of(secret_key)).await?,
            guesses_of_addresses: Guesses::new(PASSWORDS_OF_ADDRESS, PASSWORDS_IN_ALL),
            guesses_at_accounts: Guesses::new(PASSWORDS_AT_ACCOUNT, PASSWORDS_IN_ALL),
            key_guesses: Guesses::new(KEYS_OF_ADDRESS, KEYS_IN_ALL),
            hashing: Semaphore::new(HASHING),
            no_password: PasswordHash::of(&random_secret()),
        })
    }

    /// Returns the API keys.
    pub fn keys(&self) -> &Arc<ApiKeys> {
        &self.keys
    }

    /// Returns the accounts.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Returns the cookie of a new session of an account.
    ///
    /// # Errors
    ///
    /// Fails for a wrong name or password, and where too many were guessed.
    pub async fn sign_in(
        &self,
        account: &str,
        password: &str,
        headers: &HeaderMap,
        peer: IpAddr,
    ) -> Result<String, Error> {
        let account: AccountName = account.parse().map_err(|_| Error::Unauthenticated)?;
        self.check_password(&account, password, peer).await?;
        self.accounts.note_sign_in(&account, Timestamp::now()).await;
        Ok(self.begin_session(&account, headers).await)
    }

    /// Gives a person another password. Ends all of their sessions, and returns the cookie of a new one.
    ///
    /// # Errors
    ///
    /// Fails as signing in does where the current password is wrong.
    pub async fn change_password(
        &self,
        actor: &Actor,
        current: &str,
        new: String,
        headers: &HeaderMap,
        peer: IpAddr,
    ) -> Result<String, Error> {
        let account: AccountName = actor.account().to_string().parse().map_err(|_| Error::Forbidden)?; // a program
        self.check_password(&account, current, peer).await?;
        self.accounts.change_password(actor, &account, new).await?;
        self.sessions.end_of(&account).await.map_err(|reason| unstored(&reason))?;
        Ok(self.begin_session(&account, headers).await)
    }

    /// Changes an account. Another password ends its sessions, and so does disabling it.
    pub async fn change_account(
        &self,
        actor: &Actor,
        name: &AccountName,
        change: AccountChange,
    ) -> Result<Account, Error> {
        let ends_sessions = change.password.is_some() || change.is_disabled == Some(true);
        let account = self.accounts.change(actor, name, change).await?;
        if ends_sessions {
            self.end_sessions(name).await.map_err(|reason| unstored(&reason))?;
        }
        Ok(account)
    }

    /// Ends every session of an account.
    pub(crate) async fn end_sessions(&self, name: &AccountName) -> Result<(), StoreError> {
        self.sessions.end_of(name).await
    }

    /// Ends the session of a request, and returns the cookie that makes the browser forget it.
    ///
    /// # Errors
    ///
    /// Fails if the database does not take the change: a restart would then bring the session back.
    pub async fn sign_out(&self, headers: &HeaderMap) -> Result<String, Error> {
        for token in sessions::tokens(headers) {
            self.sessions.end(&token).await.map_err(|reason| unstored(&reason))?;
        }
        Ok(sessions::no_cookie(is_over_tls(headers)))
    }

    /// Returns the program whose API key a request has, or none where it has no key or a wrong one.
    ///
    /// # Errors
    ///
    /// Fails where the key is wrong and too many were guessed. A right key is served all the same: its length protects
    /// it, and strangers must not be able to stop the programs behind the same proxy.
    pub fn program(&self, headers: &HeaderMap, peer: IpAddr) -> Result<Option<Actor>, Error> {
        let Some(key) = presented_key(headers) else { return Ok(None) };
        if let Some(program) = self.keys.actor(key, Timestamp::now()) {
            return Ok(Some(program));
        }
        self.key_guesses.count(network(peer), Instant::now()).map_err(|wait| too_many("API key", peer, wait))?;
        warn!(%peer, "somebody sent a wrong API key");
        Ok(None)
    }

    /// Returns the person whose session a request belongs to, or none where it has none that is open.
    pub fn person(&self, headers: &HeaderMap) -> Option<Actor> {
        let now = Timestamp::now();
        let account = sessions::tokens(headers).find_map(|token| self.sessions.account_of(&token, now))?;
        self.accounts.actor(&account)
    }

    /// Checks the password of an account.
    ///
    /// # Errors
    ///
    /// Fails for a wrong password, for an account that does not exist or is disabled, and where too many were guessed.
    async fn check_password(&self, account: &AccountName, password: &str, peer: IpAddr) -> Result<(), Error> {
        let (address, now) = (network(peer), Instant::now());
        self.guesses_of_addresses.count(address, now).map_err(|wait| too_many("password", peer, wait))?;
        self.guesses_at_accounts.count(account.clone(), now).map_err(|wait| too_many("password", peer, wait))?;
        let _turn = self.hashing.acquire().await.map_err(|_| Error::Internal)?;
        let known = self.accounts.password_of(account);
        let (exists, guess) = (known.is_some(), password.to_owned());
        let hash = known.unwrap_or_else(|| self.no_password.clone());
        let is_right = spawn_blocking(move || hash.matches(&guess)).await.map_err(|_| Error::Internal)?;
        if !(is_right && exists) {
            warn!(%peer, %account, "somebody sent a wrong password");
            return Err(Error::Unauthenticated);
        }
        self.guesses_of_addresses.take_back(&address);
        self.guesses_at_accounts.take_back(account);
        Ok(())
    }

    async fn begin_session(&self, account: &AccountName, headers: &HeaderMap) -> String {
        let (token, stored) = self.sessions.begin(account, Timestamp::now()).await;
        if let Err(reason) = stored {
            warn!(%reason, "a session will end with this process, since it cannot be stored");
        }
        sessions::cookie(&token, is_over_tls(headers))
    }
}

/// Cuts a time to the second, as rows keep it.
pub(crate) fn to_the_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).expect("a time that is no further from 1970")
}

/// Hashes a password apart from the threads that answer requests.
async fn hash_apart(password: String) -> Result<PasswordHash, Error> {
    spawn_blocking(move || PasswordHash::of(&password)).await.map_err(|_| Error::Internal)
}

/// Logs that a change was not stored, of which the caller learns no more than that the database does not answer.
fn unstored(reason: &StoreError) -> Error {
    error!(%reason, "a change of keys, accounts or sessions was not stored");
    Error::unanswered()
}

/// Returns the address that a request comes from. Where it is not known, all requests count as of one address.
pub(crate) fn peer(extensions: &Extensions) -> IpAddr {
    let connection = extensions.get::<ConnectInfo<SocketAddr>>();
    connection.map_or(Ipv4Addr::UNSPECIFIED.into(), |connection| connection.0.ip())
}

/// Refuses a guess. It is no warning, since the guesses that were counted before it are: refusals have no limit.
fn too_many(secret: &str, peer: IpAddr, wait: Duration) -> Error {
    let wait_s = u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
    debug!(%peer, secret, wait_s, "a guess was refused");
    Error::TooManyGuesses { wait_s }
}

/// Returns whether the request came over TLS to the reverse proxy, by the header `X-Forwarded-Proto`.
fn is_over_tls(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes().eq_ignore_ascii_case(b"https"))
}

fn presented_key(headers: &HeaderMap) -> Option<&str> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text(header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    text("x-api-key").or(bearer).map(str::trim)
}
