use axum::http::StatusCode;

use crate::{Answer, get, router};

/// Returns what the page's policy and its inline scripts have as nonce.
fn nonces(answer: &Answer) -> (&str, Vec<&str>) {
    let policy = answer.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
    let scripts = answer.text().split("nonce=\"").skip(1).filter_map(|rest| rest.split('"').next());
    (nonce.expect("the policy names a nonce"), scripts.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_can_be_read_without_javascript() {
    let answer = get(&router().await, "/").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    for text in ["acting out of character in your cloud", "0.700", "0.996", "--input activity.csv.gz", "Auditor"] {
        assert!(answer.text().contains(text), "{text} is missing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_inline_script_carries_the_nonce_of_its_answer_alone() {
    let router = router().await;
    let (first, second) = (get(&router, "/").await, get(&router, "/").await);
    let (nonce, scripts) = nonces(&first);
    assert!(nonce.len() >= 22, "16 random bytes");
    assert!(scripts.iter().all(|script| *script == nonce));
    assert_ne!(nonce, nonces(&second).0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_load_from_its_own_server_only() {
    let answer = get(&router().await, "/").await;
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'self'; "));
    for directive in ["object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(directive), "{directive} is missing");
    }
    assert!(!policy.contains("'unsafe-"), "scripts and styles in the text of the page would run");
    assert_eq!(answer.text().matches("style=").count(), 0, "inline styles would be refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_guarded() {
    let router = router().await;
    for path in ["/", "/health", "/robots.txt", "/no/such/page"] {
        let answer = get(&router, path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_page_the_answer_says_so() {
    let answer = get(&router().await, "/no/such/page").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.text().contains("There is no page here"));
}
