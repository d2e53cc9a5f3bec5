//! Who acted, in `CloudTrail` records whose identity was flattened or turned into text.

use serde_json::{Value, json};
use shared::event::{Action, Event, Outcome};

use crate::{events, only_error, records, users};

const ANN: &str = "arn:aws:iam::1:user/ann";
const OPS: &str = "arn:aws:iam::1:role/ops/ann.lee";

/// The fields of a record beside the identity.
fn record() -> Value {
    json!({
        "eventTime": "2024-01-15T14:30:00Z", "eventSource": "s3.amazonaws.com", "eventName": "GetObject",
        "sourceIPAddress": "198.51.100.7", "requestParameters": {"bucketName": "plans", "key": "q1.pdf"}, "eventID": "e-1",
    })
}

fn record_with(identity: &Value) -> String {
    let mut record = record();
    record.as_object_mut().expect("an object").extend(identity.as_object().expect("an object").clone());
    record.to_string()
}

fn identity() -> Value {
    json!({
        "type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/ops/ann.lee",
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::1:role/ops"}},
    })
}

fn assert_is_read(event: &Event) {
    assert_eq!((event.action, event.outcome), (Action::Download, Outcome::Success));
    assert_eq!(event.resource.as_deref(), Some("s3/plans/q1.pdf"));
    assert_eq!((event.address, event.event_id.as_deref()), (Some([198, 51, 100, 7].into()), Some("e-1")));
}

#[test]
fn an_identity_is_understood_however_an_export_writes_it() {
    let text = identity().to_string();
    for identity in [
        json!({"userIdentity": identity()}),
        json!({"userIdentity": text}),
        json!({"userIdentity": text.replace('"', "'")}),
        json!({"userIdentity": "{type=AssumedRole, principalid=AROA:ann.lee, arn=arn:aws:sts::1:assumed-role/ops/ann.lee, \
            invokedby=null, sessioncontext={attributes={mfaauthenticated=false}, sessionissuer={type=Role, \
            arn=arn:aws:iam::1:role/ops}}}"}),
        json!({"userIdentity.type": "AssumedRole", "userIdentity.arn": "arn:aws:sts::1:assumed-role/ops/ann.lee"}),
        json!({"useridentity.principalid": "AROA:ann.lee", "useridentity.type": "AssumedRole",
            "useridentity.sessioncontext.sessionissuer.arn": "arn:aws:iam::1:role/ops"}),
        json!({"userIdentity_arn": "arn:aws:sts::1:assumed-role/ops/ann.lee", "userName": "ops"}),
        json!({"UserIdentityArn": "arn:aws:sts::1:assumed-role/ops/ann.lee", "UserIdentityType": "AssumedRole"}),
        json!({"user_identity": {"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/ops/ann.lee"}}),
    ] {
        let event = events(record_with(&identity)).remove(0);
        assert_eq!(event.user.as_str(), OPS, "{identity}");
        assert_is_read(&event);
    }
}

#[test]
fn a_document_of_elastic_is_read_from_its_fields_where_the_original_is_missing() {
    let document = json!({
        "@timestamp": "2024-01-15T14:30:00.000Z",
        "event": {"action": "GetObject", "provider": "s3.amazonaws.com", "id": "e-1", "outcome": "success", "kind": "event"},
        "source": {"address": "198.51.100.7", "ip": "198.51.100.7"},
        "user": {"name": "ann", "id": "AIDA"},
        "aws": {"cloudtrail": {"user_identity": {"type": "IAMUser", "arn": ANN},
            "request_parameters": "{bucketName=plans, key=q1.pdf}"}},
    });
    let hit = json!({"_index": "logs", "_source": document});
    for document in [document, hit] {
        let event = events(document.to_string()).remove(0);
        assert_eq!(event.user.as_str(), ANN);
        assert_is_read(&event);
    }
    let of_okta = json!({"@timestamp": "2024-01-15T14:30:00Z", "event": {"action": "user.session.start", "provider": "okta"},
        "user": {"name": "ann"}});
    let of_okta = events(of_okta.to_string()).remove(0);
    assert_eq!((of_okta.user.as_str(), of_okta.resource.as_deref()), ("ann", Some("okta")), "it is not CloudTrail");
}

