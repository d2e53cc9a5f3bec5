//! Records of AWS `CloudTrail`, in every layout.

use serde_json::{Value, json};
use shared::event::{Action, Device, Event, Outcome};

use crate::{events, records, users};

fn record() -> Value {
    json!({
        "eventVersion": "1.08",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/ann", "userName": "ann"},
        "eventTime": "2024-01-15T14:30:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.15.10",
        "requestParameters": {"bucketName": "plans", "key": "2024/q1.pdf"},
        "responseElements": null,
        "additionalEventData": {"bytesTransferredIn": 0.0, "bytesTransferredOut": 2_500_000.0},
        "readOnly": true,
        "eventID": "e-1",
    })
}

fn event_with(changes: &Value) -> Event {
    let mut record = record();
    for (name, value) in changes.as_object().expect("an object") {
        record[name] = value.clone();
    }
    events(record.to_string()).remove(0)
}

#[test]
fn a_record_becomes_an_event() {
    let event = event_with(&json!({}));
    assert_eq!(event.user.as_str(), "arn:aws:iam::123456789012:user/ann");
    assert_eq!(event.time.to_string(), "2024-01-15T14:30:00Z");
    assert_eq!((event.action, event.device, event.volume_mb), (Action::Download, Some(Device::Cli), Some(2.5)));
    assert_eq!(event.address, Some([198, 51, 100, 7].into()));
    let texts = [event.resource, event.event_id, event.native_action, event.user_agent, event.native_outcome];
    assert_eq!(
        texts.each_ref().map(Option::as_deref),
        [Some("s3/plans/2024/q1.pdf"), Some("e-1"), Some("GetObject"), Some("aws-cli/2.15.10"), None]
    );
    assert_eq!(event.outcome, Outcome::Success);
    assert_eq!((event.location, event.failed_attempts, event.location_change), (None, None, None));
}

