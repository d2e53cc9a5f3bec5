use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::json;

use crate::{Answer, ask, get, get_with, post, router};

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
    for text in ["acting out of character in your cloud", "0.700", "0.999", "--input activity.csv.gz", "Auditor"] {
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
    assert!(answer.text().contains("Page not found"));
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Sends the form in which people sign in.
async fn sign_in(router: &Router, password: &str, next: &str) -> Answer {
    let body = Body::from(format!("password={}&next={}", app::paths::encoded(password), app::paths::encoded(next)));
    ask(router, Request::post("/pages/sign_in"), &[FORM], body).await
}

/// Signs in, and returns the cookie of the session.
pub(crate) async fn session(router: &Router) -> String {
    let answer = sign_in(router, "the password of the tests", "/dashboard").await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/dashboard"));
    answer.header("set-cookie").split(';').next().expect("a cookie has a value").to_owned()
}

/// Returns a page as somebody sees it who has signed in.
pub(crate) async fn get_as_person(router: &Router, path: &str) -> Answer {
    get_with(router, path, &[("cookie", &session(router).await)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_not_signed_in_is_sent_to_where_that_is_done() {
    let router = router().await;
    for (path, expected) in [
        ("/dashboard", "/login?next=%2Fdashboard"),
        ("/users/ann", "/login?next=%2Fusers%2Fann"),
        ("/predict?user_id=ann", "/login?next=%2Fpredict%3Fuser_id%3Dann"),
    ] {
        let answer = get(&router, path).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::FOUND, expected));
    }
    let call = ask(&router, Request::post("/pages/dashboard"), &[FORM], Body::empty()).await;
    assert_eq!(call.status, StatusCode::UNAUTHORIZED, "what pages call is guarded too");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told() {
    let router = router().await;
    let answer = sign_in(&router, "a guess", "/predict").await;
    assert_eq!(answer.header("set-cookie"), "");
    let form = get(&router, answer.header("location")).await;
    assert!(form.text().contains("Incorrect account or password."));
    assert!(form.text().contains("value=\"/predict\""), "the page that was asked for is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_opens_the_pages() {
    let router = router().await;
    let answer = sign_in(&router, "the password of the tests", "//evil.example").await;
    assert_eq!(answer.header("location"), "/dashboard", "it leads nowhere else");
    assert!(answer.header("set-cookie").contains("HttpOnly"), "{}", answer.header("set-cookie"));

    let empty = get_as_person(&router, "/dashboard").await;
    assert_eq!(empty.status, StatusCode::OK);
    for way in ["X-API-Key", "uba import", "uba serve --demo"] {
        assert!(empty.text().contains(way), "{way} is not taught");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_a_page_and_nobody_has_none() {
    let router = router().await;
    let event =
        json!({"user_id": "a/b ä", "timestamp": "2024-01-15T14:30:00Z", "action_type": "login", "location": "Oslo"});
    assert_eq!(post(&router, "/api/predict", &event).await.status, StatusCode::OK);
    let page = get_as_person(&router, "/users/a%2Fb%20%C3%A4").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("<h1>a/b ä</h1>") && page.text().contains("Oslo"), "{}", page.text());
    assert_eq!(page.text().matches("style=").count(), 0, "inline styles would be refused");

    let nobody = get_as_person(&router, "/users/nobody").await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    assert!(nobody.text().contains("User nobody not found."));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_tried_out_without_javascript() {
    let path = "/predict?user_id=ann&timestamp=2026-11-20T03:00&action_type=admin&data_volume_mb=";
    let router = router().await;
    let page = get_as_person(&router, path).await;
    assert!(page.text().contains("data-score=\""), "{}", page.text());
    let wrong = get_as_person(&router, &path.replace("admin", "fly")).await;
    for told in ["class=\"faults\"", "aria-invalid=\"true\""] {
        assert!(wrong.text().contains(told), "what is wrong is told, and where");
    }
    let dashboard = get_as_person(&router, "/dashboard").await;
    assert!(dashboard.text().contains("There are no events yet"), "nothing is stored by trying");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_where_the_sender_and_the_memory_disagree() {
    let router = router().await;
    let event =
        json!({"user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "login", "location": "Oslo"});
    assert_eq!(post(&router, "/api/predict", &event).await.status, StatusCode::OK);
    let path = "/predict?user_id=ann&timestamp=2024-01-15T15:00&action_type=view&location=Oslo&location_change=";
    let says = "The sender says the place has changed, but the user's last event was at the same";
    let page = get_as_person(&router, &format!("{path}yes")).await;
    assert!(page.text().contains(says), "{}", page.text());
    let agreed = get_as_person(&router, &format!("{path}no")).await;
    assert!(!agreed.text().contains("The sender says"));
}
