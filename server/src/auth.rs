//! Authentication: sessions of people and API keys of programs.

mod guesses;
mod hash;
mod origin;
mod sessions;

pub use hash::{PasswordHash, SecretHash, random_secret};
pub(crate) use origin::is_cross_origin;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use app::actor::{AccountId, Actor, Role, Scope, Scopes};
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
/// Passwords that all addresses together may guess: a hundred at once, then one in a second.
const PASSWORDS_IN_ALL: GuessLimit = GuessLimit { burst: 100, pause: Duration::from_secs(1) };
/// API keys that one address may guess. More than passwords: many programs may share an address and an old key.
const KEYS_OF_ADDRESS: GuessLimit = GuessLimit { burst: 60, pause: Duration::from_secs(1) };
/// API keys that all addresses together may guess.
const KEYS_IN_ALL: GuessLimit = GuessLimit { burst: 600, pause: Duration::from_millis(100) };
/// Number of passwords that are hashed at a time, each in 19 MiB.
const HASHING: usize = 2;

/// The hashes of the secrets by which requests are authenticated.
#[derive(Clone)]
pub struct SecretHashes {
    /// Of the API key.
    pub api_key: SecretHash,
    /// Of the password.
    pub password: PasswordHash,
}

/// Finds out who sends a request, and keeps guesses in bounds.
pub struct Authenticator {
    hashes: SecretHashes,
    sessions: Sessions,
    password_guesses: Guesses,
    key_guesses: Guesses,
    hashing: Semaphore,
}

impl Authenticator {
    /// Makes the authenticator of a server, with the sessions that are stored and not over. They are bound to
    /// `secret_key`: another one ends them.
    pub async fn new(store: Arc<Store>, secret_key: &str, hashes: SecretHashes) -> Result<Self, StoreError> {
        Ok(Self {
            hashes,
            sessions: Sessions::read(store, SecretHash::of(secret_key)).await?,
            password_guesses: Guesses::new(PASSWORDS_OF_ADDRESS, PASSWORDS_IN_ALL),
            key_guesses: Guesses::new(KEYS_OF_ADDRESS, KEYS_IN_ALL),
            hashing: Semaphore::new(HASHING),
        })
    }

    /// Ends every session that is stored in a database.
    pub async fn end_sessions(store: &Store) -> Result<(), StoreError> {
        Sessions::end_all(store).await
    }

    /// Returns the cookie of a new session.
    ///
    /// # Errors
    ///
    /// Fails for a wrong password, and where too many were guessed.
    pub async fn sign_in(&self, password: &str, headers: &HeaderMap, peer: IpAddr) -> Result<String, Error> {
        self.password_guesses.count(peer, Instant::now()).map_err(|wait| too_many("password", peer, wait))?;
        let _turn = self.hashing.acquire().await.map_err(|_| Error::Internal)?;
        let (hash, guess) = (self.hashes.password.clone(), password.to_owned());
        if !spawn_blocking(move || hash.matches(&guess)).await.map_err(|_| Error::Internal)? {
            warn!(%peer, "somebody signed in with a wrong password");
            return Err(Error::Unauthenticated);
        }
        self.password_guesses.take_back(peer);
        let (token, stored) = self.sessions.begin(Timestamp::now()).await;
        if let Err(reason) = stored {
            warn!(%reason, "a session will end with this process, since it cannot be stored");
        }
        Ok(sessions::cookie(&token, is_over_tls(headers)))
    }

    /// Ends the session of a request, and returns the cookie that makes the browser forget it.
    ///
    /// # Errors
    ///
    /// Fails if the database does not take the change: a restart would then bring the session back.
    pub async fn sign_out(&self, headers: &HeaderMap) -> Result<String, Error> {
        for token in sessions::tokens(headers) {
            if let Err(reason) = self.sessions.end(&token).await {
                error!(%reason, "the end of a session was not stored");
                return Err(Error::unanswered());
            }
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
        if self.hashes.api_key.equals(&SecretHash::of(key)) {
            let scopes = Scopes::of(&[Scope::Read, Scope::Ingest]);
            return Ok(Some(Actor::new(AccountId::new("api-key"), Role::Analyst, scopes)));
        }
        self.key_guesses.count(peer, Instant::now()).map_err(|wait| too_many("API key", peer, wait))?;
        warn!(%peer, "somebody sent a wrong API key");
        Ok(None)
    }

    /// Returns the person whose session a request belongs to, or none where it has none that is open.
    pub fn person(&self, headers: &HeaderMap) -> Option<Actor> {
        let now = Timestamp::now();
        let is_open = sessions::tokens(headers).any(|token| self.sessions.is_open(&token, now));
        is_open.then(|| Actor::new(AccountId::new("admin"), Role::Admin, Scopes::ALL))
    }
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