#[test]
fn all_layouts_give_the_same_events() {
    let record = record();
    let mut forwarded = record.clone();
    let time = forwarded.as_object_mut().expect("an object").remove("eventTime");
    forwarded["@timestamp"] = time.expect("it has a time");
    let pretty = serde_json::to_string_pretty(&record).expect("JSON");
    let expected = event_with(&json!({}));
    for (layout, count) in [
        (format!("{record}\n{forwarded}\n"), 2),
        (format!("[{record},{forwarded}]"), 2),
        (format!("[\n{pretty},\n{pretty}\n]"), 2),
        (format!("{pretty}\n{pretty}"), 2),
        (format!(r#"{{"Records": [{record},{record}]}}"#), 2),
        (format!("{{\n  \"Records\": [\n{pretty},\n{pretty}\n  ]\n}}\n"), 2),
        (format!("{{\"Records\":[{record}]}}\n{{\"Records\":[]}}\n{{\"Records\":[{record},{record}]}}\n"), 3),
        (format!(r#"[{{"Records":[{record}]}},{{"Records":[{record}]}}]"#), 2),
        (
            json!({"Events": [{"EventId": "e-1", "CloudTrailEvent": record.to_string()}], "NextToken": "x"})
                .to_string(),
            1,
        ),
    ] {
        assert_eq!(events(&layout), vec![expected.clone(); count], "{layout}");
    }
}

#[test]
fn each_record_of_a_mixed_file_is_read_in_its_own_format() {
    let own = r#"{"user_id": "bob", "timestamp": "2024-01-15T14:30:00Z", "action_type": "view"}"#;
    let log = format!("{own}\n{}\n{{\"what\": 1}}\n{own}", record());
    assert_eq!(users(log), ["bob", "arn:aws:iam::123456789012:user/ann", "error", "bob"]);
}

#[test]
fn a_failed_call_keeps_the_vendors_text() {
    for code in ["AccessDenied", "NoSuchBucket", "Throttling", "LimitExceeded"] {
        let failed = event_with(&json!({"errorCode": code}));
        assert_eq!((failed.outcome, failed.native_outcome.as_deref()), (Outcome::Failure, Some(code)));
        assert!(failed.has_failed(), "{code}");
    }
    let login = event_with(&json!({
        "eventName": "ConsoleLogin", "eventSource": "signin.amazonaws.com", "readOnly": false, "requestParameters": null,
        "responseElements": {"ConsoleLogin": "Failure"},
        "userIdentity": {"type": "IAMUser", "accountId": "123456789012", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"},
    }));
    assert_eq!((login.outcome, login.native_outcome.as_deref()), (Outcome::Failure, Some("Failure")));
    assert_eq!((login.action, login.resource.as_deref()), (Action::Login, Some("signin")));
    assert_eq!(login.user.as_str(), "aws-account:123456789012/hidden-user");
}

#[test]
fn the_name_of_a_service_in_the_address_field_is_no_address() {
    let event = event_with(&json!({"sourceIPAddress": "ec2.amazonaws.com", "userAgent": "ec2.amazonaws.com"}));
    assert_eq!((event.address, event.device), (None, Some(Device::Server)));
}

#[test]
fn a_volume_that_is_not_in_the_record_is_unknown() {
    assert_eq!(event_with(&json!({"additionalEventData": {"x-amz-id-2": "a"}})).volume_mb, None);
    assert_eq!(event_with(&json!({"additionalEventData": {"bytesTransferredOut": "89"}})).volume_mb, Some(89.0 / 1e6));
}

#[test]
fn a_text_that_is_too_long_for_its_field_is_shortened() {
    let long = "ä".repeat(3000);
    let event = event_with(&json!({
        "eventName": long, "eventID": long, "userAgent": long, "errorCode": long,
        "requestParameters": {"bucketName": "plans", "key": long}, "userIdentity": {"arn": long},
    }));
    assert_eq!(event.user.as_str().chars().count(), 256);
    assert_eq!(event.resource.map(|path| path.chars().count()), Some(1024));
}

#[test]
fn a_record_without_a_time_is_an_error_that_names_the_field() {
    let mut record = record();
    record["eventTime"] = Value::Null;
    let errors = records(record.to_string()).remove(0).event.expect_err("it has no time");
    assert_eq!(errors.to_string(), "eventTime is missing");
}

#[test]
fn rows_give_the_same_events_as_objects() {
    let log = "eventname,eventtime,useridentity,eventsource,sourceipaddress,requestparameters,errorcode\n\
               GetObject,2024-01-15T14:30:00Z,\"{\"\"type\"\": \"\"IAMUser\"\", \"\"arn\"\": \"\"arn:aws:iam::1:user/ann\"\"}\",\
               s3.amazonaws.com,198.51.100.7,\"{'bucketName': 'plans', 'key': \"\"q1's.pdf\"\"}\",\n";
    let event = events(log).remove(0);
    assert_eq!(event.user.as_str(), "arn:aws:iam::1:user/ann");
    assert_eq!(event.resource.as_deref(), Some("s3/plans/q1's.pdf"));
    assert_eq!((event.action, event.outcome), (Action::Download, Outcome::Success));
}

#[test]
fn the_columns_of_a_row_give_the_outcome_of_the_call() {
    let outcome_of = |cells: &str| {
        let header = "eventname,eventtime,useridentity,errorcode,errormessage,responseelements,serviceeventdetails";
        events(format!("{header}\nConsoleLogin,2024-01-15T14:30:00Z,ann,{cells}\n")).remove(0).outcome
    };
    assert_eq!(outcome_of(",,,"), Outcome::Success);
    assert_eq!(outcome_of(",,{'ConsoleLogin': 'Success'},"), Outcome::Success);
    assert_eq!(outcome_of("Throttling,,,"), Outcome::Failure);
    assert_eq!(outcome_of(",Failed authentication,,"), Outcome::Failure);
    assert_eq!(outcome_of(",,{'ConsoleLogin': 'Failure'},"), Outcome::Failure);
    assert_eq!(outcome_of(",,,{'ConsoleLogin': 'Failure'}"), Outcome::Failure);
}
