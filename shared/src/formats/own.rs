//! The product's own records: the fields of an event under the names of [`Draft::FIELDS`].
//!
//! Names are taken in any case, with spaces or hyphens in place of underscores. Other fields are ignored.

use super::{
    Format, Mapping, Objects,
    table::{Row, RowMapping},
    value::Object,
};
use crate::event::{Draft, Event, Faults};

const REQUIRED: [&str; 3] = ["user_id", "timestamp", "action_type"];
const EXPECTS: &str = "user_id, timestamp and action_type";

/// Events as JSON objects.
pub(super) const JSON: Mapping = Mapping {
    format: Format::Json,
    expects: EXPECTS,
    objects: Some(Objects { lists: &["instances"], recognises, event }),
    rows: None,
};

/// Events as rows.
pub(super) const CSV: Mapping = Mapping { format: Format::Csv, expects: EXPECTS, objects: None, rows: Some(rows) };

fn recognises(record: &Object) -> bool {
    record.members().any(|(name, _)| is_required(name))
}

fn is_required(name: &str) -> bool {
    field(name).is_some_and(|field| REQUIRED.contains(&field))
}

/// Makes the event of an object; of several values of one field the first counts.
pub(super) fn event(record: &Object) -> Result<Event, Faults> {
    let mut draft = Draft::default();
    for (name, value) in record.members() {
        if let Some(place) = field(name).and_then(|field| draft.field(field)) {
            *place = place.take().or_else(|| value.raw());
        }
    }
    draft.check()
}

fn rows(names: &[&str]) -> Option<RowMapping> {
    if !names.iter().any(|name| is_required(name)) {
        return None;
    }
    let columns: Vec<_> = names.iter().enumerate().filter_map(|(column, name)| Some((column, field(name)?))).collect();
    Some(Box::new(move |row: &Row| {
        let mut draft = Draft::default();
        for (column, field) in &columns {
            if let Some(place) = draft.field(field) {
                *place = place.take().or_else(|| row.raw(*column));
            }
        }
        draft.check()
    }))
}

/// Returns the field that is meant by `name`.
fn field(name: &str) -> Option<&'static str> {
    let is_meant = |field: &&&str| {
        let letters =
            name.bytes().map(|byte| if matches!(byte, b' ' | b'-') { b'_' } else { byte.to_ascii_lowercase() });
        name.len() == field.len() && letters.eq(field.bytes())
    };
    Draft::FIELDS.iter().find(is_meant).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_in_any_case_and_with_spaces_or_hyphens() {
        for name in ["user_id", "User ID", "USER-ID", "user_Id"] {
            assert_eq!(field(name), Some("user_id"), "{name}");
        }
        for name in ["userid", "user", "", "user_id2"] {
            assert_eq!(field(name), None, "{name}");
        }
    }
}
