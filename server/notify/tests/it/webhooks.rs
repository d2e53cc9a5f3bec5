//! Requests to webhooks: signatures, answers, encryption, and where they may not go.

use std::time::Duration;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use notify::{Channel, ChannelSettings, DeliveryError, Secret, WebhookFormat, WebhookSettings};
use notify_testing::{CertificateAuthority, ReceivedRequest, WebReceiver};
use ring::hmac;

use crate::messages::{alert_message, id};

const OLD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

pub(crate) fn settings(url: String) -> WebhookSettings {
    WebhookSettings {
        url: Secret::new(url),
        secrets: vec![Secret::new(OLD_SECRET)],
        format: WebhookFormat::Message,
        ca_certificates: None,
    }
}

/// Makes a channel that may reach this machine.
pub(crate) fn channel(settings: ChannelSettings) -> Channel {
    let loopback = ["127.0.0.0/8", "::1/128"].map(|network| network.parse().expect("a network"));
    Channel::new(settings, &loopback).expect("the settings are right")
}

/// Verifies a request as the standard tells its receiver to, with another implementation of HMAC than the sender's.
fn is_signed(request: &ReceivedRequest, secret: &str) -> bool {
    let header = |name| request.headers[name].to_str().expect("text");
    let (id, time) = (header("webhook-id"), header("webhook-timestamp"));
    let age = Timestamp::now().as_second() - time.parse::<i64>().expect("seconds since 1970");
    let key = STANDARD.decode(secret.trim_start_matches("whsec_")).expect("base64");
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let content = [format!("{id}.{time}.").as_bytes(), &request.body].concat();
    let signatures = header("webhook-signature").split(' ').filter_map(|signature| signature.strip_prefix("v1,"));
    let mut signatures = signatures.map(|signature| STANDARD.decode(signature).expect("base64"));
    age.abs() <= 300 && signatures.any(|signature| hmac::verify(&key, &content, &signature).is_ok())
}

async fn deliver(settings: WebhookSettings) -> Result<(), DeliveryError> {
    channel(ChannelSettings::Webhook(settings)).deliver(&alert_message(), &id("d-1")).await
}

#[tokio::test]
async fn each_secret_verifies_a_request_and_nothing_else_does() {
    let receiver = WebReceiver::start().await;
    let secrets = [OLD_SECRET, NEW_SECRET].map(Secret::new).to_vec();
    let settings = WebhookSettings { secrets, ..settings(receiver.url("/hooks/uba?from=test")) };
    deliver(settings).await.expect("a delivery");
    let request = receiver.requests().remove(0);
    assert_eq!(request.target, "/hooks/uba?from=test");
    assert_eq!(request.headers["webhook-id"], "d-1");
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(request.headers["host"], receiver.url("").trim_start_matches("http://"));
    assert!(is_signed(&request, OLD_SECRET) && is_signed(&request, NEW_SECRET));
    assert!(!is_signed(&request, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    let body = [&request.body[..], b" "].concat().into();
    assert!(!is_signed(&ReceivedRequest { body, ..request }, OLD_SECRET));
}

#[tokio::test]
async fn the_status_of_an_answer_decides_whether_to_try_again() {
    let receiver = WebReceiver::start().await;
    for (status, outcome) in [
        (200, "delivered"),
        (202, "delivered"),
        (204, "delivered"),
        (400, "refused"),
        (401, "refused"),
        (403, "refused"),
        (404, "refused"),
        (408, "retry"),
        (410, "refused"),
        (413, "refused"),
        (425, "retry"),
        (429, "retry"),
        (500, "retry"),
        (502, "retry"),
        (503, "retry"),
        (504, "retry"),
    ] {
        receiver.answer(StatusCode::from_u16(status).expect("a status"));
        let actual = match deliver(settings(receiver.url("/"))).await {
            Ok(()) => "delivered",
            Err(DeliveryError::Retry { .. }) => "retry",
            Err(DeliveryError::Refused(_)) => "refused",
        };
        assert_eq!(actual, outcome, "{status}");
    }
}

#[tokio::test]
async fn a_receiver_says_how_long_to_wait_and_what_is_wrong() {
    let receiver = WebReceiver::start().await;
    receiver.answer((StatusCode::TOO_MANY_REQUESTS, [("retry-after", "120")], "slow\u{1b}[31m down"));
    let error = deliver(settings(receiver.url("/"))).await.expect_err("an error");
    let reason = "localhost answered 429 Too Many Requests: slow␛[31m down".to_owned();
    assert_eq!(error, DeliveryError::Retry { reason, after: Some(Duration::from_mins(2)) });
    receiver.answer((StatusCode::BAD_REQUEST, "x".repeat(10_000_000)));
    let error = deliver(settings(receiver.url("/"))).await.expect_err("an error").to_string();
    assert_eq!(error, format!("localhost answered 400 Bad Request: {}…", "x".repeat(199)));
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let (receiver, other) = (WebReceiver::start().await, WebReceiver::start().await);
    receiver.answer(Redirect::temporary(&other.url("/")).into_response());
    let error = deliver(settings(receiver.url("/"))).await.expect_err("an error");
    let expected = "localhost redirects (307 Temporary Redirect), set the address that it redirects to".to_owned();
    assert_eq!(error, DeliveryError::Refused(expected));
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn a_certificate_of_a_private_authority_is_trusted_if_it_is_set_and_no_other() {
    let ca = CertificateAuthority::generate();
    let receiver = WebReceiver::start_with_tls(ca.server_config("localhost")).await;
    let trusting = WebhookSettings { ca_certificates: Some(ca.pem().to_owned()), ..settings(receiver.url("/")) };
    deliver(trusting).await.expect("a delivery");
    assert_eq!(receiver.requests().len(), 1);
    let error = deliver(settings(receiver.url("/"))).await.expect_err("the authority is unknown");
    assert!(matches!(&error, DeliveryError::Retry { reason, .. } if reason.contains("UnknownIssuer")), "{error}");
    let ca_of_another = CertificateAuthority::generate();
    let other_name = WebReceiver::start_with_tls(ca_of_another.server_config("hooks.example.com")).await;
    let mistaken =
        WebhookSettings { ca_certificates: Some(ca_of_another.pem().to_owned()), ..settings(other_name.url("/")) };
    let error = deliver(mistaken).await.expect_err("the certificate is of another server");
    assert!(matches!(&error, DeliveryError::Retry { reason, .. } if reason.contains("not valid for name")), "{error}");
    assert!(other_name.requests().is_empty());
}

#[tokio::test]
async fn a_name_of_this_machine_is_not_reached_unless_its_network_is_allowed() {
    let receiver = WebReceiver::start().await;
    let guarded = Channel::new(ChannelSettings::Webhook(settings(receiver.url("/"))), &[]).expect("a name");
    let error = guarded.deliver(&alert_message(), &id("d-1")).await.expect_err("loopback is forbidden");
    assert!(matches!(&error, DeliveryError::Refused(reason) if reason.contains("webhooks may not go")), "{error}");
    assert!(receiver.requests().is_empty());
}
