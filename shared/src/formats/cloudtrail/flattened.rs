//! Records whose fields have other names than `CloudTrail` gives them: in exports the identity is spread over columns or
//! keys (`userIdentity.arn`, `useridentity_arn`, `UserIdentityArn`), letter case differs, and structures are texts.

use std::borrow::Cow;

use crate::{
    event::RawValue,
    formats::{
        json_value::{JsonObject, JsonValue},
        spelling::{begins, is_spelt},
        structured_text::structure,
    },
};

/// The depth to which objects in objects are searched for fields.
const DEEPEST: usize = 5;

/// The spellings of fields, in lower case without punctuation, and the path of each field in a record. Where several
/// spellings of one field have a value, the first in this table counts.
const FIELDS: [(&str, &str); 54] = [
    ("eventname", "eventName"),
    ("eventaction", "eventName"), // Elastic
    ("eventtime", "eventTime"),
    ("eventdatetime", "eventTime"),
    ("eventtimestamp", "eventTime"),
    ("timegenerated", "eventTime"), // Microsoft Sentinel
    ("timestamp", "eventTime"),
    ("eventsource", "eventSource"),
    ("eventprovider", "eventSource"), // Elastic
    ("eventid", "eventID"),
    ("awseventid", "eventID"),
    ("eventtype", "eventType"),
    ("eventtypename", "eventType"), // Microsoft Sentinel
    ("eventcategory", "eventCategory"),
    ("sourceipaddress", "sourceIPAddress"),
    ("sourceip", "sourceIPAddress"),
    ("sourceaddress", "sourceIPAddress"), // Elastic
    ("useragent", "userAgent"),
    ("useragentoriginal", "userAgent"), // Elastic
    ("requestuseragent", "userAgent"),
    ("errorcode", "errorCode"),
    ("errormessage", "errorMessage"),
    ("readonly", "readOnly"),
    ("awsregion", "awsRegion"),
    ("cloudregion", "awsRegion"), // Elastic
    ("recipientaccountid", "recipientAccountId"),
    ("requestparameters", "requestParameters"),
    ("responseelements", "responseElements"),
    ("additionaleventdata", "additionalEventData"),
    ("serviceeventdetails", "serviceEventDetails"),
    ("resources", "resources"),
    ("useridentitytype", "userIdentity.type"),
    ("useridentityprincipalid", "userIdentity.principalId"),
    ("useridentityarn", "userIdentity.arn"),
    ("useridentityaccountid", "userIdentity.accountId"),
    ("useridentityusername", "userIdentity.userName"),
    ("useridentityinvokedby", "userIdentity.invokedBy"),
    ("useridentityidentityprovider", "userIdentity.identityProvider"),
    ("useridentityonbehalfofuserid", "userIdentity.onBehalfOf.userId"),
    ("useridentityonbehalfofidentitystorearn", "userIdentity.onBehalfOf.identityStoreArn"),
    ("useridentitysessioncontextsessionissuertype", "userIdentity.sessionContext.sessionIssuer.type"),
    ("useridentitysessioncontextsessionissuerarn", "userIdentity.sessionContext.sessionIssuer.arn"),
    ("useridentitysessioncontextsessionissuerprincipalid", "userIdentity.sessionContext.sessionIssuer.principalId"),
    ("useridentitysessioncontextsessionissueraccountid", "userIdentity.sessionContext.sessionIssuer.accountId"),
    ("useridentitysessioncontextsessionissuerusername", "userIdentity.sessionContext.sessionIssuer.userName"),
    ("useridentitysessionissuertype", "userIdentity.sessionContext.sessionIssuer.type"), // Elastic
    ("useridentitysessionissuerarn", "userIdentity.sessionContext.sessionIssuer.arn"),
    ("useridentitysessioncontextissuerarn", "userIdentity.sessionContext.sessionIssuer.arn"),
    ("sessionissuerarn", "userIdentity.sessionContext.sessionIssuer.arn"), // Microsoft Sentinel
    ("sessionissuertype", "userIdentity.sessionContext.sessionIssuer.type"),
    ("sessionissuerusername", "userIdentity.sessionContext.sessionIssuer.userName"),
    ("useridentity", "userIdentity"),
    ("userid", "userIdentity"),
    ("username", "userIdentity"),
];
/// The field that names the caller.
const IDENTITY: &str = "userIdentity";
/// The fields that are structures, which exports write as text.
const STRUCTURES: [&str; 6] =
    [IDENTITY, "requestParameters", "responseElements", "additionalEventData", "serviceEventDetails", "resources"];
/// The error code that some exports write where there was no error.
const NO_ERROR: &str = "NoError";

/// The place in a record of a column or of a key in an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The rank of the spelling, and the number of objects around it: lower ones count before higher ones.
    rank: (usize, usize),
    /// The names of the objects around the value, and of the value itself.
    path: Vec<Cow<'static, str>>,
}

impl Place {
    /// Returns the place of the column or key called `name`, which may be in objects whose names are in front of it,
    /// each with a dot behind it; none if it is no field of a record.
    pub(super) fn of(name: &str) -> Option<Self> {
        let name = name.trim().trim_end_matches("[UTC]");
        let starts = std::iter::once(0).chain(name.match_indices('.').map(|(dot, _)| dot + 1));
        let inner = |(depth, start): (usize, usize)| {
            let name = &name[start..];
            let (rank, path) = path_of_field(name).or_else(|| path_in_structure(name))?;
            Some(Self { rank: (rank, depth), path })
        };
        starts.enumerate().find_map(inner)
    }

    /// Returns whether the value is the field called `field`, or in it.
    pub(super) fn is_in(&self, field: &str) -> bool {
        self.path[0] == field
    }
}

