//! Reading labelled logs: the columns of the product's own format, and those of the labels.

use std::io::Read as _;

use shared::{
    event::Event,
    formats::{self, Record},
    spreadsheet::restored,
};

use super::labelled_event::{Label, LabelledEvent};
use crate::{gzip, place_tables::places};

/// Accepted names of the column of labels; the first one found is used.
const LABEL_COLUMNS: [&str; 3] = ["is_anomaly", "label", "malicious"];
/// The kind of an attack whose `anomaly_type` is not given.
const UNNAMED: &str = "attack";

/// A labelled log, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LabelledLog {
    /// The events that can be read.
    pub events: Vec<IndexedEvent>,
    /// Number of records, unreadable ones included.
    pub records: u64,
}

/// A labelled event and the number of its record.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexedEvent {
    /// 0-based number of the record in the log.
    pub index: u64,
    /// The event.
    pub labelled: LabelledEvent,
}

/// Why a file cannot be read as a labelled log.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// The file has no column of labels.
    #[error("no column is_anomaly, label or malicious says what is an attack; found the columns {0}")]
    NoLabels(String),
    /// A label is neither 1, 0 nor empty.
    #[error("record {index}: {column} must be 1, 0 or empty (not judged), not {text:?}")]
    BadLabel {
        /// 0-based number of the record.
        index: u64,
        /// Name of the column of labels.
        column: &'static str,
        /// Content of the cell.
        text: String,
    },
    /// The file is not CSV.
    #[error("cannot be read as a table: {0}")]
    NoTable(#[from] csv::Error),
    /// A broken quote makes the numbers of events and labels differ.
    #[error("{records} records, but {rows} rows of labels: a quote is missing or one too many")]
    Misaligned {
        /// Number of records.
        records: u64,
        /// Number of rows with labels.
        rows: usize,
    },
    /// No record can be read.
    #[error("none of {records} records can be read; `uba score` says why")]
    NoEvents {
        /// Number of records.
        records: u64,
    },
}

impl LabelledLog {
    /// Reads a log in CSV, plain or packed by gzip, with a column `is_anomaly` (or `label`, `malicious`) and, where
    /// they are known, `anomaly_type` and `case`.
    pub fn read(content: &[u8]) -> Result<Self, LabelError> {
        let labels = read_labels(content)?;
        let records: Vec<Record> = formats::read(content, None, Some(places())).collect();
        let count = records.len() as u64;
        if records.len() != labels.len() {
            return Err(LabelError::Misaligned { records: count, rows: labels.len() });
        }
        let labelled = records.into_iter().zip(labels).filter_map(|(Record { index, event, .. }, label)| {
            let event = event.ok()?;
            let label = label.of(&event);
            Some(IndexedEvent { index, labelled: LabelledEvent { event, label } })
        });
        let log = Self { events: labelled.collect(), records: count };
        if log.events.is_empty() { Err(LabelError::NoEvents { records: count }) } else { Ok(log) }
    }
}

/// The columns of a label as one row has them.
struct LabelColumns {
    is_attack: Option<bool>,
    kind: String,
    case: String,
}

impl LabelColumns {
    /// Returns the label; an attack without a case is named after the event's user.
    fn of(self, event: &Event) -> Label {
        let kind = if self.kind.is_empty() { UNNAMED.to_owned() } else { self.kind };
        match self.is_attack {
            None => Label::Unjudged,
            Some(false) => Label::Benign,
            Some(true) => {
                let case = if self.case.is_empty() { format!("{}, {kind}", event.user) } else { self.case };
                Label::Attack { kind: kind.into(), case: case.into() }
            }
        }
    }
}

