//! Events of Okta's System Log, as its API and its log streams write them, described at
//! <https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SystemLog/>; the acts at
//! <https://developer.okta.com/docs/reference/api/event-types/>.

use std::borrow::Cow;

use super::{
    Format,
    act_rules::ActRules,
    json_value::JsonObject,
    paths::text_at,
    vendor::{ANY, Paths, Signature, Vendor, named_user, place, resource, service, text},
};
use crate::event::{Action, Device, UncheckedEvent};

pub(super) struct Okta;

/// The types of actors that are programs.
const PROGRAMS: [&str; 6] =
    ["SystemPrincipal", "PublicClientApp", "OAuth2ClientApp", "AppInstance", "Agent", "ServicePrincipal"];
/// The id of a target that Okta does not know.
const UNKNOWN: &str = "unknown";

impl Vendor for Okta {
    const FORMAT: Format = Format::Okta;
    const EXPECTS: &'static str = "eventType, published and actor of Okta";
    const SIGNATURES: &'static [Signature] = &[
        &[("eventType", ANY), ("published", ANY), ("actor", ANY)],
        &[("eventType", ANY), ("legacyEventType", ANY), ("displayMessage", ANY)],
    ];
    const FIELDS: &'static Paths = &[
        ("user_id", &["actor.alternateId", "actor.id", "actor.displayName"]),
        ("timestamp", &["published"]),
        ("native_action", &["eventType"]),
        ("event_id", &["uuid"]),
        ("ip_address", &["client.ipAddress", "request.ipChain.ip"]),
        ("user_agent", &["client.userAgent.rawUserAgent"]),
        ("outcome", &["outcome.result"]),
        ("native_outcome", &["outcome.reason"]),
        ("latitude", &["client.geographicalContext.geolocation.lat"]),
        ("longitude", &["client.geographicalContext.geolocation.lon"]),
    ];
    const ACTS: &'static ActRules = &[
        (
            Action::Login,
            &[
                "user.session.start",
                "user.session.access_admin_app",
                "user.session.impersonation.initiate",
                "user.authentication.*",
                "user.mfa.okta_verify*",
                "policy.evaluate_sign_on",
                "app.oauth2.*token.grant*",
                "app.oauth2.authorize*",
                "app.oauth2.signon*",
                "app.generic.unauth_app_access_attempt",
            ],
        ),
        (Action::Logout, &["user.session.end", "user.session.expire", "user.session.context.change"]),
        (Action::Download, &["*export*", "*download*"]),
        (Action::Delete, &["*.delete", "*.delete.*", "*.deleted"]),
        (Action::View, &["*.read", "*.view", "*.list", "*.get"]),
        (Action::Admin, &["*"]),
    ];

    fn user<'a>(record: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
        let user = named_user(record, &["actor.alternateId", "actor.id", "actor.displayName"])?;
        let is_program = text_at(record, "actor.type").is_some_and(|kind| PROGRAMS.contains(&kind));
        Some(if is_program { service(&user) } else { user })
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        let of_client = |field: &str| text_at(record, &format!("client.geographicalContext.{field}"));
        event.location = place(of_client("city"), of_client("country"));
        let device = match text_at(record, "client.device") {
            Some("Computer") => Some(Device::Desktop),
            Some("Mobile") => Some(Device::Mobile),
            Some("Tablet") => Some(Device::Tablet),
            _ => None,
        };
        event.device_type = device.map(|device| text(device.name()));
        let name = text_at(record, "target.alternateId").filter(|name| *name != UNKNOWN);
        let name = name.or_else(|| text_at(record, "target.displayName")).or_else(|| text_at(record, "target.id"));
        event.resource_id = name.and_then(|name| resource(&[text_at(record, "target.type").unwrap_or_default(), name]));
    }
}
