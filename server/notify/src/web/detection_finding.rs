//! Alerts as Detection Findings of the [Open Cybersecurity Schema Framework](https://schema.ocsf.io/1.5.0/classes/detection_finding).

use serde_json::{Value, json};
use shared::severity::Severity;

use crate::{AlertNotice, Content, Message};

const SCHEMA_VERSION: &str = "1.5.0";
/// The class Detection Finding, of the category Findings.
const CLASS: u32 = 2004;
/// The activity of creating a finding.
const CREATE: u32 = 1;
/// An activity that the schema does not name.
const OTHER: u32 = 99;

/// Returns the body of a request: a finding, or an array of findings.
pub(super) fn body(message: &Message) -> Value {
    match &message.content {
        Content::Alert(alert) => finding(alert, message),
        Content::Digest(digest) => digest.alerts.iter().map(|alert| finding(alert, message)).collect(),
        Content::Test(test) => {
            let mut finding = base(message, OTHER);
            finding["activity_name"] = json!("Test");
            finding["severity_id"] = json!(1);
            finding["severity"] = json!("Informational");
            finding["is_alert"] = json!(false);
            finding["finding_info"] =
                json!({ "uid": "test", "title": format!("Test message, requested by {}", test.requested_by) });
            finding
        }
    }
}

fn base(message: &Message, activity: u32) -> Value {
    json!({
        "category_uid": CLASS / 1000,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Detection Finding",
        "activity_id": activity,
        "type_uid": CLASS * 100 + activity,
        "time": message.time.as_millisecond(),
        "metadata": {
            "version": SCHEMA_VERSION,
            "product": { "name": "Cloud UBA", "vendor_name": "Cloud UBA", "version": env!("CARGO_PKG_VERSION") },
            "tenant_uid": message.organisation,
        },
    })
}

fn finding(alert: &AlertNotice, message: &Message) -> Value {
    let (severity_id, severity) = severity(alert.severity);
    let reasons: Vec<_> = alert.reasons.iter().map(|reason| reason.sentence.as_str()).collect();
    let mut finding = base(message, CREATE);
    finding["activity_name"] = json!("Create");
    finding["severity_id"] = json!(severity_id);
    finding["severity"] = json!(severity);
    finding["status_id"] = json!(1);
    finding["status"] = json!("New");
    finding["is_alert"] = json!(true);
    finding["message"] = json!(alert.title);
    finding["count"] = json!(alert.event_count);
    finding["start_time"] = json!(alert.first_seen.as_millisecond());
    finding["end_time"] = json!(alert.last_seen.as_millisecond());
    finding["finding_info"] = json!({
        "uid": alert.alert_id,
        "title": alert.title,
        "desc": reasons.join(". "),
        "types": [alert.alert_kind],
        "created_time": message.time.as_millisecond(),
        "first_seen_time": alert.first_seen.as_millisecond(),
        "last_seen_time": alert.last_seen.as_millisecond(),
        "src_url": alert.link,
        "analytic": { "name": "User behaviour analytics", "type_id": 2, "type": "Behavioral" },
        "related_events_count": alert.event_count,
    });
    finding["evidences"] = json!([{ "actor": { "user": { "name": alert.user } }, "data": alert.reasons }]);
    finding["observables"] =
        json!([{ "name": "evidences[].actor.user.name", "type_id": 4, "type": "User Name", "value": alert.user }]);
    finding["unmapped"] = json!({
        "anomaly_score": alert.score,
        "base_value": alert.base_value,
        "p_value": alert.p_value,
        "thread_id": alert.thread_id,
    });
    finding
}

/// Returns the id and the caption of a severity.
fn severity(severity: Severity) -> (u32, &'static str) {
    match severity {
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}
