//! Alerts on their way to people: by a real mail server, which is away for a while, and by a process that is killed.

use std::{path::Path, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
};
use jiff::{SignedDuration, Timestamp};
use notify_testing::{CertificateAuthority, MailServer, ReceivedMail, Security};
use serde_json::{Value, json};
use server::{
    config::{Config, DatabaseUri, Secret},
    service::Service,
    start::Running,
};
use shared::{event::Event, model::Model};

use crate::{
    Answer, admin,
    alerts::{night, work},
    ask, config, get_with, pages,
    process::Server,
};

const RECIPIENT: &str = "soc@example.com";
const MAIL: &str = "a secret of the tests";

fn config_with_key(database: DatabaseUri) -> Config {
    Config { secret_key: Some(Secret::new(MAIL)), ..config(database) }
}

/// The settings of a channel that sends mail to a server on a port, which an authority vouches for.
fn channel(port: u16, authority: &CertificateAuthority) -> Value {
    let settings = json!({
        "type": "mail", "server": "localhost", "port": port, "encryption": "start_tls",
        "ca_certificates": authority.pem(), "sender": "uba@example.com", "recipients": [RECIPIENT],
    });
    json!({"name": "Mail", "settings": settings, "most_per_hour": 1000})
}

/// Moves events so that the last of them is of this moment.
fn until_now(events: Vec<Event>) -> Vec<Event> {
    let last = events.iter().map(|event| event.time).max().expect("there are events");
    let ago = Timestamp::now().duration_since(last) - SignedDuration::from_secs(1);
    let whole = SignedDuration::from_secs(ago.as_secs());
    events.into_iter().map(|event| Event { time: event.time + whole, ..event }).collect()
}

async fn raise(service: &Service, user: &str) {
    let events = until_now([work(user), night(user, 30)].concat());
    let answers = service.ingest_batch(&admin(), events).await.expect("an admin may");
    assert!(answers.iter().all(Result::is_ok));
}

/// Asks as the administrator.
async fn administer(router: &Router, method: Method, path: &str, body: &Value) -> Answer {
    let cookie = pages::session(router).await;
    let headers = [("cookie", cookie.as_str()), ("content-type", "application/json")];
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    ask(router, Request::builder().method(method).uri(path), &headers, body).await
}

async fn add_channel(router: &Router, channel: &Value) -> String {
    let made = administer(router, Method::POST, "/api/v1/channels", channel).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    made.json()["id"].as_str().expect("a text").to_owned()
}

