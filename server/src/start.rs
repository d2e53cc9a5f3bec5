//! From checked settings to a running service, and back.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use shared::model::Model;
use tokio::task::JoinHandle;
use tracing::error;

use crate::{
    auth::{Hashed, Secrets, random_secret},
    config::{Config, Secret},
    memory::Memory,
    pipeline::Pipeline,
    service::Service,
    store::{Store, StoreError},
};

/// How long another program may take to let go of the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// A service with all that runs behind it.
pub struct Running {
    /// What it can do.
    pub service: Service,
    /// The secrets that were made for it, to be shown once.
    pub made: MadeSecrets,
    store: Arc<Store>,
    writer: JoinHandle<()>,
}

/// Secrets that were made at the first start, since none were set.
#[derive(Default)]
pub struct MadeSecrets {
    /// Password of the pages.
    pub password: Option<String>,
    /// Key of programs.
    pub api_key: Option<String>,
}

impl Running {
    /// Opens the database, recalls what was known, and starts taking events.
    pub async fn start(config: &Config) -> Result<Self, StoreError> {
        let store = Arc::new(Store::open(&config.database, PATIENCE).await?);
        let (secrets, made) = secrets(&store, config).await?;
        let memory = Memory::recover(Model::shipped(), store.recover().await?);
        let (pipeline, writer) = Pipeline::start(Arc::clone(&store), memory, config.threshold);
        let service = Service::new(Arc::clone(&store), pipeline, secrets, config.threshold);
        Ok(Self { service, made, store, writer })
    }

    /// Finishes what has been taken, and closes the database. Others must have let go of the service.
    pub async fn stop(self) {
        drop(self.service); // the last way in: the writer ends when it has written what waits
        if let Err(error) = self.writer.await {
            error!(%error, "the writer broke down");
        }
        self.store.close().await;
    }
}

/// What is remembered of the secrets; of those that others must show, only hashes.
#[derive(Serialize, Deserialize)]
struct StoredSecrets {
    secret_key: String,
    api_key: Hashed,
    password: Hashed,
}

/// Returns the secrets: those that are set, else those of the first start.
async fn secrets(store: &Store, config: &Config) -> Result<(Secrets, MadeSecrets), StoreError> {
    const NAME: &str = "secrets";
    let mut made = MadeSecrets::default();
    let stored = if let Some(stored) = store.setting::<StoredSecrets>(NAME).await? {
        stored
    } else {
        let (password, api_key) = (random_secret(), random_secret());
        let stored = StoredSecrets {
            secret_key: random_secret(),
            api_key: Hashed::of(&api_key),
            password: Hashed::of(&password),
        };
        store.set(NAME, &stored).await?;
        made.password = config.password.is_none().then_some(password);
        made.api_key = config.api_key.is_none().then_some(api_key);
        stored
    };
    let hashed = |set: &Option<Secret>, stored: Hashed| set.as_ref().map_or(stored, |set| Hashed::of(set.reveal()));
    let secret_key = config.secret_key.as_ref().map_or(stored.secret_key.as_str(), Secret::reveal);
    let api_key = hashed(&config.api_key, stored.api_key);
    Ok((Secrets::new(secret_key, api_key, hashed(&config.password, stored.password)), made))
}
