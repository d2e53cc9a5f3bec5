//! What the readers of vendors' records have in common: fields found by their paths, acts told by their names.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use super::{
    Format, Mapping, ObjectMapping, Zone,
    act_rules::{ActRules, first_of},
    json_value::{JsonObject, JsonValue},
    own::with_zone,
    paths::{at, exists, first_at, text_at},
    spelling::is_same,
    structured_text::structure,
    table::{RowMapping, TableRow},
    user_agent::device_of,
};
use crate::{
    control_characters::{controls, visible},
    event::{
        Action, CheckedEvent, FieldError, MAX_RESOURCE, MAX_TEXT, RawValue, UncheckedEvent, UserId, ValidationErrors,
        address_of, shorten,
    },
};

/// The path of a field of records, and its possible values; none stands for any.
type Field = (&'static str, &'static [&'static str]);

/// Fields that a record has together.
pub(super) type Signature = &'static [Field];

/// Fields of an event, and the paths in a record where their values may be, in order of precedence.
pub(super) type Paths = [(&'static str, &'static [&'static str])];

/// The possible values of a field that may have any.
pub(super) const ANY: &[&str] = &[];

/// The records of a vendor, mostly as data.
///
/// Letter case and punctuation of names of fields do not matter.
pub(super) trait Vendor {
    /// The format of the records.
    const FORMAT: Format;
    /// What a record must have, for error messages.
    const EXPECTS: &'static str;
    /// The names under which the vendor's files and responses hold lists of records.
    const LISTS: &'static [&'static str] = &[];
    /// The field that holds the record itself, in exports that have other fields around it.
    const INNER: Option<&'static str> = None;
    /// Sets of fields by which records are recognised: a record has all fields of one set.
    const SIGNATURES: &'static [Signature];
    /// Sets of columns by which tables are recognised, likewise.
    const COLUMNS: &'static [Signature] = Self::SIGNATURES;
    /// Whether records are those of the vendor only if nothing in them is a record of another format.
    const IS_GENERAL: bool = false;
    /// Whether times without a zone are in UTC, as the vendor's documentation says.
    const IS_IN_UTC: bool = true;
    /// Where the fields of an event are in a record.
    const FIELDS: &'static Paths;
    /// The kinds of acts by the vendor's names, the value of the field `native_action`.
    const ACTS: &'static ActRules;

    /// Returns whether a record that has the fields of a signature is of another kind.
    fn is_foreign(_record: &JsonObject) -> bool {
        false
    }

    /// Returns the records that one record stands for, if it stands for several.
    fn parts(_record: &JsonObject) -> Vec<JsonObject<'static>> {
        Vec::new()
    }

    /// Returns the caller; none if the record does not name any.
    fn user<'a>(record: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
        named_user(record, paths_of::<Self>("user_id"))
    }

    /// Returns the kind of an act by the vendor's name.
    fn action(_record: &JsonObject, native_action: &str) -> Option<Action> {
        first_of(Self::ACTS, native_action)
    }

    /// Fills what paths alone do not tell.
    fn complete<'a>(_record: &'a JsonObject<'_>, _event: &mut UncheckedEvent<'a>) {}
}

/// Returns the mapping of a vendor's records.
pub(super) const fn mapping_of<V: Vendor>() -> Mapping {
    let objects = ObjectMapping {
        lists: V::LISTS,
        recognises: |record| !V::IS_GENERAL && recognises::<V>(record),
        event: event::<V>,
        event_if_similar: |record, zone| (V::IS_GENERAL && recognises::<V>(record)).then(|| event::<V>(record, zone)),
        parts: V::parts,
    };
    Mapping { format: V::FORMAT, expects: V::EXPECTS, objects: Some(objects), rows: Some(rows::<V>) }
}

/// Returns the name of a service or program as the id of a user that is no person.
pub(super) fn service(name: &str) -> Cow<'static, str> {
    format!("service:{name}").into()
}

