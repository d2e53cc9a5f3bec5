//! Guesses, sessions and other sites' requests, through the router; secrets and settings, with a real process.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::{Command, Output},
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use server::{
    config::{Config, DatabaseUri, Secret},
    start::Running,
};
use shared::model::Model;

use crate::{Answer, ask, config, get_with, pages, router};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Signs in from an address.
async fn sign_in(router: &Router, from: u8, password: &str) -> Answer {
    let peer = SocketAddr::from((Ipv4Addr::new(192, 0, 2, from), 50_000));
    let request = Request::post("/pages/sign_in").extension(ConnectInfo(peer));
    ask(router, request, &[FORM], Body::from(format!("password={}", app::paths::encoded(password)))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_of_passwords_are_limited_by_address() {
    let router = router().await;
    for _ in 0..10 {
        assert_eq!(sign_in(&router, 1, "a guess").await.status, StatusCode::SEE_OTHER);
    }
    for password in ["a guess", "the password of the tests"] {
        let refused = sign_in(&router, 1, password).await;
        assert_eq!((refused.status, refused.header("set-cookie")), (StatusCode::TOO_MANY_REQUESTS, ""));
        let wait: u32 = refused.header("retry-after").parse().expect("a number of seconds");
        assert!((1..=30).contains(&wait), "{wait}");
    }
    let other = sign_in(&router, 2, "the password of the tests").await;
    assert_eq!((other.status, other.header("location")), (StatusCode::SEE_OTHER, "/dashboard"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_locked_after_many_guesses_from_many_addresses() {
    let router = router().await;
    let right = async |from| sign_in(&router, from, "the password of the tests").await.status;
    assert_eq!(right(0).await, StatusCode::SEE_OTHER);
    for from in 0..30 {
        assert_eq!(sign_in(&router, from, "a guess").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(right(200).await, StatusCode::TOO_MANY_REQUESTS, "nobody knows meanwhile which guess is right");
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_of_keys_are_limited_and_the_right_key_is_served() {
    let router = router().await;
    let mut statuses = Vec::new();
    for _ in 0..200 {
        let answer = get_with(&router, "/api/v1/users", &[("x-api-key", "a guess")]).await;
        statuses.push(answer.status);
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert_eq!(answer.header("retry-after"), "1");
            break;
        }
    }
    assert_eq!(statuses.last(), Some(&StatusCode::TOO_MANY_REQUESTS));
    assert!(statuses[..60].iter().all(|status| *status == StatusCode::UNAUTHORIZED), "{statuses:?}");
    assert_eq!(get_with(&router, "/api/v1/users", &[crate::API_KEY]).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_on_the_server() {
    let router = router().await;
    let [session, other] = [pages::session(&router).await, pages::session(&router).await];
    let page = get_with(&router, "/dashboard", &[("cookie", &session)]).await;
    assert!(page.text().contains("action=\"/pages/sign_out\""), "the page has a button for it");
    let answer = ask(&router, Request::post("/pages/sign_out"), &[FORM, ("cookie", &session)], Body::empty()).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/login"));
    assert!(answer.header("set-cookie").contains("Max-Age=0"), "{}", answer.header("set-cookie"));
    let ended = get_with(&router, "/dashboard", &[("cookie", &session)]).await;
    assert_eq!(ended.status, StatusCode::FOUND, "who kept the cookie is out");
    assert_eq!(get_with(&router, "/dashboard", &[("cookie", &other)]).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_outlasts_a_restart_but_not_another_password() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let first = config(DatabaseUri::RocksDb(folder.path().join("uba.db")));
    let other = Config { password: Some(Secret::new("another password")), ..first.clone() };
    let mut session = None;
    for (config, expected) in [(&first, StatusCode::OK), (&first, StatusCode::OK), (&other, StatusCode::FOUND)] {
        let running = Running::start(config, Model::shipped()).await.expect("the folder can be opened");
        let router = server::router(running.service.clone());
        let cookie = match session.take() {
            Some(cookie) => cookie,
            None => pages::session(&router).await,
        };
        assert_eq!(get_with(&router, "/dashboard", &[("cookie", &cookie)]).await.status, expected);
        session = Some(cookie);
        drop(router);
        running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_behind_tls_is_for_tls_alone() {
    let router = router().await;
    let body = || Body::from("password=the+password+of+the+tests");
    let plain = ask(&router, Request::post("/pages/sign_in"), &[FORM], body()).await;
    let tls = ask(&router, Request::post("/pages/sign_in"), &[FORM, ("x-forwarded-proto", "https")], body()).await;
    let [plain, tls] = [&plain, &tls].map(|answer| answer.header("set-cookie"));
    assert!(plain.contains("HttpOnly") && plain.contains("SameSite=Lax") && !plain.contains("Secure"), "{plain}");
    assert!(tls.contains("HttpOnly") && tls.contains("SameSite=Lax") && tls.contains("Secure"), "{tls}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_site_sends_with_the_cookie_is_refused() {
    let router = router().await;
    let session = pages::session(&router).await;
    let sites =
        [("origin", "https://evil.example"), ("origin", "http://localhost:5001"), ("sec-fetch-site", "same-site")];
    for (path, site) in ["/pages/dashboard", "/pages/sign_in", "/pages/sign_out", "/api/predict"]
        .into_iter()
        .flat_map(|path| sites.map(|site| (path, site)))
    {
        let headers = [FORM, ("cookie", &session), ("host", "localhost:5000"), site];
        let answer = ask(&router, Request::post(path), &headers, Body::from("password=a+guess")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} from {site:?}");
    }
    let own = [FORM, ("cookie", &session), ("host", "localhost:5000"), ("origin", "http://localhost:5000")];
    assert_eq!(ask(&router, Request::post("/pages/dashboard"), &own, Body::empty()).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_arguments_of_what_pages_call_are_faults_of_the_sender() {
    let router = router().await;
    let session = pages::session(&router).await;
    let json = ("content-type", "application/json");
    for (path, kind, body) in [
        ("dashboard", FORM, "order=sideways"),
        ("user", FORM, ""),
        ("user", FORM, "id=%ff"),
        ("prepare", json, "{"),
        ("prepare", json, "[1]"),
        ("what_if", json, "{\"user_id\":7}"),
        ("sign_in", FORM, "next=/"),
    ] {
        for headers in [vec![kind], vec![kind, ("cookie", &session)]] {
            let answer = ask(&router, Request::post(format!("/pages/{path}")), &headers, Body::from(body)).await;
            assert!(answer.status.is_client_error(), "{path} {body}: {} {}", answer.status, answer.text());
        }
    }
}

/// Runs `uba` to its end in a folder, with nothing else in its environment.
fn uba(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uba"));
    command.current_dir(folder).args(arguments).env_clear().envs(settings.iter().copied());
    command.output().expect("the program starts")
}

fn printed(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_weak_password_stops_the_start_with_what_to_do() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    fs::write(folder.path().join("empty"), "").expect("it can be written");
    for setting in [("UBA_PASSWORD", "a"), ("UBA_PASSWORD_FILE", "empty")] {
        let output = uba(folder.path(), &["init"], &[setting]);
        let (out, err) = printed(&output);
        assert!(!output.status.success() && out.is_empty() && err.contains("UBA_PASSWORD"), "{out}{err}");
        assert!(err.contains("12 characters") || err.contains("is empty"), "{err}");
    }
    assert!(!folder.path().join("instance").exists(), "nothing was made");
}

#[test]
fn a_line_of_the_env_file_that_cannot_be_read_stops_the_start() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let file = folder.path().join(".env");
    fs::write(&file, "ALERT_THRESHOLD=0.7\nUBA_PASSWORD=five words of a password\n").expect("it can be written");
    let output = uba(folder.path(), &["init"], &[]);
    let (out, err) = printed(&output);
    assert!(!output.status.success() && out.is_empty() && err.contains(".env, line 2"), "{out}{err}");
    assert!(!err.contains("five words"), "the password is not told: {err}");
    fs::remove_file(&file).expect("it is there");
    fs::create_dir(&file).expect("it can be made");
    assert!(printed(&uba(folder.path(), &["init"], &[])).1.contains(".env"), "a folder of that name is told");
}

#[test]
fn secrets_are_shown_although_the_port_was_busy_at_first() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let busy = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = busy.local_addr().expect("it is bound").to_string();
    let refused = uba(folder.path(), &["serve", "--bind", &address], &[]);
    assert!(!refused.status.success() && printed(&refused).1.contains("cannot listen"), "{:?}", printed(&refused));
    let (out, err) = printed(&uba(folder.path(), &["init"], &[]));
    assert!(out.contains("  password ") && out.contains("  API key  "), "{out}{err}");
    let (out, err) = printed(&uba(folder.path(), &["init"], &[]));
    assert!(!out.contains("  password ") && out.contains("--new-password"), "{out}{err}");
    let (out, err) = printed(&uba(folder.path(), &["init", "--new-password"], &[]));
    assert!(out.contains("  password ") && !out.contains("  API key  "), "{out}{err}");
}

#[test]
fn an_import_into_a_new_database_shows_its_secrets() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let log = "user_id,timestamp,action_type\nann,2024-01-15T09:00:00Z,login\n";
    fs::write(folder.path().join("log.csv"), log).expect("it can be written");
    let (out, err) = printed(&uba(folder.path(), &["import", "log.csv"], &[]));
    assert!(out.contains("  password ") && out.contains("  API key  "), "{out}{err}");
    assert!(err.contains("1 new events"), "{err}");
}

#[cfg(unix)]
#[test]
fn the_database_is_for_its_owner_alone_and_holds_no_secret() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let uba = format!("umask 022; exec {} init", env!("CARGO_BIN_EXE_uba"));
    let mut shell = Command::new("sh");
    let output = shell.current_dir(folder.path()).args(["-c", &uba]).output().expect("the program starts");
    let (out, err) = printed(&output);
    let secrets: Vec<&str> =
        out.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().last()).collect();
    assert_eq!(secrets.len(), 2, "{out}{err}");
    let database = folder.path().join("instance").join("cloud_uba.db");
    for path in [folder.path().join("instance"), database.clone()] {
        let mode = fs::metadata(&path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "{}", path.display());
    }
    for file in fs::read_dir(&database).expect("it can be listed") {
        let content = fs::read(file.expect("it is listed").path()).unwrap_or_default();
        let holds = |secret: &&&str| content.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert_eq!(secrets.iter().find(holds), None);
    }
}
