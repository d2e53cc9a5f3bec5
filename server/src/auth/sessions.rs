//! Sessions of people, which the server holds and can end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cookie::{Cookie, SameSite, time};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{SecretHash, random_secret};
use crate::store::{Store, StoreError};

/// Name of the session cookie.
const COOKIE: &str = "uba_session";
/// Name of the setting that holds the sessions.
const SETTING: &str = "sessions";
/// Time from signing in to the end of a session.
const LENGTH: SignedDuration = SignedDuration::from_hours(12);
/// Number of sessions at a time; one more ends the oldest.
const MOST: usize = 256;

/// A session as it is stored: only the hash of the token that the browser keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Session {
    token: SecretHash,
    /// Seconds since the epoch.
    until: i64,
}

/// The sessions that are not over, the oldest first.
pub(super) struct Sessions {
    store: Arc<Store>,
    /// Makes the hashes those of this key, so that another key ends all sessions.
    key: SecretHash,
    open: Mutex<Vec<Session>>,
    /// Held while the sessions are stored, so that the last ones are stored last.
    storing: tokio::sync::Mutex<()>,
}

impl Sessions {
    /// Reads the sessions that are stored.
    pub(super) async fn read(store: Arc<Store>, key: SecretHash) -> Result<Self, StoreError> {
        let open = store.setting::<Vec<Session>>(SETTING).await?.unwrap_or_default();
        Ok(Self { store, key, open: Mutex::new(open), storing: tokio::sync::Mutex::default() })
    }

    /// Ends every session that is stored.
    pub(super) async fn end_all(store: &Store) -> Result<(), StoreError> {
        store.set(SETTING, &Vec::<Session>::new()).await
    }

    /// Begins a session at `now`, and returns its token. It outlasts a restart if it can be stored.
    pub(super) async fn begin(&self, now: Timestamp) -> (String, Result<(), StoreError>) {
        let token = random_secret();
        let session = Session { token: SecretHash::keyed(&self.key, &token), until: (now + LENGTH).as_second() };
        {
            let mut open = self.open();
            open.retain(|session| session.until > now.as_second());
            let surplus = (open.len() + 1).saturating_sub(MOST);
            open.drain(..surplus);
            open.push(session);
        }
        (token, self.save().await)
    }

    /// Ends the session of a token.
    pub(super) async fn end(&self, token: &str) -> Result<(), StoreError> {
        let token = SecretHash::keyed(&self.key, token);
        self.open().retain(|session| !session.token.equals(&token));
        self.save().await
    }

    /// Returns whether a token belongs to a session that is not over at `now`.
    pub(super) fn is_open(&self, token: &str, now: Timestamp) -> bool {
        let token = SecretHash::keyed(&self.key, token);
        self.open().iter().any(|session| session.token.equals(&token) && session.until > now.as_second())
    }

    fn open(&self) -> MutexGuard<'_, Vec<Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn save(&self) -> Result<(), StoreError> {
        let _storing = self.storing.lock().await;
        let sessions = self.open().clone();
        self.store.set(SETTING, &sessions).await
    }
}

/// Returns the cookie that gives a browser the token of a session.
pub(super) fn cookie(token: &str, is_secure: bool) -> String {
    let cookie = Cookie::build((COOKIE, token)).path("/").http_only(true).same_site(SameSite::Lax);
    cookie.secure(is_secure).build().to_string()
}

/// Returns the cookie that makes a browser forget its token.
pub(super) fn no_cookie(is_secure: bool) -> String {
    let cookie = Cookie::build((COOKIE, "")).path("/").http_only(true).same_site(SameSite::Lax);
    cookie.secure(is_secure).max_age(time::Duration::ZERO).build().to_string()
}

/// Returns the tokens in the cookies of a request.
pub(super) fn tokens(headers: &axum::http::HeaderMap) -> impl Iterator<Item = String> {
    let cookies = headers.get_all(axum::http::header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let cookies = cookies.flat_map(|value| Cookie::split_parse(value.to_owned()).flatten());
    cookies.filter(|cookie| cookie.name() == COOKIE).map(|cookie| cookie.value().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::DatabaseUri, store::Opening};

    async fn store() -> Arc<Store> {
        Arc::new(Store::open(&DatabaseUri::Memory, Opening::default()).await.expect("memory can be opened"))
    }

    async fn sessions(store: &Arc<Store>, key: &str) -> Sessions {
        Sessions::read(Arc::clone(store), SecretHash::of(key)).await.expect("they are readable")
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_session_ends_by_the_clock_of_the_server_by_another_key_and_by_signing_out() {
        let (store, now) = (store().await, Timestamp::now());
        let first = sessions(&store, "key").await;
        let (token, stored) = first.begin(now).await;
        assert!(stored.is_ok() && first.is_open(&token, now) && !first.is_open("a guess", now));
        assert!(!first.is_open(&token, now + LENGTH));
        let restarted = sessions(&store, "key").await;
        assert!(restarted.is_open(&token, now), "a restart keeps it");
        assert!(!sessions(&store, "another key").await.is_open(&token, now));
        restarted.end(&token).await.expect("it is stored");
        assert!(!restarted.is_open(&token, now) && !sessions(&store, "key").await.is_open(&token, now));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_number_of_sessions_is_bounded_and_those_that_are_over_go_first() {
        let (sessions, now) = (sessions(&store().await, "key").await, Timestamp::now());
        let (over, _) = sessions.begin(now - LENGTH).await;
        let (oldest, _) = sessions.begin(now).await;
        for _ in 0..MOST - 1 {
            sessions.begin(now).await.1.expect("it is stored");
        }
        assert!(sessions.is_open(&oldest, now) && !sessions.is_open(&over, now));
        sessions.begin(now).await.1.expect("it is stored");
        assert!(!sessions.is_open(&oldest, now) && sessions.open().len() == MOST);
    }
}
