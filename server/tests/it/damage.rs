//! A database with rows that cannot be read: damaged ones, and ones of a version that this program does not know.

use std::path::PathBuf;

use serde_json::{Value, json};
use server::{config::DatabaseUri, start::Running, store::StoreError};
use shared::model::Model;
use tempfile::TempDir;

use crate::{config, get_with, post, raw::run};

/// A database of two users who looked at something at nine.
struct Database {
    _temporary: TempDir,
    folder: PathBuf,
    /// The scores of the events at nine.
    first: Vec<f64>,
}

const USERS: [&str; 2] = ["ann", "bob"];

impl Database {
    async fn new() -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let folder = temporary.path().join("uba.db");
        let mut database = Self { _temporary: temporary, folder, first: Vec::new() };
        database.first = database.post_views(9).await;
        database
    }

    async fn start(&self) -> Result<Running, StoreError> {
        Running::start(&config(DatabaseUri::RocksDb(self.folder.clone())), Model::shipped()).await
    }

    /// Starts a server, posts a view of each user at an hour, and stops the server; returns the scores.
    async fn post_views(&self, hour: u8) -> Vec<f64> {
        let running = self.start().await.expect("the database can be opened");
        let router = server::router(running.service.clone());
        let mut scores = Vec::new();
        for user in USERS {
            let event =
                json!({"user_id": user, "timestamp": format!("2024-01-15T{hour:02}:00:00Z"), "action_type": "view"});
            let answer = post(&router, "/api/predict", &event).await;
            assert_eq!(answer.status, 200, "{user}: {}", answer.text());
            scores.push(answer.json()["prediction"]["anomaly_score"].as_f64().expect("a score"));
        }
        drop(router);
        running.stop().await;
        scores
    }

    /// Returns the numbers of events on the pages of the users, and the number of all events.
    async fn counts(&self) -> (Vec<Value>, u64) {
        let running = self.start().await.expect("the database can be opened");
        let router = server::router(running.service.clone());
        let mut counts = Vec::new();
        for user in USERS {
            let answer = get_with(&router, &format!("/api/v1/users/{user}"), &[crate::API_KEY]).await;
            counts.push(answer.json()["summary"]["events"].clone());
        }
        let events = running.service.events();
        drop(router);
        running.stop().await;
        (counts, events)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_whose_profile_cannot_be_read_starts_anew_and_holds_nobody_up() {
    let database = Database::new().await;
    for (hour, damage) in [
        (10, "profile = <bytes>'no profile'"),
        (11, "profile = <bytes>'\u{3}of version 3'"),
        (12, "profile = <bytes>'no profile', risk_state = <bytes>'no risk'"),
        (13, "risk_state = <bytes>'\u{7f}of a newer version'"),
    ] {
        run(&database.folder, &format!("UPDATE profile:['ann'] SET {damage}")).await;
        assert_eq!(database.post_views(9).await, database.first, "a repeated event has its first answer: {damage}");
        database.post_views(hour).await;
    }
    let (_, events) = database.counts().await;
    assert_eq!(events, 10, "no event counts twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_the_population_that_cannot_be_read_starts_anew() {
    let database = Database::new().await;
    for (hour, body) in [(10, "no part"), (11, "\u{7f}of a newer version")] {
        run(&database.folder, &format!("UPDATE population SET body = <bytes>'{body}'")).await;
        database.post_views(hour).await;
    }
    assert_eq!(database.counts().await.1, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_of_an_hour_that_cannot_be_read_start_anew() {
    let database = Database::new().await;
    for body in ["no counts", "\u{7f}of a newer version"] {
        run(&database.folder, &format!("UPDATE rollup SET body = <bytes>'{body}'")).await;
        database.post_views(10).await;
    }
    assert_eq!(database.counts().await.1, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_or_an_anomaly_that_cannot_be_read_costs_only_itself() {
    let database = Database::new().await;
    database.post_views(10).await;
    for (hour, body) in [(11, "no events"), (12, "\u{7f}of a newer version")] {
        run(&database.folder, &format!("UPDATE segment SET body = <bytes>'{body}' WHERE id[0] = 'ann'")).await;
        run(
            &database.folder,
            &format!(
                "CREATE anomaly:[-1, 'ann', '{}'] SET score = 1f, severity = 'low', body = <bytes>'{body}'",
                body.len()
            ),
        )
        .await;
        database.post_views(hour).await;
        let (counts, _) = database.counts().await;
        assert!(counts.iter().all(|count| *count == json!(hour - 8)), "the counts of users are their own: {counts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_the_log_that_cannot_be_read_or_is_missing_is_told_and_nothing_is_started() {
    for (damage, expected) in [
        ("UPDATE log:[2] SET body = <bytes>'no events'", "events from number 2 on are lost"),
        ("UPDATE log:[2] SET body = <bytes>'\u{7f}of a newer version'", "version 127"),
        ("DELETE log:[2]", "events 2 to 2 are missing"),
    ] {
        let database = Database::new().await;
        database.post_views(10).await;
        // as after a crash: the last checkpoint holds two events, the log the two after them
        run(&database.folder, "UPDATE marker:[0] SET sequence = 2; ").await;
        run(&database.folder, damage).await;
        let error = database.start().await.err().expect("it does not start").to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_another_schema_is_refused() {
    for (version, expected) in [(1, "before the first release"), (99, "use the newer `uba`")] {
        let database = Database::new().await;
        run(&database.folder, &format!("UPDATE meta:schema SET version = {version}")).await;
        let error = database.start().await.err().expect("it does not start").to_string();
        assert!(error.contains(expected), "{error}");
    }
}
