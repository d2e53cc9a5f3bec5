use axum::http::StatusCode;

use crate::{get, router};

#[tokio::test]
async fn a_server_with_its_database_is_healthy() {
    let answer = get(&router().await, "/health").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.text(), r#"{"status":"healthy","database":"ok"}"#);
}
