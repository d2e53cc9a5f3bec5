//! The queue of alerts, as people and programs work through it.

use app::actor::KeyScope;
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, request::Builder},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use server::{auth::NewApiKey, config::DatabaseUri, service::Service, start::Running};
use shared::{event::Event, model::Model};

use crate::{
    Answer, admin,
    alerts::{night, work},
    ask, config, pages, service,
};

/// A server, and a key that may do everything there.
pub(crate) struct Desk {
    pub(crate) service: Service,
    router: Router,
    key: String,
}

impl Desk {
    pub(crate) async fn of(service: Service) -> Self {
        let scopes = vec![KeyScope::Score, KeyScope::Read, KeyScope::Manage];
        let new = NewApiKey { name: "desk".to_owned(), scopes, expires: None };
        let keys = service.authenticator().keys();
        let (_, key) = keys.create(&admin(), new, Timestamp::now()).await.expect("the name is free");
        Self { router: server::router(service.clone()), service, key }
    }

    /// Returns a server with an alert of each of these users.
    async fn with_alerts(users: &[&str]) -> Self {
        let desk = Self::of(service().await).await;
        for user in users {
            desk.ingest([work(user), night(user, 30)].concat()).await;
        }
        desk
    }

    async fn ingest(&self, events: Vec<Event>) {
        let answers = self.service.ingest_batch(&admin(), events).await.expect("an admin may");
        assert!(answers.iter().all(Result::is_ok));
    }

    pub(crate) async fn ask(&self, request: Builder, headers: &[(&str, &str)], body: &Value) -> Answer {
        let own = [("x-api-key", self.key.as_str()), ("content-type", "application/json")];
        let headers: Vec<_> = own.iter().chain(headers).copied().collect();
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        ask(&self.router, request, &headers, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path), &[], &Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Request::post(path), &[], body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.ask(Request::delete(path), &[], &Value::Null).await
    }

    async fn patch(&self, path: &str, tag: Option<&str>, body: &Value) -> Answer {
        let tag: Vec<_> = tag.map(|tag| ("if-match", tag)).into_iter().collect();
        self.ask(Request::patch(path), &tag, body).await
    }

