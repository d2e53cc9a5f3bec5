//! Records of other kinds, which are refused by their names: some look like `CloudTrail` and are not, others are of
//! vendors whose logs are not read yet.

use super::json_value::{JsonObject, JsonValue};
use crate::event::ValidationErrors;

/// A kind of record that is not read.
struct LookAlike {
    name: &'static str,
    /// What to do instead.
    advice: &'static str,
    /// The fields by which such records are recognised, all of which must be there.
    fields: &'static [Field],
}

/// The name of a field, and its possible values; any value if there are none.
type Field = (&'static str, &'static [&'static str]);

const READS: &str = "read today are records of AWS CloudTrail and the columns user_id, timestamp and action_type";
const MANAGEMENT: &str = "give the files of CloudTrail's management or data events";

static LOOK_ALIKES: [LookAlike; 26] = [
    LookAlike {
        name: "an S3 event notification, not CloudTrail",
        advice: "it names no caller; give CloudTrail's data events of the bucket",
        fields: &[("eventSource", &["aws:s3"])],
    },
    LookAlike {
        name: "an S3 event notification, not CloudTrail",
        advice: "it names no caller; give CloudTrail's data events of the bucket",
        fields: &[("s3", &[]), ("eventName", &[])],
    },
    LookAlike {
        name: "an S3 event notification of EventBridge, not CloudTrail",
        advice: "it names no caller; give CloudTrail's data events of the bucket",
        fields: &[("detail-type", &["Object Created", "Object Deleted"]), ("source", &["aws.s3"])],
    },
    LookAlike {
        name: "a test message of S3 event notifications",
        advice: "it is no event; leave it out",
        fields: &[("Event", &["s3:TestEvent"])],
    },
    LookAlike {
        name: "a CloudTrail Insights event",
        advice: "it says that calls were unusually many, not who made them; give the management events themselves",
        fields: &[("insightDetails", &[])],
    },
    LookAlike {
        name: "a CloudTrail Insights event",
        advice: "it says that calls were unusually many, not who made them; give the management events themselves",
        fields: &[("eventCategory", &["Insight"])],
    },
    LookAlike {
        name: "a CloudTrail digest file",
        advice: "it has the checksums of log files, not their records; give the files below CloudTrail/, not CloudTrail-Digest/",
        fields: &[("digestStartTime", &[]), ("logFiles", &[])],
    },
    LookAlike { name: "a VPC flow log", advice: MANAGEMENT, fields: &[("srcaddr", &[]), ("dstaddr", &[])] },
    LookAlike {
        name: "a finding of GuardDuty",
        advice: MANAGEMENT,
        fields: &[("schemaVersion", &[]), ("service", &[]), ("severity", &[]), ("resource", &[])],
    },
    LookAlike {
        name: "a finding of Security Hub",
        advice: MANAGEMENT,
        fields: &[("SchemaVersion", &[]), ("ProductArn", &[])],
    },
    LookAlike {
        name: "a configuration item of AWS Config",
        advice: MANAGEMENT,
        fields: &[("configurationItemCaptureTime", &[])],
    },
    LookAlike { name: "a snapshot of AWS Config", advice: MANAGEMENT, fields: &[("configurationItems", &[])] },
    LookAlike {
        name: "a GitHub audit log",
        advice: READS,
        fields: &[("action", &[]), ("actor", &[]), ("created_at", &[])],
    },
    LookAlike {
        name: "a GitHub audit log",
        advice: READS,
        fields: &[("action", &[]), ("actor", &[]), ("_document_id", &[])],
    },
    LookAlike {
        name: "a system log of Okta",
        advice: READS,
        fields: &[("eventType", &[]), ("published", &[]), ("actor", &[])],
    },
    LookAlike {
        name: "a sign-in log of Microsoft Entra",
        advice: READS,
        fields: &[("userPrincipalName", &[]), ("createdDateTime", &[])],
    },
    LookAlike {
        name: "a sign-in log of Microsoft Entra",
        advice: READS,
        fields: &[("category", &["SignInLogs", "NonInteractiveUserSignInLogs", "AuditLogs"]), ("properties", &[])],
    },
    LookAlike {
        name: "an audit log of Microsoft Entra",
        advice: READS,
        fields: &[("activityDisplayName", &[]), ("initiatedBy", &[])],
    },
    LookAlike {
        name: "an activity log of Azure",
        advice: READS,
        fields: &[("operationName", &[]), ("resourceId", &[])],
    },
    LookAlike {
        name: "an audit log of Microsoft 365",
        advice: READS,
        fields: &[("Operation", &[]), ("Workload", &[]), ("CreationTime", &[])],
    },
    LookAlike {
        name: "an audit log of Microsoft 365",
        advice: READS,
        fields: &[("CreationDate", &[]), ("Operations", &[]), ("AuditData", &[])],
    },
    LookAlike {
        name: "an audit log of Google Cloud",
        advice: READS,
        fields: &[("protoPayload", &[]), ("logName", &[])],
    },
    LookAlike { name: "a log of Google Cloud", advice: READS, fields: &[("insertId", &[]), ("logName", &[])] },
    LookAlike {
        name: "an activity of Google Workspace",
        advice: READS,
        fields: &[("kind", &["admin#reports#activity"])],
    },
    LookAlike {
        name: "an audit log of Kubernetes",
        advice: READS,
        fields: &[("apiVersion", &["audit.k8s.io/v1", "audit.k8s.io/v1beta1"]), ("kind", &[])],
    },
    LookAlike {
        name: "an activity log of Auth0",
        advice: READS,
        fields: &[("log_id", &[]), ("client_id", &[]), ("type", &[])],
    },
];

/// Returns whether a line with these words is one of a kind.
type IsLine = fn(&[&str]) -> bool;

/// Kinds of text that are no tables.
static LINES: [(&str, IsLine); 4] = [
    ("a VPC flow log", |words| words.len() >= 14 && words[2].starts_with("eni-")),
    ("an access log of a load balancer", |words| {
        words.len() > 3 && words[2].starts_with("app/") && words[3].contains(':')
    }),
    ("an access log of S3", |words| words.len() > 3 && words[0].len() == 64 && words[2].starts_with('[')),
    ("a log in the Common Event Format", |words| words.iter().any(|word| word.starts_with("CEF:"))),
];

/// Returns the error of a record of a kind that is not read; none if it is of no such kind.
pub(super) fn refusal(record: &JsonObject) -> Option<ValidationErrors> {
    let is_there = |(name, values): &(&str, &[&str])| match record.get(name) {
        None | Some(JsonValue::Null) => false,
        Some(value) => values.is_empty() || value.text().is_some_and(|text| values.contains(&text)),
    };
    refusal_if(|fields| fields.iter().all(is_there))
}

/// Returns the error of a text whose first line is that of a table or log of a kind that is not read; none if it is of no
/// such kind.
pub(super) fn refusal_of_text(first_line: &str, columns: &[&str]) -> Option<ValidationErrors> {
    let words: Vec<_> = first_line.split_ascii_whitespace().collect();
    let has = |name: &str| columns.contains(&name) || words.contains(&name);
    let is_there = |(name, values): &(&str, &[&str])| values.is_empty() && has(name);
    let of_line = || LINES.iter().find(|(_, is_line)| is_line(&words)).map(|(name, _)| error(name, READS));
    refusal_if(|fields| fields.iter().all(is_there)).or_else(of_line)
}

/// Returns the error of the first kind whose fields meet a condition.
fn refusal_if(are_there: impl Fn(&[Field]) -> bool) -> Option<ValidationErrors> {
    let look_alike = LOOK_ALIKES.iter().find(|look_alike| are_there(look_alike.fields))?;
    Some(error(look_alike.name, look_alike.advice))
}

fn error(name: &'static str, advice: &str) -> ValidationErrors {
    let link = if advice == READS { ", which is not read yet; " } else { ": " };
    ValidationErrors::of_record(name, format!("looks like {name}{link}{advice}"))
}
