//! The resource of a call, as a path from the general to the specific: `service/kind/name`, `s3/bucket/folder/file`.
//!
//! The detector compares such paths level by level. Accounts and regions are left out: the user's id has the account.

use super::{action::without_version, service};
use crate::formats::json_value::{JsonObject, JsonValue};

/// Parameters that name the resource of a call, with its kind, in order of precedence.
const NAMES: [(&str, &str); 44] = [
    ("instanceId", "instance"),
    ("instanceIds", "instance"),
    ("target", "instance"),
    ("functionName", "function"),
    ("secretId", "secret"),
    ("userName", "user"),
    ("roleName", "role"),
    ("groupName", "group"),
    ("instanceProfileName", "instance-profile"),
    ("roleArn", "role"),
    ("policyArn", "policy"),
    ("snapshotId", "snapshot"),
    ("imageId", "image"),
    ("volumeId", "volume"),
    ("groupId", "security-group"),
    ("networkInterfaceId", "network-interface"),
    ("flowLogId", "flow-log"),
    ("subnetId", "subnet"),
    ("vpcId", "vpc"),
    ("dBSnapshotIdentifier", "snapshot"),
    ("dBInstanceIdentifier", "db"),
    ("dBClusterIdentifier", "cluster"),
    ("keyId", "key"),
    ("tableName", "table"),
    ("trailName", "trail"),
    ("logGroupName", "log-group"),
    ("queueUrl", "queue"),
    ("topicArn", "topic"),
    ("streamName", "stream"),
    ("stackName", "stack"),
    ("clusterName", "cluster"),
    ("repositoryName", "repository"),
    ("projectName", "project"),
    ("databaseName", "database"),
    ("domainName", "domain"),
    ("loadBalancerArn", "loadbalancer"),
    ("hostedZoneId", "hostedzone"),
    ("detectorId", "detector"),
    ("resolverQueryLogConfigId", "resolver-query-log-config"),
    ("modelId", "model"),
    ("documentName", "document"),
    ("sessionId", "session"),
    ("commandId", "command"),
    ("resourceArn", "resource"),
];
/// Parameters that name a resource whose kind is in the name of the event.
const PLAIN_NAMES: [&str; 4] = ["name", "names", "id", "arn"];
/// The maximum depth to which parameters are searched.
const DEEPEST: usize = 6;

/// Returns the path of a record's resource; none if not even the service is known.
pub(super) fn path(record: &JsonObject) -> Option<String> {
    let parameters = record.get("requestParameters");
    if let Some(path) = parameters.and_then(|parameters| bucket_path(parameters.object()?)) {
        return Some(path);
    }
    let resources = record.get("resources").map_or(&[][..], JsonValue::elements);
    if let Some(path) = resources.iter().find_map(|resource| arn_path(resource.object()?.text("ARN")?)) {
        return Some(path);
    }
    let service = Some(service(record)).filter(|service| !service.is_empty())?;
    let kind = kind_by_event(service, record.text("eventName").unwrap_or_default());
    let named = parameters.and_then(|parameters| named(parameters, &kind));
    Some(match named {
        Some((_, name)) if name.starts_with("arn:") => arn_path(name).unwrap_or_else(|| service.to_owned()),
        Some((kind, name)) => joined(&[service, kind, name]),
        None => joined(&[service, &kind]),
    })
}

/// Returns the path of a bucket or of an object in it.
fn bucket_path(parameters: &JsonObject) -> Option<String> {
    let bucket = parameters.text("bucketName")?;
    let inside = parameters.text("key").or_else(|| parameters.text("prefix")).unwrap_or_default();
    Some(joined(&["s3", bucket, inside]))
}

