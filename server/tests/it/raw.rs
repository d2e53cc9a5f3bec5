//! The database as it lies on the disk, beside the server.

use std::{path::Path, time::Duration};

use surrealdb::{
    Surreal,
    engine::local::{Db, RocksDb},
};

/// The tables of the step of the schema that lists events by minutes, and of those after it.
pub(crate) const TABLES_SINCE_MINUTES: [&str; 15] = [
    "minute",
    "model",
    "calibration",
    "alert",
    "alert_list",
    "alert_group",
    "alert_evidence",
    "outbox",
    "suppression",
    "score_history",
    "channel",
    "delivery",
    "dead_letter",
    "import_job",
    "audit",
];

/// Opens the database in `folder`, once whoever had it open has closed it.
pub(crate) async fn open(folder: &Path) -> Surreal<Db> {
    let path = folder.to_str().expect("a path of text");
    loop {
        match Surreal::new::<RocksDb>(path).await {
            Ok(db) => {
                db.use_ns("uba").use_db("uba").await.expect("the database is there");
                return db;
            }
            Err(error) => assert!(error.to_string().contains("LOCK"), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Runs a statement.
pub(crate) async fn run(folder: &Path, statement: &str) {
    open(folder).await.query(statement).await.expect("it answers").check().expect("the statement is right");
}

/// Returns the number of rows of a table.
pub(crate) async fn count(folder: &Path, table: &str) -> usize {
    let mut response = open(folder).await.query(format!("SELECT VALUE true FROM {table}")).await.expect("it answers");
    let rows: Vec<bool> = response.take(0).expect("each row counts once");
    rows.len()
}
