//! The caller of a record, under an id that is the same in every session.

use std::borrow::Cow;

use super::{service, session};
use crate::{
    event::{FieldError, UserId, shorten},
    formats::{
        json_value::{JsonObject, JsonValue},
        some_of,
        structured_text::is_structure,
    },
};

/// Recorded by AWS in place of a user name that may be something else, such as a password typed into the wrong field.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";
/// Recorded by AWS as the account of a caller without credentials.
const ANONYMOUS: &str = "ANONYMOUS_PRINCIPAL";
/// The part of a role's ARN that only roles of AWS's own services have; the service's name follows.
const SERVICE_ROLE: &str = ":role/aws-service-role/";
/// The type of records of what a service did by itself.
const SERVICE_EVENT: &str = "AwsServiceEvent";

/// Returns the id of the caller. What a service of AWS did by itself has the service for a caller.
///
/// # Errors
///
/// Returns the error of the field `userIdentity` if it is missing or names nobody.
pub(super) fn user<'a>(record: &'a JsonObject<'_>) -> Result<Cow<'a, str>, FieldError> {
    let identity = record.get("userIdentity").filter(|identity| **identity != JsonValue::Null);
    let caller = match identity {
        Some(JsonValue::Object(identity)) => caller(identity, partition(record)),
        Some(JsonValue::Text(name)) if !name.trim().is_empty() && !is_structure(name) => Some(name.as_ref().into()),
        _ => None,
    };
    let service = || Some(service(record)).filter(|name| !name.is_empty()).map(service_name);
    let is_of_service = record.text("eventType") == Some(SERVICE_EVENT);
    caller
        .or_else(|| service().filter(|_| is_of_service))
        .map(|user| shorten(without_controls(user), UserId::MAX_CHARS))
        .ok_or_else(|| unnamed(identity))
}

/// Returns the error of an identity that names nobody.
fn unnamed(identity: Option<&JsonValue>) -> FieldError {
    const SHOWN: usize = 8;
    let (problem, detail) = match identity {
        None => ("is missing", "is missing, so that it is not known who acted".to_owned()),
        Some(JsonValue::Object(identity)) => {
            let names: Vec<_> = identity.members().map(|(name, _)| name).collect();
            let expected = "must have arn, userName, principalId, invokedBy or accountId";
            ("names nobody", format!("names nobody: {expected}; found {}", some_of(&names, SHOWN)))
        }
        Some(other) => {
            let found = other.raw().map_or_else(String::new, |raw| raw.to_string());
            let expected = "must be an object, or its text in JSON, Python or Athena's {type=IAMUser, arn=…}";
            ("is not understood", format!("is {found}, {expected}"))
        }
    };
    FieldError { field: "userIdentity", problem, detail }
}

/// Returns the person, role, account or service that an identity names. A person or role who acts through a service
/// (`invokedBy`), such as the console or `CloudFormation`, stays the caller.
fn caller<'a>(identity: &'a JsonObject<'_>, partition: &str) -> Option<Cow<'a, str>> {
    let get = |name| identity.text(name);
    let kind = get("type");
    let service = || get("invokedBy").map(service_name);
    if [get("accountId"), get("principalId")].contains(&Some(ANONYMOUS)) {
        return Some("anonymous".into());
    }
    if kind == Some("AWSService") {
        return service().or_else(|| get("principalId").map(service_name));
    }
    let by_kind = match kind {
        Some("IdentityCenterUser") => person_of_identity_center(identity),
        Some("SAMLUser" | "WebIdentityUser") => person_of_provider(identity),
        Some("AWSAccount") => get("accountId").map(account_name),
        _ => role_session(identity),
    };
    by_kind
        .or_else(|| get("arn").map(Cow::Borrowed))
        .or_else(|| person_of_account(identity, partition))
        .or_else(|| get("principalId").map(Cow::Borrowed))
        .or_else(service)
        .or_else(|| get("accountId").map(account_name))
}

