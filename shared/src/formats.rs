//! Reads logs in the formats in which clouds and people keep them, record by record, into [`Event`]s.
//!
//! A source may be compressed by gzip or Zstandard, and be text in UTF-8 or UTF-16. Its layout is detected from its content: a table
//! with a header (cells separated by `,`, `;`, `|` or tabs), JSON with one record per line, a JSON list, or objects that
//! hold such a list. Every record of a JSON source may be of another format. A record that cannot be read is an error in
//! its place and does not affect the others; an optional field that cannot be read is unknown, and the record says so. A
//! source that cannot be read to its end, or that holds no record, ends with an error. Memory is bounded by the largest
//! record.
//!
//! Each format has a file of its own and is registered in `registry::MAPPINGS`.
//!
//! ```
//! use shared::formats::read;
//!
//! let log = "user_id,timestamp,action_type\nann,2024-01-15T14:30:00Z,login\nbob,yesterday,login\n";
//! let records: Vec<_> = read(log.as_bytes(), None, None).collect();
//! assert_eq!(records[0].event.as_ref().map(|event| event.user.as_str()), Ok("ann"));
//! assert_eq!(records[1].index, 1);
//! assert!(records[1].event.as_ref().is_err_and(|errors| errors.to_string().starts_with("timestamp is no time")));
//! ```

mod act_rules;
mod azure;
mod batches;
mod box_events;
mod cef;
mod cloudtrail;
mod decompressed;
mod dropbox;
mod ecs;
mod entra;
mod envelope;
mod foreign;
mod format;
mod github;
mod google_cloud;
mod google_workspace;
mod json;
mod json_value;
mod kubernetes;
mod look_alikes;
mod microsoft365;
mod microsoft_time;
mod nextcloud;
mod object;
mod ocsf;
mod okta;
mod open;
mod own;
mod paths;
mod read_buffer;
mod registry;
mod slack;
mod spelling;
mod structured_text;
mod table;
mod user_agent;
mod utf16;
mod vendor;
mod verbs;
mod zstd;

use std::{
    io::Read,
    iter::{self, Empty},
};

use jiff::tz::TimeZone;

pub use self::{
    batches::{Batch, Batches},
    decompressed::Decompressed,
    format::Format,
    zstd::ZstdReader,
};
use self::{
    json::Document,
    read_buffer::RECORD_LIMIT,
    registry::{Mapping, ObjectMapping, Reading, Zone, allowed, expected, is_list_name, vendors},
    table::Table,
};
use crate::{
    control_characters::visible,
    event::{CheckedEvent, Event, FieldError, ValidationErrors},
    places::Places,
};

/// A record of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The number of the record in the source or batch, from 0; headers and blank lines are not counted, and an envelope
    /// counts as the records that it holds.
    pub index: u64,
    /// The event, or all errors in a record that is none.
    pub event: Result<Event, ValidationErrors>,
    /// The errors in optional fields of the event.
    pub unread: Vec<FieldError>,
}

/// Reads the records of a source, in its order.
///
/// Without a `format`, the format of every record is detected. With `places`, unknown locations and coordinates of
/// events are looked up.
pub fn read<R: Read>(input: R, format: Option<Format>, places: Option<&Places>) -> Records<'_, R> {
    read_all(input, iter::empty(), format, places)
}

/// Reads the records of several sources, one source after the other, as those of one.
///
/// Each source has a layout of its own; sources without a record are left out. The next source is asked for when the one
/// before was read.
///
/// ```
/// use shared::formats::read_all;
///
/// let table = "user_id,timestamp,action_type\nann,2024-01-15T14:30:00Z,login\n";
/// let line = r#"{"user_id": "bob", "timestamp": "2024-01-15T14:30:00Z", "action_type": "view"}"#;
/// let records = read_all(table.as_bytes(), ["".as_bytes(), line.as_bytes()].into_iter(), None, None);
/// let users: Vec<_> = records.filter_map(|record| record.event.ok()).map(|event| event.user.to_string()).collect();
/// assert_eq!(users, ["ann", "bob"]);
/// ```
pub fn read_all<R: Read, I: Iterator<Item = R>>(
    first: R,
    more: I,
    format: Option<Format>,
    places: Option<&Places>,
) -> Records<'_, R, I> {
    Records { batches: batches_of_all(first, more, format), batch: None, next_index: 0, places, found: None }
}

/// Splits a source into batches of records, in its order, for threads to read.
///
/// Together the batches have the records that [`read`] returns, which each batch numbers from 0.
///
/// ```
/// use shared::formats::{batches, read};
///
/// let log = "user_id,timestamp,action_type\nann,2024-01-15T14:30:00Z,login\nbob,yesterday,login\n";
/// let events = batches(log.as_bytes(), None).flat_map(|batch| batch.records(None)).map(|record| record.event);
/// assert!(events.eq(read(log.as_bytes(), None, None).map(|record| record.event)));
/// ```
pub fn batches<R: Read>(input: R, format: Option<Format>) -> Batches<R> {
    batches_of_all(input, iter::empty(), format)
}