#[test]
fn the_columns_of_exports_give_the_same_users() {
    for (header, cells) in [
        ("eventName,eventTime,userIdentity.arn", ANN),
        ("EventName,TimeGenerated [UTC],UserIdentityArn", ANN),
        ("eventname,eventtime,useridentity_arn", ANN),
        ("eventName,eventTime,userIdentityarn,userIdentitytype,errorCode", "arn:aws:iam::1:user/ann,IAMUser,NoError"),
        (
            "eventname,eventtime,useridentity",
            "\"{type=IAMUser, principalid=AIDA, arn=arn:aws:iam::1:user/ann, accountid=1}\"",
        ),
        (
            "eventname,eventtime,useridentity",
            "\"{'type': 'IAMUser', 'arn': 'arn:aws:iam::1:user/ann', 'invokedBy': None}\"",
        ),
        ("eventname,eventtime,username,useridentity.arn", "other,arn:aws:iam::1:user/ann"),
    ] {
        let event = events(format!("{header}\nListBuckets,2024-01-15T14:30:00Z,{cells}\n")).remove(0);
        assert_eq!((event.user.as_str(), event.outcome), (ANN, Outcome::Success), "{header}");
    }
}

#[test]
fn an_identity_that_is_missing_or_not_understood_is_an_error_and_never_the_service() {
    for (identity, error) in [
        (json!({}), "userIdentity is missing, so that it is not known who acted"),
        (json!({"userIdentity": null}), "userIdentity is missing, so that it is not known who acted"),
        (
            json!({"userIdentity": {"type": "IAMUser", "sessionContext": {}}}),
            "userIdentity names nobody: must have arn, userName, principalId, invokedBy or accountId; found sessionContext, type",
        ),
        (
            json!({"userIdentity": "{\"type\": \"IAMUser\", \"arn\": \"arn:aws"}),
            "userIdentity is \"{\"type\": \"IAMUser\", \"arn\": \"arn:aws\", must be an object, or its text in JSON, Python or \
             Athena's {type=IAMUser, arn=…}",
        ),
    ] {
        assert_eq!(only_error(record_with(&identity)), error);
    }
    let table =
        "eventName,eventTime,eventSource,awsRegion\nGetObject,2024-01-15T14:30:00Z,s3.amazonaws.com,eu-west-1\n";
    assert!(only_error(table).contains("userIdentity is missing, as one column or as userIdentity.arn"));
    assert_eq!(users("eventName,eventTime,userIdentity\nGetObject,2024-01-15T14:30:00Z,\n"), ["error"]);
}

#[test]
fn a_time_may_be_a_number_and_an_odd_address_costs_only_itself() {
    let mut record = record();
    record["userIdentity"] = identity();
    for time in [json!(1_705_329_000), json!(1_705_329_000_000_u64), json!("1705329000000")] {
        record["eventTime"] = time.clone();
        assert_eq!(events(record.to_string())[0].time.to_string(), "2024-01-15T14:30:00Z", "{time}");
    }
    record["sourceIPAddress"] = json!("nowhere");
    let record = records(record.to_string()).remove(0);
    assert_eq!(record.event.map(|event| event.address), Ok(None));
    assert_eq!(record.unread.iter().map(|error| error.field).collect::<Vec<_>>(), ["sourceIPAddress"]);
}

#[test]
fn people_at_the_console_and_behind_services_stay_themselves() {
    for service in ["signin.amazonaws.com", "console.amazonaws.com", "cloudformation.amazonaws.com", "AWS Internal"] {
        let identity = json!({"type": "IAMUser", "arn": ANN, "invokedBy": service});
        assert_eq!(users(record_with(&json!({"userIdentity": identity}))), [ANN], "{service}");
    }
    let by_service = json!({"userIdentity": {"type": "AWSService", "invokedBy": "backup.amazonaws.com"}});
    assert_eq!(users(record_with(&by_service)), ["service:backup.amazonaws.com"]);
}
