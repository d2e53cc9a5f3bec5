//! What became of each record of an import.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufWriter, Write as _},
};

use serde::Serialize;
use shared::{prediction::Prediction, spreadsheet::neutralised};

use super::files::{ImportFiles, ResultFormat};

/// What became of one record; most columns of one that was not taken are empty.
#[derive(Debug, Default, Serialize)]
struct ResultRow<'a> {
    /// The number of the record in the file, from 0.
    index: u64,
    event_id: Option<Cow<'a, str>>,
    user_id: Option<Cow<'a, str>>,
    timestamp: Option<String>,
    anomaly_score: Option<f64>,
    is_anomaly: Option<bool>,
    severity: Option<&'static str>,
    p_value: Option<f64>,
    user_risk: Option<f64>,
    /// The sentences, the strongest first.
    reasons: Option<Cow<'a, str>>,
    error: Option<Cow<'a, str>>,
}

impl<'a> ResultRow<'a> {
    fn of(index: u64, answer: Result<&'a Prediction, &'a str>) -> Self {
        let prediction = match answer {
            Ok(prediction) => prediction,
            Err(reason) => return Self { index, error: Some(reason.into()), ..Self::default() },
        };
        let sentences: Vec<&str> = prediction.reasons.iter().map(|reason| reason.sentence.as_str()).collect();
        Self {
            index,
            event_id: Some(prediction.event_id.as_str().into()),
            user_id: Some(prediction.user_id.as_str().into()),
            timestamp: Some(prediction.timestamp.to_string()),
            anomaly_score: Some(prediction.anomaly_score),
            is_anomaly: Some(prediction.is_anomaly),
            severity: Some(prediction.severity.name()),
            p_value: Some(prediction.p_value),
            user_risk: Some(prediction.user_risk),
            reasons: (!sentences.is_empty()).then(|| sentences.join("; ").into()),
            error: None,
        }
    }

    fn for_spreadsheet(&self) -> ResultRow<'_> {
        ResultRow {
            event_id: self.event_id.as_deref().map(neutralised),
            user_id: self.user_id.as_deref().map(neutralised),
            timestamp: self.timestamp.clone(),
            reasons: self.reasons.as_deref().map(neutralised),
            error: self.error.as_deref().map(neutralised),
            ..*self
        }
    }
}

/// Writes the results of one import, in both formats.
pub(super) struct ResultWriter {
    csv: csv::Writer<File>,
    lines: BufWriter<File>,
}

impl ResultWriter {
    pub(super) fn create(files: &ImportFiles, number: u64) -> io::Result<Self> {
        let csv = csv::Writer::from_writer(files.create_results(number, ResultFormat::Csv)?);
        Ok(Self { csv, lines: BufWriter::new(files.create_results(number, ResultFormat::Ndjson)?) })
    }

    pub(super) fn write(&mut self, index: u64, answer: Result<&Prediction, &str>) -> io::Result<()> {
        let row = ResultRow::of(index, answer);
        self.csv.serialize(row.for_spreadsheet()).map_err(io::Error::other)?;
        serde_json::to_writer(&mut self.lines, &row)?;
        self.lines.write_all(b"\n")
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.csv.flush()?;
        self.lines.flush()
    }
}