/// Splits several sources into batches of records, one source after the other, as [`read_all`] reads them.
pub fn batches_of_all<R: Read, I: Iterator<Item = R>>(first: R, more: I, format: Option<Format>) -> Batches<R, I> {
    Batches::new(first, more, format)
}

/// Maps one JSON object of the product's own format to an event, such as the body of a request.
///
/// With `places`, an unknown location and unknown coordinates are looked up.
///
/// ```
/// use shared::formats;
///
/// let json = br#"{"user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "view", "latitude": 52.52}"#;
/// let checked = formats::event(json, None)?;
/// assert_eq!(checked.event.coordinates, None);
/// assert_eq!(checked.unread[0].to_string(), "longitude is missing, where there is a latitude");
/// # Ok::<(), shared::event::ValidationErrors>(())
/// ```
///
/// # Errors
///
/// Returns the errors of all invalid fields if a required one is missing or invalid, or one of the record as a whole if
/// it is no JSON object.
pub fn event(json: &[u8], places: Option<&Places>) -> Result<CheckedEvent, ValidationErrors> {
    let checked = object::parse(json).and_then(|record| own::event(&record, None))?;
    Ok(located(checked, places))
}

/// Returns the names of the fields of an event as JSON that [`event`] ignores, since they mean nothing; none if it is no
/// JSON object.
///
/// ```
/// let json = br#"{"user_id": "ann", "User ID": "ann", "colour": "red"}"#;
/// assert_eq!(shared::formats::unknown_fields(json), ["colour"]);
/// ```
pub fn unknown_fields(json: &[u8]) -> Vec<String> {
    object::parse(json).map(|record| own::unknown_fields(&record)).unwrap_or_default()
}

/// Looks up where an event was, if there is a table of places.
fn located(checked: CheckedEvent, places: Option<&Places>) -> CheckedEvent {
    match places {
        Some(places) => CheckedEvent { event: places.located(checked.event), ..checked },
        None => checked,
    }
}

/// An iterator over the records of one or several sources, made by [`read`] or [`read_all`].
pub struct Records<'p, R, I = Empty<R>> {
    batches: Batches<R, I>,
    batch: Option<Batch>,
    next_index: u64,
    places: Option<&'p Places>,
    found: Option<Format>,
}

impl<R, I> Records<'_, R, I> {
    /// Takes times that name no zone for those of `zone`; without one, they are errors.
    #[must_use]
    pub fn in_zone(self, zone: Option<TimeZone>) -> Self {
        Self { batches: self.batches.in_zone(zone), ..self }
    }

    /// Returns the format of the last record that was recognised.
    pub fn format(&self) -> Option<Format> {
        self.batch.as_ref().and_then(Batch::found).or(self.found)
    }

    /// Returns whether the source was found to end before its content does, which its last record says.
    pub fn is_cut_off(&self) -> bool {
        self.batches.is_cut_off()
    }
}

impl<R: Read, I: Iterator<Item = R>> Iterator for Records<'_, R, I> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            if let Some(record) = self.batch.as_mut().and_then(|batch| batch.read_next(self.places)) {
                let index = self.next_index;
                self.next_index += 1;
                return Some(Record { index, ..record });
            }
            self.found = self.format();
            self.batch = Some(self.batches.next()?);
        }
    }
}

/// What begins a UTF-8 file of many Windows programs.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Splits a source into records.
enum Splitter {
    /// Nothing was read yet.
    Unopened,
    /// JSON with one record per line.
    Lines,
    /// JSON of any other layout.
    Document(Document),
    /// A table.
    Table(Table),
    /// The source has ended.
    Ended,
}

/// The next part of a source.
#[derive(Debug)]
enum Piece {
    /// A record of this many bytes, not yet consumed.
    Record(usize),
    /// The header of a table that follows another one.
    Header,
    /// Something that is no record.
    Invalid(ValidationErrors),
    /// The end of a source that cannot be read further, or is not whole.
    CutOff(ValidationErrors),
}

impl Piece {
    fn cut_off(detail: &str) -> Self {
        Self::CutOff(ValidationErrors::of_record("is cut off", detail))
    }

    fn too_long() -> Self {
        let detail = format!("longer than {} MiB", RECORD_LIMIT >> 20);
        Self::Invalid(ValidationErrors::of_record("is too long", detail))
    }
}

/// Lists the first `shown` of many names, each shortened to its beginning, with symbols for control characters.
fn some_of(names: &[&str], shown: usize) -> String {
    const SHOWN_LETTERS: usize = 40;
    let firsts = names.iter().take(shown).map(|name| name.chars().take(SHOWN_LETTERS).collect::<String>());
    let more = if names.len() > shown { ", …" } else { "" };
    visible(&format!("{}{more}", firsts.collect::<Vec<_>>().join(", "))).into_owned()
}
