//! Sign-ins and audits of Microsoft Entra, as the Graph API, diagnostic settings, exports of Sentinel and the portal
//! write them, described at <https://learn.microsoft.com/graph/api/resources/signin> and
//! <https://learn.microsoft.com/graph/api/resources/directoryaudit>.

use std::borrow::Cow;

use super::{
    Format,
    act_rules::ActRules,
    json_value::{JsonObject, JsonValue},
    microsoft_time::of_portal,
    paths::{at, first_text_at, paired},
    vendor::{ANY, Paths, Signature, Vendor, named_user, place, resource, service, text},
};
use crate::event::{Action, Device, RawValue, UncheckedEvent};

/// Sign-ins of people, services and managed identities.
pub(super) struct SignIns;

/// Changes in the directory.
pub(super) struct Audits;

/// The categories of sign-ins in diagnostic settings.
pub(super) const SIGN_INS: &[&str] = &[
    "SignInLogs",
    "NonInteractiveUserSignInLogs",
    "ServicePrincipalSignInLogs",
    "ManagedIdentitySignInLogs",
    "ADFSSignInLogs",
];
/// The name of the act, where a record has none.
const SIGN_IN: &str = "Sign-in activity";
/// Systems of desktop computers and of phones.
const SYSTEMS: [(&str, Device); 8] = [
    ("Windows Phone", Device::Mobile),
    ("Windows", Device::Desktop),
    ("MacOs", Device::Desktop),
    ("Mac OS", Device::Desktop),
    ("Linux", Device::Desktop),
    ("iPad", Device::Tablet),
    ("Ios", Device::Mobile),
    ("Android", Device::Mobile),
];

impl Vendor for SignIns {
    const FORMAT: Format = Format::Entra;
    const EXPECTS: &'static str = "userPrincipalName and createdDateTime of sign-ins of Microsoft Entra";
    const LISTS: &'static [&'static str] = &["value"];
    const SIGNATURES: &'static [Signature] = &[
        &[("userPrincipalName", ANY), ("createdDateTime", ANY)],
        &[("userPrincipalName", ANY), ("appDisplayName", ANY), ("resultType", ANY)],
        &[("servicePrincipalName", ANY), ("createdDateTime", ANY)],
        &[("category", SIGN_INS), ("properties", ANY)],
        &[("dateUtc", ANY), ("username", ANY), ("signInErrorCode", ANY)],
    ];
    const FIELDS: &'static Paths = &[
        ("user_id", USERS),
        (
            "timestamp",
            &[
                "createdDateTime",
                "properties.createdDateTime",
                "time",
                "dateUtc",
                "timeGenerated",
                "authenticationDetails.authenticationStepDateTime",
            ],
        ),
        ("native_action", &["operationName"]),
        ("event_id", &["properties.id", "id", "requestId"]),
        ("ip_address", &["ipAddress", "properties.ipAddress", "callerIpAddress"]),
        ("user_agent", &["userAgent", "properties.userAgent"]),
        ("outcome", &["status.errorCode", "properties.status.errorCode", "resultType", "signInErrorCode", "status"]),
        (
            "native_outcome",
            &["status.failureReason", "properties.status.failureReason", "resultDescription", "failureReason"],
        ),
        (
            "latitude",
            &[
                "location.geoCoordinates.latitude",
                "properties.location.geoCoordinates.latitude",
                "locationDetails.geoCoordinates.latitude",
            ],
        ),
        (
            "longitude",
            &[
                "location.geoCoordinates.longitude",
                "properties.location.geoCoordinates.longitude",
                "locationDetails.geoCoordinates.longitude",
            ],
        ),
    ];
    const ACTS: &'static ActRules = &[(Action::Login, &["*"])];

    fn user<'a>(record: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
        named_user(record, USERS).or_else(|| {
            named_user(
                record,
                &["servicePrincipalId", "properties.servicePrincipalId", "servicePrincipalName", "appId"],
            )
            .map(|name| service(&name))
        })
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        event.timestamp = event.timestamp.take().map(of_portal);
        event.native_action = event.native_action.take().or_else(|| Some(text(SIGN_IN)));
        let of_place =
            |field: &str| PLACES.iter().find_map(|place| first_text_at(record, &[&format!("{place}.{field}")]));
        let country = of_place("countryOrRegion").or_else(|| first_text_at(record, &["location"]));
        event.location = place(of_place("city"), country);
        event.device_type = first_text_at(
            record,
            &["deviceDetail.operatingSystem", "properties.deviceDetail.operatingSystem", "operatingSystem"],
        )
        .and_then(device_of_system);
        let of_app = |paths: &[&str]| first_text_at(record, paths).unwrap_or_default().to_owned();
        let app = of_app(&["appDisplayName", "properties.appDisplayName", "application"]);
        let target = of_app(&["resourceDisplayName", "properties.resourceDisplayName", "resource"]);
        event.resource_id = resource(&[&app, if target == app { "" } else { &target }]);
    }
}

