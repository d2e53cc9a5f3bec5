//! Lists of users in parts, the events and peers of one user, and erasing a user.

use std::path::Path;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use server::{config::DatabaseUri, start::Running};
use shared::model::Model;
use surrealdb::types::{ToSql as _, Value as Stored};

use crate::{API_KEY, config, get_with, pages, post, raw, router};

async fn get(router: &Router, path: &str) -> Value {
    let answer = get_with(router, path, &[API_KEY]).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    answer.json()
}

/// A moment of one of the last forty days.
fn at(day: i64, minute: i64) -> String {
    let hours = 24 * (day - 40);
    let start = Timestamp::from_second(Timestamp::now().as_second() / 3600 * 3600).expect("a time");
    (start + SignedDuration::from_hours(hours) + SignedDuration::from_mins(minute)).to_string()
}

/// A month of work of a user on a project; on the last day the user deletes some files of it.
fn month(user: &str, project: &str, deleted: i64) -> Vec<Value> {
    let event = |day: i64, minute: i64, act: &str, name: &str| {
        json!({"user_id": user, "timestamp": at(day, minute), "action_type": act, "resource_id": format!("{project}/{name}"),
               "location": "Oslo", "native_action": format!("Of-{user}")})
    };
    let calm = (0..30).map(|day| event(day, 0, "view", "start"));
    calm.chain((0..deleted).map(|number| event(30, number, "delete", &format!("file-{number}")))).collect()
}

async fn send(router: &Router, events: &[Value]) {
    let answer = post(router, "/api/batch", &json!(events)).await;
    assert_eq!(answer.json()["summary"]["errors"], 0, "{}", answer.text());
}

