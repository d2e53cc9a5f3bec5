//! The caller of a record, under an id that is the same in every session.

use std::borrow::Cow;

use super::service;
use crate::{
    event::{UserId, shorten},
    formats::json_value::JsonObject,
};

/// Recorded by AWS in place of a user name that may be something else, such as a password typed into the wrong field.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";
/// Recorded by AWS as the account of a caller without credentials.
const ANONYMOUS: &str = "ANONYMOUS_PRINCIPAL";
/// Recorded by AWS as the service's name for internal parts of AWS.
const NAMELESS_SERVICE: &str = "AWS Internal";

/// Returns the id of the caller, else of the service or the account; none if the record names none of them.
pub(super) fn user<'a>(record: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
    let user = record
        .object("userIdentity")
        .and_then(|identity| caller(identity, partition(record)))
        .or_else(|| Some(service_name(service(record))).filter(|_| !service(record).is_empty()))
        .or_else(|| record.text("recipientAccountId").map(account_name))?;
    Some(shorten(without_controls(user), UserId::MAX_CHARS))
}

fn caller<'a>(identity: &'a JsonObject<'_>, partition: &str) -> Option<Cow<'a, str>> {
    let get = |name| identity.text(name);
    if [get("accountId"), get("principalId")].contains(&Some(ANONYMOUS)) {
        return Some("anonymous".into());
    }
    if let Some(service) = get("invokedBy").filter(|service| *service != NAMELESS_SERVICE || get("arn").is_none()) {
        return Some(service_name(service));
    }
    let by_kind = match get("type") {
        Some("AssumedRole") => role_session(identity),
        Some("IdentityCenterUser") => person_of_identity_center(identity),
        Some("SAMLUser" | "WebIdentityUser") => person_of_provider(identity),
        Some("AWSAccount") => get("accountId").map(account_name),
        _ => None,
    };
    by_kind
        .or_else(|| get("arn").map(Cow::Borrowed))
        .or_else(|| person_of_account(identity, partition))
        .or_else(|| get("principalId").map(Cow::Borrowed))
        .or_else(|| get("accountId").map(account_name))
}

/// Returns the role and the name of the session, since many callers may assume one role.
fn role_session<'a>(identity: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
    let issuer = identity.object("sessionContext")?.object("sessionIssuer")?.text("arn")?;
    let in_arn = identity.text("arn").and_then(|arn| arn.splitn(3, '/').nth(2));
    let in_principal = || Some(identity.text("principalId")?.split_once(':')?.1);
    let session = without_clock(in_arn.or_else(in_principal).unwrap_or_default());
    Some(if session.is_empty() { issuer.into() } else { format!("{issuer}/{session}").into() })
}

/// Removes the time from the name of a session (`botocore-session-1722375070`): tools that are given no name make up a
/// new one each time, and their caller would be a new user each time.
fn without_clock(session: &str) -> &str {
    let (name, end) = session.rsplit_once('-').unwrap_or(("", session));
    let is_number = end.starts_with('1') && end.bytes().all(|byte| byte.is_ascii_digit());
    let is_clock = is_number && matches!(end.len(), 10 | 13 | 16 | 19); // seconds to nanoseconds since 1970
    if is_clock { name } else { session }
}

fn person_of_identity_center<'a>(identity: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
    let person = identity.object("onBehalfOf")?;
    let user = person.text("userId")?;
    Some(person.text("identityStoreArn").map_or(user.into(), |store| format!("{store}/{user}").into()))
}

fn person_of_provider<'a>(identity: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
    let user = identity.text("userName").filter(|name| *name != HIDDEN).or_else(|| identity.text("principalId"))?;
    Some(identity.text("identityProvider").map_or(user.into(), |provider| format!("{provider}/{user}").into()))
}

/// Returns the id of a caller of whom only account and name are recorded, as in a failed sign-in. It is the same id as
/// in the caller's other records.
fn person_of_account<'a>(identity: &'a JsonObject<'_>, partition: &str) -> Option<Cow<'a, str>> {
    let user = identity.text("userName")?;
    let Some(account) = identity.text("accountId") else {
        return (user != HIDDEN).then_some(user.into());
    };
    Some(match (user, identity.text("type")) {
        (HIDDEN, _) => format!("aws-account:{account}/hidden-user").into(),
        (_, Some("IAMUser")) => format!("arn:{partition}:iam::{account}:user/{user}").into(),
        _ => format!("aws-account:{account}/{user}").into(),
    })
}

/// Returns the partition of AWS in which a record was made, as it is written in ARNs.
fn partition(record: &JsonObject) -> &'static str {
    match record.text("awsRegion").unwrap_or_default() {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

fn service_name(service: &str) -> Cow<'static, str> {
    let source = if service.contains(['.', ' ']) { service.to_owned() } else { format!("{service}.amazonaws.com") };
    format!("service:{source}").into()
}

