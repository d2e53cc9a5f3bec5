//! The header of a table: the names of its columns decide how its rows are read.

use std::sync::Arc;

use super::{
    Rows, Table,
    row::{Escape, split},
};
use crate::{
    event::ValidationErrors,
    formats::{Format, allowed, cloudtrail, expected, look_alikes, own, some_of},
};

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

impl Table {
    /// Chooses the mapping of a table by its header, among those of the `forced` format if there is one. Without a
    /// `delimiter`, it is found as well.
    pub(in crate::formats) fn with_header(
        header: &str,
        delimiter: Option<u8>,
        forced: Option<Format>,
    ) -> Result<Self, ValidationErrors> {
        let mut found = Vec::new();
        for delimiter in delimiter.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]) {
            let mut cells = Vec::new();
            if split(header.as_bytes(), delimiter, Escape::Doubled, &mut cells).is_err() {
                continue;
            }
            let names: Vec<_> = cells.iter().map(|cell| cell.raw_text(header).trim()).collect();
            let known = allowed(forced).find_map(|mapping| Some((mapping.format, mapping.rows?(&names)?)));
            if let Some((format, mapping)) = known {
                let named_columns = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
                let rows = Rows { format, mapping, columns: names.len(), named_columns, delimiter };
                let header_start = start_of(header, &names).into();
                return Ok(Self { rows: Arc::new(rows), header_start, forced, line_by_line: 0 });
            }
            if names.len() > found.len() {
                found = names;
            }
        }
        Err(look_alikes::refusal_of_text(header, &found).unwrap_or_else(|| unknown_header(&found, forced)))
    }
}

/// Returns the beginning of a header up to its first name that is not blank.
fn start_of<'a>(header: &'a str, names: &[&'a str]) -> &'a [u8] {
    let first = names.iter().find(|name| !name.is_empty()).copied().unwrap_or(header);
    let end = header.find(first).map_or(header.len(), |start| start + first.len());
    &header.as_bytes()[..end]
}

fn unknown_header(found: &[&str], forced: Option<Format>) -> ValidationErrors {
    const SHOWN: usize = 40;
    let takes_rows = allowed(forced).any(|mapping| mapping.rows.is_some());
    let expected = if takes_rows { expected(forced) } else { "JSON".to_owned() };
    let missing = cloudtrail::missing_columns(found).map_or_else(|| own::missing_columns(found), str::to_owned);
    let missing = if missing.is_empty() { missing } else { format!("; {missing}") };
    let found = some_of(found, SHOWN);
    let detail = format!("no known table: expected {expected}{missing}; found the columns {found}");
    ValidationErrors::of_record("is no known table", detail)
}
