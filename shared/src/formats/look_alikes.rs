//! Records of other kinds, which are refused by their names: some look like `CloudTrail` and are not, others are of
//! vendors whose logs are not read yet.

use super::json_value::{JsonObject, JsonValue};
use crate::event::ValidationErrors;

/// A kind of record that is not read.
struct LookAlike {
    name: &'static str,
    /// What to do instead.
    advice: &'static str,
    /// The fields by which such records are recognised: all must be there, and each with its value, if it has one here.
    fields: &'static [(&'static str, &'static [&'static str])],
}

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

/// Returns the error of a record of a kind that is not read; none if it is of no such kind.
pub(super) fn refusal(record: &JsonObject) -> Option<ValidationErrors> {
    let look_alike = LOOK_ALIKES.iter().find(|look_alike| look_alike.is(record))?;
    let detail = if look_alike.advice == READS {
        format!("looks like {}, which is not read yet; {READS}", look_alike.name)
    } else {
        format!("looks like {}, which is not read; {}", look_alike.name, look_alike.advice)
    };
    Some(ValidationErrors::of_record(look_alike.name, detail))
}

impl LookAlike {
    fn is(&self, record: &JsonObject) -> bool {
        self.fields.iter().all(|(name, values)| match record.get(name) {
            None | Some(JsonValue::Null) => false,
            Some(value) => values.is_empty() || value.text().is_some_and(|text| values.contains(&text)),
        })
    }
}
