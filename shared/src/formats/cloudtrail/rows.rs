//! `CloudTrail` records as rows of a table, under the column names of common exports.

use super::{
    OWN_FIELD, event_of,
    flattened::{Place, assembled},
};
use crate::formats::{
    json_value::JsonValue,
    spelling::is_spelt,
    table::{RowMapping, TableRow},
};

const REQUIRED: [&str; 3] = ["eventName", "eventTime", "userIdentity"];

/// Names the required column that a table of `CloudTrail` records does not have; none if it is no such table.
pub(in crate::formats) fn missing_columns(names: &[&str]) -> Option<&'static str> {
    let has = |field: &str| names.iter().filter_map(|name| Place::of(name)).any(|place| place.is_in(field));
    if !has("eventName") || !has("eventSource") {
        None
    } else if !has("userIdentity") {
        Some("userIdentity is missing, as one column or as userIdentity.arn, userIdentity.type and so on")
    } else {
        Some("eventTime is missing")
    }
}

/// Makes the mapping of rows from the names of their columns.
pub(super) fn rows(names: &[&str]) -> Option<RowMapping> {
    let columns: Vec<_> =
        names.iter().enumerate().filter_map(|(column, name)| Some((column, Place::of(name)?))).collect();
    let has = |field: &str| columns.iter().any(|(_, place)| place.is_in(field));
    let is_own = names.iter().any(|name| is_spelt(name, OWN_FIELD));
    if is_own || !REQUIRED.into_iter().all(has) {
        return None;
    }
    Some(Box::new(move |row: &TableRow, zone| {
        row.check_utf8()?;
        let cell = |(column, place): &(usize, Place)| Some((place.clone(), JsonValue::Text(row.text(*column)?)));
        event_of(&assembled(columns.iter().filter_map(cell).collect()), zone)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_needs_columns_for_what_happened_when_and_by_whom() {
        assert!(rows(&["Event Name", "User ID", "Event DateTime"]).is_some());
        assert!(rows(&["eventname", "eventtime", "useridentity"]).is_some());
        assert!(rows(&["EventName", "TimeGenerated [UTC]", "UserIdentityArn"]).is_some());
        assert!(rows(&["Event Name", "User ID"]).is_none());
        assert!(rows(&["event_name", "user_id", "event_time", "action_type"]).is_none(), "the product's own");
    }
}
