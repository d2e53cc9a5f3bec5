//! The unified audit log of Microsoft 365, as the Management Activity API, exports of Purview and PowerShell (which hold
//! the record in `AuditData`) and the table `OfficeActivity` of Sentinel write it, described at
//! <https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema>.

use std::borrow::Cow;

use super::{
    Format,
    act_rules::ActRules,
    json_value::{JsonObject, JsonValue},
    microsoft_time::of_portal,
    paths::{at, first_text_at, megabytes_at, paired, text_at},
    vendor::{ANY, Paths, Signature, Vendor, named_user, resource, service, text},
};
use crate::event::{Action, Outcome, RawValue, UncheckedEvent};

pub(super) struct Microsoft365;

const USERS: &[&str] = &["userId", "userIds", "userKey"];
/// The types of users that are programs, by number and by name.
const PROGRAMS: [&str; 8] = ["4", "5", "6", "8", "System", "Application", "ServicePrincipal", "SystemPolicy"];
/// The beginnings of names of operations that have failed, which the field for the result does not always say.
const FAILURES: [&str; 2] = ["UserLoginFailed", "UserLogonFailed"];

impl Vendor for Microsoft365 {
    const FORMAT: Format = Format::Microsoft365;
    const EXPECTS: &'static str = "Operation, CreationTime and UserId of Microsoft 365";
    const INNER: Option<&'static str> = Some("AuditData");
    const SIGNATURES: &'static [Signature] = &[
        &[("operation", ANY), ("workload", ANY)],
        &[("operation", ANY), ("officeWorkload", ANY)],
        &[("operation", ANY), ("creationTime", ANY), ("organizationId", ANY)],
    ];
    const FIELDS: &'static Paths = &[
        ("user_id", USERS),
        ("timestamp", &["creationTime", "creationDate", "timeGenerated", "startTime"]),
        ("native_action", &["operation", "operations"]),
        ("event_id", &["id", "officeId", "recordId", "identity"]),
        ("ip_address", &["clientIp", "clientIpAddress", "actorIpAddress", "senderIp"]),
        ("user_agent", &["userAgent", "clientInfoString"]),
        ("outcome", &["resultStatus"]),
        ("native_outcome", &["logonError", "resultReasonType"]),
    ];
    const ACTS: &'static ActRules = &[
        (Action::Login, &["UserLoggedIn", "UserLoginFailed", "UserLogonFailed", "MailboxLogin", "*SessionStarted"]),
        (Action::Logout, &["UserLoggedOff", "UserLoggedOut", "SignOut*", "*SignedOut"]),
        (
            Action::Download,
            &["FileDownloaded*", "FileSyncDownloaded*", "*Download*", "*Export*", "DataExported", "SearchExport*"],
        ),
        (
            Action::Admin,
            &[
                "*InboxRule*",
                "*TransportRule*",
                "Set-*",
                "New-*",
                "Add-*",
                "Enable-*",
                "Disable-*",
                "Update-*",
                "*Permission*",
                "*Shar*",
                "*Link*",
                "*Invitation*",
                "*Member*",
                "*Role*",
                "*Policy*",
                "*Consent*",
                "Add *",
                "Update *",
                "Change *",
                "Reset *",
                "Set *",
                "*SiteCollectionAdmin*",
                "*Site*Changed",
                "*Team*",
                "*Channel*",
                "*Connector*",
                "*Credential*",
                "*Password*",
            ],
        ),
        (
            Action::Delete,
            &["*Deleted*", "*Delete", "*Recycled*", "Remove-*", "Delete *", "Remove *", "MoveToDeletedItems"],
        ),
        (
            Action::View,
            &["*Accessed*", "*Previewed*", "*Viewed*", "Get-*", "Search*", "MessageRead*", "FolderBind", "ViewReport"],
        ),
        (Action::Upload, &["*"]),
    ];

    fn user<'a>(record: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
        let user = named_user(record, USERS)?;
        let kind = at(record, "userType").and_then(|kind| match kind {
            JsonValue::Number(number) => Some(number.to_string().into()),
            other => other.text().map(Cow::Borrowed),
        });
        Some(if kind.is_some_and(|kind| PROGRAMS.contains(&kind.as_ref())) { service(&user) } else { user })
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        event.timestamp = event.timestamp.take().map(of_portal);
        if text_at(record, "userAgent").is_none() {
            let program = paired(record, "extendedProperties", "UserAgent").and_then(JsonValue::raw);
            event.user_agent = program.or_else(|| event.user_agent.take());
        }
        let object = first_text_at(record, &["objectId", "officeObjectId", "siteUrl", "mailboxOwnerUpn"]);
        event.resource_id = object.and_then(|object| resource(&[path_of(object).as_ref()]));
        event.data_volume_mb = ["fileSizeBytes", "fileSyncBytesCommitted", "itemSizeBytes"]
            .iter()
            .find_map(|path| megabytes_at(record, path))
            .map(RawValue::Number);
        let has_failed = text_at(record, "operation").is_some_and(|name| FAILURES.contains(&name))
            || text_at(record, "logonError").is_some();
        if has_failed {
            event.outcome = Some(text(Outcome::Failure.name()));
        }
    }
}

/// Returns the path of an object: that of an address of the web, or of a directory, whose levels backslashes separate.
fn path_of(object: &str) -> Cow<'_, str> {
    let object = object.split_once("://").map_or(object, |(_, path)| path);
    if object.contains('\\') { object.replace('\\', "/").into() } else { object.into() }
}
