//! A message as an event of Standard Webhooks: `type`, `timestamp` and `data`.

use serde_json::{Value, json};

use crate::{Content, Message};

/// Returns the body of a request.
pub(super) fn body(message: &Message) -> Value {
    let (event_type, mut data) = match &message.content {
        Content::Alert(alert) => ("alert.raised", json!(alert)),
        Content::Digest(digest) => ("alerts.digest", json!(digest)),
        Content::Test(test) => ("channel.test", json!(test)),
    };
    data["organisation"] = json!(message.organisation);
    json!({ "type": event_type, "timestamp": message.time, "data": data })
}
