//! Authentication: sessions of people and API keys of programs.

use app::actor::{AccountId, Actor, Role, Scope, Scopes};
use axum::http::{HeaderMap, header};
use cookie::{Cookie, CookieJar, Expiration, Key, SameSite};
use jiff::{SignedDuration, Timestamp};
use rand::distr::{Alphanumeric, SampleString as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Name of the session cookie.
const SESSION: &str = "uba_session";
/// Time from signing in to the end of a session.
const SESSION_LENGTH: SignedDuration = SignedDuration::from_hours(12);
/// Number of characters of a generated secret, letters and digits: 142 bits.
const SECRET_LENGTH: usize = 24;

/// The hash of a secret, by which the secret is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Hashes a secret.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// Returns whether `secret` has this hash; compares in constant time.
    fn matches(&self, secret: &str) -> bool {
        self.0.ct_eq(&Self::of(secret).0).into()
    }
}

/// Generates a secret of letters and digits.
pub fn random_secret() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), SECRET_LENGTH)
}

/// The secrets that requests are authenticated by.
#[derive(Clone)]
pub struct Secrets {
    /// Signs sessions.
    key: Key,
    api_key: SecretHash,
    password: SecretHash,
}

impl Secrets {
    /// Makes the secrets of a server. Sessions are signed with a key derived from `secret_key`.
    pub fn new(secret_key: &str, api_key: SecretHash, password: SecretHash) -> Self {
        let material: [u8; 32] = Sha256::digest(secret_key).into();
        Self { key: Key::derive_from(&material), api_key, password }
    }

    /// Returns the cookie of a new session, or none for a wrong password.
    pub fn session_for(&self, password: &str) -> Option<String> {
        self.password.matches(password).then(|| self.session(Timestamp::now() + SESSION_LENGTH))
    }

    fn session(&self, until: Timestamp) -> String {
        let cookie = Cookie::build((SESSION, until.as_second().to_string()));
        let cookie = cookie.path("/").http_only(true).same_site(SameSite::Lax).expires(Expiration::Session);
        let mut jar = CookieJar::new();
        jar.signed_mut(&self.key).add(cookie);
        jar.get(SESSION).expect("added above").to_string()
    }

    /// Returns the actor who sent a request with these headers, or none where they prove nothing.
    pub fn actor(&self, headers: &HeaderMap) -> Option<Actor> {
        if self.has_key(headers) {
            let scopes = Scopes::of(&[Scope::Read, Scope::Ingest]);
            Some(Actor::new(AccountId::new("api-key"), Role::Analyst, scopes))
        } else if self.has_session(headers) {
            Some(Actor::new(AccountId::new("admin"), Role::Admin, Scopes::ALL))
        } else {
            None
        }
    }

    fn has_key(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = text(header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
        text("x-api-key").or(bearer).is_some_and(|key| self.api_key.matches(key.trim()))
    }

    fn has_session(&self, headers: &HeaderMap) -> bool {
        let mut jar = CookieJar::new();
        for value in headers.get_all(header::COOKIE) {
            let cookies = value.to_str().unwrap_or_default().to_owned();
            Cookie::split_parse(cookies).flatten().for_each(|cookie| jar.add_original(cookie));
        }
        let until = jar.signed(&self.key).get(SESSION).and_then(|cookie| cookie.value().parse::<i64>().ok());
        until.is_some_and(|until| until > Timestamp::now().as_second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets::new("signs sessions", SecretHash::of("the key"), SecretHash::of("the password"))
    }

    fn with(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().expect("a name"), value.parse().expect("a value"))])
    }

    fn sent_back(cookie: &str) -> HeaderMap {
        with("cookie", cookie.split(';').next().expect("a cookie has a value"))
    }

    fn role(headers: &HeaderMap) -> Option<Role> {
        secrets().actor(headers).map(|actor| actor.role())
    }

    #[test]
    fn a_program_shows_its_key_in_either_header() {
        assert_eq!(role(&with("x-api-key", "the key")), Some(Role::Analyst));
        assert_eq!(role(&with("authorization", "Bearer the key")), Some(Role::Analyst));
        assert_eq!(role(&with("x-api-key", "another key")), None);
    }

    #[test]
    fn the_key_reads_and_ingests_and_does_no_more() {
        let program = secrets().actor(&with("x-api-key", "the key")).expect("the key is right");
        let may = [Scope::Read, Scope::Ingest, Scope::Triage, Scope::Admin].map(|scope| program.require(scope).is_ok());
        assert_eq!(may, [true, true, false, false]);
    }

    #[test]
    fn a_session_begins_with_the_password_and_is_known_again() {
        assert_eq!(secrets().session_for("a guess"), None);
        let cookie = secrets().session_for("the password").expect("the password is right");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        assert_eq!(role(&sent_back(&cookie)), Some(Role::Admin));
    }

    #[test]
    fn a_session_that_is_over_forged_or_signed_by_another_server_is_none() {
        let over = secrets().session(Timestamp::now() - SignedDuration::from_secs(1));
        assert_eq!(role(&sent_back(&over)), None);
        let forged = format!("{SESSION}={}", Timestamp::now().as_second() + 1000);
        assert_eq!(role(&with("cookie", &forged)), None);
        let other = Secrets::new("another", SecretHash::of("the key"), SecretHash::of("the password"));
        let cookie = other.session_for("the password").expect("the password is right");
        assert_eq!(role(&sent_back(&cookie)), None);
    }

    #[test]
    fn a_generated_secret_is_long_and_new_each_time() {
        assert_eq!(random_secret().len(), SECRET_LENGTH);
        assert_ne!(random_secret(), random_secret());
    }
}
