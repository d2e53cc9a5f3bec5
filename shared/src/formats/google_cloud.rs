//! Audit logs of Google Cloud, as Cloud Logging, its sinks and exports of `BigQuery` write them, described at
//! <https://cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog>.

use std::borrow::Cow;

use super::{
    Format,
    act_rules::ActRules,
    json_value::JsonObject,
    paths::{at, text_at},
    vendor::{ANY, Paths, Signature, Vendor, named_user, resource, text},
};
use crate::event::{Action, Outcome, UncheckedEvent};

pub(super) struct GoogleCloud;

const USERS: &[&str] = &[
    "protoPayload.authenticationInfo.principalEmail",
    "protopayloadAuditlog.authenticationInfo.principalEmail",
    "protoPayload.authenticationInfo.principalSubject",
    "protopayloadAuditlog.authenticationInfo.principalSubject",
    "protoPayload.authenticationInfo.authoritySelector",
];
/// The beginnings of subjects that are people.
const PEOPLE: [&str; 2] = ["user:", "principal:"];
/// The end of the names of Google's services.
const SERVICE_END: &str = ".googleapis.com";

impl Vendor for GoogleCloud {
    const FORMAT: Format = Format::GoogleCloud;
    const EXPECTS: &'static str = "protoPayload and timestamp of Google Cloud";
    const LISTS: &'static [&'static str] = &["entries"];
    const SIGNATURES: &'static [Signature] = &[
        &[("protoPayload.methodName", ANY)],
        &[("protoPayload.authenticationInfo", ANY)],
        &[("protoPayload.authorizationInfo", ANY)],
        &[("protopayloadAuditlog.methodName", ANY)],
    ];
    const FIELDS: &'static Paths = &[
        ("user_id", USERS),
        ("timestamp", &["timestamp", "receiveTimestamp"]),
        (
            "native_action",
            &[
                "protoPayload.methodName",
                "protopayloadAuditlog.methodName",
                "protoPayload.authorizationInfo.permission",
            ],
        ),
        ("event_id", &["insertId"]),
        ("ip_address", &["protoPayload.requestMetadata.callerIp", "protopayloadAuditlog.requestMetadata.callerIp"]),
        (
            "user_agent",
            &[
                "protoPayload.requestMetadata.callerSuppliedUserAgent",
                "protopayloadAuditlog.requestMetadata.callerSuppliedUserAgent",
            ],
        ),
        ("outcome", &["protoPayload.status.code", "protopayloadAuditlog.status.code"]),
        ("native_outcome", &["protoPayload.status.message", "protopayloadAuditlog.status.message"]),
    ];
    const ACTS: &'static ActRules = &[
        (
            Action::Login,
            &["*LoginService*", "*login*", "*GenerateAccessToken", "*GenerateIdToken", "*SignJwt", "*SignBlob"],
        ),
        (
            Action::Download,
            &[
                "storage.objects.get",
                "*AccessSecretVersion",
                "*xport*",
                "*getQueryResults",
                "*GetQueryResults",
                "*tabledata.list",
                "*ReadRows",
                "*Download*",
                "*secrets.get",
            ],
        ),
        (Action::Delete, &["*.delete*", "*Delete*", "*Destroy*", "*.destroy*", "*Purge*"]),
        (
            Action::View,
            &[
                "*.get",
                "*.list",
                "*.Get*",
                "*.List*",
                "Get*",
                "List*",
                "*.aggregatedList",
                "*.watch",
                "*earch*",
                "*estIamPermissions*",
                "*Query*",
            ],
        ),
        (
            Action::Admin,
            &[
                "*etIamPolic*",
                "*IamPolicy*",
                "*ServiceAccount*",
                "*Role*",
                "*roles*",
                "*rolebindings*",
                "*irewall*",
                "*Sink*",
                "*LogBucket*",
                "*Exclusion*",
                "*olic*",
                "*CryptoKey*",
                "*ApiKey*",
                "*Key",
                "*ervicePerimeter*",
                "*AccessLevel*",
                "*WorkloadIdentity*",
                "*etMetadata*",
                "*etCommonInstanceMetadata*",
                "*dns*",
                "*webhookconfigurations*",
                "*.exec*",
                "*certificatesigningrequests*",
                "*EnableService*",
                "*DisableService*",
            ],
        ),
        (Action::Upload, &["*"]),
    ];

    fn user<'a>(record: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
        let user = named_user(record, USERS).map(without_kind);
        let has_caller = || at(record, "protoPayload.authenticationInfo").is_some_and(|info| info.object().is_some());
        user.or_else(|| has_caller().then(|| "anonymous".into()))
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        let of_payload = |field: &str| {
            let paths = [format!("protoPayload.{field}"), format!("protopayloadAuditlog.{field}")];
            paths.iter().find_map(|path| text_at(record, path)).unwrap_or_default()
        };
        let service = of_payload("serviceName");
        event.resource_id = resource(&[
            service.strip_suffix(SERVICE_END).unwrap_or(service),
            name_in_project(of_payload("resourceName")),
        ]);
        if event.outcome.is_none() && event.native_outcome.is_none() {
            event.outcome = Some(text(Outcome::Success.name())); // a status is there where the call has failed
        }
    }
}

/// Returns a subject without its kind, if it is a person: `user:ann@example.com`.
fn without_kind(subject: Cow<str>) -> Cow<str> {
    match PEOPLE.iter().find_map(|kind| subject.strip_prefix(kind)) {
        Some(person) => Cow::Owned(person.to_owned()),
        None => subject,
    }
}

/// Returns the name of a resource without that of its project, which stands in front of all names alike.
fn name_in_project(name: &str) -> &str {
    let inside = name.strip_prefix("projects/").and_then(|name| name.split_once('/'));
    inside.map_or(name, |(_, inside)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_no_level_of_a_resource_unless_it_is_the_resource() {
        assert_eq!(name_in_project("projects/_/buckets/b/objects/o"), "buckets/b/objects/o");
        assert_eq!(name_in_project("projects/p1"), "projects/p1");
        assert_eq!(name_in_project("core/v1/pods"), "core/v1/pods");
    }
}
