//! Requests that the API cannot serve: each is told what is wrong as `application/problem+json`, with its id.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
};
use serde_json::json;

use crate::{API_KEY, Answer, ask, get_with, router};

const JSON: (&str, &str) = ("content-type", "application/json");

async fn send(router: &Router, method: Method, path: &str, content_type: &str, body: Body) -> Answer {
    let headers = [API_KEY, ("content-type", content_type), ("x-request-id", "test-1")];
    ask(router, Request::builder().method(method).uri(path), &headers, body).await
}

/// Checks that an answer is a problem with a status, and returns what it says to people.
fn detail(answer: &Answer, status: StatusCode) -> String {
    let body = answer.json();
    assert_eq!((answer.status, answer.header("content-type")), (status, "application/problem+json"), "{body}");
    assert_eq!((&body["success"], &body["status"]), (&json!(false), &json!(status.as_u16())));
    assert_eq!((&body["type"], &body["title"]), (&json!("about:blank"), &json!(status.canonical_reason())));
    assert_eq!((body["request_id"].as_str(), answer.header("x-request-id")), (Some("test-1"), "test-1"));
    body["detail"].as_str().expect("a text").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_query_or_path_is_a_problem() {
    let router = router().await;
    for (path, named) in [
        ("/api/v1/users?order=name", "unknown variant `name`"),
        ("/api/v1/users?limit=many", "limit"),
        ("/api/v1/users/%FF", "UTF-8"),
    ] {
        let answer = send(&router, Method::GET, path, "", Body::empty()).await;
        let detail = detail(&answer, StatusCode::BAD_REQUEST);
        assert!(detail.contains(named), "{path}: {detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_is_a_problem_and_no_page() {
    let router = router().await;
    for path in ["/api", "/api/", "/api/v1/nothing", "/api/v1/users/ann/", "/api/predict/"] {
        for method in [Method::GET, Method::POST] {
            let answer = send(&router, method, path, JSON.1, Body::empty()).await;
            assert_eq!(detail(&answer, StatusCode::NOT_FOUND), format!("{path} is no resource of this API"));
            assert_eq!(answer.json()["instance"], path);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_method_is_a_problem_and_names_the_right_ones() {
    let router = router().await;
    for (method, path, allowed) in
        [(Method::GET, "/api/predict", "POST"), (Method::PUT, "/api/v1/users/ann", "GET,HEAD,DELETE")]
    {
        let answer = send(&router, method, path, "", Body::empty()).await;
        detail(&answer, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.header("allow"), allowed, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_json_or_not_the_right_one_is_a_problem() {
    let router = router().await;
    let csv = send(&router, Method::POST, "/api/predict", "text/csv", Body::from("user_id\nann\n")).await;
    assert_eq!(detail(&csv, StatusCode::UNSUPPORTED_MEDIA_TYPE), "the body must be JSON: application/json");
    for path in ["/api/predict", "/api/batch"] {
        let answer = send(&router, Method::POST, path, JSON.1, Body::from("{")).await;
        let detail = detail(&answer, StatusCode::BAD_REQUEST);
        assert!(detail.starts_with("the body is not as it must be: line 1, column 1: "), "{detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_a_problem() {
    let large = Body::from(vec![b' '; (32 << 20) + 1]);
    let answer = send(&router().await, Method::POST, "/api/batch", JSON.1, large).await;
    assert!(detail(&answer, StatusCode::PAYLOAD_TOO_LARGE).contains("several batches"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_keeps_its_id_if_that_is_harmless_and_gets_one_otherwise() {
    let router = router().await;
    let id_for = async |sent: &[(&str, &str)]| {
        let answer = get_with(&router, "/api/v1/nothing", sent).await;
        let id = answer.header("x-request-id").to_owned();
        assert_eq!(answer.json()["request_id"], id);
        id
    };
    assert_eq!(id_for(&[("x-request-id", "4bf92f35-77_b.a")]).await, "4bf92f35-77_b.a");
    let (odd, long) = ("\"; drop", "x".repeat(65));
    let made = [id_for(&[]).await, id_for(&[("x-request-id", odd)]).await, id_for(&[("x-request-id", &long)]).await];
    assert!(made.iter().all(|id| id.len() == 36), "a UUID: {made:?}");
    assert!(made[0] != made[1] && made[1] != made[2]);

    let page = get_with(&router, "/", &[("x-request-id", "test-1")]).await;
    assert_eq!(page.header("x-request-id"), "test-1", "pages have one too");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encoded_body_is_a_problem_that_names_what_is_taken() {
    let router = router().await;
    for encoding in ["br", "junk", "gzip, gzip"] {
        let headers = [API_KEY, JSON, ("x-request-id", "test-1"), ("content-encoding", encoding)];
        let answer = ask(&router, Request::post("/api/predict"), &headers, Body::from("{}")).await;
        assert!(detail(&answer, StatusCode::UNSUPPORTED_MEDIA_TYPE).contains("Content-Encoding"), "{encoding}");
        assert_eq!(answer.header("accept-encoding"), "gzip, zstd, identity");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_far_in_the_future_is_a_problem_with_a_pointer() {
    let router = router().await;
    let event = json!({"user_id": "ann", "timestamp": "2999-01-01T00:00:00Z", "action_type": "view"});
    let one = send(&router, Method::POST, "/api/predict", JSON.1, Body::from(event.to_string())).await;
    assert!(detail(&one, StatusCode::UNPROCESSABLE_ENTITY).contains("in the future"));
    assert_eq!(one.json()["errors"][0]["pointer"], "/timestamp");

    let batch = json!({"instances": ["no event", event]}).to_string();
    let answer = send(&router, Method::POST, "/api/batch", JSON.1, Body::from(batch)).await.json();
    assert_eq!(answer["predictions"][1]["error"]["errors"][0]["pointer"], "/instances/1/timestamp", "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_millions_of_numbers_is_counted_and_refused() {
    let numbers = vec!["1"; 5_000_000].join(",");
    let body = Body::from(format!(r#"{{"instances":[{numbers}]}}"#));
    let answer = send(&router().await, Method::POST, "/api/batch", JSON.1, body).await;
    assert!(detail(&answer, StatusCode::PAYLOAD_TOO_LARGE).starts_with("5000000 events are more than 10000"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_method_for_the_state_of_the_service_is_a_problem() {
    let router = router().await;
    for path in ["/health", "/livez", "/readyz"] {
        let answer = send(&router, Method::POST, path, "", Body::empty()).await;
        detail(&answer, StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_body_of_nobody_is_not_read() {
    let router = router().await;
    for (path, status) in [("/api/batch", StatusCode::UNAUTHORIZED), ("/pages/preview", StatusCode::UNAUTHORIZED)] {
        let unread = Body::from_stream(tokio_util::io::ReaderStream::new(tokio::io::repeat(b' ')));
        let answer = ask(&router, Request::post(path), &[JSON], unread).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_personal_is_not_kept_by_caches() {
    let router = router().await;
    for path in ["/", "/dashboard", "/users/ann", "/login", "/api/v1/users", "/api/v1/users/ann", "/health", "/none"] {
        let answer = get_with(&router, path, &[API_KEY]).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}
