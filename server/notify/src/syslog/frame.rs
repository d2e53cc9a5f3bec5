//! Lines of syslog (RFC 5424).

use jiff::Timestamp;
use shared::severity::Severity;

use super::cef;
use crate::{Content, DeliveryId, Message};

/// The facility for messages about security and authorisation.
const FACILITY: u32 = 10;
/// The severities of syslog that are used.
const CRITICAL: u32 = 2;
const ERROR: u32 = 3;
const WARNING: u32 = 4;
const NOTICE: u32 = 5;
const INFORMATIONAL: u32 = 6;

/// Returns a line for each alert of a message, or one for a test.
pub(super) fn lines(message: &Message, id: &DeliveryId) -> Vec<String> {
    let organisation = message.organisation.as_deref();
    let alerts = match &message.content {
        Content::Test(test) => return vec![line(INFORMATIONAL, message.time, id, &cef::of_test(test, organisation))],
        Content::Alert(alert) => std::slice::from_ref(alert),
        Content::Digest(digest) => digest.alerts.as_slice(),
    };
    let line_of = |alert| line(severity_of(alert), message.time, id, &cef::of_alert(alert, organisation));
    alerts.iter().map(line_of).collect()
}

/// Writes a line; the host is left out, since the server knows who is connected to it.
fn line(severity: u32, time: Timestamp, id: &DeliveryId, content: &str) -> String {
    let priority = FACILITY * 8 + severity;
    let time = time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
    let id: String = id.to_string().chars().take(32).collect();
    format!("<{priority}>1 {time} - uba - {id} - {content}")
}

fn severity_of(alert: &crate::AlertNotice) -> u32 {
    match alert.severity {
        Severity::Critical => CRITICAL,
        Severity::High => ERROR,
        Severity::Medium => WARNING,
        Severity::Low => NOTICE,
    }
}
