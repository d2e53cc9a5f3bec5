//! Reads logs in the formats in which clouds and people keep them, record by record, into [`Event`]s.
//!
//! A source may be compressed by gzip or Zstandard, and be text in UTF-8 or UTF-16. Its layout is detected from its content: a table
//! with a header (cells separated by `,`, `;`, `|` or tabs), JSON with one record per line, a JSON list, or objects that
//! hold such a list. Every record of a JSON source may be of another format. A record that cannot be read is an error in
//! its place and does not affect the others; an optional field that cannot be read is unknown, and the record says so. A
//! source that cannot be read to its end, or that holds no record, ends with an error. Memory is bounded by the largest
//! record.
//!
//! Each format has a file of its own and is registered in `MAPPINGS`.
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
use strum::{EnumString, IntoStaticStr, VariantArray};

pub use self::{
    batches::{Batch, Batches},
    decompressed::Decompressed,
    zstd::ZstdReader,
};
use self::{
    json::Document,
    json_value::JsonObject,
    read_buffer::RECORD_LIMIT,
    table::{HeaderMapping, Table},
    vendor::mapping_of,
};
use crate::{
    control_characters::visible,
    event::{CheckedEvent, Event, FieldError, ValidationErrors},
    places::Places,
};

/// A format of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
pub enum Format {
    /// Rows with the columns of the product's own format.
    Csv,
    /// Objects with the fields of the product's own format.
    Json,
    /// Records of AWS `CloudTrail`, as objects or as rows.
    CloudTrail,
    /// Sign-ins and audits of Microsoft Entra.
    Entra,
    /// The unified audit log of Microsoft 365.
    Microsoft365,
    /// Activity and resource logs of Azure.
    Azure,
    /// Audit logs of Google Cloud.
    GoogleCloud,
    /// Activities of Google Workspace.
    GoogleWorkspace,
    /// Audit events of Kubernetes.
    Kubernetes,
    /// Events of Okta's System Log.
    Okta,
    /// Audit logs of GitHub.
    GitHub,
    /// Audit logs of Slack.
    Slack,
    /// Enterprise events of Box.
    Box,
    /// Events of teams on Dropbox.
    Dropbox,
    /// Events of Nextcloud and ownCloud.
    Nextcloud,
    /// Events of the Open Cybersecurity Schema Framework.
    Ocsf,
    /// Events of the Elastic Common Schema.
    Ecs,
    /// Lines in the Common Event Format.
    Cef,
}

impl Format {
    /// Returns the name by which the format is chosen.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns what people call the format, such as `AWS CloudTrail`.
    pub fn title(self) -> &'static str {
        match self {
            Self::Csv => "the columns of Cloud UBA",
            Self::Json => "the fields of Cloud UBA",
            Self::CloudTrail => "AWS CloudTrail",
            Self::Entra => "Microsoft Entra",
            Self::Microsoft365 => "Microsoft 365",
            Self::Azure => "Azure",
            Self::GoogleCloud => "Google Cloud",
            Self::GoogleWorkspace => "Google Workspace",
            Self::Kubernetes => "Kubernetes",
            Self::Okta => "Okta",
            Self::GitHub => "GitHub",
            Self::Slack => "Slack",
            Self::Box => "Box",
            Self::Dropbox => "Dropbox",
            Self::Nextcloud => "Nextcloud",
            Self::Ocsf => "OCSF",
            Self::Ecs => "ECS",
            Self::Cef => "CEF",
        }
    }
}

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

/// The time zone of times that name none, if it is known.
type Zone<'z> = Option<&'z TimeZone>;

/// How the records of a source are read.
#[derive(Debug, Clone, Copy, Default)]
struct Reading<'z> {
    /// The format of all records; none if that of each is detected.
    forced: Option<Format>,
    zone: Zone<'z>,
}

/// How records of one format are recognised and mapped to events.
struct Mapping {
    format: Format,
    /// The fields that records of the format have, for error messages.
    expects: &'static str,
    /// The mapping of records that are JSON objects, if the format has such.
    objects: Option<ObjectMapping>,
    /// The mapping of records that are rows of a table, if the format has such.
    rows: Option<HeaderMapping>,
}

