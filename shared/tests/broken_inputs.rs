//! Two hundred broken inputs: every one ends in errors that say what is wrong, and none takes much memory.
#![cfg(target_os = "linux")] // which tells the memory of a process

use std::{
    fs,
    io::{self, Read, Write as _},
};

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use shared::{control_characters::controls, formats::read};

/// The memory that reading all of them may take at its highest, with that of the program.
const MOST_MEMORY_MB: u64 = 400;
/// The length of the text of an error, in bytes.
const LONGEST_ERROR: usize = 2000;

/// A record, and where its time, user and act are.
struct Base(Value, [&'static str; 3]);

fn bases() -> Vec<Base> {
    let time = "2024-01-15T14:30:00Z";
    vec![
        Base(
            json!({"timestamp": time, "user_id": "ann", "action_type": "view"}),
            ["/timestamp", "/user_id", "/action_type"],
        ),
        Base(
            json!({"eventTime": time, "eventSource": "s3.amazonaws.com", "userIdentity": {"arn": "ann"}, "eventName": "GetObject"}),
            ["/eventTime", "/userIdentity", "/eventName"],
        ),
        Base(
            json!({"published": time, "actor": {"alternateId": "ann"}, "eventType": "user.session.start"}),
            ["/published", "/actor", "/eventType"],
        ),
        Base(
            json!({"activityDateTime": time, "initiatedBy": {"user": {"id": "1"}}, "activityDisplayName": "Add user"}),
            ["/activityDateTime", "/initiatedBy", "/activityDisplayName"],
        ),
        Base(
            json!({"CreationTime": time, "UserId": "ann", "Operation": "Send", "Workload": "Exchange"}),
            ["/CreationTime", "/UserId", "/Operation"],
        ),
        Base(
            json!({"time": time, "caller": "ann", "operationName": "x/write", "resourceId": "/subscriptions/1"}),
            ["/time", "/caller", "/operationName"],
        ),
        Base(
            json!({"timestamp": time, "protoPayload": {"methodName": "get", "authenticationInfo": {"principalEmail": "ann"}}}),
            ["/timestamp", "/protoPayload/authenticationInfo", "/protoPayload/methodName"],
        ),
        Base(
            json!({"id": {"time": time, "applicationName": "drive"}, "actor": {"email": "ann"}, "name": "view"}),
            ["/id/time", "/actor", "/name"],
        ),
        Base(
            json!({"apiVersion": "audit.k8s.io/v1", "kind": "Event", "requestReceivedTimestamp": time, "user": {"username": "ann"}, "verb": "get"}),
            ["/requestReceivedTimestamp", "/user", "/verb"],
        ),
        Base(
            json!({"created_at": time, "actor": "ann", "action": "git.clone", "org": "o"}),
            ["/created_at", "/actor", "/action"],
        ),
        Base(
            json!({"date_create": time, "actor": {"type": "user", "user": {"id": "ann"}}, "action": "user_login", "context": {}}),
            ["/date_create", "/actor/user", "/action"],
        ),
        Base(
            json!({"created_at": time, "created_by": {"login": "ann"}, "event_type": "DOWNLOAD"}),
            ["/created_at", "/created_by", "/event_type"],
        ),
        Base(
            json!({"timestamp": time, "actor": {"user": {"email": "ann"}}, "event_type": {".tag": "login_success"}, "event_category": {".tag": "logins"}, "involve_non_team_member": false}),
            ["/timestamp", "/actor", "/event_type"],
        ),
        Base(
            json!({"time": time, "uid": "ann", "uidType": "name", "type": "file_accessed"}),
            ["/time", "/uid", "/type"],
        ),
        Base(
            json!({"time": time, "class_uid": 3002, "activity_id": 1, "user": {"name": "ann"}, "metadata": {}}),
            ["/time", "/user", "/class_uid"],
        ),
    ]
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

fn with(record: &Value, place: &str, value: Value) -> Vec<u8> {
    let mut record = record.clone();
    *record.pointer_mut(place).expect("the field is there") = value;
    record.to_string().into_bytes()
}

/// Returns what can be wrong with a record.
fn broken(Base(record, [time, user, act]): &Base) -> Vec<Vec<u8>> {
    let text = record.to_string();
    let half = &text.as_bytes()[..text.len() / 2];
    let whole = packed(text.as_bytes());
    let deep = |depth: usize| [&b"{\"a\":".repeat(depth)[..], text.as_bytes(), &b"}".repeat(depth)].concat();
    let mut no_utf8 = text.clone().into_bytes();
    let middle = no_utf8.len() - 4;
    no_utf8.splice(middle..middle, [0xFF, 0xFE]);
    vec![
        half.to_vec(),
        [b"[", half].concat(),
        whole[..whole.len() - 6].to_vec(),
        with(record, time, json!([])),
        with(record, time, json!(1e308)),
        with(record, time, json!("NaN")),
        with(record, time, json!("15.01.2024 14:30")),
        with(record, user, json!(true)),
        with(record, user, json!([[]])),
        with(record, act, json!({"a": {}})),
        with(record, act, json!(null)),
        deep(50),
        deep(100_000),
        no_utf8,
    ]
}

/// Returns inputs that are no records at all, or tables that are damaged.
fn others() -> Vec<Vec<u8>> {
    let header = "user_id,timestamp,action_type\n";
    let rows = [
        "ann,2024-01-15T14:30:00Z\n",
        "ann,2024-01-15T14:30:00Z,view,more\n",
        "\"ann,2024-01-15T14:30:00Z,view\n",
        "\"ann\"x,2024-01-15T14:30:00Z,view\n",
        "ann,1E+400,view\n",
        "ann,NaN,view\n",
        ",2024-01-15T14:30:00Z,view\n",
        "a\0b,2024-01-15T14:30:00Z,view\n",
    ];
    let mut inputs: Vec<Vec<u8>> = rows.iter().map(|row| format!("{header}{row}").into_bytes()).collect();
    inputs.extend([
        b"".to_vec(),
        b"\0\0\0\0".to_vec(),
        b"[".repeat(200_000),
        b"{".repeat(200_000),
        b"[1, 2.5, true, null]".to_vec(),
        b"{\"Records\": 7}".to_vec(),
        b"CEF:0|a|b|c|d|Blocked|3|suser=ann rt=1705329000000".to_vec(),
        b"CEF:0|a|b|c|d|Login|3|suser=ann".to_vec(),
        b"\x28\xB5\x2F\xFD\x00\xF8\x01\x00\x00".to_vec(),
        b"\x1F\x8B\x08\x00".to_vec(),
        b"PK\x03\x04".to_vec(),
        packed(&packed(&packed(b"{}"))),
    ]);
    inputs
}

/// Reads an input, and returns its errors.
fn errors(input: impl Read) -> Vec<String> {
    let records = read(input, None, None);
    records.filter_map(|record| record.event.err()).map(|errors| errors.to_string()).collect()
}

fn assert_clear(input: &str, errors: &[String]) {
    assert!(!errors.is_empty(), "{input}: no error");
    for error in errors {
        assert!(error.len() <= LONGEST_ERROR && !error.is_empty() && !controls(error), "{input}: {error}");
    }
}

/// Returns the highest memory of this process so far, in megabytes.
fn highest_memory_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("Linux tells it");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).map_or(0, |kb: u64| kb / 1024)
}

#[test]
fn every_broken_input_ends_in_clear_errors_and_takes_little_memory() {
    let inputs: Vec<_> = bases().iter().flat_map(broken).chain(others()).collect();
    assert!(inputs.len() >= 200, "{}", inputs.len());
    for input in &inputs {
        let shown = String::from_utf8_lossy(&input[..input.len().min(300)]).into_owned();
        assert_clear(&shown, &errors(&input[..]));
    }

    let gigabyte = 1 << 30;
    assert_clear("a line of a gigabyte", &errors(io::repeat(b'a').take(gigabyte)));
    let open = || (&b"{\"user_id\": \""[..]).chain(io::repeat(b'a').take(gigabyte));
    assert_clear("a text of a gigabyte", &errors(open()));
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    io::copy(&mut io::repeat(b' ').take(gigabyte / 4), &mut bomb).expect("memory takes everything");
    assert_clear("a bomb", &errors(&bomb.finish().expect("memory takes everything")[..]));
    assert!(highest_memory_mb() < MOST_MEMORY_MB, "{} MB", highest_memory_mb());
}
