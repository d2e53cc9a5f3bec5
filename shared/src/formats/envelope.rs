//! Records in envelopes, such as those of `CloudWatch` Logs, `EventBridge` and log shippers.
//!
//! A record is recognised by its own fields, not by its envelope. An object that is no known record is searched: its
//! members and their members, lists, texts that hold JSON, and texts that hold compressed JSON as Base64. One envelope
//! may hold many records. Nothing of the envelope becomes part of a record.
//!
//! Where an envelope holds one record twice, as text and as object, it counts once. Where a list holds records, each of
//! its elements that holds none is an error.

use std::{collections::HashSet, io::Read};

use base64::{Engine, prelude::BASE64_STANDARD};
use flate2::read::MultiGzDecoder;

use super::{
    Reading, cef,
    json_value::{JsonObject, JsonValue},
    look_alikes,
    object::{self, Found},
};
use crate::event::ValidationErrors;

/// The maximum depth of a record in its envelopes.
const DEEPEST: usize = 10;
/// The maximum size of all texts in one envelope that are searched, in bytes.
const MOST_TEXT: usize = 64 << 20;
/// The beginnings of gzip files and of JSON objects as Base64.
const PACKED: [&str; 2] = ["H4sI", "ey"];
/// The texts of the messages by which `CloudWatch` Logs tries whether a destination takes any.
const CONTROL_MESSAGE: &str = "CWL CONTROL MESSAGE";
/// The actions of requests of Elasticsearch that stand before the documents, each an object of one member.
const BULK_ACTIONS: [&str; 2] = ["index", "create"];

/// Reads the records of one value of a source, and adds them to `found`: none for messages that are no records.
pub(super) fn read(bytes: &[u8], reading: Reading, found: &mut impl Extend<Found>) {
    match object::parse(bytes) {
        Ok(object) => match object::recognised(&object, reading) {
            Some(records) => found.extend(records),
            None => found.extend(Search::new(reading).all_in(&JsonValue::Object(object))),
        },
        Err(errors) => {
            let records = in_values(bytes, reading).or_else(|| behind_header(bytes, reading));
            let in_other_encoding = || Some(vec![object::recognised_in_other_encoding(bytes, reading)?]);
            found.extend(records.or_else(in_other_encoding).unwrap_or_else(|| vec![(None, Err(errors))]));
        }
    }
}

/// Returns the records in JSON values that follow each other, or in one that is no object; none if any is damaged.
fn in_values(bytes: &[u8], reading: Reading) -> Option<Vec<Found>> {
    let values = serde_json::Deserializer::from_slice(bytes).into_iter::<JsonValue>();
    let values = values.collect::<Result<Vec<_>, _>>().ok().filter(|values| !values.is_empty())?;
    Some(values.iter().flat_map(|value| Search::new(reading).all_in(value)).collect())
}

/// Returns the records in a line that begins with something else, such as the header of a syslog message: those of its
/// JSON, or the line itself. None if there are none.
fn behind_header(line: &[u8], reading: Reading) -> Option<Vec<Found>> {
    let line = str::from_utf8(line).ok().filter(|line| !line.starts_with(['{', '[']))?;
    let mut search = Search::new(reading);
    search.text(line, DEEPEST).then_some(search.found)
}

/// A search for the records of one value.
struct Search<'z> {
    reading: Reading<'z>,
    found: Vec<Found>,
    /// The number of bytes of texts that may still be searched.
    text_left: usize,
    /// Why the first text that looks like JSON cannot be read.
    damage: Option<String>,
}

impl<'z> Search<'z> {
    fn new(reading: Reading<'z>) -> Self {
        Self { reading, found: Vec::new(), text_left: MOST_TEXT, damage: None }
    }

    /// Returns the records in a value; an error if there is none.
    fn all_in(mut self, value: &JsonValue) -> Vec<Found> {
        if !self.value(value, DEEPEST) {
            let error = self.nothing_in(value);
            self.found.push((None, Err(error)));
        }
        self.found
    }