fn account_name(account: &str) -> Cow<'static, str> {
    format!("aws-account:{account}").into()
}

fn without_controls(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.chars().any(char::is_control) { text.replace(char::is_control, "\u{FFFD}").into() } else { text }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::formats::object;

    fn user_of(identity: &serde_json::Value) -> Option<String> {
        let record = json!({"eventSource": "sts.amazonaws.com", "userIdentity": identity}).to_string();
        user(&object::parse(record.as_bytes()).expect("an object")).map(Cow::into_owned)
    }

    #[test]
    fn people_and_roles_are_named_by_their_arn_or_by_their_issuer() {
        let arn = "arn:aws:iam::1:user/ann";
        let issuer = json!({"sessionIssuer": {"arn": "arn:aws:iam::1:role/ops"}});
        for (identity, name) in [
            (json!({"type": "IAMUser", "arn": arn, "userName": "ann"}), arn),
            (json!({"type": "Root", "arn": "arn:aws:iam::1:root"}), "arn:aws:iam::1:root"),
            (
                json!({"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/ops/ann", "sessionContext": issuer}),
                "arn:aws:iam::1:role/ops/ann",
            ),
            (
                json!({"type": "AssumedRole", "principalId": "AROA:ann", "sessionContext": issuer}),
                "arn:aws:iam::1:role/ops/ann",
            ),
            (
                json!({"type": "FederatedUser", "arn": "arn:aws:sts::1:federated-user/ann"}),
                "arn:aws:sts::1:federated-user/ann",
            ),
            (
                json!({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1", "identityStoreArn": "arn:x/d-1"}}),
                "arn:x/d-1/u-1",
            ),
            (
                json!({"type": "WebIdentityUser", "userName": "ann", "identityProvider": "accounts.google.com"}),
                "accounts.google.com/ann",
            ),
            (json!({"type": "SAMLUser", "principalId": "X:ann"}), "X:ann"),
        ] {
            assert_eq!(user_of(&identity).as_deref(), Some(name), "{identity}");
        }
    }

    #[test]
    fn services_other_accounts_and_unknown_callers_have_a_name() {
        let arn = "arn:aws:iam::1:user/ann";
        for (identity, name) in [
            (json!({"type": "AWSAccount", "accountId": "1", "principalId": "AIDA"}), "aws-account:1"),
            (json!({"type": "AWSAccount", "accountId": "ANONYMOUS_PRINCIPAL", "principalId": ""}), "anonymous"),
            (json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}), "service:ec2.amazonaws.com"),
            (
                json!({"type": "IAMUser", "arn": arn, "invokedBy": "cloudformation.amazonaws.com"}),
                "service:cloudformation.amazonaws.com",
            ),
            (json!({"type": "IAMUser", "arn": arn, "invokedBy": "AWS Internal"}), arn),
            (json!({"type": "Unknown", "principalId": "p-1"}), "p-1"),
            (json!({"accountId": "1"}), "aws-account:1"),
            (json!({}), "service:sts.amazonaws.com"),
            (json!(null), "service:sts.amazonaws.com"),
        ] {
            assert_eq!(user_of(&identity).as_deref(), Some(name), "{identity}");
        }
        assert_eq!(user(&JsonObject::default()), None);
    }

    #[test]
    fn a_failed_login_belongs_to_the_person_or_to_the_account_where_the_name_is_hidden() {
        let of =
            |name: &str| user_of(&json!({"type": "IAMUser", "principalId": "", "accountId": "1", "userName": name}));
        assert_eq!(of("ann").as_deref(), Some("arn:aws:iam::1:user/ann"));
        assert_eq!(of(HIDDEN).as_deref(), Some("aws-account:1/hidden-user"));
    }

    #[test]
    fn the_time_in_the_name_of_a_session_is_left_out() {
        for (session, name) in [
            ("botocore-session-1722375070", "botocore-session"),
            ("aws-go-sdk-1722375070115152000", "aws-go-sdk"),
            ("1722375070115152000", ""),
            ("deploy-123456789012", "deploy-123456789012"),
            ("i-0317f6c6b66ae9c40", "i-0317f6c6b66ae9c40"),
            ("ann", "ann"),
        ] {
            assert_eq!(without_clock(session), name);
        }
    }

    #[test]
    fn a_name_has_at_most_256_characters_and_none_that_controls() {
        let name = user_of(&json!({"arn": format!("a\n{}", "b".repeat(400))})).expect("a name");
        assert!(name.parse::<UserId>().is_ok(), "{name}");
    }
}
