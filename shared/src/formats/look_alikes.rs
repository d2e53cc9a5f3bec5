//! Records of other kinds, which are refused by their names: some look like `CloudTrail` and are not, others are of
//! vendors whose logs are not read.

use super::{
    json_value::{JsonObject, JsonValue},
    own,
    spelling::is_spelt,
    vendors,
};
use crate::event::ValidationErrors;

/// A kind of record that is not read.
struct LookAlike {
    name: &'static str,
    /// What to do instead.
    advice: &'static str,
    /// The fields by which such records are recognised, all of which must be there.
    fields: &'static [Field],
}

/// The name of a field, in lower case without punctuation, and its possible values.
type Field = (&'static str, &'static [&'static str]);

/// Stands for a list of what is read instead.
const READS: &str = "";
const DATA_EVENTS: &str = "it names no caller; give CloudTrail's data events of the bucket";
const CALLS: &str = "it says that calls were unusually many, not who made them; give the management events themselves";
const LOG_FILES: &str = "it has the checksums of log files, not their records; give the files below CloudTrail/";
const MANAGEMENT: &str = "give the files of CloudTrail's management or data events";
/// The possible values of a field that may have any.
const ANY: &[&str] = &[];

/// All kinds.
static LOOK_ALIKES: [LookAlike; 13] = [
    LookAlike {
        name: "an S3 event notification, not CloudTrail",
        advice: DATA_EVENTS,
        fields: &[("eventsource", &["aws:s3"])],
    },
    LookAlike {
        name: "an S3 event notification, not CloudTrail",
        advice: DATA_EVENTS,
        fields: &[("s3", ANY), ("eventname", ANY)],
    },
    LookAlike {
        name: "an S3 event notification of EventBridge, not CloudTrail",
        advice: DATA_EVENTS,
        fields: &[("detailtype", &["Object Created", "Object Deleted"]), ("source", &["aws.s3"])],
    },
    LookAlike {
        name: "a test message of S3 event notifications",
        advice: "it is no event; leave it out",
        fields: &[("event", &["s3:TestEvent"])],
    },
    LookAlike { name: "a CloudTrail Insights event", advice: CALLS, fields: &[("insightdetails", ANY)] },
    LookAlike { name: "a CloudTrail Insights event", advice: CALLS, fields: &[("eventcategory", &["Insight"])] },
    LookAlike {
        name: "a CloudTrail digest file",
        advice: LOG_FILES,
        fields: &[("digeststarttime", ANY), ("logfiles", ANY)],
    },
    LookAlike { name: "a VPC flow log", advice: MANAGEMENT, fields: &[("srcaddr", ANY), ("dstaddr", ANY)] },
    LookAlike {
        name: "a finding of Security Hub",
        advice: MANAGEMENT,
        fields: &[("schemaversion", ANY), ("productarn", ANY)],
    },
    LookAlike {
        name: "a finding of GuardDuty",
        advice: MANAGEMENT,
        fields: &[("schemaversion", ANY), ("service", ANY), ("severity", ANY), ("resource", ANY)],
    },
    LookAlike {
        name: "a configuration item of AWS Config",
        advice: MANAGEMENT,
        fields: &[("configurationitemcapturetime", ANY)],
    },
    LookAlike { name: "a snapshot of AWS Config", advice: MANAGEMENT, fields: &[("configurationitems", ANY)] },
    LookAlike {
        name: "an activity log of Auth0",
        advice: READS,
        fields: &[("logid", ANY), ("clientid", ANY), ("type", ANY)],
    },
];

/// Returns whether a line with these words is one of a kind.
type IsLine = fn(&[&str]) -> bool;

/// Kinds of text that are no tables.
static LINES: [(&str, IsLine); 3] = [
    ("a VPC flow log", |words| words.len() >= 14 && words[2].starts_with("eni-")),
    ("an access log of a load balancer", |words| {
        words.len() > 3 && words[2].starts_with("app/") && words[3].contains(':')
    }),
    ("an access log of S3", |words| words.len() > 3 && words[0].len() == 64 && words[2].starts_with('[')),
];

/// Returns the error of a record of a kind that is not read; none if it is of no such kind.
pub(super) fn refusal(record: &JsonObject) -> Option<ValidationErrors> {
    let is_value = |values: &[&str], value: &JsonValue| match value {
        JsonValue::Null => false,
        value => values.is_empty() || value.text().is_some_and(|text| values.contains(&text)),
    };
    let is_there = |(field, values): &Field| {
        record.members().any(|(name, value)| is_spelt(name, field) && is_value(values, value))
    };
    refusal_if(|fields| fields.iter().all(is_there))
}

/// Returns the error of a text whose first line is that of a table or log of a kind that is not read; none if it is of no
/// such kind.
pub(super) fn refusal_of_text(first_line: &str, columns: &[&str]) -> Option<ValidationErrors> {
    let words: Vec<_> = first_line.split_ascii_whitespace().collect();
    let is_there = |(field, values): &Field| {
        values.is_empty() && columns.iter().chain(&words).any(|name| is_spelt(name.trim_end_matches("[UTC]"), field))
    };
    let of_line = || LINES.iter().find(|(_, is_line)| is_line(&words)).map(|(name, _)| error(name, READS));
    refusal_if(|fields| fields.iter().all(is_there)).or_else(of_line)
}

/// Returns the error of the first kind whose fields meet a condition.
fn refusal_if(are_there: impl Fn(&[Field]) -> bool) -> Option<ValidationErrors> {
    let look_alike = LOOK_ALIKES.iter().find(|look_alike| are_there(look_alike.fields))?;
    Some(error(look_alike.name, look_alike.advice))
}

fn error(name: &'static str, advice: &str) -> ValidationErrors {
    let advice = match advice {
        READS => format!(", which is not read; read are {}, and records of {}", own::EXPECTS, vendors()),
        advice => format!(": {advice}"),
    };
    ValidationErrors::of_record(name, format!("looks like {name}{advice}"))
}
