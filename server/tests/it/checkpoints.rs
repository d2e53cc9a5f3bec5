//! What checkpoints store, and what is read of it.

use std::{path::Path, time::Duration};

use app::page_types::Order;
use server::{
    config::DatabaseUri,
    pipeline::{CheckpointLimits, WriterLimits},
    start::Running,
};
use shared::{
    event::{Action, Event},
    model::Model,
};

use crate::{admin, config, event, raw};

/// Starts a server on the database in `folder` that writes a checkpoint after every `events` events.
async fn start(folder: &Path, events: u64) -> Running {
    start_with(folder, events, WriterLimits::PRODUCT.profile_bytes).await
}

/// The same, with room for profiles of so many bytes in all.
async fn start_with(folder: &Path, events: u64, profile_bytes: usize) -> Running {
    let pause = if events == u64::MAX { CheckpointLimits::PRODUCT.pause } else { Duration::from_millis(20) };
    let checkpoints = CheckpointLimits { events, pause, ..CheckpointLimits::PRODUCT };
    let limits = WriterLimits { checkpoints, profile_bytes, min_free_mb: 0 };
    let config = server::config::Config { limits, ..config(DatabaseUri::RocksDb(folder.to_owned())) };
    Running::start(&config, Model::shipped()).await.expect("the database can be opened")
}

