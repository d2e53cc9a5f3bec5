//! The formats in which rows are written.

use serde::Serialize;

use super::row::Row;

/// A format of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// CSV under a header; no text in it is a formula to a spreadsheet.
    Csv,
    /// One JSON object per line.
    Ndjson,
}

/// The names of the columns.
const CSV_HEADER: &[u8] =
    b"index,event_id,user_id,timestamp,anomaly_score,is_anomaly,severity,p_value,user_risk,reasons,error,warnings";
/// The name of the column that there is where explanations are asked for.
const EXPLANATION: &[u8] = b"explanation";
/// Why a row can always be encoded.
const FITS: &str = "memory takes every row";

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowLayout {
    /// The format.
    pub format: RowFormat,
    /// Whether there is a column for explanations.
    pub has_explanations: bool,
}

impl From<RowFormat> for RowLayout {
    fn from(format: RowFormat) -> Self {
        Self { format, has_explanations: false }
    }
}

impl RowLayout {
    /// Returns what is written before the first row.
    pub(super) fn header(self) -> Vec<u8> {
        match self.format {
            RowFormat::Csv if self.has_explanations => [CSV_HEADER, b",", EXPLANATION, b"\n"].concat(),
            RowFormat::Csv => [CSV_HEADER, b"\n"].concat(),
            RowFormat::Ndjson => Vec::new(),
        }
    }
}

impl RowFormat {
    /// Returns an encoder of rows.
    pub(super) fn encoder(self) -> RowEncoder {
        match self {
            Self::Csv => {
                let writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
                RowEncoder::Csv { writer: Box::new(writer), end: 0 }
            }
            Self::Ndjson => RowEncoder::Ndjson(Vec::new()),
        }
    }
}

/// Encodes rows in one format.
pub(super) enum RowEncoder {
    Csv {
        writer: Box<csv::Writer<Vec<u8>>>,
        /// The number of bytes of the rows so far.
        end: usize,
    },
    Ndjson(Vec<u8>),
}

impl RowEncoder {
    /// Returns the bytes of a row, with the line break at its end.
    pub(super) fn encode(&mut self, row: &Row) -> &[u8] {
        match self {
            Self::Csv { writer, end } => {
                writer.serialize(row.for_spreadsheet()).expect(FITS);
                writer.flush().expect(FITS);
                let start = std::mem::replace(end, writer.get_ref().len());
                &writer.get_ref()[start..]
            }
            Self::Ndjson(line) => {
                line.clear();
                row.serialize(&mut serde_json::Serializer::new(&mut *line)).expect(FITS);
                line.push(b'\n');
                line
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_names_the_columns_of_a_row() {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.serialize(Row::of_fault(0, "", false)).expect(FITS);
        let header = RowLayout::from(RowFormat::Csv).header();
        assert!(writer.into_inner().expect(FITS).starts_with(&header));

        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.serialize(Row::of_fault(0, "", true)).expect(FITS);
        let header = RowLayout { format: RowFormat::Csv, has_explanations: true }.header();
        assert!(writer.into_inner().expect(FITS).starts_with(&header));
    }
}