/// Returns the first text or number at one of several paths as the id of a user.
pub(super) fn named_user<'a>(record: &'a JsonObject<'_>, paths: &[&str]) -> Option<Cow<'a, str>> {
    match first_at(record, paths)? {
        JsonValue::Text(text) => Some(Cow::Borrowed(text.trim())),
        JsonValue::Number(number) if number.fract() == 0.0 => Some(number.to_string().into()),
        JsonValue::LargeInteger(number) => Some(number.to_string().into()),
        _ => None,
    }
}

/// Returns a value of a field made of a text.
pub(super) fn text<'a>(text: impl Into<Cow<'a, str>>) -> RawValue<'a> {
    RawValue::Text(text.into())
}

/// Returns a city and its country, as far as they are known.
pub(super) fn place(city: Option<&str>, country: Option<&str>) -> Option<RawValue<'static>> {
    match (city, country) {
        (Some(city), Some(country)) => Some(text(format!("{city}, {country}"))),
        (city, country) => Some(text(city.or(country)?.to_owned())),
    }
}

/// Joins the levels of a resource's path, without those that are empty.
pub(super) fn resource<'a>(levels: &[&str]) -> Option<RawValue<'a>> {
    let levels = levels.iter().flat_map(|level| level.split('/')).filter(|level| !level.trim().is_empty());
    let path = levels.collect::<Vec<_>>().join("/");
    (!path.is_empty()).then(|| RawValue::Text(path.into()))
}

fn paths_of<V: Vendor + ?Sized>(field: &str) -> &'static [&'static str] {
    V::FIELDS.iter().find(|(name, _)| *name == field).map_or(&[], |(_, paths)| *paths)
}

/// Returns whether a record is one of the vendor's.
fn recognises<V: Vendor>(record: &JsonObject) -> bool {
    let is_known = V::SIGNATURES.iter().any(|fields| fields.iter().all(|field| has(record, field)));
    let has_inner = || V::INNER.is_some_and(|inner| at(record, inner).is_some_and(|value| value.object().is_some()));
    (is_known || has_inner()) && !V::is_foreign(record)
}

/// Returns whether a record has a field with one of its possible values.
fn has(record: &JsonObject, (path, values): &Field) -> bool {
    if values.is_empty() {
        exists(record, path)
    } else {
        text_at(record, path).is_some_and(|text| values.contains(&text))
    }
}

/// Maps a record to an event. Errors have the names of the record's fields.
fn event<V: Vendor>(record: &JsonObject, zone: Zone) -> Result<CheckedEvent, ValidationErrors> {
    let inner = V::INNER.and_then(|inner| at(record, inner)?.object());
    event_of::<V>(inner.unwrap_or(record), zone)
}

fn event_of<V: Vendor>(record: &JsonObject, zone: Zone) -> Result<CheckedEvent, ValidationErrors> {
    let (mut event, mut origins) = (UncheckedEvent::default(), Vec::with_capacity(V::FIELDS.len()));
    for (name, paths) in V::FIELDS {
        let values = paths.iter().filter_map(|path| Some((*path, at(record, path)?.raw()?)));
        let found = values.into_iter().find(|(_, raw)| *raw != RawValue::Nested);
        if let (Some(field), Some((path, value))) = (UncheckedEvent::field(name), found) {
            *field(&mut event) = Some(value);
            origins.push((*name, path));
        }
    }
    event.user_id = V::user(record).map(RawValue::Text).or_else(|| by_address(event.ip_address.as_ref()));
    let in_utc = V::IS_IN_UTC.then_some(TimeZone::UTC);
    with_zone(&mut event, in_utc.as_ref().or(zone));
    V::complete(record, &mut event);
    let native_action = match &event.native_action {
        Some(RawValue::Text(name)) => Some(name.as_ref()),
        _ => None,
    };
    let action = native_action.and_then(|name| V::action(record, name));
    event.action_type = match (action, native_action) {
        (Some(action), _) => Some(text(action.name())),
        (None, Some(name)) => Some(unknown_act(name)),
        (None, None) => None,
    };
    if event.device_type.is_none() {
        event.device_type = match &event.user_agent {
            Some(RawValue::Text(program)) => device_of(program).map(|device| text(device.name())),
            _ => None,
        };
    }
    with_origins::<V>(fitting(event).check(), &origins)
}

