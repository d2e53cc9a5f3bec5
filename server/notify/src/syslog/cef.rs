//! Alerts in the Common Event Format (CEF), version 0.

use shared::severity::Severity;

use crate::{
    AlertNotice, TestNotice,
    wording::{MOST_REASONS, line, shortened},
};

/// The maximum number of characters of the field `msg`, by the format.
const MOST_MSG: usize = 1023;

/// Writes an alert.
pub(super) fn of_alert(alert: &AlertNotice, organisation: Option<&str>) -> String {
    let reasons: Vec<_> = alert.reasons.iter().take(MOST_REASONS).map(|reason| line(&reason.sentence)).collect();
    let mut fields = vec![
        ("start", alert.first_seen.as_millisecond().to_string()),
        ("end", alert.last_seen.as_millisecond().to_string()),
        ("externalId", line(&alert.alert_id)),
        ("suser", line(&alert.user)),
        ("cnt", alert.event_count.to_string()),
        ("msg", shortened(&reasons.join("; "), MOST_MSG)),
        ("cfp1Label", "anomalyScore".to_owned()),
        ("cfp1", format!("{:.4}", alert.score)),
        ("cs1Label", "threadId".to_owned()),
        ("cs1", line(&alert.thread_id)),
    ];
    fields.extend(alert.link.iter().map(|link| ("request", line(link))));
    record(&alert.alert_kind, &line(&alert.title), severity(alert.severity), fields, organisation)
}

/// Writes a test.
pub(super) fn of_test(test: &TestNotice, organisation: Option<&str>) -> String {
    record("test", "Test message", 0, vec![("suser", line(&test.requested_by))], organisation)
}

fn record(class: &str, name: &str, severity: u8, fields: Vec<(&str, String)>, organisation: Option<&str>) -> String {
    let organisation = organisation.map(|name| [("cs2Label", "organisation".to_owned()), ("cs2", line(name))]);
    let fields = fields.into_iter().chain(organisation.into_iter().flatten());
    let fields: Vec<_> = fields.map(|(name, value)| format!("{name}={}", in_extension(&value))).collect();
    let (class, name) = (in_header(&line(class)), in_header(name));
    let version = env!("CARGO_PKG_VERSION");
    format!("CEF:0|Cloud UBA|uba|{version}|{class}|{name}|{severity}|{}", fields.join(" "))
}

/// Returns the severity from 0 to 10: 7 and 8 are high, 9 and 10 very high.
fn severity(severity: Severity) -> u8 {
    match severity {
        Severity::Low => 3,
        Severity::Medium => 5,
        Severity::High => 8,
        Severity::Critical => 10,
    }
}

fn in_header(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|")
}

fn in_extension(text: &str) -> String {
    text.replace('\\', "\\\\").replace('=', "\\=")
}