/// The rank of a spelling, and the path of the field that it stands for.
type Ranked = (usize, Vec<Cow<'static, str>>);

fn path_of_field(name: &str) -> Option<Ranked> {
    let rank = FIELDS.iter().position(|(spelling, _)| is_spelt(name, spelling))?;
    Some((rank, FIELDS[rank].1.split('.').map(Cow::Borrowed).collect()))
}

/// Returns the path of a value in a structure, such as `requestParameters.bucketName`.
fn path_in_structure(name: &str) -> Option<Ranked> {
    let (structure, inside) = name.split_once('.')?;
    let field = STRUCTURES.iter().find(|field| is_spelt(structure, &field.to_ascii_lowercase()))?;
    let inside = inside.split('.').map(|name| Cow::Owned(name.to_owned()));
    Some((FIELDS.len(), std::iter::once(Cow::Borrowed(*field)).chain(inside).collect()))
}

/// Returns whether `name` is the field that names the caller, or a part of it.
pub(super) fn is_part_of_identity(name: &str) -> bool {
    begins(name, "useridentity")
}

/// Makes a record under `CloudTrail`'s own names of an object, whose fields may have other spellings and may be in
/// objects in it.
pub(super) fn record(object: &JsonObject) -> JsonObject<'static> {
    let mut fields = Vec::new();
    collect("", object, DEEPEST, &mut fields);
    assembled(fields)
}

fn collect(prefix: &str, object: &JsonObject, depth: usize, fields: &mut Vec<(Place, JsonValue<'static>)>) {
    for (name, value) in object.members() {
        let name = format!("{prefix}{name}");
        match (Place::of(&name), value) {
            (Some(place), value) => fields.push((place, value.clone().into_owned())),
            (None, JsonValue::Object(inside)) if depth > 0 => collect(&format!("{name}."), inside, depth - 1, fields),
            (None, _) => {}
        }
    }
}

/// Makes a record of values and their places in it.
pub(super) fn assembled(mut fields: Vec<(Place, JsonValue<'_>)>) -> JsonObject<'_> {
    fields.sort_by_key(|(place, _)| place.rank);
    let mut record = JsonObject::default();
    for (place, value) in fields {
        if let Some(value) = present(value, &place) {
            record.insert(&place.path, value);
        }
    }
    record
}

/// Returns a value without those that say that there is none, and with the structure in place of its text.
fn present<'a>(value: JsonValue<'a>, place: &Place) -> Option<JsonValue<'a>> {
    let value = match value {
        JsonValue::Null => return None,
        JsonValue::Text(text) if text == NO_ERROR || RawValue::Text(Cow::Borrowed(&text)).is_placeholder() => {
            return None;
        }
        JsonValue::Text(text) if STRUCTURES.iter().any(|field| place.is_in(field)) => {
            structure(&text).map(JsonValue::into_owned).unwrap_or(JsonValue::Text(text))
        }
        value => value,
    };
    Some(match value {
        JsonValue::Object(identity) if place.is_in(IDENTITY) => JsonValue::Object(with_known_names(identity)),
        value => value,
    })
}

/// Returns an identity whose members are called as `CloudTrail` calls them.
fn with_known_names(identity: JsonObject) -> JsonObject {
    let known =
        FIELDS.iter().filter_map(|(_, path)| path.strip_prefix("userIdentity.")).flat_map(|path| path.split('.'));
    let known: Vec<&'static str> = known.collect();
    let named = |name: Cow<'_, str>| known.iter().find(|known| is_spelt(&name, &known.to_ascii_lowercase())).copied();
    let members = identity.into_iter().map(|(name, value)| {
        let name = named(name.clone()).map_or(name, Cow::Borrowed);
        match value {
            JsonValue::Object(inside) => (name, JsonValue::Object(with_known_names(inside))),
            value => (name, value),
        }
    });
    members.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path_of(name: &str) -> Option<String> {
        Place::of(name).map(|place| place.path.join("."))
    }

    #[test]
    fn a_field_is_known_by_every_spelling_and_behind_the_names_of_envelopes() {
        for (name, path) in [
            ("eventName", "eventName"),
            ("Event Name", "eventName"),
            ("TimeGenerated [UTC]", "eventTime"),
            ("@timestamp", "eventTime"),
            ("userIdentity.arn", "userIdentity.arn"),
            ("useridentity_arn", "userIdentity.arn"),
            ("UserIdentityArn", "userIdentity.arn"),
            ("aws.cloudtrail.user_identity.arn", "userIdentity.arn"),
            ("useridentity.sessioncontext.sessionissuer.arn", "userIdentity.sessionContext.sessionIssuer.arn"),
            ("detail.requestParameters.bucketName", "requestParameters.bucketName"),
            ("User ID", "userIdentity"),
        ] {
            assert_eq!(path_of(name).as_deref(), Some(path), "{name}");
        }
        for name in ["", "name", "user", "event", "arn", "action_type"] {
            assert_eq!(path_of(name), None, "{name}");
        }
    }

    #[test]
    fn the_parts_of_an_identity_count_before_a_name_beside_them() {
        let text =
            r#"{"username": "ann", "UserIdentityArn": "arn:aws:iam::1:user/ann", "userIdentityType": "IAMUser"}"#;
        let record =
            record(&serde_json::from_str::<JsonValue>(text).expect("JSON").object().expect("an object").clone());
        let identity = record.object("userIdentity").expect("an identity");
        assert_eq!((identity.text("arn"), identity.text("type")), (Some("arn:aws:iam::1:user/ann"), Some("IAMUser")));
    }
}
