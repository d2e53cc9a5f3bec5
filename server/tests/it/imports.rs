//! Files that are uploaded and imported in the background.

use std::{io::Read as _, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use flate2::read::GzDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};

use crate::{API_KEY, Answer, ask, get_with, process::Server, router, service};

static SAMPLE: &[u8] = include_bytes!("../../assets/sample/activity.csv.gz");

/// The first lines of the sample log.
fn lines(number: usize) -> String {
    let mut log = String::new();
    GzDecoder::new(SAMPLE).read_to_string(&mut log).expect("it is gzip of text");
    log.split_inclusive('\n').take(number + 1).collect()
}

async fn upload(router: &Router, query: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let request = Request::post(format!("/api/v1/imports?{query}"));
    ask(router, request, &[&[API_KEY], headers].concat(), body.into()).await
}

async fn get(router: &Router, path: &str) -> Answer {
    get_with(router, path, &[API_KEY]).await
}

async fn remove(router: &Router, path: &str) -> StatusCode {
    ask(router, Request::delete(path), &[API_KEY], Body::empty()).await.status
}

/// Waits until an import has ended, and returns it.
async fn ended(router: &Router, path: &str) -> Value {
    loop {
        let job = get(router, path).await.json();
        if !job["ended"].is_null() {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_imported_and_each_record_has_a_result() {
    let router = router().await;
    let log = lines(500) + "bob,yesterday,login\n";
    let answer = upload(&router, "name=a%20log.csv", &[], log.clone()).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::ACCEPTED, "/api/v1/jobs/1"));
    assert_eq!(answer.json()["name"], "a log.csv");
    let job = ended(&router, "/api/v1/jobs/1").await;
    let counts = &job["counts"];
    assert_eq!((&job["state"], &counts["errors"]), (&json!("done"), &json!(1)), "{job}");
    assert_eq!(counts["events"], 500);

    let csv = get(&router, "/api/v1/jobs/1/results").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let mut rows = csv::Reader::from_reader(&csv.body[..]);
    assert_eq!(rows.headers().expect("a header").iter().take(3).collect::<Vec<_>>(), ["index", "event_id", "user_id"]);
    let mut indices: Vec<u64> =
        rows.records().map(|row| row.expect("it is CSV")[0].parse().expect("a number")).collect();
    indices.sort_unstable();
    assert!(indices.into_iter().eq(0..=500), "each record has one row");

    let lines = get(&router, "/api/v1/jobs/1/results?format=ndjson").await;
    let rows: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let faulty: Vec<&Value> = rows.iter().filter(|row| !row["error"].is_null()).collect();
    assert_eq!((rows.len(), faulty.len(), &faulty[0]["index"]), (501, 1, &json!(500)));

    let packed = compress_to_vec(log.as_bytes(), CompressionLevel::Fastest);
    assert_eq!(upload(&router, "", &[("content-encoding", "zstd")], packed).await.status, StatusCode::ACCEPTED);
    let again = ended(&router, "/api/v1/jobs/2").await;
    assert_eq!(again["counts"], json!({"events": 500, "new": 0, "errors": 1}), "{again}");

    let jobs = get(&router, "/api/v1/jobs").await.json();
    assert_eq!([&jobs["jobs"][0]["id"], &jobs["jobs"][1]["id"]], [2, 1]);
    assert_eq!(remove(&router, "/api/v1/jobs/1").await, StatusCode::NO_CONTENT);
    for path in ["/api/v1/jobs/1", "/api/v1/jobs/1/results"] {
        assert_eq!(get(&router, path).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_cut_off_fails_and_says_why() {
    let router = router().await;
    let answer = upload(&router, "", &[], SAMPLE[..SAMPLE.len() / 50].to_vec()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let job = ended(&router, "/api/v1/jobs/1").await;
    assert_eq!(job["state"], "failed");
    assert!(job["reason"].as_str().is_some_and(|reason| reason.contains("cut off")), "{job}");
    for query in ["name=", "format=xml", "name=%07"] {
        assert_eq!(upload(&router, query, &[], "any").await.status, StatusCode::BAD_REQUEST, "{query}");
    }
    assert_eq!(upload(&router, "", &[("content-encoding", "br")], "any").await.status.as_u16(), 415);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_cancelled_while_it_goes_on() {
    let service = service().await;
    let router = server::router(service.clone());
    for _ in 0..2 {
        assert_eq!(upload(&router, "", &[], SAMPLE).await.status, StatusCode::ACCEPTED);
    }
    let results = get(&router, "/api/v1/jobs/2/results").await;
    assert_eq!(results.status, StatusCode::CONFLICT, "it has none yet");
    for path in ["/api/v1/jobs/2", "/api/v1/jobs/1"] {
        assert_eq!(remove(&router, path).await, StatusCode::NO_CONTENT);
    }
    for path in ["/api/v1/jobs/1", "/api/v1/jobs/2"] {
        assert_eq!(ended(&router, path).await["state"], "cancelled");
    }
    assert!(service.events() < 114_848, "not all different events of the log were taken");
}

#[test]
fn an_import_that_is_killed_goes_on_and_nothing_is_lost_or_counts_twice() {
    const EVENTS: usize = 12_000;
    let log = lines(EVENTS);
    let ask = |server: &Server, method: &str, path: &str, body: &str| {
        let answer = server.connect().and_then(|mut connection| connection.send(method, path, body));
        String::from_utf8(answer.expect("it is answered").1).expect("it is text")
    };
    let mut stored = Vec::new();
    for kills in [0, 1] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut server = Server::start(folder.path(), &[]);
        ask(&server, "POST", "/api/v1/imports", &log);
        let job = |server: &Server| -> Value {
            serde_json::from_str(&ask(server, "GET", "/api/v1/jobs/1", "")).expect("JSON")
        };
        for _ in 0..kills {
            while job(&server)["progress"]["done"].as_u64().unwrap_or(0) == 0 {
                assert!(job(&server)["ended"].is_null(), "it is killed before it has ended");
                std::thread::sleep(Duration::from_millis(2));
            }
            server.kill();
            server = Server::start(folder.path(), &[]);
        }
        while job(&server)["ended"].is_null() {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(job(&server)["counts"]["events"], EVENTS, "{}", job(&server));
        let metrics = ask(&server, "GET", "/metrics", "");
        let count = metrics.lines().find_map(|line| line.strip_prefix("uba_stored_events ")).map(str::to_owned);
        let users = ask(&server, "GET", "/api/v1/users?limit=1000", "");
        let users: Value = serde_json::from_str(&users).expect("JSON");
        let counts: Vec<_> = users["users"].as_array().expect("a list").iter().map(counts_of).collect();
        stored.push((count, counts));
    }
    assert!(stored[0].0.is_some());
    assert_eq!(stored[0], stored[1]);
}

fn counts_of(user: &Value) -> [Value; 3] {
    ["user_id", "events", "anomalies"].map(|name| user[name].clone())
}
