//! A database with rows that cannot be read.

use std::path::Path;

use axum::http::StatusCode;
use serde_json::json;
use server::{config::DatabaseUri, start::Running};
use shared::model::Model;
use surrealdb::{Surreal, engine::local::RocksDb};

use crate::{config, post};

/// Starts a server on the database in `folder`, posts a view of each user at an hour, and stops the server; returns the
/// scores.
async fn post_views(folder: &Path, users: &[&str], hour: u8) -> Vec<f64> {
    let config = config(DatabaseUri::RocksDb(folder.to_owned()));
    let running = Running::start(&config, Model::shipped()).await.expect("the database can be opened");
    let router = server::router(running.service.clone());
    let mut scores = Vec::new();
    for user in users {
        let event =
            json!({"user_id": user, "timestamp": format!("2024-01-15T{hour:02}:00:00Z"), "action_type": "view"});
        let answer = post(&router, "/api/predict", &event).await;
        assert_eq!(answer.status, StatusCode::OK, "{user}: {}", answer.text());
        scores.push(answer.json()["prediction"]["anomaly_score"].as_f64().expect("a score"));
    }
    drop(router);
    running.stop().await;
    scores
}

/// Runs a statement on the database in `folder`, which nobody else has open.
async fn run(folder: &Path, statement: &str) {
    let path = folder.to_str().expect("a path of text");
    let db = Surreal::new::<RocksDb>(path).await.expect("the database is free");
    db.use_ns("uba").use_db("uba").await.expect("the database is there");
    db.query(statement).await.expect("the database answers").check().expect("the statement is right");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_whose_profile_is_damaged_starts_anew_and_holds_nobody_up() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = temporary.path().join("uba.db");
    let first = post_views(&folder, &["ann", "bob"], 9).await;
    run(&folder, "UPDATE profile:['ann'] SET profile = <bytes>'no profile'").await;
    assert_eq!(post_views(&folder, &["ann", "bob"], 9).await, first, "a repeated event has its first answer");
    post_views(&folder, &["ann", "bob"], 10).await;
    run(&folder, "UPDATE profile:['ann'] SET profile = <bytes>'no profile', risk_state = <bytes>'no risk'").await;
    assert_eq!(post_views(&folder, &["ann", "bob"], 9).await, first, "also where risk and counts are unknown");
    post_views(&folder, &["ann", "bob"], 11).await;
}
