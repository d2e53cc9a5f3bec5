//! Mails that cannot be delivered, or not yet.

use notify::{DeliveryError, Encryption, MailLogin, MailSettings, Secret};
use notify_testing::{CertificateAuthority, MailServer, Security};

use crate::{
    mail::{channel, parsed, settings},
    messages::{alert_message, id},
};

async fn failure(settings: MailSettings) -> DeliveryError {
    channel(settings).deliver(&alert_message(), &id("d-1")).await.expect_err("no delivery")
}

fn is_retry(error: &DeliveryError) -> bool {
    matches!(error, DeliveryError::Retry { .. })
}

#[tokio::test]
async fn a_server_that_is_down_is_tried_again_and_gets_the_mail_when_it_is_back() {
    let server = MailServer::start(Security::Plain).await;
    let settings = settings(&server, Encryption::None, None);
    let port = server.stop().await;
    let error = failure(settings.clone()).await;
    assert!(is_retry(&error), "{error}");
    assert!(
        error.to_string().starts_with(&format!("mail server localhost (port {port}) could not be used: ")),
        "{error}"
    );
    let server = MailServer::start_on(port, Security::Plain, None).await;
    channel(settings).deliver(&alert_message(), &id("d-1")).await.expect("a delivery");
    assert_eq!(parsed(&server.wait_for(1).await[0]).message_id(), Some("d-1@example.com"));
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_or_of_another_server_gets_no_mail() {
    let (ca, stranger) = (CertificateAuthority::generate(), CertificateAuthority::generate());
    for (issuer, name) in [(&stranger, "localhost"), (&ca, "mail.example.com")] {
        for encryption in [Encryption::StartTls, Encryption::Tls] {
            let config = issuer.server_config(name);
            let security = match encryption {
                Encryption::Tls => Security::Tls(config),
                _ => Security::StartTls(config),
            };
            let server = MailServer::start(security).await;
            let error = failure(settings(&server, encryption, Some(&ca))).await;
            assert!(is_retry(&error) && error.to_string().contains("certificate"), "{error}");
            assert_eq!(server.mails(), []);
        }
    }
}

#[tokio::test]
async fn a_server_without_starttls_gets_no_mail_unless_no_encryption_is_asked_for() {
    let server = MailServer::start(Security::Plain).await;
    let error = failure(settings(&server, Encryption::StartTls, None)).await;
    assert!(is_retry(&error) && error.to_string().contains("STARTTLS is not supported on this server"), "{error}");
    assert_eq!(server.mails(), []);
}

#[tokio::test]
async fn a_wrong_password_is_refused_for_good() {
    let ca = CertificateAuthority::generate();
    let security = Security::StartTls(ca.server_config("localhost"));
    let server = MailServer::start_on(0, security, Some(("uba", "right"))).await;
    let login = MailLogin { name: "uba".to_owned(), password: Secret::new("wrong") };
    let settings = MailSettings { login: Some(login), ..settings(&server, Encryption::StartTls, Some(&ca)) };
    let error = failure(settings).await;
    let expected = "could not be used: permanent error (535): Invalid credentials";
    assert!(!is_retry(&error) && error.to_string().contains(expected), "{error}");
}

#[tokio::test]
async fn the_other_recipients_get_a_mail_that_one_of_them_is_refused() {
    let server = MailServer::start(Security::Plain).await;
    server.refuse("ann@example.com", 550);
    let error = failure(settings(&server, Encryption::None, None)).await;
    let expected = "did not take the mail for ann@example.com (permanent error (550): No mail for ann@example.com)";
    assert!(!is_retry(&error) && error.to_string().ends_with(expected), "{error}");
    assert_eq!(server.wait_for(1).await[0].recipients, ["security@example.org"]);
}

#[tokio::test]
async fn a_recipient_who_is_refused_for_a_while_gets_the_mail_later() {
    let server = MailServer::start(Security::Plain).await;
    let settings =
        MailSettings { recipients: vec!["ann@example.com".to_owned()], ..settings(&server, Encryption::None, None) };
    server.refuse("ann@example.com", 451);
    let error = failure(settings.clone()).await;
    assert!(is_retry(&error) && error.to_string().contains("(451)"), "{error}");
    assert_eq!(server.mails(), [], "nobody is left to send to");
    server.stop_refusing("ann@example.com");
    channel(settings).deliver(&alert_message(), &id("d-1")).await.expect("a delivery");
    assert_eq!(server.wait_for(1).await.len(), 1);
}
