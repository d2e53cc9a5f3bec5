//! API keys of programs and accounts of people, through the router and by the commands.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use server::{
    auth::NewApiKey,
    config::{Config, DatabaseUri},
    start::Running,
};
use shared::model::Model;

use crate::{Answer, admin, ask, config, get_with, pages, router, service};

/// Sends JSON as the administrator who has signed in.
async fn send(router: &Router, method: Method, path: &str, body: &Value) -> Answer {
    let cookie = pages::session(router).await;
    let headers = [("cookie", cookie.as_str()), ("content-type", "application/json")];
    ask(router, Request::builder().method(method).uri(path), &headers, Body::from(body.to_string())).await
}

/// Returns the status of a request with a key.
async fn status_with(router: &Router, key: &str) -> StatusCode {
    get_with(router, "/api/v1/users", &[("x-api-key", key)]).await.status
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().expect("a text")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_made_used_rotated_and_revoked() {
    let router = router().await;
    let new = json!({"name": "dashboards", "scopes": ["read"], "expires": "2999-01-01T00:00:00Z"});
    let made = send(&router, Method::POST, "/api/v1/keys", &new).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let made = made.json();
    let (id, first) = (text(&made, "id"), text(&made, "secret"));
    assert!(first.starts_with(&format!("uba_{id}_")) && first.len() > 32, "{first}");
    assert_eq!(status_with(&router, first).await, StatusCode::OK);

    let path = format!("/api/v1/keys/{id}/rotate");
    let rotated = send(&router, Method::POST, &path, &json!(null)).await.json();
    let second = text(&rotated, "secret");
    assert_ne!(first, second);
    assert_eq!([status_with(&router, first).await, status_with(&router, second).await], [StatusCode::OK; 2]);
    let rotated = send(&router, Method::POST, &format!("{path}?overlap_hours=0"), &json!(null)).await.json();
    let third = text(&rotated, "secret");
    assert_eq!(status_with(&router, second).await, StatusCode::UNAUTHORIZED, "it was taken until the rotation");
    assert_eq!(status_with(&router, third).await, StatusCode::OK);

    let listed = send(&router, Method::GET, "/api/v1/keys", &json!(null)).await;
    assert!(!listed.text().contains(third), "a secret is told once");
    let listed = listed.json();
    let key = listed["keys"].as_array().expect("a list").iter().find(|key| key["id"] == id).expect("it is listed");
    assert_eq!((&key["name"], &key["scopes"]), (&json!("dashboards"), &json!(["read"])));
    assert!(key["last_used"].is_string(), "{key}");

    let revoked = send(&router, Method::DELETE, &format!("/api/v1/keys/{id}"), &json!(null)).await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    assert_eq!(status_with(&router, third).await, StatusCode::UNAUTHORIZED);
    let again = send(&router, Method::DELETE, &format!("/api/v1/keys/{id}"), &json!(null)).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_new_key_is_told_at_once() {
    let router = router().await;
    let wrong = json!({"name": "a\nb", "scopes": [], "expires": "2020-01-01T00:00:00Z"});
    let answer = send(&router, Method::POST, "/api/v1/keys", &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let body = answer.json();
    let pointers: Vec<&str> =
        body["errors"].as_array().expect("a list").iter().map(|error| text(error, "pointer")).collect();
    assert_eq!(pointers, ["/name", "/scopes", "/expires"]);
    let taken = json!({"name": "API_KEY", "scopes": ["read"]});
    assert_eq!(send(&router, Method::POST, "/api/v1/keys", &taken).await.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_the_settings_is_one_of_them_and_is_changed_there() {
    let router = router().await;
    let listed = send(&router, Method::GET, "/api/v1/keys", &json!(null)).await.json();
    assert_eq!(listed["keys"][0]["id"], "default");
    assert_eq!(listed["keys"][0]["scopes"], json!(["score", "read"]));
    for (method, path) in [(Method::DELETE, "/api/v1/keys/default"), (Method::POST, "/api/v1/keys/default/rotate")] {
        let answer = send(&router, method, path, &json!(null)).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.text().contains("API_KEY is set"), "{}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_has_expired_opens_nothing() {
    let service = service().await;
    let (keys, now) = (service.authenticator().keys(), Timestamp::now());
    let scopes = vec![app::actor::KeyScope::Read];
    let expires = Some(now + SignedDuration::from_secs(1));
    let new = NewApiKey { name: "short".to_owned(), scopes, expires };
    let an_hour_ago = now - SignedDuration::from_hours(1);
    let over = NewApiKey { name: "over".to_owned(), expires: Some(now), ..new.clone() };
    let (_, over) = keys.create(&admin(), over, an_hour_ago).await.expect("it was in the future then");
    assert_eq!(status_with(&server::router(service.clone()), &over).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_accounts_and_when_they_were_used_outlast_a_restart() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let config = config(DatabaseUri::RocksDb(folder.path().join("uba.db")));
    let without = Config { api_key: None, password: None, ..config.clone() };
    let running = Running::start(&config, Model::shipped()).await.expect("the folder can be opened");
    let router = server::router(running.service.clone());
    assert_eq!(status_with(&router, crate::API_KEY.1).await, StatusCode::OK);
    drop(router);
    running.stop().await;

    let running = Running::start(&without, Model::shipped()).await.expect("the folder can be opened");
    assert!(running.generated.api_key.is_none() && running.generated.password.is_none());
    let router = server::router(running.service.clone());
    let listed = send(&router, Method::GET, "/api/v1/keys", &json!(null)).await.json();
    assert!(listed["keys"][0]["last_used"].is_string(), "{listed}");
    assert_eq!(status_with(&router, crate::API_KEY.1).await, StatusCode::OK);
    let accounts = send(&router, Method::GET, "/api/v1/accounts", &json!(null)).await.json();
    assert_eq!(
        (&accounts["accounts"][0]["name"], &accounts["accounts"][0]["role"]),
        (&json!("admin"), &json!("administrator"))
    );
    drop(router);
    running.stop().await;
}

/// Signs in to an account, and returns the cookie, if the password is right.
async fn sign_in(router: &Router, account: &str, password: &str) -> Option<String> {
    let body = Body::from(format!("account={account}&password={}", app::paths::encoded(password)));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = ask(router, Request::post("/pages/sign_in"), &form, body).await;
    let cookie = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    Some(cookie).filter(|cookie| !cookie.is_empty())
}

async fn may_see_the_dashboard(router: &Router, cookie: &str) -> bool {
    get_with(router, "/dashboard", &[("cookie", cookie)]).await.status == StatusCode::OK
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_made_used_and_disabled() {
    let router = router().await;
    let made = send(&router, Method::POST, "/api/v1/accounts", &json!({"name": "Ann", "role": "viewer"})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let made = made.json();
    let password = text(&made, "password");
    assert_eq!(sign_in(&router, "ann", "a guess").await, None);
    assert_eq!(sign_in(&router, "bob", password).await, None);
    let cookie = sign_in(&router, "ann", password).await.expect("the password is right");
    assert!(may_see_the_dashboard(&router, &cookie).await);

    let disabled = send(&router, Method::PATCH, "/api/v1/accounts/ann", &json!({"disabled": true})).await.json();
    assert_eq!(disabled["disabled"], true);
    assert!(!may_see_the_dashboard(&router, &cookie).await, "the session ends");
    assert_eq!(sign_in(&router, "ann", password).await, None);
    let twice = send(&router, Method::POST, "/api/v1/accounts", &json!({"name": "ann", "role": "viewer"})).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_stays_one() {
    let router = router().await;
    for change in [json!({"disabled": true}), json!({"role": "viewer"})] {
        let answer = send(&router, Method::PATCH, "/api/v1/accounts/admin", &change).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text());
        assert!(answer.text().contains("last administrator"), "{}", answer.text());
    }
    let set = send(&router, Method::PATCH, "/api/v1/accounts/admin", &json!({"password": "another password"})).await;
    assert_eq!(set.status, StatusCode::CONFLICT, "UBA_PASSWORD counts: {}", set.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn people_change_their_own_password() {
    let router = router().await;
    let new = json!({"name": "ann", "role": "viewer"});
    let made = send(&router, Method::POST, "/api/v1/accounts", &new).await.json();
    let first = text(&made, "password");
    let cookies = [sign_in(&router, "ann", first).await, sign_in(&router, "ann", first).await];
    let [own, other] = cookies.map(|cookie| cookie.expect("the password is right"));
    let second = "twelve letters or more";
    let change = async |current: &str, new: &str| {
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("cookie", own.as_str())];
        let encoded = app::paths::encoded;
        let body = Body::from(format!("current={}&new={}", encoded(current), encoded(new)));
        ask(&router, Request::post("/pages/change_password"), &headers, body).await
    };
    assert_eq!(change("a guess", second).await.header("location"), "/account?password=wrong");
    assert_eq!(change(first, "short").await.header("location"), "/account?password=weak");
    let changed = change(first, second).await;
    assert_eq!(changed.header("location"), "/account?password=changed");
    let cookie = changed.header("set-cookie").split(';').next().expect("a cookie has a value");
    assert!(may_see_the_dashboard(&router, cookie).await && !may_see_the_dashboard(&router, &other).await);
    assert!(sign_in(&router, "ann", first).await.is_none() && sign_in(&router, "ann", second).await.is_some());
    let page = get_with(&router, "/account?password=changed", &[("cookie", cookie)]).await;
    assert!(page.text().contains("The password is changed."), "{}", page.text());
}

/// Runs `uba` in a folder with something on its standard input. Returns what it prints.
fn uba(folder: &Path, arguments: &[&str], input: &str) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uba"));
    command.current_dir(folder).args(arguments).env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().expect("the program starts");
    program.stdin.take().expect("it is a pipe").write_all(input.as_bytes()).expect("a pipe holds a line");
    let output = program.wait_with_output().expect("the program ends");
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[test]
fn keys_and_accounts_are_kept_by_commands() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let uba = |arguments: &str, input: &str| uba(folder.path(), &arguments.split(' ').collect::<Vec<_>>(), input);
    let made = uba("keys create collector --scope score --days 90", "").expect("it is made");
    let id =
        made.lines().find(|line| line.contains("collector")).and_then(|line| line.split(' ').next()).expect("an id");
    assert!(made.contains("  password ") && made.contains(&format!("  API key  uba_{id}_")), "{made}");
    let listed = uba("keys list", "").expect("they are listed");
    assert!(listed.contains("collector") && listed.contains("API_KEY") && listed.contains("never used"), "{listed}");
    assert!(uba(&format!("keys rotate {id}"), "").expect("it is rotated").contains("  API key  uba_"));
    uba(&format!("keys revoke {id}"), "").expect("it is revoked");
    assert!(uba(&format!("keys revoke {id}"), "").expect_err("it is gone").contains("not found"));

    let wrong = uba("keys create other --scope fly", "").expect_err("there is no such scope");
    assert!(wrong.contains("must be one of score, read, manage"), "{wrong}");

    assert!(uba("accounts add ann --role analyst", "").expect("it is made").contains("  password "));
    assert!(uba("accounts passwd ann", "short\n").expect_err("it is easy to guess").contains("12 characters"));
    let set = uba("accounts passwd ann", "twelve letters or more\n").expect("it is taken");
    assert!(!set.contains("  password "), "what is given is not shown: {set}");
    uba("accounts disable ann", "").expect("it is disabled");
    let listed = uba("accounts list", "").expect("they are listed");
    let ann = listed.lines().find(|line| line.starts_with("ann ")).expect("ann is listed");
    assert!(ann.contains("analyst") && ann.contains("disabled"), "{ann}");
    assert!(uba("accounts disable admin", "").expect_err("it is the last").contains("last administrator"));
    assert!(fs::exists(folder.path().join("instance")).expect("it can be looked at"));
}