/// The mapping of JSON objects.
struct ObjectMapping {
    /// The names under which the vendor's files and responses hold lists of such objects.
    lists: &'static [&'static str],
    /// Returns whether an object is such a record.
    recognises: fn(&JsonObject) -> bool,
    /// Maps a record to an event.
    event: fn(&JsonObject, Zone) -> Result<CheckedEvent, ValidationErrors>,
    /// Maps an object that is no such record as the vendor writes it but has fields of one; none if it has not.
    event_if_similar: fn(&JsonObject, Zone) -> Option<Result<CheckedEvent, ValidationErrors>>,
    /// Returns the records that one record stands for, if it stands for several.
    parts: fn(&JsonObject) -> Vec<JsonObject<'static>>,
}

/// The mappings of all formats, in the order in which they are tried.
static MAPPINGS: [Mapping; 19] = [
    cloudtrail::MAPPING,
    own::JSON,
    own::CSV,
    mapping_of::<azure::Azure>(),
    mapping_of::<entra::SignIns>(),
    mapping_of::<entra::Audits>(),
    mapping_of::<microsoft365::Microsoft365>(),
    mapping_of::<google_cloud::GoogleCloud>(),
    mapping_of::<google_workspace::GoogleWorkspace>(),
    mapping_of::<kubernetes::Kubernetes>(),
    mapping_of::<okta::Okta>(),
    mapping_of::<box_events::BoxEvents>(),
    mapping_of::<dropbox::Dropbox>(),
    mapping_of::<slack::Slack>(),
    mapping_of::<github::GitHub>(),
    mapping_of::<nextcloud::Nextcloud>(),
    mapping_of::<ocsf::Ocsf>(),
    mapping_of::<cef::Cef>(),
    mapping_of::<ecs::Ecs>(),
];

/// The names of the lists in envelopes of `CloudWatch` Logs.
const LISTS_OF_ENVELOPES: [&str; 1] = ["logEvents"];
/// The names of the lists in responses and batches, which are taken for such as the first member only: records have
/// lists of these names too.
const FIRST_LISTS_OF_ENVELOPES: [&str; 4] = ["events", "results", "records", "hits"];

/// Returns whether an object can hold a list of records under `name`, which may be that of its first member.
fn is_list_name(name: &[u8], is_first: bool) -> bool {
    let lists = MAPPINGS.iter().filter_map(|mapping| mapping.objects.as_ref()).flat_map(|objects| objects.lists);
    let of_envelopes = LISTS_OF_ENVELOPES.iter().chain(FIRST_LISTS_OF_ENVELOPES.iter().filter(|_| is_first));
    lists.chain(of_envelopes).any(|list| list.as_bytes() == name)
}

/// Returns the mappings of the `forced` format, or of all.
fn allowed(forced: Option<Format>) -> impl Iterator<Item = &'static Mapping> {
    MAPPINGS.iter().filter(move |mapping| forced.is_none_or(|format| mapping.format == format))
}

/// Says which fields a record of the `forced` format must have, or which records are read if there is none.
fn expected(forced: Option<Format>) -> String {
    match forced {
        Some(_) => allowed(forced).map(|mapping| mapping.expects).collect::<Vec<_>>().join(", or "),
        None => format!("{}, or a record of {}", own::EXPECTS, vendors()),
    }
}

/// Lists the vendors and standards whose records are read.
fn vendors() -> String {
    let others = Format::VARIANTS.iter().filter(|format| !matches!(format, Format::Csv | Format::Json));
    others.map(|format| format.title()).collect::<Vec<_>>().join(", ")
}

/// Lists the first `shown` of many names, each shortened to its beginning, with symbols for control characters.
fn some_of(names: &[&str], shown: usize) -> String {
    const SHOWN_LETTERS: usize = 40;
    let firsts = names.iter().take(shown).map(|name| name.chars().take(SHOWN_LETTERS).collect::<String>());
    let more = if names.len() > shown { ", …" } else { "" };
    visible(&format!("{}{more}", firsts.collect::<Vec<_>>().join(", "))).into_owned()
}