fn read_labels(content: &[u8]) -> Result<Vec<LabelColumns>, LabelError> {
    let mut text = Vec::new();
    gzip::plain(content).read_to_end(&mut text).map_err(csv::Error::from)?;
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter(&text)).flexible(true).from_reader(text.as_slice());
    let header = reader.byte_headers()?.clone();
    let names: Vec<String> = header.iter().map(normalised).collect();
    let column = |wanted: &str| names.iter().position(|name| name == wanted);
    let found = LABEL_COLUMNS.iter().find_map(|name| Some((*name, column(name)?)));
    let (label_name, label) = found.ok_or_else(|| LabelError::NoLabels(names.join(", ")))?;
    let (kind, case) = (column("anomaly_type"), column("case"));
    let mut rows = Vec::new();
    for row in reader.byte_records() {
        let row = row?;
        if row.iter().all(|cell| cell.trim_ascii().is_empty()) {
            continue; // an empty row is no record either
        }
        let cell = |column: Option<usize>| column.and_then(|column| row.get(column)).map_or_else(String::new, trimmed);
        let text = cell(Some(label));
        let is_attack =
            parse(&text).ok_or(LabelError::BadLabel { index: rows.len() as u64, column: label_name, text })?;
        let text = |column| restored(&cell(column)).to_owned();
        rows.push(LabelColumns { is_attack, kind: text(kind), case: text(case) });
    }
    Ok(rows)
}

/// Returns the delimiter that is most frequent in the header.
fn delimiter(text: &[u8]) -> u8 {
    let header = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let cells = |delimiter: &u8| header.split(|byte| byte == delimiter).count();
    [b'\t', b';', b','].into_iter().max_by_key(cells).expect("there are three")
}

fn normalised(name: &[u8]) -> String {
    let name = name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name);
    trimmed(name).to_ascii_lowercase().replace([' ', '-'], "_")
}

fn trimmed(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell.trim_ascii()).into_owned()
}

/// Reads a label: whether the event belongs to an attack, `Some(None)` where it is unjudged, `None` where the text is
/// no label.
#[expect(clippy::option_option, reason = "the inner is a label of three values, the outer whether it is one")]
fn parse(label: &str) -> Option<Option<bool>> {
    match label.to_ascii_lowercase().as_str() {
        "" | "-1" => Some(None),
        "0" | "0.0" | "false" | "no" => Some(Some(false)),
        "1" | "1.0" | "true" | "yes" => Some(Some(true)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(log: &str) -> Vec<Label> {
        let log = LabelledLog::read(log.as_bytes()).expect("the log is labelled");
        log.events.into_iter().map(|event| event.labelled.label).collect()
    }

    #[test]
    fn labels_are_found_under_every_name_and_with_any_delimiter() {
        let attack = Label::Attack { kind: "takeover".into(), case: "7".into() };
        let rows = "user_id,timestamp,action_type,Label,anomaly type,case\n\
                    ann,2024-01-15T14:30:00Z,login,1,takeover,7\n\n,,,,,\n\
                    bob,2024-01-15T14:30:00Z,login,false,,\n\
                    bob,yesterday,login,0,,\n\
                    eve,2024-01-15T14:30:00Z,login,,,\n";
        for delimiter in [",", ";", "\t"] {
            let found = labels(&rows.replace(',', delimiter));
            assert_eq!(found, [attack.clone(), Label::Benign, Label::Unjudged]);
        }
    }

    #[test]
    fn an_attack_without_a_name_is_its_users_own_case() {
        let found = labels("user_id,timestamp,action_type,malicious\nann,2024-01-15T14:30:00Z,login,1\n");
        assert_eq!(found, [Label::Attack { kind: "attack".into(), case: "ann, attack".into() }]);
    }

    #[test]
    fn what_is_no_label_is_refused_with_its_place() {
        let refused = |log: &str| LabelledLog::read(log.as_bytes()).expect_err("no labelled log").to_string();
        let header = "user_id,timestamp,action_type";
        let unlabelled = refused(&format!("{header}\nann,2024-01-15T14:30:00Z,login\n"));
        assert!(unlabelled.contains("found the columns user_id, timestamp, action_type"), "{unlabelled}");
        let odd = refused(&format!("{header},label\nann,2024-01-15T14:30:00Z,login,maybe\n"));
        assert_eq!(odd, "record 0: label must be 1, 0 or empty (not judged), not \"maybe\"");
        assert!(refused(&format!("{header},label\nann,yesterday,login,1\n")).starts_with("none of 1 records"));
    }
}