    /// Adds the records in a value; returns false if it holds none, and is no message that may be left out.
    fn value(&mut self, value: &JsonValue, depth: usize) -> bool {
        match value {
            JsonValue::Object(object) => self.object(object, depth),
            JsonValue::List(elements) => match object_of_pairs(elements) {
                Some(object) => self.object(&object, depth),
                None => depth > 0 && self.list(elements, depth - 1),
            },
            JsonValue::Text(text) => depth > 0 && self.text(text, depth - 1),
            JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) | JsonValue::LargeInteger(_) => false,
        }
    }

    fn object(&mut self, object: &JsonObject, depth: usize) -> bool {
        if let Some(records) = object::recognised(object, self.reading) {
            self.found.extend(records);
            return true;
        }
        if is_bulk_action(object) {
            return true;
        }
        if let Some(refusal) = look_alikes::refusal(object) {
            self.found.push((None, Err(refusal)));
            return true;
        }
        let (mut ids, mut holds_any) = (HashSet::new(), false);
        for (_, member) in object.members().filter(|_| depth > 0) {
            let before = self.found.len();
            holds_any |= self.value(member, depth - 1);
            self.drop_repeats(before, &mut ids);
        }
        if !holds_any && let Some(record) = object::similar(object, self.reading) {
            self.found.push(record);
            return true;
        }
        holds_any
    }

    fn list(&mut self, elements: &[JsonValue], depth: usize) -> bool {
        let start = self.found.len();
        let mut holds_any = false;
        for element in elements {
            let holds = self.value(element, depth);
            if !holds {
                let error = self.nothing_in(element);
                self.found.push((None, Err(error)));
            }
            holds_any |= holds;
        }
        if !holds_any {
            self.found.truncate(start);
        }
        holds_any
    }

    fn text(&mut self, text: &str, depth: usize) -> bool {
        if text.starts_with(CONTROL_MESSAGE) {
            return true;
        }
        if PACKED.iter().any(|beginning| text.starts_with(beginning)) {
            let unpacked = self.unpacked(text.trim_ascii_end());
            return unpacked.is_some_and(|text| self.json(&text, depth));
        }
        if text.trim_start().starts_with(['{', '[']) {
            return self.json(text, depth);
        }
        if let Some(records) = cef::record(text).and_then(|record| object::recognised(&record, self.reading)) {
            self.found.extend(records);
            return true;
        }
        // The header of a syslog message, or the date of a line of a container, may stand before the JSON.
        let Some(start) = text.find("{\"") else { return false };
        let damage = self.damage.clone();
        let holds_any = self.json(&text[start..], depth);
        self.damage = damage;
        holds_any
    }

    fn json(&mut self, text: &str, depth: usize) -> bool {
        let Some(left) = self.text_left.checked_sub(text.len()) else {
            self.damage.get_or_insert_with(|| format!("it holds more than {} MiB of text", MOST_TEXT >> 20));
            return false;
        };
        self.text_left = left;
        let values = serde_json::Deserializer::from_str(text).into_iter::<JsonValue>();
        match values.collect::<Result<Vec<_>, _>>() {
            Ok(values) => match &values[..] {
                [value] => self.value(value, depth),
                several => self.list(several, depth),
            },
            Err(error) => {
                self.damage.get_or_insert_with(|| format!("a text in it is no valid JSON: {error}"));
                false
            }
        }
    }

    /// Decodes Base64 and decompresses what it encodes, if that is a gzip file.
    fn unpacked(&mut self, text: &str) -> Option<String> {
        let bytes = BASE64_STANDARD.decode(text).ok()?;
        if !bytes.starts_with(b"\x1F\x8B") {
            return String::from_utf8(bytes).ok();
        }
        let mut unpacked = String::new();
        let outcome = MultiGzDecoder::new(&bytes[..]).take(self.text_left as u64).read_to_string(&mut unpacked);
        if let Err(error) = outcome {
            self.damage.get_or_insert_with(|| format!("a compressed text in it cannot be read: {error}"));
        }
        Some(unpacked)
    }

    /// Removes the events from `before` on whose ids are among `ids`, and adds the ids of the others to these.
    fn drop_repeats(&mut self, before: usize, ids: &mut HashSet<String>) {
        let later = self.found.split_off(before);
        let id = |(_, event): &Found| event.as_ref().ok().map(|checked| checked.event.id());
        let is_new = |record: &Found| id(record).is_none_or(|id| !ids.contains(&id));
        self.found.extend(later.into_iter().filter(is_new));
        ids.extend(self.found[before..].iter().filter_map(id));
    }

    /// Returns the error of a value that holds no record.
    fn nothing_in(&mut self, value: &JsonValue) -> ValidationErrors {
        let mut errors = match value {
            JsonValue::Object(object) => object::unknown(object, self.reading.forced),
            other => object::no_object(other),
        };
        if let Some(damage) = self.damage.take() {
            errors.0.iter_mut().for_each(|error| error.detail = format!("{}; {damage}", error.detail));
        }
        errors
    }
}

fn is_bulk_action(object: &JsonObject) -> bool {
    let mut members = object.members();
    let action = members.next().filter(|(name, _)| BULK_ACTIONS.contains(name));
    members.next().is_none()
        && action.is_some_and(|(_, value)| {
            value.object().is_some_and(|target| target.is_empty() || target.get("_index").is_some())
        })
}

/// Returns the object that a list of its members stands for, as in results of queries: `[{"field": "a", "value": 1}]` or
/// `[{"a": 1}, {"b": 2}]`.
fn object_of_pairs<'a>(elements: &[JsonValue<'a>]) -> Option<JsonObject<'a>> {
    if elements.len() < 2 {
        return None;
    }
    let pair = |element: &JsonValue<'a>| {
        let object = element.object()?;
        let mut members = object.members();
        match (members.next(), members.next(), members.next()) {
            (Some((name, value)), None, None) => Some((name.to_owned().into(), value.clone())),
            (Some(("field", JsonValue::Text(name))), Some(("value", value)), None) => {
                Some((name.clone(), value.clone()))
            }
            _ => None,
        }
    };
    elements.iter().map(pair).collect()
}