/// Returns the path that an ARN (`arn:partition:service:region:account:rest`) stands for.
fn arn_path(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(6, ':');
    let (Some("arn"), Some(_), Some(service)) = (parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let rest = parts.nth(2)?;
    if service == "s3" {
        return Some(joined(&["s3", rest]));
    }
    let rest = rest.replace(':', "/");
    let rest = if service == "secretsmanager" { without_suffix(&rest) } else { &rest };
    Some(joined(&[service, rest.trim_end_matches("/*")]))
}

/// Removes the six random characters that the ARN of a secret has after its name.
fn without_suffix(secret: &str) -> &str {
    match secret.rsplit_once('-') {
        Some((name, suffix)) if suffix.len() == 6 && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric()) => name,
        _ => secret,
    }
}

/// Finds the parameter of the highest precedence. Among several, the alphabetically first value is taken, so that the
/// order in which they were sent does not matter.
fn named<'a>(parameters: &'a JsonValue<'_>, kind_by_event: &'a str) -> Option<(&'a str, &'a str)> {
    let mut best: Option<(usize, &str)> = None;
    collect("", parameters, DEEPEST, &mut |rank, name| {
        if best.is_none_or(|best| (rank, name) < best) {
            best = Some((rank, name));
        }
    });
    if let Some((rank, name)) = best {
        return Some((NAMES[rank].1, name));
    }
    let plain = PLAIN_NAMES.iter().find_map(|name| first_text(parameters.object()?.get(name)?))?;
    Some((kind_by_event, plain))
}

/// Calls `found` with the precedence and the value of every parameter that names a resource.
fn collect<'a>(parameter: &str, value: &'a JsonValue<'_>, depth: usize, found: &mut impl FnMut(usize, &'a str)) {
    if depth == 0 {
        return;
    }
    match value {
        JsonValue::Object(members) => {
            for (name, member) in members.members() {
                let name = if name == "content" { parameter } else { name }; // how the shape of EC2's newer calls says it
                collect(name, member, depth - 1, found);
            }
        }
        JsonValue::List(elements) => {
            for element in elements {
                collect(parameter, element, depth - 1, found);
            }
        }
        JsonValue::Text(text) if !text.is_empty() => {
            if let Some(rank) = NAMES.iter().position(|(name, _)| name.eq_ignore_ascii_case(parameter)) {
                found(rank, text);
            }
        }
        _ => {}
    }
}

fn first_text<'a>(value: &'a JsonValue<'_>) -> Option<&'a str> {
    value.text().or_else(|| value.elements().iter().filter_map(JsonValue::text).min())
}

/// Returns the kind of resource in the name of an event: `instance` for `DescribeInstances`.
fn kind_by_event(service: &str, event_name: &str) -> String {
    match service {
        "s3" | "signin" => return String::new(), // a bucket stands there; a login is about nothing else
        "cloudtrail" => return "trail".to_owned(),
        _ => {}
    }
    let words = words(without_version(event_name));
    let act = words.strip_prefix("batch-").unwrap_or(&words);
    singular(act.split_once('-').map_or("", |(_, things)| things))
}