/// Returns a header of a mail.
fn header(mail: &ReceivedMail, name: &str) -> String {
    let content = String::from_utf8_lossy(&mail.content).replace("\r\n ", " ");
    let line = content.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("{name} is missing in {content}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_that_a_server_did_not_take_arrive_once_and_in_order_when_it_is_back() {
    let authority = CertificateAuthority::generate();
    let security = Security::StartTls(authority.server_config("localhost"));
    let first = MailServer::start(security.clone()).await;
    let port = first.port();
    let running = Running::start(&config_with_key(DatabaseUri::Memory), Model::shipped()).await;
    let running = running.expect("memory can be opened");
    let router = server::router(running.service.clone());
    add_channel(&router, &channel(port, &authority)).await;
    raise(&running.service, "ann").await;
    let mails = first.wait_for(1).await;
    assert!(header(&mails[0], "Subject").contains("ann"), "{}", header(&mails[0], "Subject"));
    assert!(mails[0].is_encrypted && mails[0].recipients == [RECIPIENT]);
    drop(first);

    for user in ["bob", "dan", "eve"] {
        raise(&running.service, user).await;
    }
    let second = MailServer::start_on(port, security, None).await;
    let mails = second.wait_for(3).await;
    let subjects: Vec<String> = mails.iter().map(|mail| header(mail, "Subject")).collect();
    let are_in_order = ["bob", "dan", "eve"].iter().zip(&subjects).all(|(user, subject)| subject.contains(user));
    assert!(mails.len() == 3 && are_in_order, "{subjects:?}");
    drop(router);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_keeps_its_secrets_is_tested_and_is_read_again_after_a_restart() {
    let authority = CertificateAuthority::generate();
    let security = Security::StartTls(authority.server_config("localhost"));
    let server = MailServer::start_on(0, security, Some(("uba", "the password of the mails"))).await;
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let database = DatabaseUri::RocksDb(folder.path().join("uba.db"));
    let config = config_with_key(database);
    let running = Running::start(&config, Model::shipped()).await.expect("the folder can be opened");
    let router = server::router(running.service.clone());
    let mut settings = channel(server.port(), &authority);
    settings["settings"]["login"] = json!({"name": "uba", "password": "the password of the mails"});
    let id = add_channel(&router, &settings).await;
    let listed = administer(&router, Method::GET, "/api/v1/channels", &Value::Null).await;
    assert!(listed.text().contains("\"***\"") && !listed.text().contains("the password"), "{}", listed.text());
    let incomplete = json!({"name": "Mail", "settings": {"type": "mail"}});
    let wrong = administer(&router, Method::POST, "/api/v1/channels", &incomplete).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text());
    drop(router);
    running.stop().await;
    assert!(!holds(folder.path(), b"the password of the mails"), "it is encrypted");

    let running = Running::start(&config, Model::shipped()).await.expect("the folder is free again");
    let router = server::router(running.service.clone());
    let tested = administer(&router, Method::POST, &format!("/api/v1/channels/{id}/test"), &Value::Null).await;
    assert_eq!(tested.json(), json!({"delivered": true}));
    assert_eq!(server.wait_for(1).await[0].login.as_deref(), Some("uba"));
    let deleted = administer(&router, Method::DELETE, &format!("/api/v1/channels/{id}"), &Value::Null).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    drop(router);
    running.stop().await;
}

/// Returns whether a file below a folder holds some bytes.
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    let entries = std::fs::read_dir(folder).expect("it can be read").map(|entry| entry.expect("it is there").path());
    entries.into_iter().any(|path| {
        let has = |path: &Path| {
            let content = std::fs::read(path).unwrap_or_default();
            content.windows(bytes.len()).any(|part| part == bytes)
        };
        if path.is_dir() { holds(&path, bytes) } else { has(&path) }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recipient_who_is_refused_for_good_is_given_up_and_listed() {
    let authority = CertificateAuthority::generate();
    let server = MailServer::start(Security::StartTls(authority.server_config("localhost"))).await;
    server.refuse(RECIPIENT, 550);
    let running = Running::start(&config_with_key(DatabaseUri::Memory), Model::shipped()).await;
    let running = running.expect("memory can be opened");
    let router = server::router(running.service.clone());
    add_channel(&router, &channel(server.port(), &authority)).await;
    raise(&running.service, "ann").await;
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    let cookie = pages::session(&router).await;
    loop {
        let listed = get_with(&router, "/api/v1/dead-letters", &[("cookie", &cookie)]).await.json();
        if let [letter] = &listed["dead_letters"].as_array().expect("a list")[..] {
            assert!(letter["error"].as_str().is_some_and(|error| error.contains("550")), "{letter}");
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "it is given up");
        tokio::task::yield_now().await;
    }
    drop(router);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_of_a_killed_server_is_sent_after_the_next_start_by_the_old_settings_of_mail() {
    let authority = CertificateAuthority::generate();
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let trusted = folder.path().join("authority.pem");
    std::fs::write(&trusted, authority.pem()).expect("it can be written");
    let security = Security::StartTls(authority.server_config("localhost"));
    let reserved = MailServer::start(security.clone()).await;
    let port = reserved.port();
    drop(reserved); // nobody listens while the alert is raised

    let port_text = port.to_string();
    let settings = [
        ("EMAIL_NOTIFICATIONS_ENABLED", "true"),
        ("SMTP_SERVER", "localhost"),
        ("SMTP_PORT", &port_text),
        ("SENDER_EMAIL", "uba@example.com"),
        ("RECIPIENT_EMAILS", RECIPIENT),
        ("SSL_CERT_FILE", trusted.to_str().expect("the path is text")),
    ];
    let mut process = Server::start(folder.path(), &settings);
    let events = until_now([work("ann"), night("ann", 30)].concat());
    let instance = |event: &Event| {
        json!({"user_id": event.user.as_str(), "timestamp": event.time.to_string(), "action_type": event.action.name(),
               "resource_id": event.resource, "location": event.location})
    };
    let body = json!({"instances": events.iter().map(instance).collect::<Vec<_>>()}).to_string();
    process.connect().expect("it listens").post("/api/batch", &body).expect("it answers");
    process.kill();

    let mails = MailServer::start_on(port, security, None).await;
    let process = Server::start(folder.path(), &settings);
    let received = mails.wait_for(1).await;
    assert_eq!(received[0].sender, "uba@example.com");
    assert!(header(&received[0], "Message-ID").contains("-mail-of-settings"), "{}", header(&received[0], "Message-ID"));
    drop(process);
}
