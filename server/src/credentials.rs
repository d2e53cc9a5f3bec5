//! The secrets that a database is opened to people and programs by: set, or generated once.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    auth::{AccountName, Accounts, ApiKeys, Authenticator, PasswordHash, SecretHash, random_secret},
    config::{Config, Secret},
    store::{Store, StoreError},
};

/// Name of the setting that held the hashes when there was one key and one password.
const CREDENTIALS: &str = "credentials";
/// Name of the setting that held them before, and the key that signed sessions in the clear.
const SIGNED: &str = "secrets";

/// The secrets that were generated, to be shown once.
#[derive(Default)]
pub struct GeneratedSecrets {
    /// Password of the account `admin`.
    pub password: Option<String>,
    /// API key of programs.
    pub api_key: Option<String>,
}

/// Which secrets are to be generated anew.
#[derive(Debug, Clone, Copy, Default)]
pub struct Renewal {
    /// The password of the account `admin`, which ends its sessions.
    pub password: bool,
    /// The API key that a setting may hold.
    pub api_key: bool,
}

/// The setting [`CREDENTIALS`].
#[derive(Serialize, Deserialize)]
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
    renew(store, config, Renewal::default()).await
}

/// Does what [`authenticator`] does, and generates the secrets that are to be renewed. A secret that was set stays in
/// force until another one is set or generated. Another password of `admin` ends the sessions of that account.
pub async fn renew(
    store: &Arc<Store>,
    config: &Config,
    renewal: Renewal,
) -> Result<(Authenticator, GeneratedSecrets), StoreError> {
    let now = Timestamp::now();
    let keys = ApiKeys::read(Arc::clone(store)).await?;
    let accounts = Accounts::read(Arc::clone(store), config.password.is_some()).await?;
    adopt(store, &keys, &accounts, now).await?;
    let known = accounts.admin_password();
    let is_first = known.is_none() && keys.is_empty();
    let mut generated = GeneratedSecrets::default();
    match &config.api_key {
        Some(key) => keys.set_default(key.reveal(), now).await?,
        None if renewal.api_key || is_first => generated.api_key = Some(keys.generate_default(now).await?),
        None => {}
    }
    let password = match (&config.password, &known) {
        (Some(password), Some(known)) if known.matches(password.reveal()) => None,
        (Some(password), _) => Some(password.reveal().to_owned()),
        (None, Some(_)) if !renewal.password => None,
        (None, _) => Some(generated.password.insert(random_secret()).clone()),
    };
    if let Some(password) = &password {
        accounts.put_admin(PasswordHash::of(password), now).await?;
    }
    let secret_key = config.secret_key.as_ref().map_or("", Secret::reveal);
    let authenticator = Authenticator::new(Arc::clone(store), secret_key, keys, accounts).await?;
    if password.is_some() {
        authenticator.end_sessions(&AccountName::admin()).await?;
    }
    Ok((authenticator, generated))
}

/// Makes a key and an account of the hashes that earlier versions kept as a setting.
async fn adopt(store: &Store, keys: &ApiKeys, accounts: &Accounts, now: Timestamp) -> Result<(), StoreError> {
    let signed = |signed: SignedCredentials| StoredCredentials {
        api_key: signed.api_key,
        password: PasswordHash::over(&signed.password),
    };
    let stored = match store.setting(CREDENTIALS).await? {
        Some(stored) => Some(stored),
        None => store.setting(SIGNED).await?.map(signed),
    };
    let Some(StoredCredentials { api_key, password }) = stored else { return Ok(()) };
    keys.replace_default(api_key, now).await?;
    accounts.put_admin(password, now).await?;
    store.unset(CREDENTIALS).await?;
    store.unset(SIGNED).await
}

#[cfg(test)]
mod tests {
    use app::actor::{AccountId, Actor, Role, Scopes};

    use super::*;
    use crate::config::RequestRates;
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
            rates: RequestRates::UNLIMITED,
            max_connections: None,
            max_connections_per_address: None,
            mail: None,
            allowed_networks: Vec::new(),
            public_url: None,
        }
    }

    async fn store() -> Arc<Store> {
        Arc::new(Store::open(&DatabaseUri::Memory, Opening::default()).await.expect("memory can be opened"))
    }

    async fn renewed(
        store: &Arc<Store>,
        password: Option<&str>,
        renewal: Renewal,
    ) -> (Authenticator, GeneratedSecrets) {
        renew(store, &config(password), renewal).await.expect("memory is writable")
    }

    fn password_matches(authenticator: &Authenticator, password: &str) -> bool {
        authenticator.accounts().admin_password().is_some_and(|hash| hash.matches(password))
    }

    fn key_opens(authenticator: &Authenticator, key: &str) -> bool {
        authenticator.keys().actor(key, Timestamp::now()).is_some()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn secrets_are_generated_once_and_again_when_that_is_asked_for() {
        let store = store().await;
        let (_, first) = renewed(&store, None, Renewal::default()).await;
        let (password, key) = (first.password.expect("it is shown"), first.api_key.expect("it is shown"));
        let (authenticator, second) = renewed(&store, None, Renewal::default()).await;
        assert!(second.password.is_none() && second.api_key.is_none());
        assert!(password_matches(&authenticator, &password) && key_opens(&authenticator, &key));

        let (authenticator, third) = renewed(&store, None, Renewal { password: true, api_key: false }).await;
        let renewed = third.password.expect("it is shown");
        assert!(third.api_key.is_none() && key_opens(&authenticator, &key));
        assert!(password_matches(&authenticator, &renewed) && !password_matches(&authenticator, &password));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_password_that_was_set_last_stays_in_force() {
        let store = store().await;
        let (_, generated) = renewed(&store, Some("the first password"), Renewal::default()).await;
        assert!(generated.password.is_none(), "what is set is not shown");
        let (authenticator, generated) = renewed(&store, None, Renewal::default()).await;
        assert!(password_matches(&authenticator, "the first password") && generated.password.is_none());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_key_that_was_revoked_does_not_come_back() {
        let store = store().await;
        let (authenticator, first) = renewed(&store, None, Renewal::default()).await;
        let actor = Actor::new(AccountId::new("tests"), Role::Admin, Scopes::ALL);
        authenticator.keys().revoke(&actor, "default").await.expect("nobody has set it");
        let (authenticator, second) = renewed(&store, None, Renewal::default()).await;
        assert!(second.api_key.is_none() && !key_opens(&authenticator, &first.api_key.expect("it is shown")));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_secrets_of_before_open_the_database_and_their_settings_are_deleted() {
        let hash = SecretHash::of;
        let signed = SignedCredentials {
            secret_key: "in the clear".to_owned(),
            api_key: hash("the old key"),
            password: hash("the old password"),
        };
        let stored = StoredCredentials { api_key: hash("the old key"), password: PasswordHash::of("the old password") };
        let [before, first] = [store().await, store().await];
        before.set(CREDENTIALS, &stored).await.expect("memory is writable");
        first.set(SIGNED, &signed).await.expect("memory is writable");
        for store in [before, first] {
            let (authenticator, generated) = renewed(&store, None, Renewal::default()).await;
            assert!(password_matches(&authenticator, "the old password") && key_opens(&authenticator, "the old key"));
            assert!(generated.password.is_none() && generated.api_key.is_none());
            assert!(store.setting::<SignedCredentials>(SIGNED).await.expect("it is readable").is_none());
            assert!(store.setting::<StoredCredentials>(CREDENTIALS).await.expect("it is readable").is_none());
            assert!(password_matches(&renewed(&store, None, Renewal::default()).await.0, "the old password"));
        }
    }
}
