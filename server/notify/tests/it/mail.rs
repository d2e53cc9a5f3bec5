//! Mails as they arrive.

use mail_parser::{Message as Mail, MessageParser, MimeHeaders as _};
use notify::{Channel, ChannelSettings, Encryption, MailLogin, MailSettings, Message, Secret};
use notify_testing::{CertificateAuthority, MailServer, ReceivedMail, Security};

use crate::messages::{alert, alert_message, digest_message, id, message, test_message};

pub(crate) fn settings(server: &MailServer, encryption: Encryption, ca: Option<&CertificateAuthority>) -> MailSettings {
    MailSettings {
        server: "localhost".to_owned(),
        port: server.port(),
        encryption,
        login: None,
        ca_certificates: ca.map(|ca| ca.pem().to_owned()),
        sender: "uba@example.com".to_owned(),
        recipients: vec!["ann@example.com".to_owned(), "security@example.org".to_owned()],
    }
}

pub(crate) fn channel(settings: MailSettings) -> Channel {
    Channel::new(ChannelSettings::Mail(settings), &[]).expect("the settings are right")
}

pub(crate) fn parsed(mail: &ReceivedMail) -> Mail<'_> {
    MessageParser::default().parse(&mail.content).expect("a mail")
}

fn header<'a>(mail: &'a Mail<'_>, name: &'a str) -> &'a str {
    mail.header_raw(name).unwrap_or_else(|| panic!("{name} is missing")).trim()
}

/// Sends a message without encryption, and returns the mail that arrived.
pub(crate) async fn received(message: &Message) -> ReceivedMail {
    let server = MailServer::start(Security::Plain).await;
    channel(settings(&server, Encryption::None, None)).deliver(message, &id("d-1")).await.expect("a delivery");
    server.wait_for(1).await.remove(0)
}

#[tokio::test]
async fn a_mail_arrives_by_starttls_under_a_private_authority() {
    let ca = CertificateAuthority::generate();
    let server = MailServer::start(Security::StartTls(ca.server_config("localhost"))).await;
    let channel = channel(settings(&server, Encryption::StartTls, Some(&ca)));
    channel.deliver(&alert_message(), &id("d-1")).await.expect("a delivery");
    let mail = server.wait_for(1).await.remove(0);
    assert!(mail.is_encrypted);
    assert_eq!(mail.sender, "uba@example.com");
    assert_eq!(mail.recipients, ["ann@example.com", "security@example.org"]);
    assert_eq!(parsed(&mail).subject(), Some("First activity from Lagos (mira.okafor, high)"));
}

#[tokio::test]
async fn a_mail_arrives_by_implicit_tls_after_logging_in() {
    let ca = CertificateAuthority::generate();
    let security = Security::Tls(ca.server_config("localhost"));
    let server = MailServer::start_on(0, security, Some(("uba", "right"))).await;
    let login = MailLogin { name: "uba".to_owned(), password: Secret::new("right") };
    let settings = MailSettings { login: Some(login), ..settings(&server, Encryption::Tls, Some(&ca)) };
    channel(settings).deliver(&alert_message(), &id("d-1")).await.expect("a delivery");
    let mail = server.wait_for(1).await.remove(0);
    assert_eq!((mail.is_encrypted, mail.login.as_deref()), (true, Some("uba")));
}

#[tokio::test]
async fn headers_say_who_writes_to_whom_that_a_program_wrote_it_and_what_it_belongs_to() {
    let mail = received(&alert_message()).await;
    let mail = parsed(&mail);
    assert_eq!(header(&mail, "From"), "\"Cloud UBA\" <uba@example.com>");
    assert_eq!(header(&mail, "To"), "ann@example.com, security@example.org");
    assert_eq!(header(&mail, "Date"), "Fri, 20 Nov 2026 10:15:00 +0000");
    assert_eq!(header(&mail, "Message-ID"), "<d-1@example.com>");
    assert_eq!(header(&mail, "Auto-Submitted"), "auto-generated");
    assert_eq!(header(&mail, "Precedence"), "list");
    assert_eq!(header(&mail, "List-Id"), "Cloud UBA <cloud-uba.example.com>");
    assert_eq!(header(&mail, "MIME-Version"), "1.0");
    let content = mail.content_type().expect("a type");
    assert_eq!((content.ctype(), content.subtype()), ("multipart", Some("alternative")));
}