    /// Returns the alerts of a list.
    async fn list(&self, query: &str) -> Vec<Value> {
        let answer = self.get(&format!("/api/v1/alerts{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()["alerts"].as_array().expect("a list").clone()
    }

    /// Returns the ids of the alerts that the stream sends until there are no more.
    async fn streamed(&self, headers: &[(&str, &str)]) -> Vec<String> {
        let request = Request::get("/api/v1/alerts/stream?end=true");
        let answer = self.ask(request, headers, &Value::Null).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "text/event-stream"));
        answer.text().lines().filter_map(|line| line.strip_prefix("id: ")).map(str::to_owned).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_worked_on_until_it_has_a_verdict() {
    let desk = Desk::with_alerts(&["ann"]).await;
    let [alert] = &desk.list("").await[..] else { panic!("there is one") };
    assert_eq!((&alert["user_id"], &alert["state"], &alert["verdict"]), (&json!("ann"), &json!("open"), &Value::Null));
    assert!(alert["events"].as_u64() > Some(5) && alert["reasons"][0]["sentence"].is_string(), "{alert}");
    let path = format!("/api/v1/alerts/{}", alert["id"].as_str().expect("a text"));
    let shown = desk.get(&path).await;
    assert_eq!((shown.header("etag"), &shown.json()["history"]), ("\"0\"", &json!([])));

    let taken = json!({"state": "in_progress", "assignee": "bob", "note": "I ask her"});
    assert_eq!(desk.patch(&path, None, &taken).await.status, StatusCode::PRECONDITION_REQUIRED);
    let begun = desk.patch(&path, Some("\"0\""), &taken).await;
    assert_eq!((begun.status, begun.header("etag")), (StatusCode::OK, "\"3\""), "{}", begun.text());
    let stale = desk.patch(&path, Some("\"0\""), &taken).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{}", stale.text());
    let closed = desk.patch(&path, Some("\"3\""), &json!({"verdict": "expected"})).await;
    assert_eq!((&closed.json()["state"], &closed.json()["verdict"]), (&json!("closed"), &json!("expected")));
    let reopened = desk.patch(&path, Some("*"), &json!({"state": "open"})).await;
    assert_eq!(reopened.status, StatusCode::CONFLICT, "{}", reopened.text());

    let history = desk.get(&path).await.json()["history"].as_array().expect("a list").clone();
    let states: Vec<_> = history.iter().map(|entry| entry["state"].as_str()).collect();
    assert_eq!(states, [Some("in_progress"), None, None, Some("closed")]);
    assert!(history.iter().all(|entry| entry["by"] == history[0]["by"] && entry["by"].is_string()), "{history:?}");
    assert_eq!((&history[1]["assignee"], &history[2]["note"]), (&json!("bob"), &json!("I ask her")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_about_an_alert_is_told() {
    let desk = Desk::with_alerts(&["ann"]).await;
    let id = desk.list("").await[0]["id"].as_str().expect("a text").to_owned();
    let path = format!("/api/v1/alerts/{id}");
    for (body, status, told) in [
        (json!({}), StatusCode::UNPROCESSABLE_ENTITY, "nothing is to be done"),
        (json!({"state": "closed"}), StatusCode::UNPROCESSABLE_ENTITY, "verdict is missing"),
        (json!({"state": "lost"}), StatusCode::UNPROCESSABLE_ENTITY, "state must be open"),
        (json!({"state": "open", "verdict": "benign"}), StatusCode::UNPROCESSABLE_ENTITY, "goes with the state closed"),
        (json!({"note": ""}), StatusCode::UNPROCESSABLE_ENTITY, "note has 0 characters"),
        (json!({"state": "open"}), StatusCode::CONFLICT, "cannot become open"),
    ] {
        let answer = desk.patch(&path, Some("*"), &body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
        assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.contains(told)), "{}", answer.text());
    }
    for path in ["/api/v1/alerts/1234-risk", "/api/v1/alerts/first"] {
        assert_eq!(desk.get(path).await.status, StatusCode::NOT_FOUND);
    }
    for query in ["limit=0", "limit=501", "state=lost", "kind=odd", "severity=urgent", "cursor=1", "user_id=%20"] {
        let answer = desk.get(&format!("/api/v1/alerts?{query}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_listed_in_parts_and_by_what_alerts_are_like() {
    let desk = Desk::with_alerts(&["ann", "bob", "eve"]).await;
    let users = |alerts: &[Value]| -> Vec<String> {
        alerts.iter().map(|alert| alert["user_id"].as_str().expect("a text").to_owned()).collect()
    };
    assert_eq!(users(&desk.list("").await), ["eve", "bob", "ann"]);
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let part = desk.get(&format!("/api/v1/alerts?limit=1{cursor}")).await.json();
        seen.extend(users(part["alerts"].as_array().expect("a list")));
        let Some(next) = part["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["eve", "bob", "ann"]);
    assert_eq!(users(&desk.list("?user_id=BOB&severity=medium").await), ["bob"]);
    let ids: Vec<Value> = desk.list("?limit=2").await.iter().map(|alert| alert["id"].clone()).collect();

    let acts = json!({"ids": [ids[0], ids[1], "1234-risk"], "verdict": "benign", "assignee": "dan"});
    let answer = desk.post("/api/v1/alerts/bulk", &acts).await.json();
    assert_eq!((&answer["changed"], &answer["results"][2]["error"]["status"]), (&json!(2), &json!(404)), "{answer}");
    assert_eq!(users(&desk.list("?state=closed").await), ["eve", "bob"]);
    assert_eq!(users(&desk.list("?state=open").await), ["ann"]);
    assert_eq!(users(&desk.list("?assignee=dan&user_id=eve").await), ["eve"]);
    assert_eq!(users(&desk.list("?assignee=nobody").await), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_goes_on_after_the_last_alert_that_the_client_has() {
    let desk = Desk::with_alerts(&["ann", "bob", "eve"]).await;
    let listed = desk.list("").await;
    let [eve, bob, ann] = [0, 1, 2].map(|place: usize| listed[place]["id"].as_str().expect("a text").to_owned());
    assert_eq!(desk.streamed(&[]).await, [""; 0], "nothing has happened since");
    assert_eq!(desk.streamed(&[("last-event-id", &ann)]).await, [bob.clone(), eve.clone()]);
    assert_eq!(desk.streamed(&[("last-event-id", &eve)]).await, [""; 0]);
    assert_eq!(desk.streamed(&[("last-event-id", "0-identity")]).await, [ann, bob, eve]);
    let wrong = desk.ask(Request::get("/api/v1/alerts/stream"), &[("last-event-id", "?")], &Value::Null).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_has_evidence_and_is_counted() {
    let desk = Desk::with_alerts(&["ann"]).await;
    let id = desk.list("").await[0]["id"].as_str().expect("a text").to_owned();
    let evidence = desk.get(&format!("/api/v1/alerts/{id}/evidence")).await.json();
    assert_eq!((&evidence["alert"]["id"], &evidence["prediction"]["user_id"]), (&json!(id), &json!("ann")));
    assert!(evidence["prediction"]["explanation"].is_object() && evidence["profile"].is_string(), "{evidence}");
    let metrics = desk.get("/api/metrics").await.json();
    assert_eq!(metrics["metrics"]["alerts"], 1, "{metrics}");
    assert!(desk.get("/metrics").await.text().contains("\nuba_alerts_total 1\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suppression_shows_what_it_would_hide_then_hides_it_and_counts() {
    let desk = Desk::with_alerts(&["ann", "bob"]).await;
    let expires = (Timestamp::now() + SignedDuration::from_hours(1)).to_string();
    let suppression = json!({"user_id": "Bob", "reason": "he leaves the company", "expires": expires});
    let preview = desk.post("/api/v1/suppressions/preview", &suppression).await.json();
    assert_eq!((&preview["alerts"], &preview["hidden"]), (&json!(1), &json!(1)), "{preview}");
    let made = desk.post("/api/v1/suppressions", &suppression).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());

    let day_after = |event: Event| Event { time: event.time + SignedDuration::from_hours(24), ..event };
    for user in ["ann", "bob"] {
        desk.ingest(night(user, 30).into_iter().map(day_after).collect()).await;
    }
    let of = async |user: &str| desk.list(&format!("?user_id={user}")).await.len();
    assert_eq!((of("ann").await, of("bob").await), (2, 1));
    let listed = desk.get("/api/v1/suppressions").await.json();
    let stored = &listed["suppressions"][0];
    assert!(stored["hidden"].as_u64() > Some(5) && stored["reason"] == "he leaves the company", "{listed}");

    let path = format!("/api/v1/suppressions/{}", stored["id"].as_str().expect("a text"));
    let deleted = desk.delete(&path).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    assert_eq!(desk.get("/api/v1/suppressions").await.json(), json!({"suppressions": []}));
    let gone = desk.delete(&path).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suppression_that_cannot_be_is_refused_with_all_that_is_wrong() {
    let desk = Desk::of(service().await).await;
    for (body, told) in [
        (json!({}), "reason is missing; expires is missing"),
        (json!({"reason": "a fair", "expires": "2999-01-01T00:00:00Z"}), "scope has no condition"),
        (json!({"network": "192.0.2.1/24", "reason": "a", "expires": "2030-01-01T00:00:00Z"}), "must be a network"),
    ] {
        let answer = desk.post("/api/v1/suppressions", &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.contains(told)), "{}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daily_budget_is_kept_and_the_threshold_says_where_it_comes_from() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let config = config(DatabaseUri::RocksDb(folder.path().join("uba.db")));
    let by_hand = json!({"threshold": 0.7, "source": "by_hand", "daily_budget": null, "threshold_by_hand": 0.7});
    let running = Running::start(&config, Model::shipped()).await.expect("the folder can be opened");
    let desk = Desk::of(running.service.clone()).await;
    assert_eq!(desk.get("/api/v1/alerting").await.json(), by_hand);
    let refused = desk.patch("/api/v1/alerting", None, &json!({"daily_budget": -1.0})).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    let set = desk.patch("/api/v1/alerting", None, &json!({"daily_budget": 20})).await.json();
    assert_eq!((&set["source"], &set["daily_budget"]), (&json!("before_budget"), &json!(20.0)));
    desk.ingest(work("ann")).await;
    let followed = desk.get("/api/v1/alerting").await.json();
    assert_eq!((&followed["source"], &followed["days"]), (&json!("budget"), &json!(20)), "{followed}");
    let desk_key = desk.key.clone();
    drop(desk);
    running.stop().await;

    let running = Running::start(&config, Model::shipped()).await.expect("the folder is free again");
    let desk =
        Desk { service: running.service.clone(), router: server::router(running.service.clone()), key: desk_key };
    assert_eq!(desk.get("/api/v1/alerting").await.json(), followed);
    let ended = desk.patch("/api/v1/alerting", None, &json!({"daily_budget": 0})).await;
    assert_eq!(ended.json(), by_hand);
    drop(desk);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_show_alerts_and_take_what_a_form_says() {
    let desk = Desk::with_alerts(&["ann"]).await;
    let id = desk.list("").await[0]["id"].as_str().expect("a text").to_owned();
    let queue = pages::get_as_person(&desk.router, "/alerts").await;
    assert!(queue.text().contains(&format!("href=\"/alerts/{id}\"")), "{}", queue.text());
    let closed = pages::get_as_person(&desk.router, "/alerts?state=closed").await;
    assert!(closed.text().contains("There are no such alerts."), "{}", closed.text());

    let headers = [("x-api-key", desk.key.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let place = format!("/alerts/{id}?outcome=done");
    for expected in [place.as_str(), &format!("/alerts/{id}?outcome=changed")] {
        let body = format!("id={id}&version=0&state=benign&assignee=bob&note=a+trip");
        let saved = ask(&desk.router, Request::post("/pages/act_on_alert"), &headers, Body::from(body)).await;
        assert_eq!((saved.status, saved.header("location")), (StatusCode::SEE_OTHER, expected), "{}", saved.text());
    }
    let shown = pages::get_as_person(&desk.router, &place).await;
    for told in ["Saved.", "closed it as benign", "gave it to bob", "a trip"] {
        assert!(shown.text().contains(told), "{told}: {}", shown.text());
    }
}