/// Returns the role and what stays the same of the session's name, since many callers may assume one role; the service
/// instead, if only a service of AWS can assume the role. None if the identity is not that of a session.
fn role_session<'a>(identity: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
    let arn = identity.text("arn").unwrap_or_default();
    let (account, in_arn) = arn.split_once(":assumed-role/").unwrap_or((arn, ""));
    let (role, session) = in_arn.split_once('/').unwrap_or((in_arn, ""));
    let issuer = || identity.object("sessionContext")?.object("sessionIssuer")?.text("arn");
    let role: Cow<str> = match issuer().filter(|issuer| issuer.contains(":role/")) {
        Some(issuer) => issuer.into(),
        None if role.is_empty() => return None,
        None => format!("{}:role/{role}", account.replacen(":sts:", ":iam:", 1)).into(),
    };
    if let Some((_, path)) = role.split_once(SERVICE_ROLE) {
        return path.split('/').next().map(service_name);
    }
    let in_principal = || identity.text("principalId").and_then(|id| id.split_once(':')).map(|(_, session)| session);
    let session = if session.is_empty() { in_principal().unwrap_or_default() } else { session };
    let stable = session::stable_part(session, &role);
    Some(if stable.is_empty() { role } else { format!("{role}/{stable}").into() })
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
        user(&object::parse(record.as_bytes()).expect("an object")).ok().map(Cow::into_owned)
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
        for (identity, name) in [
            (json!({"type": "AWSAccount", "accountId": "1", "principalId": "AIDA"}), "aws-account:1"),
            (json!({"type": "AWSAccount", "accountId": "ANONYMOUS_PRINCIPAL", "principalId": ""}), "anonymous"),
            (json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}), "service:ec2.amazonaws.com"),
            (json!({"invokedBy": "AWS Internal"}), "service:AWS Internal"),
            (json!({"accountId": "1", "invokedBy": "eks.amazonaws.com"}), "service:eks.amazonaws.com"),
            (json!({"type": "Unknown", "principalId": "p-1"}), "p-1"),
            (json!({"accountId": "1"}), "aws-account:1"),
            (json!("ann"), "ann"),
        ] {
            assert_eq!(user_of(&identity).as_deref(), Some(name), "{identity}");
        }
        let linked = "arn:aws:sts::1:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling";
        let issuer = "arn:aws:iam::1:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
        let identity =
            json!({"type": "AssumedRole", "arn": linked, "sessionContext": {"sessionIssuer": {"arn": issuer}}});
        assert_eq!(user_of(&identity).as_deref(), Some("service:autoscaling.amazonaws.com"));
    }

    #[test]
    fn who_acts_through_a_service_stays_the_caller() {
        let arn = "arn:aws:iam::1:user/ann";
        for service in ["signin.amazonaws.com", "cloudformation.amazonaws.com", "AWS Internal", "athena.amazonaws.com"]
        {
            let of_person = json!({"type": "IAMUser", "arn": arn, "invokedBy": service});
            assert_eq!(user_of(&of_person).as_deref(), Some(arn), "{service}");
            let role = "arn:aws:sts::1:assumed-role/deploy/ann";
            let of_role = json!({"type": "AssumedRole", "arn": role, "invokedBy": service});
            assert_eq!(user_of(&of_role).as_deref(), Some("arn:aws:iam::1:role/deploy/ann"), "{service}");
        }
    }

    #[test]
    fn an_identity_that_names_nobody_is_an_error_except_of_what_a_service_did_by_itself() {
        let of = |identity: serde_json::Value, event_type: &str| {
            let record = json!({"eventSource": "kms.amazonaws.com", "eventType": event_type, "userIdentity": identity});
            let record = record.to_string();
            user(&object::parse(record.as_bytes()).expect("an object"))
                .map_or_else(|error| format!("{} {}", error.field, error.problem), Cow::into_owned)
        };
        for (identity, error) in [
            (json!(null), "userIdentity is missing"),
            (json!({}), "userIdentity names nobody"),
            (json!({"type": "IAMUser", "arn": ""}), "userIdentity names nobody"),
            (json!("{type=IAMUser, arn"), "userIdentity is not understood"),
            (json!(["ann"]), "userIdentity is not understood"),
        ] {
            assert_eq!(of(identity.clone(), "AwsApiCall"), error);
            assert_eq!(of(identity, "AwsServiceEvent"), "service:kms.amazonaws.com");
        }
    }

    #[test]
    fn a_failed_login_belongs_to_the_person_or_to_the_account_where_the_name_is_hidden() {
        let of =
            |name: &str| user_of(&json!({"type": "IAMUser", "principalId": "", "accountId": "1", "userName": name}));
        assert_eq!(of("ann").as_deref(), Some("arn:aws:iam::1:user/ann"));
        assert_eq!(of(HIDDEN).as_deref(), Some("aws-account:1/hidden-user"));
    }

    #[test]
    fn a_session_is_the_same_user_with_and_without_its_issuer() {
        let arn = "arn:aws:sts::1:assumed-role/web/i-0317f6c6b66ae9c40";
        let issuer = json!({"sessionIssuer": {"arn": "arn:aws:iam::1:role/web"}});
        for identity in [
            json!({"type": "AssumedRole", "arn": arn}),
            json!({"arn": arn}),
            json!({"type": "AssumedRole", "arn": arn, "sessionContext": issuer}),
            json!({"type": "AssumedRole", "arn": arn.replace("i-03", "i-04"), "sessionContext": issuer}),
        ] {
            assert_eq!(user_of(&identity).as_deref(), Some("arn:aws:iam::1:role/web/i-*"), "{identity}");
        }
    }

    #[test]
    fn a_name_has_at_most_256_characters_and_none_that_controls() {
        let name = user_of(&json!({"arn": format!("a\n{}", "b".repeat(400))})).expect("a name");
        assert!(name.parse::<UserId>().is_ok(), "{name}");
    }
}
