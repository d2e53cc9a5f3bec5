//! Starting a service from checked settings, and stopping it.

use std::{sync::Arc, time::Duration};

use shared::{alerting::ThresholdRule, model::Model};

#[cfg(unix)]
use crate::backup;
use crate::{
    config::Config,
    credentials::{self, GeneratedSecrets},
    engine_state::EngineState,
    imports::Imports,
    jobs::Jobs,
    notifications::{Channels, OutboxWorker},
    pipeline::Pipeline,
    policy::{LivePolicy, Policy},
    service::{DAILY_BUDGET, Service},
    store::{LogRow, Opening, Store, StoreError},
};

/// How long to wait for another program to release the database.
pub(crate) const OPEN_PATIENCE: Duration = Duration::from_secs(5);
/// How long background jobs may take to finish.
const JOBS_LIMIT: Duration = Duration::from_secs(20);
/// Bytes of a megabyte, as disks count them.
const MB: u64 = 1_000_000;

/// A running service, with its database and background jobs.
pub struct Running {
    /// The use cases.
    pub service: Service,
    /// The background jobs.
    pub jobs: Jobs,
    /// The secrets that were generated at this start, to be shown once.
    pub generated: GeneratedSecrets,
    store: Arc<Store>,
}

impl Running {
    /// Opens the database, restores the state of its last commit, and starts the writer. Events are judged by `model`.
    pub async fn start(config: &Config, model: Arc<Model>) -> Result<Self, StoreError> {
        let opening = Opening { patience: OPEN_PATIENCE, accepts_loss: config.accepts_loss };
        let store = Arc::new(Box::pin(Store::open(&config.database, opening)).await?);
        let state = Box::pin(recover(&store, model)).await?;
        store.keep_model(state.model_version(), state.engine().model()).await?;
        let min_free = config.limits.min_free_mb.saturating_mul(MB);
        let imports = Imports::open(Arc::clone(&store), min_free).await?;
        // Last of all that can fail: the secrets that are made are returned to be shown.
        let (authenticator, generated) = credentials::authenticator(&store, config).await?;
        let keys = Arc::clone(authenticator.keys());
        let policy = LivePolicy::new(policy(&store, config).await?);
        let jobs = Jobs::default();
        jobs.spawn("last uses of keys", |stop| keys.keep_uses(stop));
        let pipeline = Pipeline::start(Arc::clone(&store), state, policy.clone(), config.limits, &jobs);
        #[cfg(unix)]
        jobs.spawn("backups", {
            let store = Arc::clone(&store);
            |stop| backup::answer(store, stop)
        });
        let channels = Box::pin(Channels::read(&store, config)).await?;
        let public_url = config.public_url.as_deref();
        let outbox = OutboxWorker::new(Arc::clone(&store), channels.clone(), pipeline.watch_alerts(), public_url);
        jobs.spawn("outbox", |stop| outbox.run(stop));
        let service =
            Service::new(Arc::clone(&store), pipeline, authenticator, policy, channels, config.rates, imports.clone());
        jobs.spawn("imports", |stop| imports.run(service.clone(), stop));
        Ok(Self { service, jobs, generated, store })
    }

    /// Finishes the events that wait and all other jobs, and closes the database. It waits until every other copy of
    /// the service is dropped.
    pub async fn stop(self) {
        self.jobs.stop(JOBS_LIMIT).await;
        drop(self.service);
        self.store.close().await;
    }
}

/// Returns the policy that the settings and the database ask for. A daily budget that is out of range counts as none.
async fn policy(store: &Store, config: &Config) -> Result<Policy, StoreError> {
    let by_hand = ThresholdRule::by_hand(config.threshold);
    let budget: Option<Option<f64>> = store.setting(DAILY_BUDGET).await?;
    let threshold = by_hand.with_budget(budget.flatten()).unwrap_or(by_hand);
    Ok(Policy { threshold, suppressions: store.suppressions().await? })
}

/// Returns the state after the last commit: that of the last checkpoint, and the log after it replayed.
///
/// # Errors
///
/// Fails if the database cannot be read, if the log after the checkpoint is not whole, or if events are missing that were
/// acknowledged.
pub async fn recover(store: &Store, model: Arc<Model>) -> Result<EngineState, StoreError> {
    let state = replayed(store, model).await.map_err(|reason| store.keep_files(reason))?;
    store.confirm(state.events()).await?;
    Ok(state)
}

async fn replayed(store: &Store, model: Arc<Model>) -> Result<EngineState, StoreError> {
    let mut state = EngineState::recover(model, store.recover().await?);
    loop {
        let commits = store.commits_from(state.events()).await?;
        if commits.is_empty() {
            return Ok(state);
        }
        let commits: Vec<_> = commits.into_iter().map(LogRow::unpack).collect::<Result<_, _>>()?;
        let users = commits.iter().flatten().map(|(scored, _)| &scored.event.user);
        let profiles = store.profiles(&state.evicted_among(users)).await?;
        state.restore(&profiles);
        for commit in commits {
            state.replay(commit);
        }
    }
}
