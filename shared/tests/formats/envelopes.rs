//! Records in envelopes: each is found, counts once, and has a number of its own.

use std::io::Write;

use base64::{Engine, prelude::BASE64_STANDARD};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use shared::event::Event;

use crate::{events, only_error, records, users};

fn record(user: &str) -> Value {
    json!({
        "eventVersion": "1.09",
        "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::1:user/{user}"), "userName": user},
        "eventTime": "2024-01-15T14:30:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "DescribeInstances",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.15.10",
        "requestParameters": {"instancesSet": {}},
        "responseElements": null,
        "eventID": format!("e-{user}"),
    })
}

fn plain(names: &[&str]) -> Vec<Event> {
    events(names.iter().map(|name| record(name).to_string()).collect::<Vec<_>>().join("\n"))
}

fn text_of(user: &str) -> String {
    record(user).to_string()
}

fn packed(text: &str) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("memory takes everything");
    BASE64_STANDARD.encode(encoder.finish().expect("memory takes everything"))
}

/// A message of a subscription to `CloudWatch` Logs.
fn subscription(names: &[&str]) -> Value {
    let events =
        names.iter().map(|name| json!({"id": "37", "timestamp": 1_705_329_000_000_u64, "message": text_of(name)}));
    json!({
        "messageType": "DATA_MESSAGE", "owner": "1", "logGroup": "trail", "logStream": "s",
        "subscriptionFilters": ["all"], "logEvents": events.collect::<Vec<_>>(),
    })
}

fn control() -> Value {
    let message = "CWL CONTROL MESSAGE: Checking health of destination Kinesis stream.";
    json!({
        "messageType": "CONTROL_MESSAGE", "owner": "CloudwatchLogs", "logGroup": "", "logStream": "",
        "subscriptionFilters": [], "logEvents": [{"id": "", "timestamp": 1_705_329_000_000_u64, "message": message}],
    })
}

/// An envelope with the records of `ann` and `bob`.
fn envelopes_of_two() -> Vec<Value> {
    let [ann, bob] = ["ann", "bob"].map(text_of);
    let two = subscription(&["ann", "bob"]);
    let hit = |name: &str| json!({"_index": "trail", "_id": name, "_score": 1.0, "_source": record(name)});
    let row = |name: &str| json!([{"field": "@timestamp", "value": "2024-01-15 14:30:00.000"}, {"field": "@message", "value": text_of(name)}]);
    vec![
        two.clone(),
        json!({"awslogs": {"data": packed(&two.to_string())}}),
        json!({"Records": [{"eventSource": "aws:kinesis", "eventName": "aws:kinesis:record", "eventID": "shard-0:49",
            "kinesis": {"data": packed(&two.to_string()), "partitionKey": "p"}}]}),
        json!({"invocationId": "i", "records": [{"recordId": "r", "data": BASE64_STANDARD.encode(&ann)},
            {"recordId": "s", "data": BASE64_STANDARD.encode(&bob)}]}),
        json!({"events": [{"timestamp": 1, "message": ann, "ingestionTime": 2}, {"timestamp": 1, "message": bob}],
            "nextForwardToken": "f/1"}),
        json!({"searchedLogStreams": [], "events": [{"eventId": "37", "message": ann}, {"eventId": "38", "message": bob}]}),
        json!({"Records": [{"eventSource": "aws:sqs", "messageId": "m", "body": ann}, {"eventSource": "aws:sqs", "body": bob}]}),
        json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json!({"Records": [record("ann"), record("bob")]}).to_string()}}]}),
        json!({"Messages": [{"MessageId": "m", "Body": json!({"Type": "Notification", "Message": ann}).to_string()},
            {"MessageId": "n", "Body": json!({"Type": "Notification", "Message": bob}).to_string()}]}),
        json!({"took": 3, "timed_out": false, "hits": {"total": {"value": 2}, "hits": [hit("ann"), hit("bob")]}}),
        json!({"results": [row("ann"), row("bob")], "statistics": {"recordsMatched": 2.0}, "status": "Complete"}),
        json!({"QueryResultRows": [[{"eventJson": ann}, {"n": "1"}], [{"eventJson": bob}, {"n": "2"}]]}),
        json!({"e-ann": record("ann"), "e-bob": record("bob")}),
        json!({"payload": format!("{ann}{bob}")}),
        json!([[record("ann")], [record("bob")]]),
    ]
}

/// An envelope with the record of `ann`.
fn envelopes_of_one() -> Vec<Value> {
    let ann = text_of("ann");
    let detail_type = "AWS API Call via CloudTrail";
    let event_bridge = json!({"version": "0", "id": "b-7", "detail-type": detail_type, "source": "aws.ec2", "account": "1",
        "time": "2024-01-16T00:00:00Z", "region": "eu-central-1", "resources": [], "detail": record("ann")});
    vec![
        json!({"Type": "Notification", "MessageId": "m", "Timestamp": "2024-01-16T00:00:00Z",
            "Message": event_bridge.to_string()}),
        event_bridge,
        json!({"timestamp": "2024-01-16T00:00:00Z", "id": "1.2", "rule": {"level": 3}, "full_log": ann,
            "data": {"integration": "aws", "aws": record("ann")}, "location": "Wazuh-AWS"}),
        json!({"integration": "aws", "aws": record("ann")}),
        json!({"@timestamp": "2024-01-16T00:00:00Z", "message": ann, "log": {"file": {"path": "/x"}}, "agent": {"id": "a"}}),
        json!({"@timestamp": "2024-01-16T00:00:00Z", "event": {"action": "DescribeInstances", "original": ann},
            "aws": {"cloudtrail": {"user_identity": {"arn": "arn:aws:iam::1:user/ann"}}}}),
        json!({"log": format!("{ann}\n"), "stream": "stdout", "time": "2024-01-16T00:00:00Z"}),
        json!({"log": format!("2024-01-16T00:00:00.1Z stdout F {ann}")}),
        json!({"date": 1_705_363_200.5, "kubernetes": {"pod_name": "p"}, "log_processed": record("ann")}),
        json!({"version": "1.1", "host": "h", "short_message": ann, "timestamp": 1_705_363_200.1, "level": 6}),
        json!({"preview": false, "offset": 0, "result": {"_raw": ann, "_time": "2024-01-16", "host": "h"}}),
        json!({"event": record("ann")}),
        json!({"record": {"data": {"payload": ann}}}),
    ]
}

