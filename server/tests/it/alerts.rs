//! Alerts: which events raise them, what is stored of them, and that both are of one transaction.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use jiff::SignedDuration;
use server::{
    alerts::{Alert, StateBefore},
    config::DatabaseUri,
    engine_state::EngineState,
    jobs::Jobs,
    pipeline::{Pipeline, WriterLimits},
    policy::{LivePolicy, Policy},
    store::{AlertFilter, Opening, Recovered, Store, StoredEvent},
};
use shared::{
    alerting::GroupKey,
    engine::InMemoryEngine,
    event::{Action, Event},
    model::Model,
    population::Population,
    profile::{Limits, Profile},
    severity::Severity,
};

/// A database in memory, whose writer judges by a policy.
struct Writing {
    store: Arc<Store>,
    pipeline: Pipeline,
    _jobs: Jobs,
}

async fn writing(policy: Policy) -> Writing {
    let store = Arc::new(Store::open(&DatabaseUri::Memory, Opening::default()).await.expect("memory can be opened"));
    let state = EngineState::recover(Model::shipped(), Recovered::default());
    let (policy, jobs) = (LivePolicy::new(policy), Jobs::default());
    let pipeline = Pipeline::start(Arc::clone(&store), state, policy, WriterLimits::PRODUCT, &jobs);
    Writing { store, pipeline, _jobs: jobs }
}

impl Writing {
    async fn ingest(&self, events: &[Event]) {
        let answers = self.pipeline.ingest_batch(events.to_vec()).await;
        assert!(answers.iter().all(Result::is_ok));
    }

    async fn alerts(&self) -> Vec<Alert> {
        all_of(&self.store).await
    }
}

/// Returns every alert, the one that was raised last first.
async fn all_of(store: &Store) -> Vec<Alert> {
    let mut alerts = Vec::new();
    let mut after = None;
    loop {
        let page = store.alerts(&AlertFilter::default(), after, 100).await.expect("they can be read");
        alerts.extend(page.alerts);
        after = page.next;
        if after.is_none() {
            return alerts;
        }
    }
}

/// Asserts that the alerts of a database count the anomalies of each group, and that what waits in the outbox are alerts.
pub(crate) async fn assert_they_follow_from(stored: &[StoredEvent], folder: &Path) {
    let opening = Opening { patience: Duration::from_secs(5), ..Opening::default() };
    let uri = DatabaseUri::RocksDb(folder.to_owned());
    let store = Box::pin(Store::open(&uri, opening)).await.expect("it is free again");
    let mut expected: BTreeMap<GroupKey, (u64, u64)> = BTreeMap::new();
    for StoredEvent { sequence, scored } in stored.iter().filter(|stored| stored.scored.is_anomaly) {
        expected.entry(GroupKey::of(scored)).or_insert((*sequence, 0)).1 += 1;
    }
    let alerts = all_of(&store).await;
    let of_scores = alerts.iter().filter(|alert| !alert.key.is_risk);
    let found: BTreeMap<_, _> =
        of_scores.map(|alert| (alert.key.clone(), (alert.id.sequence, alert.group.count))).collect();
    assert!(!expected.is_empty());
    assert_eq!(found, expected);
    let waiting = store.outbox(usize::MAX).await.expect("it can be read");
    assert!(waiting.iter().all(|(id, _)| alerts.iter().any(|alert| alert.id == *id)), "each is of an alert");
    store.close().await;
}

/// Three weeks of a user's work, three events a day.
pub(crate) fn work(user: &str) -> Vec<Event> {
    let event = |number: i64| Event {
        resource: Some("crm/accounts".into()),
        location: Some("Berlin".into()),
        ..crate::event(user, number / 3 * 24 * 60 + number % 3 * 60)
    };
    (0..63).map(event).collect()
}

/// A night in which the user deletes a lot, after the three weeks.
pub(crate) fn night(user: &str, deletions: i64) -> Vec<Event> {
    let start = crate::event(user, 22 * 24 * 60 - 6 * 60).time;
    let deletion = |number: i64| Event {
        time: start + SignedDuration::from_millis(number * 5),
        action: Action::Delete,
        resource: Some(format!("payroll/{number}").into()),
        location: Some("Lima".into()),
        ..crate::event(user, 0)
    };
    (0..deletions).map(deletion).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_anomalies_of_a_user_in_a_minute_are_one_alert_with_a_count() {
    let writing = writing(Policy::of_threshold(0.7)).await;
    writing.ingest(&work("ann")).await;
    assert_eq!(writing.alerts().await, []);
    writing.ingest(&night("ann", 10_000)).await;
    let alerts = writing.alerts().await;
    let [alert] = &alerts[..] else { panic!("{alerts:#?}") };
    let anomalies = writing.pipeline.state().days().values().map(|day| day.anomalies).sum::<u64>();
    assert!(anomalies >= 9_990, "{anomalies}");
    assert_eq!((alert.group.count, alert.group.severity), (anomalies, Severity::Critical));
    let outbox = writing.store.outbox(100).await.expect("it can be read");
    assert_eq!(outbox, [(alert.id, Severity::Critical)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_keeps_the_state_that_its_event_was_scored_against() {
    let writing = writing(Policy::of_threshold(0.7)).await;
    let events = [work("ann"), work("bob"), night("ann", 40), night("bob", 40)].concat();
    writing.ingest(&events).await;
    let alerts = writing.alerts().await;
    assert!(alerts.len() >= 2, "{alerts:?}");
    for alert in alerts {
        let before = writing.store.state_before(alert.id).await.expect("it can be read").expect("few were raised");
        let StateBefore { profile, population } = before;
        let number = usize::try_from(alert.id.sequence).expect("a small number");
        let mut engine = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
        engine.observe(&events[..number]);
        let (_, expected) = engine.profiles().find(|(user, _)| **user == alert.key.user).expect("there is one");
        assert!(Profile::from_bytes(&profile).expect("it is read") == *expected);
        let scored = alert.event.unpack().expect("it is read");
        let population = Population::from_bytes(&population).expect("it is read");
        assert_eq!(scored.event, events[number]);
        let again = shared::engine::Engine::new(Model::shipped(), population).score(&scored.event, expected);
        assert_eq!(again.log10_rarity.total.to_bits(), scored.log10_rarity.to_bits());
    }
}
