//! Organisation-wide notices: in the API, on pages, and after a process was killed.

use std::path::Path;

use axum::{Router, http::StatusCode};
use serde_json::{Value, json};

use crate::{API_KEY, Answer, get_with, pages, post, process::Server};

const USERS: u32 = 7;
/// A day on which everybody is known.
const MOVE: u32 = 16;

/// The events of a day of January, one of each user; the users below `movers` act from a new office.
fn day(day: u32, movers: u32) -> Value {
    let event = |user: u32| {
        let (address, place) = if user < movers { ("192.0.2.20", "Oslo") } else { ("198.51.100.20", "Berlin") };
        json!({"user_id": format!("u{user}"), "timestamp": format!("2024-01-{day:02}T08:0{user}:00Z"),
               "action_type": "view", "resource_id": "crm/accounts", "ip_address": address, "location": place})
    };
    json!({"instances": (0..USERS).map(event).collect::<Vec<_>>()})
}

/// Returns the days up to the one after the move, which another user joins.
fn days() -> impl Iterator<Item = Value> {
    (1..MOVE).map(|number| day(number, 0)).chain([day(MOVE, 5), day(MOVE + 1, 6)])
}

async fn with_key(router: &Router, path: &str) -> Answer {
    get_with(router, path, &[API_KEY]).await
}

const SENTENCE: &str =
    "5 of 7 active users came from 192.0.2.20 and were in Oslo for the first time on 2024-01-16, 1 more since";

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_listed_with_its_users_and_stands_on_their_pages() {
    let router = crate::router().await;
    assert_eq!(with_key(&router, "/api/v1/notices").await.json(), json!({"notices": []}));
    for day in days() {
        assert_eq!(post(&router, "/api/batch", &day).await.status, StatusCode::OK);
    }
    let notice = json!({
        "id": 1, "sentence": SENTENCE, "is_open": true, "first_day": "2024-01-16", "last_day": "2024-01-17",
        "active_users": 7, "users_of_first_day": 5, "users": 6,
        "values": [{"feature": "address", "value": "192.0.2.20"}, {"feature": "location", "value": "Oslo"}],
    });
    assert_eq!(with_key(&router, "/api/v1/notices").await.json(), json!({"notices": [notice]}));
    assert_eq!(with_key(&router, "/api/v1/notices?limit=0").await.json(), json!({"notices": []}));
    let joined = |user: u32| {
        let day = if user < 5 { "2024-01-16" } else { "2024-01-17" };
        json!({"user_id": format!("u{user}"), "joined": day})
    };
    let users: Vec<Value> = (0..6).map(joined).collect();
    assert_eq!(with_key(&router, "/api/v1/notices/1").await.json(), json!({"notice": notice, "users": users}));
    let none = with_key(&router, "/api/v1/notices/2").await;
    assert_eq!((none.status, &none.json()["detail"]), (StatusCode::NOT_FOUND, &json!("notice 2 not found")));
    assert_eq!(with_key(&router, "/api/v1/notices/first").await.status, StatusCode::BAD_REQUEST);

    let dashboard = pages::get_as_person(&router, "/dashboard").await;
    let shown = dashboard.text().split_once(SENTENCE).expect("the dashboard has the notice").1;
    let links = shown.split_once("</details>").expect("it has a disclosure").0;
    assert!((0..6).all(|user| links.contains(&format!("href=\"/users/u{user}\""))), "{links}");
    assert!(!links.contains("href=\"/users/u6\""));
    assert!(pages::get_as_person(&router, "/users/u1").await.text().contains(SENTENCE));
    assert!(!pages::get_as_person(&router, "/users/u6").await.text().contains(SENTENCE));
}

/// Sends all days to a server on the database in a folder, which is killed after each of them or never. Returns its
/// notices at the end.
fn notices_after(folder: &Path, is_killed: bool) -> Value {
    let settings = [("UBA_CHECKPOINT_EVENTS", "10")];
    let mut server = Server::start(folder, &settings);
    for day in days() {
        if is_killed {
            server.kill();
            server = Server::start(folder, &settings);
        }
        let mut connection = server.connect().expect("it listens");
        connection.post("/api/batch", &day.to_string()).expect("it answers");
    }
    let (_, answer) = server.connect().and_then(|mut it| it.send("GET", "/api/v1/notices/1", "")).expect("it answers");
    serde_json::from_slice(&answer).expect("JSON")
}

#[test]
fn a_server_that_is_killed_every_day_has_the_same_notices() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a temporary folder"));
    let [killed, undisturbed] =
        [true, false].map(|is_killed| notices_after(folders[usize::from(is_killed)].path(), is_killed));
    assert_eq!(killed["notice"]["sentence"], SENTENCE);
    assert_eq!(killed, undisturbed);
}