#[test]
fn the_records_of_an_envelope_are_the_same_as_without_it() {
    let (one, two) = (plain(&["ann"]), plain(&["ann", "bob"]));
    for (envelopes, expected) in [(envelopes_of_one(), one), (envelopes_of_two(), two)] {
        for envelope in envelopes {
            for text in
                [envelope.to_string(), serde_json::to_string_pretty(&envelope).expect("JSON"), format!("[{envelope}]")]
            {
                assert_eq!(events(&text), expected, "{text}");
            }
        }
    }
}

#[test]
fn every_record_has_a_number_of_its_own_however_many_an_envelope_holds() {
    let lines = [
        text_of("eve"),
        json!({"data": packed(&subscription(&["ann", "bob"]).to_string())}).to_string(),
        text_of("cid"),
    ];
    let records = records(lines.join("\n"));
    assert_eq!(records.iter().map(|record| record.index).collect::<Vec<_>>(), [0, 1, 2, 3]);
    let names: Vec<_> = records.into_iter().filter_map(|record| record.event.ok()?.event_id).collect();
    assert_eq!(names.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["e-eve", "e-ann", "e-bob", "e-cid"]);
}

#[test]
fn control_messages_are_neither_events_nor_errors() {
    let expected = plain(&["ann", "bob", "cid"]);
    let [first, second] = [&["ann", "bob"][..], &["cid"]].map(subscription);
    for text in [
        format!("{}{first}{}{second}", control(), control()),
        format!("{}\n{first}\n{second}\n{}\n", control(), control()),
        format!("{{\"data\": \"{}\"}}\n{first}\n{second}", packed(&control().to_string())),
    ] {
        assert_eq!(events(&text), expected, "{text}");
    }
}

#[test]
fn a_record_is_found_behind_the_header_of_its_line() {
    let [ann, bob] = ["ann", "bob"].map(text_of);
    let log = format!(
        "<134>1 2024-01-16T00:00:00Z host trail - - - {ann}\n2024-01-16T00:00:00.1Z stdout F {bob}\n2024-01-16 no record\n"
    );
    let [ann, bob] = ["ann", "bob"].map(|name| format!("arn:aws:iam::1:user/{name}"));
    assert_eq!(users(log), [ann, bob, "error".to_owned()]);
}

#[test]
fn actions_of_bulk_requests_are_left_out() {
    let action = json!({"index": {"_index": "trail", "_id": "1"}});
    let log = format!("{action}\n{}\n{action}\n{}\n", text_of("ann"), text_of("bob"));
    assert_eq!(events(log), plain(&["ann", "bob"]));
}

#[test]
fn an_element_of_an_envelope_that_holds_no_record_is_an_error_in_its_place() {
    let mut envelope = subscription(&["ann", "bob"]);
    envelope["logEvents"][0]["message"] = json!("START RequestId: 7");
    let arn = "arn:aws:iam::1:user/bob";
    for text in [envelope.to_string(), json!({"x": packed(&envelope.to_string())}).to_string()] {
        assert_eq!(users(&text), ["error", arn], "{text}");
    }
    envelope["logEvents"][0]["message"] = json!(&text_of("ann")[..100]);
    let damaged = records(envelope.to_string()).remove(0).event.expect_err("it is cut off").to_string();
    assert!(
        damaged.contains("found the fields id, message, timestamp; a text in it is no valid JSON: EOF"),
        "{damaged}"
    );
}

#[test]
fn an_envelope_without_a_record_names_what_was_found() {
    let error = only_error(json!({"message": "hello", "host": {"name": "h"}, "tags": ["a", "b"]}).to_string());
    assert!(error.starts_with("no known record: expected user_id"), "{error}");
    assert!(error.ends_with("found the fields host, message, tags"), "{error}");
}

#[test]
fn records_of_the_own_format_are_found_in_envelopes_too() {
    let ann = json!({"user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "view"});
    let envelope = json!({"timestamp": "2024-01-16T00:00:00Z", "user_id": "shipper", "message": ann.to_string()});
    assert_eq!(users(envelope.to_string()), ["ann"]);
    assert_eq!(users(json!({"value": [ann, ann], "count": 2}).to_string()), ["ann", "ann"]);
}

#[test]
fn a_text_that_would_unpack_to_more_than_is_searched_is_an_error() {
    let bomb = packed(&" ".repeat(80 << 20));
    let error = only_error(json!({"data": bomb}).to_string());
    assert!(error.contains("found the fields data"), "{error}");
}