/// Splits `DescribeDBInstances` into `describe-db-instances`.
fn words(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut words = String::with_capacity(name.len() + 4);
    for (position, letter) in letters.iter().enumerate() {
        let begins_word = position > 0
            && letter.is_ascii_uppercase()
            && (!letters[position - 1].is_ascii_uppercase()
                || letters.get(position + 1).is_some_and(char::is_ascii_lowercase));
        if begins_word {
            words.push('-');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

fn singular(things: &str) -> String {
    if let Some(stem) = things.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let has_long_plural = ["sses", "xes", "ches"].iter().any(|ending| things.ends_with(ending));
    let is_singular = ["ss", "us", "is"].iter().any(|ending| things.ends_with(ending));
    let ending = if has_long_plural {
        "es"
    } else if is_singular {
        ""
    } else {
        "s"
    };
    things.strip_suffix(ending).unwrap_or(things).to_owned()
}

/// Joins the parts of a path, without empty levels.
fn joined(parts: &[&str]) -> String {
    let levels = parts.iter().flat_map(|part| part.split('/')).filter(|level| !level.is_empty());
    levels.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::formats::object;

    fn path_of(service: &str, event_name: &str, parameters: &serde_json::Value) -> String {
        let source = format!("{service}.amazonaws.com");
        let record =
            json!({"eventSource": source, "eventName": event_name, "requestParameters": parameters}).to_string();
        path(&object::parse(record.as_bytes()).expect("an object")).expect("the service is known")
    }

    #[test]
    fn a_path_begins_with_the_service_and_ends_with_the_resource() {
        for (service, event, parameters, path) in [
            ("s3", "GetObject", json!({"bucketName": "b", "key": "/x//y.txt"}), "s3/b/x/y.txt"),
            ("s3", "ListObjects", json!({"bucketName": "b", "prefix": ""}), "s3/b"),
            ("s3", "ListBuckets", json!({"Host": "s3.amazonaws.com"}), "s3"),
            (
                "iam",
                "AttachUserPolicy",
                json!({"policyArn": "arn:aws:iam::aws:policy/A", "userName": "ann"}),
                "iam/user/ann",
            ),
            (
                "ec2",
                "DescribeInstances",
                json!({"instancesSet": {"items": [{"instanceId": "i-2"}, {"instanceId": "i-1"}]}}),
                "ec2/instance/i-1",
            ),
            ("ec2", "DescribeInstances", json!({"instancesSet": {}}), "ec2/instance"),
            (
                "ec2",
                "DeleteFlowLogs",
                json!({"DeleteFlowLogsRequest": {"FlowLogId": {"content": "fl-1", "tag": 1}}}),
                "ec2/flow-log/fl-1",
            ),
            (
                "ssm",
                "SendCommand",
                json!({"documentName": "AWS-RunShellScript", "instanceIds": ["i-1"]}),
                "ssm/instance/i-1",
            ),
        ] {
            assert_eq!(path_of(service, event, &parameters), path);
        }
    }

    #[test]
    fn a_parameter_is_a_resource_of_the_kind_that_the_event_names() {
        for (service, event, parameters, path) in [
            ("secretsmanager", "BatchGetSecretValue", json!({"filters": []}), "secretsmanager/secret-value"),
            ("ssm", "GetParameters", json!({"names": ["/db/password", "/db/user"]}), "ssm/parameter/db/password"),
            ("cloudtrail", "StopLogging", json!({"name": "t"}), "cloudtrail/trail/t"),
            (
                "secretsmanager",
                "GetSecretValue",
                json!({"secretId": "arn:aws:secretsmanager:r:1:secret:db/main-4Rzn83"}),
                "secretsmanager/secret/db/main",
            ),
            ("lambda", "UpdateFunctionCode20150331v2", json!({"functionName": "f"}), "lambda/function/f"),
            ("rolesanywhere", "CreateTrustAnchor", json!({"name": "a"}), "rolesanywhere/trust-anchor/a"),
            ("signin", "ConsoleLogin", json!(null), "signin"),
            ("sts", "GetCallerIdentity", json!(null), "sts/caller-identity"),
        ] {
            assert_eq!(path_of(service, event, &parameters), path);
        }
    }

    #[test]
    fn a_full_name_becomes_a_path() {
        for (arn, path) in [
            ("arn:aws:iam::1:role/team/ops", "iam/role/team/ops"),
            ("arn:aws:s3:::b/x/y.txt", "s3/b/x/y.txt"),
            ("arn:aws:rds:r:1:snapshot:s", "rds/snapshot/s"),
            ("arn:aws:logs:r:1:log-group:/aws/lambda/f:*", "logs/log-group/aws/lambda/f"),
            ("arn:aws:sns:r:1:t", "sns/t"),
        ] {
            assert_eq!(arn_path(arn).as_deref(), Some(path));
        }
        assert_eq!(arn_path("no full name"), None);
    }

    #[test]
    fn names_of_events_are_split_into_words_and_things_counted_once() {
        assert_eq!(words("DescribeDBInstances"), "describe-db-instances");
        for (many, one) in
            [("db-instances", "db-instance"), ("policies", "policy"), ("addresses", "address"), ("status", "status")]
        {
            assert_eq!(singular(many), one);
        }
    }
}
