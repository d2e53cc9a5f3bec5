//! A real process, killed while it imports.

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use server::{
    config::DatabaseUri,
    start::recover,
    store::{EventKey, Store},
};
use shared::{engine::InMemoryEngine, model::Model, profile::Limits};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample/activity.csv.gz");
/// Records of the sample log that no other record equals.
const DIFFERENT: usize = 114_848;

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
    for milliseconds in [1500, 2500, 4000] {
        let mut importing = import(&folder).spawn().expect("the program starts");
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        importing.kill().expect("it can be killed"); // SIGKILL
        importing.wait().expect("it ends");
    }
    assert!(import(&folder).status().expect("the program starts").success());

    let store = Store::open(&DatabaseUri::RocksDb(folder), Duration::from_secs(5)).await.expect("it is free again");
    let stored = store.in_commit_order().await.expect("the events can be read");
    let keys: std::collections::HashSet<_> = stored.iter().map(|stored| EventKey::of(&stored.scored.event)).collect();
    assert_eq!((stored.len(), keys.len()), (DIFFERENT, DIFFERENT));
    assert!(stored.iter().enumerate().all(|(place, stored)| stored.sequence == place as u64));

    let events: Vec<_> = stored.iter().map(|stored| stored.scored.event.clone()).collect();
    let mut engine = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
    let rebuilt = engine.observe(&events);
    assert!(rebuilt.iter().zip(&stored).all(|(rebuilt, stored)| {
        rebuilt.assessment.anomaly_score().to_bits() == stored.scored.anomaly_score().to_bits()
    }));
    let state = recover(&store, Model::shipped()).await.expect("the state can be read");
    assert_eq!(state.users().len(), engine.profiles().count());
    for (user, profile) in engine.profiles() {
        assert!(state.user(user).is_some_and(|record| record.profile() == *profile), "{user} differs");
    }
    assert_eq!(state.engine(), engine.engine(), "population, calibration and the unfinished epoch");
    Arc::new(store).close().await;
}
