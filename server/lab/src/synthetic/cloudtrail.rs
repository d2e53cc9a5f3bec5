//! Writing events in the format of AWS CloudTrail.

use std::{
    io::{self, Write},
    net::IpAddr,
};

use serde::Serialize;
use shared::event::{Action, Event};

use crate::dataset::LabelledEvent;

/// The account number that AWS uses in its documentation.
const ACCOUNT: &str = "111122223333";

/// Writes events as `CloudTrail` records, one a line, without their labels.
///
/// A resource `department/project/…` becomes the object `project/…` of the bucket `department`. As in real records,
/// times have whole seconds, and locations and roles are left out.
pub fn write<'a>(rows: impl IntoIterator<Item = &'a LabelledEvent>, mut sink: impl Write) -> io::Result<()> {
    for row in rows {
        serde_json::to_writer(&mut sink, &CloudTrailRecord::of(&row.event))?;
        sink.write_all(b"\n")?;
    }
    sink.flush()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CloudTrailRecord<'a> {
    event_version: &'static str,
    #[serde(rename = "eventID")]
    event_id: String,
    event_time: String,
    event_source: &'static str,
    event_name: &'static str,
    aws_region: &'static str,
    #[serde(rename = "sourceIPAddress", skip_serializing_if = "Option::is_none")]
    source_address: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
    user_identity: UserIdentity<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_parameters: Option<S3Object<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_elements: Option<LoginResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_event_data: Option<TransferredBytes>,
    recipient_account_id: &'static str,
}

/// A user of the organisation's identity directory.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserIdentity<'a> {
    r#type: &'static str,
    account_id: &'static str,
    on_behalf_of: DirectoryUser<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DirectoryUser<'a> {
    user_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct S3Object<'a> {
    bucket_name: &'a str,
    key: &'a str,
}

#[derive(Serialize)]
struct LoginResponse {
    #[serde(rename = "ConsoleLogin")]
    console_login: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TransferredBytes {
    #[serde(rename = "bytesTransferredIn")]
    bytes_in: f64,
    #[serde(rename = "bytesTransferredOut")]
    bytes_out: f64,
}

impl<'a> CloudTrailRecord<'a> {
    fn of(event: &'a Event) -> Self {
        let (event_source, event_name) = operation(event.action);
        let is_login = event.action == Action::Login;
        let object = |resource: &'a str| {
            let (bucket_name, key) = resource.split_once('/').unwrap_or((resource, ""));
            S3Object { bucket_name, key }
        };
        let answer = if event.has_failed() { "Failure" } else { "Success" };
        Self {
            event_version: "1.11",
            event_id: event.id(),
            event_time: event.time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            event_source,
            event_name,
            aws_region: "eu-central-1",
            source_address: event.address,
            user_agent: event.user_agent.as_deref(),
            user_identity: UserIdentity {
                r#type: "IdentityCenterUser",
                account_id: ACCOUNT,
                on_behalf_of: DirectoryUser { user_id: event.user.as_str() },
            },
            request_parameters: event.resource.as_deref().map(object),
            response_elements: is_login.then_some(LoginResponse { console_login: answer }),
            error_code: (event.has_failed() && !is_login).then_some("AccessDenied"),
            additional_event_data: event.volume_mb.map(|moved_mb| transfer(event.action, moved_mb)),
            recipient_account_id: ACCOUNT,
        }
    }
}

/// Returns the service and the operation that stand for an action.
fn operation(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::Login => ("signin.amazonaws.com", "ConsoleLogin"),
        Action::Logout => ("signin.amazonaws.com", "Logout"),
        Action::View => ("s3.amazonaws.com", "HeadObject"),
        Action::Download => ("s3.amazonaws.com", "GetObject"),
        Action::Upload => ("s3.amazonaws.com", "PutObject"),
        Action::Delete => ("s3.amazonaws.com", "DeleteObject"),
        Action::Admin => ("s3.amazonaws.com", "PutObjectAcl"),
    }
}

fn transfer(action: Action, moved_mb: f64) -> TransferredBytes {
    let bytes = (moved_mb * 1e6).round();
    let (bytes_in, bytes_out) = if action == Action::Upload { (bytes, 0.0) } else { (0.0, bytes) };
    TransferredBytes { bytes_in, bytes_out }
}
