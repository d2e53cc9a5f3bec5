//! The numbers of events of the last days, and the model in force.

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use server::{config::DatabaseUri, start::Running};
use shared::model::Model;

use crate::{API_KEY, config, get_with, post, router};

/// An event of a user, some days ago.
fn event(user: &str, days: i64, action: &str) -> Value {
    let time = Timestamp::now() - SignedDuration::from_hours(24 * days);
    json!({"user_id": user, "timestamp": time.to_string(), "action_type": action, "device_type": "web", "location": "Oslo"})
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_counted_by_day_and_kind_whether_a_checkpoint_holds_them_or_not() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let config = config(DatabaseUri::RocksDb(folder.path().join("uba.db")));
    for (others, expected) in [(0, 3), (1, 4)] {
        let running = Running::start(&config, Model::shipped()).await.expect("the folder can be opened");
        let router = server::router(running.service.clone());
        let batch = match others {
            0 => json!([
                event("ann", 0, "view"),
                event("ann", 1, "login"),
                event("bob", 1, "view"),
                event("bob", 9, "view")
            ]),
            _ => json!([event("eve", 0, "delete")]),
        };
        assert_eq!(post(&router, "/api/batch", &batch).await.status, StatusCode::OK);
        let answer = get_with(&router, "/api/statistics?days=7", &[API_KEY]).await.json();
        let statistics = &answer["statistics"];
        assert_eq!((&answer["success"], &statistics["events"]), (&json!(true), &json!(expected)), "{answer}");
        let per_day = statistics["per_day"].as_array().expect("a list");
        assert_eq!((per_day.len(), &per_day[5]["events"], &per_day[6]["events"]), (7, &json!(2), &json!(1 + others)));
        let by_action = statistics["by_action"].as_array().expect("a list");
        let of = |action: &str| by_action.iter().find(|count| count["value"] == action).map(|count| &count["events"]);
        assert_eq!((of("view"), of("login")), (Some(&json!(2)), Some(&json!(1))), "{answer}");
        assert_eq!(of("delete"), (others == 1).then_some(&json!(1)), "{answer}");
        assert_eq!(statistics["by_location"][0]["events"], expected, "{answer}");
        drop(router);
        running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_days_that_cannot_be_counted_is_a_problem() {
    let router = router().await;
    for (days, status) in [("0", 422), ("367", 422), ("-1", 400), ("many", 400)] {
        let answer = get_with(&router, &format!("/api/statistics?days={days}"), &[API_KEY]).await;
        assert_eq!(answer.status.as_u16(), status, "{days}");
        assert!(answer.text().contains("days"), "{}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_model_in_force_is_described() {
    let answer = get_with(&router().await, "/api/model", &[API_KEY]).await.json();
    let model = &answer["model"];
    assert_eq!((&answer["success"], &model["threshold"]), (&json!(true), &json!(0.7)));
    assert_eq!(model["version"], json!(Model::shipped().version()));
    assert!(model["features"].as_array().is_some_and(|features| features.len() > 20), "{answer}");
}
