//! Audit events of Kubernetes, described at <https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/>.

use super::{
    Format,
    act_rules::ActRules,
    json_value::JsonObject,
    paths::text_at,
    vendor::{ANY, Paths, Signature, Vendor, resource, text},
};
use crate::event::{Action, UncheckedEvent};

pub(super) struct Kubernetes;

const VERSIONS: &[&str] = &["audit.k8s.io/v1", "audit.k8s.io/v1beta1"];
/// Resources of which every change is administrative.
const SENSITIVE: [&str; 13] = [
    "roles",
    "rolebindings",
    "clusterroles",
    "clusterrolebindings",
    "serviceaccounts",
    "certificatesigningrequests",
    "mutatingwebhookconfigurations",
    "validatingwebhookconfigurations",
    "networkpolicies",
    "podsecuritypolicies",
    "resourcequotas",
    "customresourcedefinitions",
    "apiservices",
];
/// Parts of resources by which commands run in containers.
const COMMANDS: [&str; 4] = ["exec", "attach", "portforward", "proxy"];

impl Vendor for Kubernetes {
    const FORMAT: Format = Format::Kubernetes;
    const EXPECTS: &'static str = "verb, user and objectRef of Kubernetes";
    const LISTS: &'static [&'static str] = &["items"];
    const SIGNATURES: &'static [Signature] = &[
        &[("apiVersion", VERSIONS), ("kind", &["Event"])],
        &[("auditId", ANY), ("stage", ANY), ("verb", ANY)],
        &[("verb", ANY), ("objectRef", ANY)],
        &[("verb", ANY), ("kind", &["Event"])],
    ];
    const FIELDS: &'static Paths = &[
        ("user_id", &["user.username", "user.uid"]),
        ("timestamp", &["requestReceivedTimestamp", "stageTimestamp"]),
        ("native_action", &["verb"]),
        ("event_id", &["auditId"]), // of all stages of a request, which is one act
        ("ip_address", &["sourceIps"]),
        ("user_agent", &["userAgent"]),
        ("outcome", &["responseStatus.code"]),
        ("native_outcome", &["responseStatus.reason", "responseStatus.message"]),
    ];
    const ACTS: &'static ActRules = &[
        (Action::View, &["get", "list", "watch", "head", "options"]),
        (Action::Delete, &["delete", "deletecollection"]),
        (Action::Admin, &["impersonate", "escalate", "bind", "approve", "sign"]),
        (Action::Upload, &["create", "update", "patch", "post", "put"]),
    ];

    fn action(record: &JsonObject, native_action: &str) -> Option<Action> {
        let verb = native_action.split(' ').next().unwrap_or_default();
        let action = super::act_rules::first_of(Self::ACTS, verb)?;
        let object = |field: &str| text_at(record, &format!("objectRef.{field}")).unwrap_or_default();
        let (kind, part) = (object("resource"), object("subresource"));
        Some(match action {
            Action::Upload | Action::View if COMMANDS.contains(&part) => Action::Admin,
            Action::Upload if SENSITIVE.contains(&kind) => Action::Admin,
            Action::View if kind == "secrets" => Action::Download,
            other => other,
        })
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        let object = |field: &str| text_at(record, &format!("objectRef.{field}")).unwrap_or_default();
        let (kind, part) = (object("resource"), object("subresource"));
        let levels = [object("namespace"), kind, object("name"), part];
        event.resource_id = resource(&levels).or_else(|| resource(&[text_at(record, "requestUri")?]));
        if let Some(verb) = text_at(record, "verb") {
            let act = [verb, kind, part].into_iter().filter(|word| !word.is_empty());
            event.native_action = Some(text(act.collect::<Vec<_>>().join(" ")));
        }
    }
}
