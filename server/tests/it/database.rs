use std::time::{Duration, Instant};

use server::{
    config::DatabaseUri,
    store::{Opening, Store, StoreError},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_is_opened_by_one_at_a_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("instance").join("uba.db");
    let uri = DatabaseUri::RocksDb(path.clone());

    let store = Store::open(&uri, Opening::default()).await.expect("a new folder is created");
    store.check().await.expect("the database answers");

    let started = Instant::now();
    let refused = Store::open(&uri, Opening { patience: Duration::from_millis(300), ..Opening::default() })
        .await
        .err()
        .expect("the folder is taken");
    assert!(matches!(&refused, StoreError::Locked(locked) if *locked == path), "{refused}");
    assert!(refused.to_string().contains("stop the other `uba`"));
    assert!(started.elapsed() >= Duration::from_millis(300), "it is tried for a while");

    store.close().await;
    let reopened = Store::open(&uri, Opening::default()).await.expect("the folder is free as soon as it is closed");
    reopened.check().await.expect("the database answers again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_made_is_reported() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let uri = DatabaseUri::RocksDb(file.path().join("uba.db"));
    let error = Store::open(&uri, Opening::default()).await.err().expect("a file has no folders");
    assert!(error.to_string().starts_with("cannot open the database"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_lies_in_the_very_folder_that_is_named() {
    let above = tempfile::tempdir().expect("a temporary folder");
    let folder = above.path().join("a b#c%41&sync=never;ä");
    let uri: DatabaseUri = format!("rocksdb://{}", folder.display()).parse().expect("it is a path");
    let store = Store::open(&uri, Opening::default()).await.expect("a new folder is created");
    store.close().await;
    let made: Vec<_> =
        std::fs::read_dir(above.path()).expect("it is there").map(|entry| entry.expect("readable")).collect();
    assert_eq!(made.iter().map(std::fs::DirEntry::path).collect::<Vec<_>>(), std::slice::from_ref(&folder));
    assert!(folder.join("CURRENT").exists(), "the engine's files are in it");
}
