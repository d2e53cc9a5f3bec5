//! Activity and resource logs of Azure, as the REST API, diagnostic settings and the table `AzureActivity` of Sentinel
//! write them, described at <https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema> and
//! <https://learn.microsoft.com/azure/azure-monitor/platform/resource-logs-schema>. Logs of Microsoft Entra have the same
//! envelope.

use std::borrow::Cow;

use super::{
    Format,
    act_rules::{ActRules, first_of},
    entra::SIGN_INS,
    json_value::JsonObject,
    microsoft_time::of_portal,
    paths::{exists, first_at, first_text_at, megabytes_at, text_at},
    vendor::{ANY, Paths, Signature, Vendor, named_user, resource, service, text},
};
use crate::event::{Action, RawValue, UncheckedEvent};

pub(super) struct Azure;

/// Where people are named. The long names are those of claims: `http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn`.
const PEOPLE: &[&str] = &[
    "caller",
    "identity.claims.httpschemasxmlsoaporgws200505identityclaimsupn",
    "identity.claims.upn",
    "identity.claim.httpschemasxmlsoaporgws200505identityclaimsupn",
    "identity.claim.upn",
    "identity.claims.httpschemasxmlsoaporgws200505identityclaimsemailaddress",
    "identity.claims.httpschemasxmlsoaporgws200505identityclaimsname",
    "identity.claims.name",
    "identity.requester.upn",
    "identity.upn",
];
/// Where programs are named.
const PROGRAMS: &[&str] = &[
    "identity.claims.httpschemasmicrosoftcomidentityclaimsobjectidentifier",
    "identity.claims.appid",
    "identity.claim.appid",
    "identity.requester.objectId",
    "identity.requester.appId",
];
/// The categories of the activity log.
const CATEGORIES: &[&str] = &[
    "Administrative",
    "Security",
    "ServiceHealth",
    "Alert",
    "Recommendation",
    "Policy",
    "Autoscale",
    "ResourceHealth",
    "StorageRead",
    "StorageWrite",
    "StorageDelete",
    "AuditEvent",
];
/// Fields that only records of Microsoft Entra have.
const OF_ENTRA: [&str; 4] =
    ["properties.initiatedBy", "properties.userPrincipalName", "initiatedBy", "userPrincipalName"];
/// The beginning of categories of Kubernetes' logs, which hold records of another format.
const KUBERNETES: &str = "kube";

