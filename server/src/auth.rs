//! Who asks: sessions of people, keys of programs.

use app::backend::Actor;
use axum::http::{HeaderMap, header};
use cookie::{Cookie, CookieJar, Expiration, Key, SameSite};
use jiff::{SignedDuration, Timestamp};
use rand::distr::{Alphanumeric, SampleString as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Name of the cookie that holds a session.
const SESSION: &str = "uba_session";
/// How long a session lasts.
const SESSION_LENGTH: SignedDuration = SignedDuration::from_hours(12);
/// Letters and digits of a secret that we make: 142 bits.
const SECRET_LENGTH: usize = 24;

/// A secret, kept only as its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashed([u8; 32]);

impl Hashed {
    /// Hashes a secret.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// Tells whether `secret` is the one, in a time that says nothing about it.
    fn is(&self, secret: &str) -> bool {
        self.0.ct_eq(&Self::of(secret).0).into()
    }
}

/// Makes a secret of letters and digits.
pub fn random_secret() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), SECRET_LENGTH)
}

/// What the server knows to check who asks.
#[derive(Clone)]
pub struct Secrets {
    /// Signs sessions.
    key: Key,
    api_key: Hashed,
    password: Hashed,
}

impl Secrets {
    /// The secrets of a server; sessions are signed by a key made of `secret_key`.
    pub fn new(secret_key: &str, api_key: Hashed, password: Hashed) -> Self {
        let material: [u8; 32] = Sha256::digest(secret_key).into();
        Self { key: Key::derive_from(&material), api_key, password }
    }

    /// Returns the cookie of a new session, if the password is right.
    pub fn session_for(&self, password: &str) -> Option<String> {
        self.password.is(password).then(|| self.session(Timestamp::now() + SESSION_LENGTH))
    }

    fn session(&self, until: Timestamp) -> String {
        let cookie = Cookie::build((SESSION, until.as_second().to_string()));
        let cookie = cookie.path("/").http_only(true).same_site(SameSite::Lax).expires(Expiration::Session);
        let mut jar = CookieJar::new();
        jar.signed_mut(&self.key).add(cookie);
        jar.get(SESSION).expect("added above").to_string()
    }

    /// Tells who sent a request with these headers.
    pub fn actor(&self, headers: &HeaderMap) -> Actor {
        if self.has_key(headers) {
            Actor::Program
        } else if self.has_session(headers) {
            Actor::Person
        } else {
            Actor::Anonymous
        }
    }

    fn has_key(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = text(header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
        text("x-api-key").or(bearer).is_some_and(|key| self.api_key.is(key.trim()))
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
        Secrets::new("signs sessions", Hashed::of("the key"), Hashed::of("the password"))
    }

    fn with(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().expect("a name"), value.parse().expect("a value"))])
    }

    fn sent_back(cookie: &str) -> HeaderMap {
        with("cookie", cookie.split(';').next().expect("a cookie has a value"))
    }

    #[test]
    fn a_program_shows_its_key_in_either_header() {
        assert_eq!(secrets().actor(&with("x-api-key", "the key")), Actor::Program);
        assert_eq!(secrets().actor(&with("authorization", "Bearer the key")), Actor::Program);
        assert_eq!(secrets().actor(&with("x-api-key", "another key")), Actor::Anonymous);
    }

    #[test]
    fn a_session_begins_with_the_password_and_is_known_again() {
        assert_eq!(secrets().session_for("a guess"), None);
        let cookie = secrets().session_for("the password").expect("the password is right");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        assert_eq!(secrets().actor(&sent_back(&cookie)), Actor::Person);
    }

    #[test]
    fn a_session_that_is_over_forged_or_signed_by_another_server_is_none() {
        let over = secrets().session(Timestamp::now() - SignedDuration::from_secs(1));
        assert_eq!(secrets().actor(&sent_back(&over)), Actor::Anonymous);
        let forged = format!("{SESSION}={}", Timestamp::now().as_second() + 1000);
        assert_eq!(secrets().actor(&with("cookie", &forged)), Actor::Anonymous);
        let other = Secrets::new("another", Hashed::of("the key"), Hashed::of("the password"));
        let cookie = other.session_for("the password").expect("the password is right");
        assert_eq!(secrets().actor(&sent_back(&cookie)), Actor::Anonymous);
    }

    #[test]
    fn a_secret_that_we_make_is_long_and_new_each_time() {
        assert_eq!(random_secret().len(), SECRET_LENGTH);
        assert_ne!(random_secret(), random_secret());
    }
}
