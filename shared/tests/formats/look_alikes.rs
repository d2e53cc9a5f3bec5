//! Records of other kinds are refused by their names, also among true ones.

use serde_json::{Value, json};

use crate::{only_error, records};

fn look_alikes() -> Vec<(&'static str, Value)> {
    vec![
        (
            "an S3 event notification",
            json!({"eventVersion": "2.2", "eventSource": "aws:s3", "eventTime": "2024-01-15T14:30:00Z",
                "eventName": "ObjectCreated:Put", "userIdentity": {"principalId": "AWS:AIDA"},
                "s3": {"bucket": {"name": "b"}, "object": {"key": "k", "size": 5}}}),
        ),
        (
            "an S3 event notification of EventBridge",
            json!({"version": "0", "detail-type": "Object Created", "source": "aws.s3", "detail": {"bucket": {"name": "b"}}}),
        ),
        (
            "a CloudTrail Insights event",
            json!({"eventVersion": "1.08", "eventTime": "2024-01-15T14:30:00Z", "eventType": "AwsCloudTrailInsight",
                "eventName": "RunInstances", "eventSource": "ec2.amazonaws.com", "userIdentity": null,
                "insightDetails": {"state": "Start"}, "eventCategory": "Insight"}),
        ),
        (
            "a CloudTrail digest file",
            json!({"awsAccountId": "1", "digestStartTime": "2024-01-15T14:30:00Z", "logFiles": [{"s3Object": "x"}]}),
        ),
        ("a VPC flow log", json!({"srcaddr": "10.0.0.1", "dstaddr": "10.0.0.2", "action": "ACCEPT"})),
        (
            "a finding of GuardDuty",
            json!({"schemaVersion": "2.0", "type": "Recon:EC2/PortProbe", "service": {}, "severity": 2, "resource": {}}),
        ),
        ("a configuration item of AWS Config", json!({"configurationItemCaptureTime": "2024-01-15T14:30:00Z"})),
        (
            "an activity log of Auth0",
            json!({"log_id": "l", "client_id": "c", "type": "s", "date": "2024-01-15T14:30:00Z", "user_name": "ann"}),
        ),
    ]
}

#[test]
fn a_record_of_another_kind_is_refused_by_its_name() {
    for (name, record) in look_alikes() {
        let error = only_error(record.to_string());
        assert!(error.starts_with(&format!("looks like {name}")), "{name}: {error}");
    }
}

#[test]
fn the_error_says_what_is_read_or_what_to_give_instead() {
    let error = |name: &str| {
        let (_, record) = look_alikes().into_iter().find(|(known, _)| *known == name).expect("it is in the list");
        only_error(record.to_string())
    };
    assert_eq!(
        error("an activity log of Auth0"),
        "looks like an activity log of Auth0, which is not read; read are user_id, timestamp and action_type, and records \
         of AWS CloudTrail, Microsoft Entra, Microsoft 365, Azure, Google Cloud, Google Workspace, Kubernetes, Okta, \
         GitHub, Slack, Box, Dropbox, Nextcloud, OCSF, ECS, CEF"
    );
    assert_eq!(
        error("an S3 event notification"),
        "looks like an S3 event notification, not CloudTrail: it names no caller; give CloudTrail's data events of the \
         bucket"
    );
}

#[test]
fn look_alikes_among_true_records_cost_only_themselves() {
    let call = json!({
        "eventVersion": "1.10", "eventTime": "2024-01-15T14:30:00Z", "eventSource": "kms.amazonaws.com",
        "eventName": "Decrypt", "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::1:user/ann"},
        "eventCategory": "NetworkActivity", "eventType": "AwsVpceEvent", "vpcEndpointId": "vpce-1",
    });
    for (name, look_alike) in look_alikes() {
        let file = json!({"Records": [call, look_alike, call]}).to_string();
        let outcomes: Vec<_> = records(file).into_iter().map(|record| record.event.is_ok()).collect();
        assert_eq!(outcomes, [true, false, true], "{name}: an API call over a network is read");
    }
}

#[test]
fn tables_and_lines_of_other_kinds_are_refused_by_their_names() {
    for (name, text) in [
        (
            "a VPC flow log",
            "version account-id interface-id srcaddr dstaddr srcport dstport\n2 1 eni-1 10.0.0.1 10.0.0.2 1 2\n",
        ),
        (
            "a VPC flow log",
            "2 123456789012 eni-0a1b 10.0.0.1 10.0.0.2 443 49152 6 10 840 1705329000 1705329060 ACCEPT OK\n",
        ),
        (
            "an access log of a load balancer",
            "https 2024-01-15T14:30:00.186641Z app/web/50dc6c495c0c9188 192.0.2.1:2817 10.0.0.1:80 0.086 0.048 0.037 200\n",
        ),
        (
            "an access log of S3",
            "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be logs [15/Jan/2024:14:30:00 +0000] 192.0.2.3\n",
        ),
    ] {
        let error = only_error(text);
        assert!(error.starts_with(&format!("looks like {name}")), "{name}: {error}");
    }
}