impl Vendor for Azure {
    const FORMAT: Format = Format::Azure;
    const EXPECTS: &'static str = "operationName and resourceId or caller of Azure";
    const LISTS: &'static [&'static str] = &["value"];
    const SIGNATURES: &'static [Signature] = &[
        &[("operationName", ANY), ("resourceId", ANY)],
        &[("operationName", ANY), ("callerIpAddress", ANY)],
        &[("operationName", ANY), ("category", CATEGORIES)],
        &[("operationName", ANY), ("time", ANY), ("properties", ANY)],
        &[("operationName", ANY), ("caller", ANY), ("subscriptionId", ANY)],
        &[("operationNameValue", ANY), ("caller", ANY)],
    ];
    const COLUMNS: &'static [Signature] = &[
        &[("operationName", ANY), ("caller", ANY), ("subscriptionId", ANY)],
        &[("operationNameValue", ANY), ("caller", ANY)],
    ];
    const FIELDS: &'static Paths = &[
        ("user_id", PEOPLE),
        ("timestamp", &["eventTimestamp", "time", "timeGenerated", "submissionTimestamp"]),
        ("native_action", &["operationName.value", "operationNameValue", "authorization.action", "operationName"]),
        ("event_id", &["eventDataId"]),
        ("ip_address", &["callerIpAddress", "httpRequest.clientIpAddress", "claims.ipaddr", "identity.claims.ipaddr"]),
        ("user_agent", &["properties.userAgentHeader", "userAgentHeader", "identity.userAgent"]),
        (
            "outcome",
            &["status.value", "activityStatusValue", "activityStatus", "resultType", "statusCode", "resultSignature"],
        ),
        (
            "native_outcome",
            &["statusText", "subStatus.value", "activitySubstatusValue", "activitySubstatus", "resultDescription"],
        ),
    ];
    /// Names are compared in lower case.
    const ACTS: &'static ActRules = &[
        (
            Action::Download,
            &[
                "getblob",
                "getfile",
                "*listkeys*",
                "*listaccountsas*",
                "*listservicesas*",
                "*getsecret*",
                "secretget",
                "*export*",
                "*begingetaccess*",
                "*download*",
                "*listcredential*",
                "*/publishxml/action",
            ],
        ),
        (Action::Delete, &["*/delete", "delete*"]),
        (Action::View, &["*/read", "*/read/action", "get*", "list*", "head*", "*/list*/action", "*/validate*"]),
        (
            Action::Admin,
            &[
                "microsoft.authorization/*",
                "microsoft.managedidentity/*",
                "microsoft.policyinsights/*",
                "microsoft.security*",
                "*networksecuritygroups*",
                "*firewall*",
                "*virtualnetworkpeerings*",
                "*diagnosticsettings*",
                "*policy*",
                "*policies*",
                "*/locks/*",
                "*rolea*",
                "*accesspolicies*",
                "microsoft.keyvault/vaults/write",
                "microsoft.storage/storageaccounts/write",
                "*regeneratekey*",
                "*runcommand*",
                "*/extensions/write",
                "*setacl*",
                "microsoft.insights/*",
            ],
        ),
        (Action::Upload, &["*"]),
    ];

    fn is_foreign(record: &JsonObject) -> bool {
        text_at(record, "category")
            .is_some_and(|category| category.starts_with(KUBERNETES) || SIGN_INS.contains(&category))
            || OF_ENTRA.iter().any(|path| exists(record, path))
    }

    fn user<'a>(record: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
        match named_user(record, PEOPLE) {
            Some(user) if is_uuid(&user) => Some(service(&user)),
            Some(user) => Some(user),
            None => named_user(record, PROGRAMS).map(|name| service(&name)),
        }
    }

    fn action(_record: &JsonObject, native_action: &str) -> Option<Action> {
        first_of(Self::ACTS, &native_action.to_ascii_lowercase())
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        event.timestamp = event.timestamp.take().map(of_portal);
        let object = first_text_at(record, &["properties.objectKey", "objectKey"]);
        let path = object.map(|object| format!("storage/{object}"));
        let path = path.or_else(|| first_text_at(record, RESOURCES).map(path_of));
        event.resource_id = path.and_then(|path| resource(&[&path]));
        let sizes = ["requestBodySize", "responseBodySize"];
        let moved = sizes
            .map(|size| megabytes_at(record, size).or_else(|| megabytes_at(record, &format!("properties.{size}"))));
        event.data_volume_mb =
            moved.iter().any(Option::is_some).then(|| RawValue::Number(moved.into_iter().flatten().sum()));
        if event.outcome.is_none() && first_at(record, &["properties.metricResponseType"]).is_some() {
            event.outcome = text_at(record, "properties.metricResponseType").map(text);
        }
    }
}

const RESOURCES: &[&str] = &["resourceId", "_resourceId", "authorization.scope", "resourceUri"];

/// Returns the path of a resource without the subscription, in lower case, since records write one resource in several.
fn path_of(id: &str) -> String {
    let id = id.to_ascii_lowercase();
    let levels: Vec<_> = id.split('/').filter(|level| !level.is_empty()).collect();
    let inside = match levels[..] {
        ["subscriptions", _, ref inside @ ..] if !inside.is_empty() => inside,
        ref all => all,
    };
    let named = inside.iter().filter(|level| !matches!(**level, "resourcegroups" | "providers"));
    named.copied().collect::<Vec<_>>().join("/")
}

/// Returns whether a caller is the id of a program: people are named by their addresses.
fn is_uuid(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_the_same_in_every_spelling_and_without_its_subscription() {
        for id in [
            "/subscriptions/8f15/resourceGroups/Main-RG/providers/Microsoft.Web/sites/shop",
            "/SUBSCRIPTIONS/8F15/RESOURCEGROUPS/MAIN-RG/PROVIDERS/MICROSOFT.WEB/SITES/SHOP",
        ] {
            assert_eq!(path_of(id), "main-rg/microsoft.web/sites/shop");
        }
        assert_eq!(path_of("/subscriptions/8f15"), "subscriptions/8f15");
    }

    #[test]
    fn a_program_is_told_by_its_id() {
        assert!(is_uuid("d31b683d-803d-4f56-a92b-1d9e5082372d"));
        for other in ["ann@example.com", "d31b683d-803d-4f56-a92b", "d31b683d-803d-4f56-a92b-1d9e5082372x"] {
            assert!(!is_uuid(other), "{other}");
        }
    }
}