/// Returns the ids of all users of a list, read in parts of two.
async fn whole(router: &Router, path: &str) -> Vec<String> {
    let (mut users, mut cursor) = (Vec::new(), String::new());
    loop {
        let part = get(router, &format!("{path}limit=2{cursor}")).await;
        let found = part["users"].as_array().expect("a list").clone();
        users.extend(found.iter().map(|user| user["user_id"].as_str().expect("an id").to_owned()));
        let Some(next) = part["next_cursor"].as_str() else { return users };
        assert_eq!(found.len(), 2);
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_users_in_parts_is_the_whole_list() {
    let router = router().await;
    for (number, user) in (0..).zip(["ann", "bob", "cid", "dot", "eve"]) {
        send(&router, &month(user, "crm", number * 9)).await;
    }
    for order in ["risk", "gain"] {
        let all = get(&router, &format!("/api/v1/users?order={order}")).await;
        let all: Vec<_> = all["users"].as_array().expect("a list").iter().map(|user| user["user_id"].clone()).collect();
        assert_eq!(all.len(), 5);
        assert_eq!(json!(whole(&router, &format!("/api/v1/users?order={order}&")).await), json!(all));
    }
    let odd = get_with(&router, "/api/v1/users?cursor=odd", &[API_KEY]).await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
}

async fn start(folder: &Path) -> Running {
    let config = config(DatabaseUri::RocksDb(folder.to_owned()));
    Running::start(&config, Model::shipped()).await.expect("the database can be opened")
}

#[tokio::test(flavor = "multi_thread")]
async fn peers_are_those_who_work_on_the_same_also_after_a_restart() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let running = start(folder.path()).await;
    let router = server::router(running.service.clone());
    for (user, project) in [("ann", "crm"), ("bob", "vault"), ("cid", "crm"), ("dot", "crm"), ("eve", "crm")] {
        send(&router, &month(user, project, if user == "dot" { 20 } else { 0 })).await;
    }
    assert_eq!(whole(&router, "/api/v1/users/ann/peers?").await[0], "dot", "the riskiest comes first");
    drop(router);
    running.stop().await;

    let running = start(folder.path()).await;
    let router = server::router(running.service.clone());
    assert_eq!(whole(&router, "/api/v1/users/ann/peers?").await, ["dot", "cid", "eve"]);
    assert_eq!(whole(&router, "/api/v1/users/Bob/peers?").await, [""; 0]);
    for path in ["/api/v1/users/nobody/peers", "/api/v1/users/nobody/timeline"] {
        assert_eq!(get_with(&router, path, &[API_KEY]).await.status, StatusCode::NOT_FOUND);
    }
    drop(router);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_of_a_user_has_every_event_of_the_user() {
    let router = router().await;
    send(&router, &month("ann", "crm", 10)).await;
    send(&router, &month("bob", "crm", 0)).await;
    let (mut times, mut cursor) = (Vec::new(), String::new());
    loop {
        let part = get(&router, &format!("/api/v1/users/ANN/timeline?limit=7{cursor}")).await;
        for event in part["events"].as_array().expect("a list") {
            assert_eq!(event["event"]["user_id"], "ann");
            times.push(event["event"]["timestamp"].as_str().expect("a text").to_owned());
        }
        let Some(next) = part["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(times.len(), 40);
    assert!(times.is_sorted_by(|a, b| a > b), "{times:?}");
}

/// Returns everything that the database holds, as text.
async fn dump(folder: &Path) -> String {
    let db = raw::open(folder).await;
    let described: Stored = db.query("INFO FOR DB").await.expect("it answers").take(0).expect("it is told");
    let Stored::Object(described) = described else { panic!("an object") };
    let Some(Stored::Object(tables)) = described.get("tables") else { panic!("there are tables") };
    let mut dump = String::new();
    for table in tables.keys() {
        let rows: Stored = db.query(format!("SELECT * FROM {table}")).await.expect("it answers").take(0).expect("rows");
        text_of(&rows, &mut dump);
    }
    dump
}

fn text_of(value: &Stored, dump: &mut String) {
    match value {
        Stored::Array(values) => values.iter().for_each(|value| text_of(value, dump)),
        Stored::Object(fields) => fields.values().for_each(|value| text_of(value, dump)),
        Stored::Bytes(bytes) => dump.push_str(&String::from_utf8_lossy(bytes)),
        other => dump.push_str(&other.to_sql()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_a_user_who_is_erased() {
    const USERS: [&str; 6] = ["quentin-q", "ann", "bob", "cid", "dot", "eve"];
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut before = Vec::new();
    for is_restarted in [false, true] {
        let running = start(folder.path()).await;
        let router = server::router(running.service.clone());
        let users_of_notice = if is_restarted {
            let cookie = pages::session(&router).await;
            let request = Request::delete("/api/v1/users/Quentin-Q");
            let answer = crate::ask(&router, request, &[("cookie", &cookie)], Body::empty()).await;
            assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({"erased_events": 60})));
            for path in ["", "/timeline", "/peers"] {
                let path = format!("/api/v1/users/quentin-q{path}");
                assert_eq!(get_with(&router, &path, &[API_KEY]).await.status, StatusCode::NOT_FOUND);
            }
            5
        } else {
            for user in USERS {
                send(&router, &month(user, "crm", 20)).await;
            }
            let joined = USERS.map(
                |user| json!({"user_id": user, "timestamp": at(32, 0), "action_type": "view", "location": "Lima"}),
            );
            send(&router, &joined).await;
            let at_night = |minute: i64| {
                json!({"user_id": "quentin-q", "timestamp": at(33, minute), "action_type": "admin", "failed_attempts": 9,
                    "location": "Lagos", "device_type": "server", "data_volume_mb": 90_000})
            };
            send(&router, &(0..9).map(at_night).collect::<Vec<_>>()).await;
            6
        };
        let alerts = get(&router, "/api/v1/alerts?user_id=quentin-q").await;
        assert_eq!(alerts["alerts"].as_array().map(Vec::is_empty), Some(is_restarted));
        let notice = get(&router, "/api/v1/notices/1").await;
        assert_eq!(notice["users"].as_array().map(Vec::len), Some(users_of_notice));
        before.push(events_of_others(&router).await);
        drop(router);
        running.stop().await;
        assert_eq!(dump(folder.path()).await.contains("uentin-q"), !is_restarted);
    }
    assert_eq!(before[0], before[1], "the others are as they were");

    let running = start(folder.path()).await;
    let router = server::router(running.service.clone());
    send(&router, &month("quentin-q", "crm", 0)).await;
    assert_eq!(get(&router, "/api/v1/users/quentin-q").await["summary"]["events"], 30, "a new user");
    drop(router);
    running.stop().await;
}

/// Returns the events of all users but the one who is erased.
async fn events_of_others(router: &Router) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let part = get(router, &format!("/api/v1/events?limit=200{cursor}")).await;
        let events = part["events"].as_array().expect("a list").iter();
        all.extend(events.filter(|event| event["event"]["user_id"] != "quentin-q").cloned());
        let Some(next) = part["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}
