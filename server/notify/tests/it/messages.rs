//! Messages that tests send.

use jiff::Timestamp;
use notify::{AlertNotice, Content, DeliveryId, Digest, Message, NoticeReason, TestNotice};
use shared::severity::Severity;

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub(crate) fn id(text: &str) -> DeliveryId {
    DeliveryId::try_from(text.to_owned()).expect("an id")
}

pub(crate) fn message(content: Content) -> Message {
    Message { time: time("2026-11-20T10:15:00Z"), organisation: Some("Example Ltd".to_owned()), content }
}

/// An alert with four reasons.
pub(crate) fn alert() -> AlertNotice {
    let reason = |sentence: &str, contribution| NoticeReason { sentence: sentence.to_owned(), contribution };
    AlertNotice {
        alert_id: "a-17".to_owned(),
        thread_id: "mira.okafor/identity".to_owned(),
        alert_kind: "identity".to_owned(),
        user: "mira.okafor".to_owned(),
        severity: Severity::High,
        score: 0.934,
        p_value: 1.0 / 1949.0,
        base_value: 0.08,
        title: "First activity from Lagos".to_owned(),
        reasons: vec![
            reason("First activity from Lagos. Usually Berlin (97%)", 0.5),
            reason("First activity with Python Requests", 0.22),
            reason("21 resources accessed for the first time in one day", 0.1),
            reason("Rarely active at 03:00 UTC (under 1% of their days)", -0.02),
        ],
        event_count: 1212,
        first_seen: time("2026-11-20T09:05:59Z"),
        last_seen: time("2026-11-20T10:12:00Z"),
        link: Some("https://uba.example.com/alerts/a-17".to_owned()),
    }
}

pub(crate) fn alert_message() -> Message {
    message(Content::Alert(alert()))
}

/// A digest of three alerts that are told and 27 that are not.
pub(crate) fn digest_message() -> Message {
    let other = |id: &str, user: &str, severity, title: &str| AlertNotice {
        alert_id: id.to_owned(),
        user: user.to_owned(),
        severity,
        title: title.to_owned(),
        event_count: 1,
        last_seen: time("2026-11-20T09:05:59Z"),
        link: Some(format!("https://uba.example.com/alerts/{id}")),
        ..alert()
    };
    message(Content::Digest(Digest {
        since: time("2026-11-20T06:00:00Z"),
        alerts: vec![
            other("a-19", "backup-service", Severity::Critical, "Deletes resources for the first time"),
            alert(),
            other("a-18", "j.lindqvist", Severity::Medium, "First download of about 5 GB"),
        ],
        more: 27,
        link: Some("https://uba.example.com/alerts".to_owned()),
    }))
}

pub(crate) fn test_message() -> Message {
    let link = Some("https://uba.example.com/settings/channels".to_owned());
    message(Content::Test(TestNotice { requested_by: "ann".to_owned(), link }))
}
