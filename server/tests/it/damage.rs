//! A database with rows that cannot be read: damaged ones, and ones of a version that this program does not know.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use serde_json::{Value, json};
use server::{
    config::DatabaseUri,
    start::Running,
    store::{Opening, Store, StoreError},
};
use shared::model::Model;
use tempfile::TempDir;

use crate::{
    config, get_with, post,
    process::Server,
    raw::{count, run},
    recovery,
};

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
async fn notices_that_cannot_be_read_start_anew_and_so_they_do_in_a_database_that_knew_none() {
    let database = Database::new().await;
    assert_eq!(count(&database.folder, "notice").await, 1, "the active users of the day");
    for (hour, body) in [(10, "no notice"), (11, "\u{7f}of a newer version")] {
        run(&database.folder, &format!("UPDATE notice SET body = <bytes>'{body}'")).await;
        database.post_views(hour).await;
    }
    let alerting = ["alert", "alert_list", "alert_group", "alert_evidence", "outbox", "delivery", "dead_letter"];
    let others = ["notice", "model", "calibration", "import_job", "channel", "suppression", "score_history"];
    for table in alerting.iter().chain(&others) {
        run(&database.folder, &format!("REMOVE TABLE IF EXISTS {table}")).await;
    }
    run(&database.folder, "UPDATE meta:schema SET version = 3").await;
    database.post_views(12).await;
    assert_eq!(count(&database.folder, "notice").await, 0, "the table is there again");
    assert_eq!(database.counts().await.1, 8);
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

/// Runs `uba` on the database in a folder until it fails, and returns what it said.
fn failing(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uba"));
    command.args(arguments).arg(format!("--database=rocksdb://{}/db", folder.display())).current_dir(folder);
    let output = command.output().expect("the program starts");
    assert!(!output.status.success(), "{output:?}");
    output
}

/// Returns the largest write-ahead log of a database.
fn write_ahead_log(database: &Path) -> Option<PathBuf> {
    let files = fs::read_dir(database).expect("there is a database").map(|entry| entry.expect("it can be read").path());
    let logs = files.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
    logs.max_by_key(|path| path.metadata().map_or(0, |file| file.len()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_write_ahead_log_is_told_and_kept_and_its_loss_can_be_accepted() {
    let damages: [fn(&Path); 2] = [
        |log| {
            let mut content = fs::read(log).expect("it can be read");
            let place = content.len() / 2;
            content[place] ^= 1;
            fs::write(log, content).expect("it can be written");
        },
        |log| fs::remove_file(log).expect("it can be removed"),
    ];
    for damage in damages {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let (folder, database) = (temporary.path(), temporary.path().join("db"));
        let mut server = Server::start(folder, &[]);
        let mut connection = server.connect().expect("it listens");
        for batch in 0..20 {
            connection.post("/api/batch", &recovery::body(0, 0, batch)).expect("it answers");
        }
        server.kill();
        damage(&write_ahead_log(&database).expect("there is a log"));
        let log_before = write_ahead_log(&database).map(|log| fs::read(log).expect("it can be read"));

        for _ in 0..2 {
            let output = failing(&["serve", "--bind=127.0.0.1:0"], folder);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            for part in ["of the 1200 events that were acknowledged", "--accept-loss", "restore a copy", "/kept-"] {
                assert!(said.contains(part), "{said}");
            }
        }
        let entries = fs::read_dir(&database).expect("there is a database").map(|entry| entry.expect("it is there"));
        let kept: Vec<_> = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("kept-")).collect();
        assert_eq!(kept.len(), 1, "the files as they were before the first start");
        if let Some(log_before) = log_before {
            let kept = write_ahead_log(&kept[0].path()).expect("it is kept");
            assert_eq!(fs::read(kept).expect("it can be read"), log_before);
        }

        let mut command = Command::new(env!("CARGO_BIN_EXE_uba"));
        command.args(["import", "--accept-loss", recovery::SAMPLE]);
        command.arg(format!("--database=rocksdb://{}/db", folder.display())).current_dir(folder);
        assert!(command.output().expect("the program starts").status.success(), "it goes on without the lost events");
        let mut server = Server::start(folder, &[]);
        assert!(server.stop().success(), "the loss is accepted once and for all");
        recovery::assert_equal_to_a_rebuild(&database).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_row_of_the_log_can_be_accepted() {
    for damage in ["UPDATE log:[2] SET body = <bytes>'no events'", "DELETE log:[2]"] {
        let database = Database::new().await;
        database.post_views(10).await;
        run(&database.folder, "UPDATE marker:[0] SET sequence = 2; ").await;
        run(&database.folder, damage).await;
        let config =
            server::config::Config { accepts_loss: true, ..config(DatabaseUri::RocksDb(database.folder.clone())) };
        let running = Running::start(&config, Model::shipped()).await.expect("the loss is accepted");
        assert_eq!(running.service.events(), 3);
        running.stop().await;
        assert_eq!(database.counts().await.1, 3, "the next start needs no permission");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_each_table_that_is_not_sound_with_a_cure() {
    let database = Database::new().await;
    let examined = || async {
        let uri = DatabaseUri::RocksDb(database.folder.clone());
        let opening = Opening { patience: Duration::from_secs(5), ..Opening::default() };
        let store = Store::open(&uri, opening).await.expect("it can be opened");
        let examined = store.examine().await;
        store.close().await;
        examined
    };
    assert!(examined().await.iter().all(|(_, result)| result.is_ok()));
    for table in ["segment", "population", "notice", "rollup", "profile", "api_key", "account", "log"] {
        let statement = match table {
            "profile" => "UPDATE profile:['ann'] SET profile = <bytes>'no profile'".to_owned(),
            "log" => "UPDATE marker:[0] SET sequence = 0; UPDATE log SET body = <bytes>'no events'".to_owned(),
            table => format!("UPDATE {table} SET body = <bytes>'something else'"),
        };
        run(&database.folder, &statement).await;
        let examined = examined().await;
        let (_, result) = examined.iter().find(|(name, _)| *name == table).expect("every table is examined");
        let finding = result.as_ref().expect_err("it is not sound");
        assert!(finding.what.contains("cannot be read"), "{finding:?}");
        assert!(finding.cure.contains("copy of the database"), "{finding:?}");
    }
    let database = format!("rocksdb://{}", database.folder.display());
    let output = Command::new(env!("CARGO_BIN_EXE_uba")).args(["doctor", "--database", &database]).output();
    let output = output.expect("the program starts");
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stdout).expect("text");
    assert!(told.contains("anomaly      sound, 0 rows") && told.contains("segment      2 of 2 rows"), "{told}");
}