/// Five hundred events of two users over three days. At the end one of them deletes a lot.
fn events() -> Vec<Event> {
    (0..500)
        .map(|number| {
            let deletes = number >= 450;
            let user = if number % 3 == 0 && !deletes { "ann" } else { "bob" };
            Event {
                action: if deletes { Action::Delete } else { Action::View },
                resource: Some(format!("share/{}", if deletes { number } else { number % 5 }).into()),
                ..event(user, 8 * number)
            }
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_and_evicted_profiles_change_no_page_no_answer_and_no_count() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let [without, with, evicting] = ["without", "with", "evicting"].map(|name| temporary.path().join(name));
    let mut seen = Vec::new();
    for (folder, every, profile_bytes) in
        [(&without, u64::MAX, usize::MAX), (&with, 50, usize::MAX), (&evicting, 50, 0)]
    {
        let running = start_with(folder, every, profile_bytes).await;
        let service = &running.service;
        let mut first = Vec::new();
        for part in events().chunks(60) {
            first.extend(service.ingest_batch(&admin(), part.to_vec()).await.expect("the actor may"));
            while every < 500 && service.unsaved_events() >= 50 {
                tokio::time::sleep(Duration::from_millis(5)).await; // until a checkpoint is begun
            }
        }
        let again = service.ingest_batch(&admin(), events()).await.expect("the actor may");
        assert_eq!(first, again, "every event is found again");
        assert_eq!(service.events(), 500);
        let mut pages = Vec::new();
        for user in ["ann", "bob"] {
            let page = app::backend::Backend::user(service, &admin(), user).await.expect("the user has a page");
            let timeline = page.timeline.iter().map(|event| (event.prediction.timestamp, event.prediction.p_value));
            pages.push((page.summary.events, page.summary.anomalies, timeline.collect::<Vec<_>>()));
        }
        let dashboard = app::backend::Backend::dashboard(service, &admin(), Order::default()).await;
        let dashboard = dashboard.expect("there is a dashboard");
        let days: Vec<_> = dashboard.days.iter().map(|day| (day.day, day.events, day.anomalies)).collect();
        let told: Vec<_> =
            dashboard.notable_days.iter().map(|day| (day.timestamp, day.reason.clone(), day.others)).collect();
        assert!(!told.is_empty(), "some events have reasons");
        let scores: Vec<_> = first.into_iter().map(|answer| answer.map(|answer| answer.p_value)).collect();
        seen.push((pages, days, told, scores));
        running.stop().await;
    }
    assert!(seen[1] == seen[0], "checkpoints");
    assert!(seen[2] == seen[0], "evicted profiles");
    assert_eq!(seen[0].0[1].2.len(), 100, "the latest hundred events of a user");

    for folder in [&without, &with, &evicting] {
        assert_eq!(raw::count(folder, "rollup").await, 67, "hours, with an event every 8 minutes");
        let running = start(folder, 50).await;
        assert_eq!(running.service.events(), 500, "the last checkpoint is written when the server stops");
        let dashboard = app::backend::Backend::dashboard(&running.service, &admin(), Order::default()).await;
        let days = dashboard.expect("there is a dashboard").days;
        assert!(days.iter().map(|day| (day.day, day.events, day.anomalies)).eq(seen[0].1.iter().copied()));
        running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_as_long_as_what_the_last_two_checkpoints_left() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = temporary.path().join("uba.db");
    for _ in 0..3 {
        let running = start(&folder, u64::MAX).await;
        let before = i64::try_from(running.service.events()).expect("a small number");
        for minute in 0..20 {
            running.service.ingest(&admin(), event("ann", before + minute)).await.expect("it is taken");
        }
        running.stop().await;
    }
    assert_eq!(
        raw::count(&folder, "log").await,
        20,
        "that of the last checkpoint; the one before it is not needed any more"
    );
    assert_eq!(raw::count(&folder, "segment").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_is_written_in_time_too() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = temporary.path().join("uba.db");
    let checkpoints = CheckpointLimits { pause: Duration::from_millis(50), ..CheckpointLimits::PRODUCT };
    let limits = WriterLimits { checkpoints, min_free_mb: 0, ..WriterLimits::PRODUCT };
    let config = server::config::Config { limits, ..config(DatabaseUri::RocksDb(folder.clone())) };
    let running = Running::start(&config, Model::shipped()).await.expect("the database can be opened");
    running.service.ingest(&admin(), event("ann", 0)).await.expect("it is taken");
    while running.service.unsaved_events() > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_one_however_the_id_is_spelled_and_is_shown_in_the_first_spelling() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = temporary.path().join("uba.db");
    let mut total = 0;
    for users in [["Ann@example.org", "ANN@example.org"], ["ann@example.org", "ann@EXAMPLE.org"]] {
        let running = start(&folder, u64::MAX).await;
        let service = &running.service;
        let days = users.iter().zip(0..).map(|(user, day)| event(user, 1440 * (10 * total + day)));
        let answers = service.ingest_batch(&admin(), days.clone().collect()).await.expect("the actor may");
        let again = service.ingest_batch(&admin(), days.collect()).await.expect("the actor may");
        assert_eq!(answers, again, "they are found again");
        total += 2;
        for user in users {
            let page = app::backend::Backend::user(service, &admin(), user).await.expect("the user has a page");
            assert_eq!(
                (page.summary.user_id.as_str(), page.summary.events),
                ("Ann@example.org", total.cast_unsigned())
            );
            assert_eq!(i64::try_from(page.timeline.len()), Ok(total), "whatever the day");
            assert!(page.timeline.iter().all(|event| event.prediction.user_id == "Ann@example.org"));
        }
        running.stop().await;
    }
    assert_eq!(raw::count(&folder, "profile").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_sent_again_names_the_model_that_scored_it() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let config = config(DatabaseUri::RocksDb(temporary.path().join("uba.db")));
    let old = Model::shipped();
    let new = Model { forest: None, ..Model::clone(&old) };
    let mut versions = Vec::new();
    for (model, user) in [(old, "bob"), (new.into(), "eve")] {
        let running = Running::start(&config, model).await.expect("the database can be opened");
        let again = running.service.ingest(&admin(), event("ann", 0)).await.expect("it is taken");
        let other = running.service.ingest(&admin(), event(user, 1)).await.expect("it is taken");
        versions.push((again.model_version, other.model_version));
        running.stop().await;
    }
    assert_eq!(versions[0].0, versions[1].0, "the answer of the first time");
    assert_ne!(versions[1].0, versions[1].1, "a new event is scored by the model in force");
}