fn unknown_act(name: &str) -> RawValue<'static> {
    let detail = format!("is no act that is known: {}", RawValue::Text(name.into()));
    RawValue::unreadable("is no known act", detail)
}

/// Returns the id of a caller whom a record does not name: that of the address.
fn by_address(address: Option<&RawValue>) -> Option<RawValue<'static>> {
    Some(text(format!("address:{}", address_of(address?)?)))
}

/// Shortens the texts that are too long for their fields, and shows the control characters of ids as symbols.
fn fitting(mut event: UncheckedEvent) -> UncheckedEvent {
    let fields: [(&mut Option<RawValue>, usize); 8] = [
        (&mut event.user_id, UserId::MAX_CHARS),
        (&mut event.event_id, MAX_TEXT),
        (&mut event.native_action, MAX_TEXT),
        (&mut event.native_outcome, MAX_TEXT),
        (&mut event.user_agent, MAX_TEXT),
        (&mut event.location, MAX_TEXT),
        (&mut event.outcome, MAX_TEXT),
        (&mut event.resource_id, MAX_RESOURCE),
    ];
    for (field, max) in fields {
        if let Some(RawValue::Text(whole)) = field
            && (whole.len() > max || controls(whole))
        {
            *whole = shorten(visible(whole), max).into_owned().into();
        }
    }
    event
}

/// Names the fields of the record in the errors, in place of those of an event: where a value was found, else where the
/// vendor writes it.
fn with_origins<V: Vendor>(
    mut checked: Result<CheckedEvent, ValidationErrors>,
    origins: &[(&'static str, &'static str)],
) -> Result<CheckedEvent, ValidationErrors> {
    let errors: &mut [FieldError] = match &mut checked {
        Ok(checked) => &mut checked.unread,
        Err(errors) => &mut errors.0,
    };
    for error in errors {
        let field = if error.field == "action_type" { "native_action" } else { error.field };
        let found = origins.iter().find(|(name, _)| *name == field).map(|(_, path)| *path);
        error.field = found.or_else(|| paths_of::<V>(field).first().copied()).unwrap_or(error.field);
    }
    checked
}

/// Makes the mapping of rows whose columns have the names of the records' fields.
fn rows<V: Vendor>(names: &[&str]) -> Option<RowMapping> {
    let names: Vec<&str> = names.iter().map(|name| without_kind(name)).collect();
    let is_there = |(path, values): &Field| values.is_empty() && names.iter().any(|name| is_same(name, path));
    let is_known = V::COLUMNS.iter().any(|fields| fields.iter().all(is_there));
    if !is_known && !V::INNER.is_some_and(|inner| names.iter().any(|name| is_same(name, inner))) {
        return None;
    }
    let path = |name: &str| name.split('.').map(|name| Cow::Owned(name.to_owned())).collect::<Vec<_>>();
    let columns: Vec<_> = names.into_iter().map(path).collect();
    Some(Box::new(move |row: &TableRow, zone| {
        row.check_utf8()?;
        let mut record = JsonObject::default();
        for (column, path) in columns.iter().enumerate() {
            if let Some(cell) = row.text(column) {
                record.insert(path, value_of_cell(&cell));
            }
        }
        event::<V>(&record, zone)
    }))
}

/// Returns the name of a column without what exports add: the zone of its times, and how they wrote its values.
fn without_kind(name: &str) -> &str {
    let name = name.trim().trim_end_matches("[UTC]").trim_end();
    name.strip_suffix("_dynamic").or_else(|| name.strip_suffix("_string")).unwrap_or(name)
}

fn value_of_cell(cell: &str) -> JsonValue<'static> {
    structure(cell).map_or_else(|| JsonValue::Text(cell.to_owned().into()), JsonValue::into_owned)
}
