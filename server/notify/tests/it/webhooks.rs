//! Requests to webhooks: signatures, answers, encryption, and where they may not go.

use std::time::Duration;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect},
};
use notify::{Channel, ChannelSettings, DeliveryError, Secret, WebhookFormat, WebhookSettings};
use notify_testing::{CertificateAuthority, WebReceiver};
use standardwebhooks::Webhook;

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

async fn deliver(settings: WebhookSettings) -> Result<(), DeliveryError> {
    channel(ChannelSettings::Webhook(settings)).deliver(&alert_message(), &id("d-1")).await
}

#[tokio::test]
async fn an_independent_implementation_of_the_standard_verifies_each_signature() {
    let receiver = WebReceiver::start().await;
    let secrets = [OLD_SECRET, NEW_SECRET].map(Secret::new).to_vec();
    let settings = WebhookSettings { secrets, ..settings(receiver.url("/hooks/uba?from=test")) };
    deliver(settings).await.expect("a delivery");
    let request = receiver.requests().remove(0);
    assert_eq!(request.target, "/hooks/uba?from=test");
    assert_eq!(request.headers["webhook-id"], "d-1");
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(request.headers["host"], receiver.url("").trim_start_matches("http://"));
    for secret in [OLD_SECRET, NEW_SECRET] {
        Webhook::new(secret).expect("a secret").verify(&request.body, &request.headers).expect("a signature");
    }
    let stranger = Webhook::new("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").expect("a secret");
    assert!(stranger.verify(&request.body, &request.headers).is_err());
    let changed = [&request.body[..], b" "].concat();
    assert!(Webhook::new(OLD_SECRET).expect("a secret").verify(&changed, &request.headers).is_err());
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
