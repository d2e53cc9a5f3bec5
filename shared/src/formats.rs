//! Log files in the shapes in which people and clouds keep them, read record by record into [`Event`]s.
//!
//! A source may be packed by gzip. What it holds is told by its content: a table with a header (cells separated by
//! `,`, `;` or tabs), JSON with one record a line, a JSON list, or objects that hold such a list. Every record of a
//! JSON source is then looked at for itself. A record that cannot be read is a fault at its place and costs only
//! itself; a source that cannot be read to its end says so in a last fault. Memory is bounded by the largest record.
//!
//! Each kind of record has a file of its own and is registered in `MAPPINGS`.
//!
//! ```
//! use shared::formats::read;
//!
//! let log = "user_id,timestamp,action_type\nann,2024-01-15T14:30:00Z,login\nbob,yesterday,login\n";
//! let records: Vec<_> = read(log.as_bytes(), None, None).collect();
//! assert_eq!(records[0].event.as_ref().map(|event| event.user.as_str()), Ok("ann"));
//! assert_eq!(records[1].index, 1);
//! assert!(records[1].event.as_ref().is_err_and(|faults| faults.to_string().starts_with("timestamp is no time")));
//! ```

mod cloudtrail;
mod json;
mod object;
mod open;
mod own;
mod shorten;
mod table;
mod user_agent;
mod value;
mod window;

use std::io::Read;

use strum::{EnumString, IntoStaticStr, VariantArray};

use self::{
    json::Document,
    table::{HeaderMapping, Table},
    value::Object,
    window::{RECORD_LIMIT, Window},
};
use crate::{
    event::{Event, Faults},
    places::Places,
};

/// A kind of record that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
pub enum Format {
    /// Rows with the product's own columns.
    Csv,
    /// Objects with the product's own fields.
    Json,
    /// Records of AWS `CloudTrail`, as objects or as rows.
    CloudTrail,
}

impl Format {
    /// Returns the name by which a format is chosen.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// One record of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its number in the source, from 0; headers and blank lines have none.
    pub index: u64,
    /// What it says, or all that is wrong with it.
    pub event: Result<Event, Faults>,
}

/// Reads the records of a source, in its order.
///
/// Without a `format` every record is taken for what it looks like. `places` fill in where events
/// were.
pub fn read<R: Read>(input: R, format: Option<Format>, places: Option<&Places>) -> Records<'_, R> {
    Records { window: Window::new(input), reader: Reader::Unopened, forced: format, places, found: None, next_index: 0 }
}

/// Makes the event of one JSON object under the names of the product's own fields.
///
/// `places` fill in where the event was.
pub fn event(json: &[u8], places: Option<&Places>) -> Result<Event, Faults> {
    let event = object::parse(json).and_then(|record| own::event(&record))?;
    Ok(located(event, places))
}

/// Fills in where an event was, if there is a table of places.
fn located(event: Event, places: Option<&Places>) -> Event {
    match places {
        Some(places) => places.located(event),
        None => event,
    }
}

/// The records of a source; made by [`read`].
pub struct Records<'p, R> {
    window: Window<R>,
    reader: Reader,
    forced: Option<Format>,
    places: Option<&'p Places>,
    found: Option<Format>,
    next_index: u64,
}

impl<R> Records<'_, R> {
    /// Returns the format of the last record that was recognised.
    pub fn format(&self) -> Option<Format> {
        self.found
    }
}

impl<R: Read> Records<'_, R> {
    fn next_event(&mut self) -> Option<Result<Event, Faults>> {
        if matches!(self.reader, Reader::Unopened) {
            match open::open(&mut self.window, self.forced) {
                Ok(reader) => self.reader = reader,
                Err(faults) => {
                    self.reader = Reader::Ended;
                    return Some(Err(faults));
                }
            }
        }
        let piece = match &mut self.reader {
            Reader::Unopened | Reader::Ended => None,
            Reader::Table(table) => {
                self.found = Some(table.format());
                return table.next(&mut self.window);
            }
            Reader::Lines => json::next_filled_line(&mut self.window),
            Reader::Document(document) => document.next(&mut self.window),
        };
        Some(match piece? {
            Piece::Fault(faults) => Err(faults),
            Piece::Record(length) => object::parse(self.window.take(length)).and_then(|record| {
                let (format, event) = object::event(&record, self.forced);
                self.found = format.or(self.found);
                event
            }),
        })
    }

    /// Ends the reading, with a fault if it ends before the source does.
    fn end(&mut self) -> Option<Result<Event, Faults>> {
        self.reader = Reader::Ended;
        let failure = self.window.take_failure()?;
        Some(Err(Faults::of_record(format!("the input ends here: {failure}"))))
    }
}

impl<R: Read> Iterator for Records<'_, R> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let places = self.places;
        let event = self.next_event().or_else(|| self.end())?.map(|event| located(event, places));
        let index = self.next_index;
        self.next_index += 1;
        Some(Record { index, event })
    }
}

/// What cuts a source into records.
enum Reader {
    /// Nothing was read yet.
    Unopened,
    /// JSON, one record a line.
    Lines,
    /// JSON of any layout.
    Document(Document),
    /// Rows.
    Table(Table),
    /// Nothing is left.
    Ended,
}

/// What stands next in a source.
#[derive(Debug)]
enum Piece {
    /// A record of this many bytes, not yet taken.
    Record(usize),
    /// Something that is no record.
    Fault(Faults),
}

impl Piece {
    fn fault(detail: &str) -> Self {
        Self::Fault(Faults::of_record(detail))
    }

    fn too_long() -> Self {
        Self::Fault(Faults::of_record(format!("longer than {} MiB", RECORD_LIMIT >> 20)))
    }
}

/// One kind of record: how it is recognised and what it means.
struct Mapping {
    format: Format,
    /// What its records have, for those who sent something else.
    expects: &'static str,
    /// Its records as JSON objects, if it has such.
    objects: Option<Objects>,
    /// Its records as rows of a table, if it has such.
    rows: Option<HeaderMapping>,
}

/// Records that are JSON objects.
struct Objects {
    /// The names under which an object holds a list of such records, as the vendor's files and answers do.
    lists: &'static [&'static str],
    /// Tells whether an object is such a record.
    recognises: fn(&Object) -> bool,
    /// Makes the event.
    event: fn(&Object) -> Result<Event, Faults>,
}

/// Every kind of record, in the order in which they are tried.
static MAPPINGS: [Mapping; 3] = [cloudtrail::MAPPING, own::JSON, own::CSV];

/// Tells whether an object can hold a list of records under a `name`.
fn is_list_name(name: &[u8]) -> bool {
    let mut lists = MAPPINGS.iter().filter_map(|mapping| mapping.objects.as_ref()).flat_map(|objects| objects.lists);
    lists.any(|list| list.as_bytes() == name)
}

/// Returns the kinds of record that are taken.
fn allowed(forced: Option<Format>) -> impl Iterator<Item = &'static Mapping> {
    MAPPINGS.iter().filter(move |mapping| forced.is_none_or(|format| mapping.format == format))
}

/// Names the first of many names, and of long ones the beginning.
fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    const SHOWN_LETTERS: usize = 40;
    let shown = names.iter().take(SHOWN).map(|name| name.chars().take(SHOWN_LETTERS).collect::<String>());
    let more = if names.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", shown.collect::<Vec<_>>().join(", "))
}