#[tokio::test]
async fn a_mail_that_is_sent_again_has_the_same_id_and_alerts_of_one_thread_refer_to_the_same() {
    let server = MailServer::start(Security::Plain).await;
    let channel = channel(settings(&server, Encryption::None, None));
    let mut next = alert();
    next.alert_id = "a-18".to_owned();
    let mut stranger = alert();
    stranger.thread_id = "j.lindqvist/identity\r\nBcc: eve@example.net".to_owned();
    let others = [next, stranger].map(|alert| message(notify::Content::Alert(alert)));
    let [next, stranger] = &others;
    for (message, delivery) in [(&alert_message(), "d-1"), (&alert_message(), "d-1"), (next, "d-2"), (stranger, "d-3")]
    {
        channel.deliver(message, &id(delivery)).await.expect("a delivery");
    }
    let mails = server.wait_for(4).await;
    let mails: Vec<_> = mails.iter().map(parsed).collect();
    let ids: Vec<_> = mails.iter().map(|mail| header(mail, "Message-ID")).collect();
    assert_eq!(ids, ["<d-1@example.com>", "<d-1@example.com>", "<d-2@example.com>", "<d-3@example.com>"]);
    let threads: Vec<_> = mails.iter().map(|mail| header(mail, "References")).collect();
    assert!(threads[0] == threads[1] && threads[1] == threads[2] && threads[2] != threads[3], "{threads:?}");
    assert!(mails.iter().all(|mail| header(mail, "In-Reply-To") == header(mail, "References")));
}

#[tokio::test]
async fn the_text_of_an_alert_tells_what_happened_why_and_what_to_do() {
    let mail = received(&alert_message()).await;
    insta::assert_snapshot!("mail_alert", parsed(&mail).body_text(0).expect("a text"));
}

#[tokio::test]
async fn the_text_of_a_digest_tells_the_most_urgent_alerts_and_counts_the_others() {
    let mail = received(&digest_message()).await;
    let mail = parsed(&mail);
    assert_eq!(mail.subject(), Some("30 alerts since 06:00 UTC (up to critical)"));
    assert_eq!(mail.header_raw("References"), None);
    insta::assert_snapshot!("mail_digest", mail.body_text(0).expect("a text"));
}

#[tokio::test]
async fn the_text_of_a_test_says_that_nothing_happened() {
    let mail = received(&test_message()).await;
    let mail = parsed(&mail);
    assert_eq!(mail.subject(), Some("Test message: alerts of Cloud UBA will arrive here"));
    insta::assert_snapshot!("mail_test", mail.body_text(0).expect("a text"));
}

#[tokio::test]
async fn the_html_shows_how_the_score_comes_about_and_links_to_the_alert() {
    let mail = received(&alert_message()).await;
    let mail = parsed(&mail);
    assert_eq!((mail.text_body_count(), mail.html_body_count(), mail.attachment_count()), (1, 1, 0));
    let html = mail.body_html(0).expect("a page");
    for part in [
        "<h1 style=\"margin:0 0 16px;font-size:22px;line-height:1.3\">First activity from Lagos</h1>",
        ">An ordinary moment<",
        ">0.08<",
        ">First activity with Python Requests<",
        ">+0.22<",
        ">Other evidence<",
        ">+0.03<",
        ">Anomaly score<",
        ">0.93<",
        "href=\"https://uba.example.com/alerts/a-17\"",
        "prefers-color-scheme: dark",
    ] {
        assert!(html.contains(part), "{part} is missing in\n{html}");
    }
}
