//! The secrets that a database is opened to people and programs by: set, or generated once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    auth::{Authenticator, PasswordHash, SecretHash, SecretHashes, random_secret},
    config::{Config, Secret},
    store::{Store, StoreError},
};

/// Name of the setting that holds the hashes.
const CREDENTIALS: &str = "credentials";
/// Name of the setting that held them before, and the key that signed sessions in the clear.
const SIGNED: &str = "secrets";

/// The secrets that were generated, to be shown once.
#[derive(Default)]
pub struct GeneratedSecrets {
    /// Password of the pages.
    pub password: Option<String>,
    /// API key of programs.
    pub api_key: Option<String>,
}

/// Which secrets are to be generated anew.
#[derive(Debug, Clone, Copy, Default)]
pub struct Renewal {
    /// The password of the pages, which ends all sessions.
    pub password: bool,
    /// The API key of programs.
    pub api_key: bool,
}

/// The hashes as they are stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct StoredCredentials {
    api_key: SecretHash,
    password: PasswordHash,
}

/// The setting [`SIGNED`].
#[derive(Serialize, Deserialize)]
struct SignedCredentials {
    secret_key: String,
    api_key: SecretHash,
    password: SecretHash,
}

/// Returns the authenticator of a database, and the secrets that were generated because they are neither set nor stored.
pub async fn authenticator(
    store: &Arc<Store>,
    config: &Config,
) -> Result<(Authenticator, GeneratedSecrets), StoreError> {
    let (hashes, generated) = renew(store, config, Renewal::default()).await?;
    let key = config.secret_key.as_ref().map_or("", Secret::reveal);
    Ok((Authenticator::new(Arc::clone(store), key, hashes).await?, generated))
}

/// Stores the secrets that are set, and generates those that are neither set nor stored or that are to be renewed. A
/// secret that was set stays in force until another one is set or generated. Another password ends all sessions.
pub async fn renew(
    store: &Store,
    config: &Config,
    renewal: Renewal,
) -> Result<(SecretHashes, GeneratedSecrets), StoreError> {
    let stored = stored(store).await?;
    let mut generated = GeneratedSecrets::default();
    let known_key = stored.as_ref().filter(|_| !renewal.api_key).map(|stored| stored.api_key.clone());
    let api_key = match (&config.api_key, known_key) {
        (Some(key), _) => SecretHash::of(key.reveal()),
        (None, Some(known)) => known,
        (None, None) => SecretHash::of(generated.api_key.insert(random_secret())),
    };
    let known_password = stored.as_ref().filter(|_| !renewal.password).map(|stored| stored.password.clone());
    let password = match (&config.password, known_password) {
        (Some(password), Some(known)) if known.matches(password.reveal()) => known,
        (Some(password), _) => PasswordHash::of(password.reveal()),
        (None, Some(known)) => known,
        (None, None) => PasswordHash::of(generated.password.insert(random_secret())),
    };
    let credentials = StoredCredentials { api_key: api_key.clone(), password: password.clone() };
    if stored.as_ref().is_none_or(|stored| stored.password != password) {
        Authenticator::end_sessions(store).await?;
    }
    if stored.as_ref() != Some(&credentials) {
        store.set(CREDENTIALS, &credentials).await?;
    }
    store.unset(SIGNED).await?;
    Ok((SecretHashes { api_key, password }, generated))
}

/// Returns the hashes that are stored, also as they were before.
async fn stored(store: &Store) -> Result<Option<StoredCredentials>, StoreError> {
    if let Some(stored) = store.setting(CREDENTIALS).await? {
        return Ok(Some(stored));
    }
    let signed = store.setting::<SignedCredentials>(SIGNED).await?;
    let strengthened = |signed: SignedCredentials| StoredCredentials {
        api_key: signed.api_key,
        password: PasswordHash::over(&signed.password),
    };
    let stored = signed.map(strengthened);
    if let Some(stored) = &stored {
        store.set(CREDENTIALS, stored).await?;
    }
    Ok(stored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::DatabaseUri, pipeline::WriterLimits, store::Opening};

    fn config(password: Option<&str>) -> Config {
        Config {
            bind: String::new(),
            database: DatabaseUri::Memory,
            secret_key: None,
            api_key: None,
            password: password.map(Secret::new),
            threshold: 0.7,
            limits: WriterLimits::PRODUCT,
            accepts_loss: false,
            max_connections: None,
            max_connections_per_address: None,
            mail: None,
        }
    }

    async fn store() -> Store {
        Store::open(&DatabaseUri::Memory, Opening::default()).await.expect("memory can be opened")
    }

    async fn renewed(store: &Store, password: Option<&str>, renewal: Renewal) -> (SecretHashes, GeneratedSecrets) {
        renew(store, &config(password), renewal).await.expect("memory is writable")
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn secrets_are_generated_once_and_again_when_that_is_asked_for() {
        let store = store().await;
        let (_, first) = renewed(&store, None, Renewal::default()).await;
        let (password, key) = (first.password.expect("it is shown"), first.api_key.expect("it is shown"));
        let (hashes, second) = renewed(&store, None, Renewal::default()).await;
        assert!(second.password.is_none() && second.api_key.is_none());
        assert!(hashes.password.matches(&password) && hashes.api_key == SecretHash::of(&key));

        let (hashes, third) = renewed(&store, None, Renewal { password: true, api_key: false }).await;
        let renewed = third.password.expect("it is shown");
        assert!(third.api_key.is_none() && hashes.api_key == SecretHash::of(&key));
        assert!(hashes.password.matches(&renewed) && !hashes.password.matches(&password));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_password_that_was_set_last_stays_in_force() {
        let store = store().await;
        let (_, generated) = renewed(&store, Some("the first password"), Renewal::default()).await;
        assert!(generated.password.is_none(), "what is set is not shown");
        let (hashes, generated) = renewed(&store, None, Renewal::default()).await;
        assert!(hashes.password.matches("the first password") && generated.password.is_none());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_secrets_of_before_open_the_database_and_their_signing_key_is_deleted() {
        let store = store().await;
        let hash = SecretHash::of;
        let signed = SignedCredentials {
            secret_key: "in the clear".to_owned(),
            api_key: hash("the old key"),
            password: hash("the old password"),
        };
        store.set(SIGNED, &signed).await.expect("memory is writable");
        let (hashes, generated) = renewed(&store, None, Renewal::default()).await;
        assert!(hashes.password.matches("the old password") && hashes.api_key == hash("the old key"));
        assert!(generated.password.is_none() && generated.api_key.is_none());
        assert!(store.setting::<SignedCredentials>(SIGNED).await.expect("it is readable").is_none());
        let again = renewed(&store, None, Renewal::default()).await.0;
        assert!(again.password.matches("the old password"));
    }
}
