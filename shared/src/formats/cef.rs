//! Lines in the Common Event Format, which may have the header of a syslog message in front, described at
//! <https://www.microfocus.com/documentation/arcsight/arcsight-smartconnectors/pdfdoc/cef-implementation-standard/cef-implementation-standard.pdf>.

use std::borrow::Cow;

use super::{
    Format,
    act_rules::ActRules,
    json_value::{JsonObject, JsonValue},
    paths::{first_text_at, megabytes_at, text_at},
    vendor::{ANY, Paths, Signature, Vendor, resource},
    verbs::action_by_words,
};
use crate::event::{Action, RawValue, UncheckedEvent};

pub(super) struct Cef;

/// The mark of a line in this format, with the digit of its version behind it.
const MARK: &str = "CEF:";
/// The fields of the header, behind the version.
const HEADER: [&str; 6] = ["deviceVendor", "deviceProduct", "deviceVersion", "deviceEventClassId", "name", "severity"];
/// The maximum number of extensions that are read.
const MOST_EXTENSIONS: usize = 512;

impl Vendor for Cef {
    const FORMAT: Format = Format::Cef;
    const EXPECTS: &'static str = "lines with CEF:0|";
    const SIGNATURES: &'static [Signature] =
        &[&[("deviceVendor", ANY), ("deviceProduct", ANY), ("deviceEventClassId", ANY)]];
    const IS_IN_UTC: bool = false;
    const FIELDS: &'static Paths = &[
        ("user_id", &["suser", "suid", "duser", "duid"]),
        ("timestamp", &["rt", "start", "end", "deviceReceiptTime"]),
        ("native_action", &["name", "deviceEventClassId"]),
        ("event_id", &["externalId", "eventId"]),
        ("ip_address", &["src", "c6a2", "sourceAddress"]),
        ("user_agent", &["requestClientApplication"]),
        ("outcome", &["outcome", "act"]),
        ("native_outcome", &["reason"]),
    ];
    const ACTS: &'static ActRules = &[];

    fn action(record: &JsonObject, native_action: &str) -> Option<Action> {
        let others = ["act", "deviceAction", "cat", "deviceEventClassId"];
        let others = others.iter().filter_map(|path| text_at(record, path));
        std::iter::once(native_action).chain(others).find_map(action_by_words)
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        let product = text_at(record, "deviceProduct").unwrap_or_default();
        let name = first_text_at(record, &["filePath", "fname", "request", "destinationServiceName", "duser"]);
        event.resource_id = resource(&[product, name.unwrap_or_default()]);
        let moved = ["in", "out"].map(|path| megabytes_at(record, path));
        event.data_volume_mb =
            moved.iter().any(Option::is_some).then(|| RawValue::Number(moved.into_iter().flatten().sum()));
    }
}

/// Returns whether a line is one in this format, behind the header of a message or not.
pub(super) fn is_line(line: &str) -> bool {
    start(line).is_some()
}

/// Reads the fields of a line; none if it is no line in this format.
pub(super) fn record(line: &str) -> Option<JsonObject<'static>> {
    let mut rest = &line[start(line)?..];
    let mut members = Vec::new();
    for name in HEADER {
        let (value, behind) = header_field(rest)?;
        members.push((Cow::Borrowed(name), JsonValue::Text(value.into())));
        rest = behind;
    }
    let extensions = extensions(rest.trim_end_matches(['\r', '\n']));
    Some(members.into_iter().chain(extensions).collect())
}

/// Returns where the fields behind the version begin.
fn start(line: &str) -> Option<usize> {
    let mark = line.find(MARK)?;
    let version = &line[mark + MARK.len()..];
    let digits = version.bytes().take_while(u8::is_ascii_digit).count();
    let is_version = digits > 0 && version[digits..].starts_with('|');
    is_version.then_some(mark + MARK.len() + digits + 1)
}

/// Splits a field of the header from the rest; a backslash stands before bars and backslashes in it.
fn header_field(text: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut characters = text.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '|' => return Some((field, &text[place + 1..])),
            '\\' => field.push(characters.next()?.1),
            other => field.push(other),
        }
    }
    None
}

/// Reads the extensions: `key=value`, separated by spaces that may be in values too.
fn extensions(text: &str) -> Vec<(Cow<'static, str>, JsonValue<'static>)> {
    let mut names: Vec<(usize, usize)> = Vec::new(); // where a name begins, and where its value does
    for (equals, _) in text.match_indices('=').filter(|(equals, _)| !text[..*equals].ends_with('\\')) {
        let name_start = text[..equals].rfind(' ').map_or(0, |space| space + 1);
        let is_name =
            text[name_start..equals].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-[]".contains(&byte));
        let is_behind_last = names.last().is_none_or(|(_, value)| name_start >= *value);
        if is_name && equals > name_start && is_behind_last && names.len() < MOST_EXTENSIONS {
            names.push((name_start, equals + 1));
        }
    }
    let ends = names.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
    let fields = names.iter().zip(ends).map(|((name, value), end)| {
        (text[*name..*value - 1].to_owned().into(), JsonValue::Text(plain(text[*value..end].trim_end()).into()))
    });
    fields.collect()
}

/// Removes the backslashes of a value.
fn plain(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match (character, character == '\\') {
            (_, true) => match characters.next() {
                Some('n' | 'r') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
            (other, false) => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_header_and_extensions_with_their_marks_removed() {
        let line = "<34>1 2024-01-15T14:30:00Z host CEF:0|Some\\|one|Drive|1.0|42|File \\\\ read|3|suser=ann lee \
                    fname=a\\=b c.txt rt=1705329000000 msg=last=one";
        let record = record(line).expect("it is one");
        for (name, value) in [
            ("deviceVendor", "Some|one"),
            ("name", "File \\ read"),
            ("suser", "ann lee"),
            ("fname", "a=b c.txt"),
            ("rt", "1705329000000"),
            ("msg", "last=one"),
        ] {
            assert_eq!(record.text(name), Some(value), "{name}");
        }
    }

    #[test]
    fn other_lines_are_none() {
        for line in ["", "CEF:", "CEF:0", "CEF:|a|b", "CEF:x|a", "CEF:0|a|b|c", "the word CEF: in a text"] {
            assert!(record(line).is_none(), "{line}");
        }
        assert!(!is_line("user_id,timestamp"));
    }
}
