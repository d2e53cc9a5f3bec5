//! `POST /api/v1/events`: bodies of any length, taken while they come.

use std::io::Write as _;

use axum::{
    Router,
    body::{Body, Bytes},
    http::{Request, StatusCode},
};
use flate2::{Compression, write::GzEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};
use server::service::Service;
use tokio::io::AsyncWriteExt as _;
use tokio_util::io::ReaderStream;

use crate::{API_KEY, Answer, ask, router, service};

const PATH: &str = "/api/v1/events";

fn view(number: usize) -> String {
    let time = format!("2024-01-{:02}T{:02}:{:02}:00Z", 1 + number / 1440, number / 60 % 24, number % 60);
    json!({"user_id": format!("user-{}", number % 7), "timestamp": time, "action_type": "view"}).to_string()
}

async fn send(router: &Router, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    ask(router, Request::post(path), &[&[API_KEY], headers].concat(), body.into()).await
}

/// A server, and its service, which tells how many events are stored.
async fn server() -> (Router, Service) {
    let service = service().await;
    (server::router(service.clone()), service)
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_lines_or_a_list_and_may_be_compressed() {
    let lines: String = (0..3).map(|number| view(number) + "\n").collect();
    let list = format!("[{}]", (0..3).map(view).collect::<Vec<_>>().join(",\n"));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(lines.as_bytes()).expect("memory can be written");
    let gzip = gzip.finish().expect("memory can be written");
    let zstd = compress_to_vec(list.as_bytes(), CompressionLevel::Fastest);
    for (body, headers) in [
        (lines.clone().into_bytes(), vec![("content-type", "application/x-ndjson")]),
        (list.clone().into_bytes(), vec![("content-type", "application/json")]),
        (gzip, vec![("content-encoding", "gzip")]),
        (zstd, vec![("content-encoding", "zstd")]),
    ] {
        let answer = send(&router().await, PATH, &headers, body).await;
        let expected = json!({"success": true, "errors": [],
                              "summary": {"total": 3, "scored": 3, "anomalies": 0, "errors": 0}});
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, expected), "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_line_has_an_error_with_its_index_and_costs_only_itself() {
    let (router, service) = server().await;
    let body = format!("{}\nno JSON\n\n{}\n{{\"user_id\": \"bob\"}}\n", view(0), view(1));
    let answer = send(&router, PATH, &[], body.clone()).await.json();
    assert_eq!(answer["summary"], json!({"total": 4, "scored": 2, "anomalies": 0, "errors": 2}));
    let errors = answer["errors"].as_array().expect("a list");
    assert_eq!(errors.iter().map(|item| item["index"].as_u64()).collect::<Vec<_>>(), [Some(1), Some(3)]);
    assert_eq!(errors[1]["error"]["errors"][0]["pointer"], "/3/timestamp");

    let answer = send(&router, "/api/v1/events?results=true", &[], body).await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> = answer.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines[0]["prediction"]["user_id"], "user-0");
    assert_eq!((&lines[1]["index"], &lines[1]["error"]["status"]), (&json!(1), &json!(422)));
    assert_eq!(lines[2]["prediction"]["user_id"], "user-1");
    assert_eq!(lines[4]["summary"]["total"], 4);
    assert_eq!((lines.len(), service.events()), (5, 2), "what is sent again counts once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_may_be_longer_than_any_other() {
    const EVENTS: usize = 5000;
    const PADDING: usize = 10_000;
    let (router, service) = server().await;
    let (reader, mut writer) = tokio::io::simplex(64 << 10);
    let writing = tokio::spawn(async move {
        for number in 0..EVENTS {
            let line = format!("{}{}\n", view(number), " ".repeat(PADDING));
            writer.write_all(line.as_bytes()).await.expect("it is read");
        }
        writer.shutdown().await.expect("it is read");
    });
    let answer = send(&router, PATH, &[], Body::from_stream(ReaderStream::new(reader))).await;
    writing.await.expect("it is written to its end");
    assert_eq!(answer.json()["summary"]["scored"], EVENTS);
    assert_eq!(service.events(), EVENTS as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_cut_off_is_told_and_can_be_sent_again() {
    let (router, service) = server().await;
    let list = format!("[{}", (0..1500).map(view).collect::<Vec<_>>().join(","));
    let answer = send(&router, PATH, &[], list.clone()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
    let detail = answer.json()["detail"].as_str().expect("a text").to_owned();
    assert!(detail.contains("of the 1500 events before, 1500 are stored, and do not count twice"), "{detail}");
    assert_eq!(send(&router, PATH, &[], list + "]").await.json()["summary"]["scored"], 1500);
    assert_eq!(service.events(), 1500);

    let broken = futures_util::stream::iter([Ok(Bytes::from(view(1500) + "\n")), Err("the line is cut")]);
    let answer = send(&router, PATH, &[], Body::from_stream(broken)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
    assert_eq!(service.events(), 1501);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_another_kind_is_refused_unread() {
    let router = router().await;
    let headers = [("content-type", "text/csv")];
    assert_eq!(send(&router, PATH, &headers, "user_id").await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let headers = [("content-encoding", "br")];
    assert_eq!(send(&router, PATH, &headers, "{}").await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let (reader, _writer) = tokio::io::simplex(1);
    let endless = Body::from_stream(ReaderStream::new(reader));
    let answer = ask(&router, Request::post(PATH), &[("x-api-key", "a guess")], endless).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}