const USERS: &[&str] = &[
    "userPrincipalName",
    "properties.userPrincipalName",
    "username",
    "userId",
    "properties.userId",
    "userDisplayName",
    "properties.userDisplayName",
];
const PLACES: [&str; 3] = ["location", "properties.location", "locationDetails"];

fn device_of_system<'a>(system: &str) -> Option<RawValue<'a>> {
    let known = SYSTEMS.iter().find(|(name, _)| system.starts_with(name));
    known.map(|(_, device)| text(device.name()))
}

impl Vendor for Audits {
    const FORMAT: Format = Format::Entra;
    const EXPECTS: &'static str = "activityDisplayName and initiatedBy of audits of Microsoft Entra";
    const LISTS: &'static [&'static str] = &["value"];
    const SIGNATURES: &'static [Signature] = &[
        &[("activityDisplayName", ANY), ("initiatedBy", ANY)],
        &[("properties.activityDisplayName", ANY), ("properties.initiatedBy", ANY)],
        &[("operationName", ANY), ("initiatedBy", ANY), ("targetResources", ANY)],
        &[("dateUtc", ANY), ("activity", ANY), ("actorType", ANY)],
    ];
    const FIELDS: &'static Paths = &[
        ("user_id", ACTORS),
        ("timestamp", &["activityDateTime", "properties.activityDateTime", "time", "dateUtc", "timeGenerated"]),
        ("native_action", &["activityDisplayName", "properties.activityDisplayName", "operationName", "activity"]),
        ("event_id", &["properties.id", "id"]),
        (
            "ip_address",
            &["initiatedBy.user.ipAddress", "properties.initiatedBy.user.ipAddress", "callerIpAddress", "ipAddress"],
        ),
        ("user_agent", &["userAgent", "properties.userAgent"]),
        ("outcome", &["result", "properties.result"]),
        ("native_outcome", &["resultReason", "properties.resultReason"]),
    ];
    const ACTS: &'static ActRules = &[
        (Action::Login, &["Sign-in*", "Issue an *", "User has elevated*", "*PIM activation*"]),
        (Action::Download, &["Download *", "Export*", "Bulk download*", "Read BitLocker key*", "Recover *password*"]),
        (Action::Delete, &["Delete *", "Hard Delete *", "Bulk delete*"]),
        (Action::View, &["Get *", "List *", "Read *", "View *", "Validate *"]),
        (Action::Admin, &["*"]),
    ];

    fn user<'a>(record: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
        named_user(record, ACTORS).or_else(|| named_user(record, APPS).map(|name| service(&name)))
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        event.timestamp = event.timestamp.take().map(of_portal);
        if event.user_agent.is_none() {
            let inside = at(record, "properties").and_then(JsonValue::object).unwrap_or(record);
            let details = paired(inside, "additionalDetails", "User-Agent");
            event.user_agent = details.and_then(JsonValue::raw);
        }
        let of_target = |field: &str| {
            TARGETS.iter().find_map(|target| first_text_at(record, &[&format!("{target}.{field}")])).unwrap_or_default()
        };
        let names = ["userPrincipalName", "displayName", "id"].map(of_target);
        let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        let kind = of_target("type");
        let of_portal = first_text_at(record, &["target1UserPrincipalName", "target1DisplayName"]).unwrap_or_default();
        event.resource_id = resource(&[kind, if name.is_empty() { of_portal } else { name }]);
    }
}

const ACTORS: &[&str] = &[
    "initiatedBy.user.userPrincipalName",
    "properties.initiatedBy.user.userPrincipalName",
    "actorUserPrincipalName",
    "initiatedBy.user.id",
    "properties.initiatedBy.user.id",
];
const APPS: &[&str] = &[
    "initiatedBy.app.servicePrincipalId",
    "properties.initiatedBy.app.servicePrincipalId",
    "initiatedBy.app.displayName",
    "properties.initiatedBy.app.displayName",
    "actorServicePrincipalId",
    "actorServicePrincipalName",
    "actorDisplayName",
];
const TARGETS: [&str; 2] = ["targetResources", "properties.targetResources"];
