//! Sessions of people, which the server holds and can end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cookie::{Cookie, SameSite, time};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{AccountName, SecretHash, random_secret};
use crate::store::{Store, StoreError};

/// Name of the session cookie.
const COOKIE: &str = "uba_session";
/// Name of the setting that holds the sessions.
const SETTING: &str = "account_sessions";
/// Name of the setting that held them when there was one account; those sessions end.
const NAMELESS: &str = "sessions";
/// Time from signing in to the end of a session.
const LENGTH: SignedDuration = SignedDuration::from_hours(12);
/// Number of sessions of an account at a time; one more ends its oldest.
const MOST: usize = 64;

/// A session as it is stored: only the hash of the token that the browser keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Session {
    token: SecretHash,
    account: String,
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
        store.unset(NAMELESS).await?;
        let open = store.setting::<Vec<Session>>(SETTING).await?.unwrap_or_default();
        Ok(Self { store, key, open: Mutex::new(open), storing: tokio::sync::Mutex::default() })
    }

    /// Begins a session at `now`, and returns its token. It outlasts a restart if it can be stored.
    pub(super) async fn begin(&self, account: &AccountName, now: Timestamp) -> (String, Result<(), StoreError>) {
        let token = random_secret();
        let session = Session {
            token: SecretHash::keyed(&self.key, &token),
            account: account.as_str().to_owned(),
            until: (now + LENGTH).as_second(),
        };
        {
            let mut open = self.open();
            open.retain(|session| session.until > now.as_second());
            if open.iter().filter(|other| other.account == session.account).count() >= MOST {
                let oldest = open.iter().position(|other| other.account == session.account);
                oldest.map(|index| open.remove(index));
            }
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

    /// Ends every session of an account.
    pub(super) async fn end_of(&self, account: &AccountName) -> Result<(), StoreError> {
        self.open().retain(|session| session.account != account.as_str());
        self.save().await
    }

    /// Returns the account of the session of a token, if it is not over at `now`.
    pub(super) fn account_of(&self, token: &str, now: Timestamp) -> Option<AccountName> {
        let token = SecretHash::keyed(&self.key, token);
        let open = self.open();
        let is_it = |session: &&Session| session.token.equals(&token) && session.until > now.as_second();
        open.iter().find(is_it)?.account.parse().ok()
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

    fn admin() -> AccountName {
        AccountName::admin()
    }

    fn is_open(sessions: &Sessions, token: &str, now: Timestamp) -> bool {
        sessions.account_of(token, now) == Some(admin())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_session_ends_by_the_clock_of_the_server_by_another_key_and_by_signing_out() {
        let (store, now) = (store().await, Timestamp::now());
        let first = sessions(&store, "key").await;
        let (token, stored) = first.begin(&admin(), now).await;
        assert!(stored.is_ok() && is_open(&first, &token, now) && !is_open(&first, "a guess", now));
        assert!(!is_open(&first, &token, now + LENGTH));
        let restarted = sessions(&store, "key").await;
        assert!(is_open(&restarted, &token, now), "a restart keeps it");
        assert!(!is_open(&sessions(&store, "another key").await, &token, now));
        restarted.end(&token).await.expect("it is stored");
        assert!(!is_open(&restarted, &token, now) && !is_open(&sessions(&store, "key").await, &token, now));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_sessions_of_an_account_end_together_and_those_of_others_do_not() {
        let (sessions, now) = (sessions(&store().await, "key").await, Timestamp::now());
        let ann: AccountName = "ann".parse().expect("a name");
        let [(own, _), (other, _)] = [sessions.begin(&ann, now).await, sessions.begin(&admin(), now).await];
        sessions.end_of(&ann).await.expect("it is stored");
        assert_eq!(sessions.account_of(&own, now), None);
        assert!(is_open(&sessions, &other, now));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_number_of_sessions_of_an_account_is_bounded_and_those_that_are_over_go_first() {
        let (sessions, now) = (sessions(&store().await, "key").await, Timestamp::now());
        let (over, _) = sessions.begin(&admin(), now - LENGTH).await;
        let (oldest, _) = sessions.begin(&admin(), now).await;
        for _ in 0..MOST - 1 {
            sessions.begin(&admin(), now).await.1.expect("it is stored");
        }
        assert!(is_open(&sessions, &oldest, now) && !is_open(&sessions, &over, now));
        sessions.begin(&admin(), now).await.1.expect("it is stored");
        assert!(!is_open(&sessions, &oldest, now) && sessions.open().len() == MOST);
    }
}
