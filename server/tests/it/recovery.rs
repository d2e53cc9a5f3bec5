//! Real processes, killed while they write.

use std::{
    collections::{HashMap, HashSet},
    env, io,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use server::{
    config::DatabaseUri,
    start::recover,
    store::{EventKey, Opening, Store, StoredEvent},
};
use shared::{engine::InMemoryEngine, model::Model, profile::Limits, user_records::UserInMemory};

use crate::alerts;
use crate::process::{Connection, Server};

pub(crate) const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample/activity.csv.gz");
/// Records of the sample log that no other record equals.
const DIFFERENT: usize = 114_848;
/// The number of events after which a killed process writes a checkpoint: so few that many kills fall into one.
const CHECKPOINT_EVENTS: &str = "1000";
const SIGKILL: i32 = 9;

/// Opens the database in `folder`, and asserts that it holds each event once, in the order of their numbers, and the
/// state that the same events leave in a new engine. Returns the events.
pub(crate) async fn assert_equal_to_a_rebuild(folder: &Path) -> Vec<StoredEvent> {
    let uri = DatabaseUri::RocksDb(folder.to_owned());
    let opening = Opening { patience: Duration::from_secs(5), ..Opening::default() };
    let store = Box::pin(Store::open(&uri, opening)).await.expect("it is free again");
    let stored = store.in_commit_order().await.expect("the events can be read");
    assert!(stored.iter().enumerate().all(|(place, stored)| stored.sequence == place as u64));
    let keys: HashSet<_> = stored.iter().map(|stored| EventKey::of(&stored.scored.event)).collect();
    assert_eq!(keys.len(), stored.len(), "no event is there twice");

    let events: Vec<_> = stored.iter().map(|stored| stored.scored.event.clone()).collect();
    let mut engine = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
    let rebuilt = engine.observe(&events);
    assert!(rebuilt.iter().zip(&stored).all(|(rebuilt, stored)| {
        rebuilt.assessment.anomaly_score().to_bits() == stored.scored.anomaly_score().to_bits()
    }));
    let state = recover(&store, Model::shipped()).await.expect("the state can be read");
    assert_eq!(state.users().len(), engine.profiles().count());
    let evicted = state.evicted_among(state.users().iter().map(|(user, _)| user));
    let evicted = store.profiles(&evicted).await.expect("they can be read");
    for (user, profile) in engine.profiles() {
        let in_memory = state.users().get(user).and_then(UserInMemory::profile);
        assert!(in_memory.as_ref().or(evicted.get(user)) == Some(profile), "{user} differs");
    }
    assert_eq!(state.engine(), engine.engine(), "population, calibration and the unfinished epoch");
    assert_eq!(state.days().values().map(|day| day.events).sum::<u64>(), stored.len() as u64);
    store.close().await;
    stored
}

fn import(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uba"));
    command.args(["import", SAMPLE, "--database"]).arg(format!("rocksdb://{}", folder.display()));
    command.current_dir(folder.parent().expect("it is in a folder")).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_was_killed_goes_on_and_loses_and_doubles_nothing() {
    let temporary = tempfile::tempdir().expect("the temporary folder can be written");
    let folder = temporary.path().join("uba.db");
    let mut importing = import(&folder).spawn().expect("the program starts");
    while !folder.join("CURRENT").exists() {
        thread::sleep(Duration::from_millis(10)); // the database is being made
    }
    thread::sleep(Duration::from_millis(500));
    assert!(importing.try_wait().expect("it can be asked").is_none(), "it still imports");
    importing.kill().expect("it can be killed");
    assert_eq!(importing.wait().expect("it ends").signal(), Some(SIGKILL));

    assert!(import(&folder).status().expect("the program starts").success());
    assert_eq!(assert_equal_to_a_rebuild(&folder).await.len(), DIFFERENT);
}

/// The answers to a client's batches, each under the body that was sent.
type Answered = Vec<(String, serde_json::Value)>;

/// Sends batches until the connection breaks, and returns those that were answered.
fn send_until_the_end(mut connection: Connection, client: usize, round: usize) -> Answered {
    let mut answered = Vec::new();
    let mut send = || -> io::Result<()> {
        for batch in 0.. {
            let body = body(client, round, batch);
            let answer = connection.post("/api/batch", &body)?;
            answered.push((body, serde_json::from_slice(&answer)?));
        }
        Ok(())
    };
    send().expect_err("it ends when the server is killed");
    answered
}

/// A batch of events of ten users of a client, later than those of earlier rounds and batches.
pub(crate) fn body(client: usize, round: usize, batch: usize) -> String {
    let start: jiff::Timestamp = "2024-01-15T09:00:00Z".parse().expect("a time");
    let event = |number: usize| {
        let minutes = i64::try_from(round * 10_000 + batch * 10 + number / 10).expect("a small number");
        let time = start + jiff::SignedDuration::from_mins(minutes);
        let user = format!("user {client}-{}", number % 10);
        format!(
            r#"{{"user_id":"{user}","timestamp":"{time}","action_type":"download","resource_id":"share/{number}/{batch}"}}"#
        )
    };
    let events: Vec<_> = (0..60).map(event).collect();
    format!(r#"{{"instances":[{}]}}"#, events.join(","))
}

/// Returns the answers of a batch by the ids of their events, with all but the time of the prediction.
pub(crate) fn by_event(answer: &serde_json::Value) -> HashMap<(String, String), serde_json::Value> {
    let results = answer["predictions"].as_array().expect("a batch has a list of predictions");
    let keyed = |result: &serde_json::Value| {
        let text = |name: &str| result["prediction"][name].as_str().expect("an answer has it").to_owned();
        ((text("user_id"), text("event_id")), result.clone())
    };
    results.iter().map(keyed).collect()
}

/// `make soak` kills the server more often.
#[expect(clippy::print_stdout, reason = "`make soak` shows it")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_again_and_again_keeps_every_answer() {
    let kills: usize = env::var("UBA_KILLS").map_or(10, |kills| kills.parse().expect("a number of kills"));
    let temporary = tempfile::tempdir().expect("the temporary folder can be written");
    let settings = [
        ("UBA_CHECKPOINT_EVENTS", CHECKPOINT_EVENTS),
        ("UBA_PROFILE_MEMORY_MB", "0"),
        ("ALERT_THRESHOLD", "0.3"), // so that many commits raise alerts
    ];
    let mut random = StdRng::seed_from_u64(7);
    let mut answered = Answered::new();
    let mut slowest = Duration::ZERO;
    for round in 0..kills {
        let started = Instant::now();
        let mut server = Server::start(temporary.path(), &settings);
        slowest = slowest.max(started.elapsed());
        let clients: Vec<_> = (0..2)
            .map(|client| {
                let connection = server.connect().expect("it listens");
                thread::spawn(move || send_until_the_end(connection, client, round))
            })
            .collect();
        thread::sleep(Duration::from_millis(random.random_range(100..1000)));
        assert!(server.is_running() && clients.iter().all(|client| !client.is_finished()), "it still writes");
        assert_eq!(server.kill().signal(), Some(SIGKILL));
        for client in clients {
            answered.extend(client.join().expect("a client ends"));
        }
    }
    assert!(answered.len() > kills, "events were taken in the rounds: {}", answered.len());

    let mut server = Server::start(temporary.path(), &settings);
    let mut connection = server.connect().expect("it listens");
    for (body, first) in &answered {
        let again = connection.post("/api/batch", body).expect("it answers");
        let again = serde_json::from_slice(&again).expect("JSON");
        assert_eq!(by_event(&again), by_event(first), "an event that was answered has that answer for ever");
    }
    drop(connection);
    let peak = server.kib("VmHWM") / 1024;
    assert!(server.stop().success());

    let stored = assert_equal_to_a_rebuild(&temporary.path().join("db")).await;
    alerts::assert_they_follow_from(&stored, &temporary.path().join("db")).await;
    println!("{kills} kills, {} events, slowest start {slowest:?}, at most {peak} MB", stored.len());
}
