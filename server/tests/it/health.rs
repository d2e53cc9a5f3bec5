use axum::http::StatusCode;

use crate::{get, router};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_its_database_is_healthy() {
    let router = router().await;
    for path in ["/health", "/readyz"] {
        let answer = get(&router, path).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.text(), r#"{"status":"healthy","database":"ok","model":"ok"}"#);
    }
    assert_eq!(get(&router, "/livez").await.status, StatusCode::NO_CONTENT);
}
