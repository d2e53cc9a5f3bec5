//! What a detector says of each event of a labelled log.

use std::{
    collections::HashMap,
    io::{self, Read},
    sync::Arc,
};

use anyhow::Context as _;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use shared::{
    calibration::SCORE_AT_PIVOT, detector::Detector, formats::Record, math::log10, model::Model, profile::Limits,
};

use super::labels::{Indexed, LabelledLog};
use crate::scoring::{self, Row};

/// What is said of one event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The higher, the more suspicious: of ours, the rarity, -log10 of the share of benign user-days.
    pub rank: f64,
    /// The probability of an attack, where one is said.
    pub probability: Option<f64>,
}

impl Score {
    /// Of an event of which a file of scores says nothing.
    pub const SILENT: Self = Self { rank: 0.0, probability: None };

    fn of_row(p_value: f64, anomaly_score: Option<f64>) -> Self {
        let rank = -log10(p_value.clamp(f64::MIN_POSITIVE, 1.0));
        Self { rank: rank + 0.0, probability: anomaly_score } // + 0.0: no negative zero
    }
}

/// Why scores cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScoresError {
    /// The columns do not say which event or how suspicious.
    #[error("needs a column index or event_id, and p_value, score or anomaly_score; found the columns {0}")]
    Columns(String),
    /// A row speaks of an event that is not in the log.
    #[error("row {row}: the labelled log has no record {name}")]
    Unknown {
        /// 0-based number of the row.
        row: usize,
        /// The record it speaks of.
        name: String,
    },
    /// A number is none, or out of its range.
    #[error("row {row}: {what}")]
    OutOfRange {
        /// 0-based number of the row.
        row: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The file is no table.
    #[error("cannot be read as a table: {0}")]
    NoTable(#[from] csv::Error),
}

/// Scores the log's events as `uba score` does; `advance` hears of each record.
pub fn by_model(model: Arc<Model>, log: &LabelledLog, advance: impl Fn()) -> anyhow::Result<Vec<Score>> {
    let records = log
        .events
        .iter()
        .map(|Indexed { index, labelled }| Record { index: *index, event: Ok(labelled.event.clone()) });
    let items = scoring::by_time(records).context("cannot sort the events")?;
    let mut detector = Detector::new(model, Limits::PRODUCT);
    let mut scores = Vec::with_capacity(log.events.len());
    scoring::score(items, &mut detector, SCORE_AT_PIVOT, advance, |row: &Row| {
        let p_value = row.p_value.context("every event has a score")?;
        scores.push(Score::of_row(p_value, row.anomaly_score));
        Ok(())
    })?;
    Ok(scores)
}

/// One row of a file of scores: of `uba score`, or an id and a score.
#[derive(Deserialize)]
struct ScoreRow {
    index: Option<u64>,
    event_id: Option<String>,
    p_value: Option<f64>,
    score: Option<f64>,
    anomaly_score: Option<f64>,
}

impl ScoreRow {
    /// Returns what the row says; nothing where it has no score, as that of a record that cannot be read.
    fn score(&self, row: usize) -> Result<Option<Score>, ScoresError> {
        let numbers = [self.p_value, self.score, self.anomaly_score];
        let what = if numbers.iter().flatten().any(|number| !number.is_finite()) {
            "a score is not finite"
        } else if [self.p_value, self.anomaly_score].iter().flatten().any(|share| !(0.0..=1.0).contains(share)) {
            "p_value and anomaly_score must be 0 to 1"
        } else {
            let of_p_value = self.p_value.map(|p_value| Score::of_row(p_value, self.anomaly_score));
            let rank = self.score.or(self.anomaly_score);
            return Ok(of_p_value.or(rank.map(|rank| Score { rank, probability: self.anomaly_score })));
        };
        Err(ScoresError::OutOfRange { row, what })
    }
}

/// Reads scores of the log's events from CSV, plain or packed by gzip; returns them in the order of the log, and how
/// many events have none.
///
/// Rows name events by `index` or `event_id`. An event without a row counts as one that nobody would look at.
pub fn read(content: &[u8], log: &LabelledLog) -> Result<(Vec<Score>, usize), ScoresError> {
    let plain: Box<dyn Read> =
        if content.starts_with(&[0x1f, 0x8b]) { Box::new(MultiGzDecoder::new(content)) } else { Box::new(content) };
    let mut reader = csv::Reader::from_reader(io::BufReader::new(plain));
    let header = reader.headers()?.clone();
    let has = |name: &str| header.iter().any(|column| column == name);
    if !(has("index") || has("event_id")) || !["p_value", "score", "anomaly_score"].into_iter().any(has) {
        return Err(ScoresError::Columns(header.iter().collect::<Vec<_>>().join(", ")));
    }
    let places = Places::of(log, !has("index"));
    let mut scores = vec![None; log.events.len()];
    for (number, row) in reader.deserialize().enumerate() {
        let row: ScoreRow = row?;
        let Some(score) = row.score(number)? else { continue };
        let unknown = || ScoresError::Unknown { row: number, name: row.name() };
        for place in places.find(&row).ok_or_else(unknown)? {
            scores[*place] = Some(score);
        }
    }
    let silent = scores.iter().filter(|score| score.is_none()).count();
    Ok((scores.into_iter().map(|score| score.unwrap_or(Score::SILENT)).collect(), silent))
}

impl ScoreRow {
    fn name(&self) -> String {
        self.index.map_or_else(|| self.event_id.clone().unwrap_or_default(), |index| index.to_string())
    }
}

/// Where in the log the events are that rows speak of.
enum Places {
    ByIndex(HashMap<u64, Vec<usize>>),
    ById(HashMap<String, Vec<usize>>),
}

impl Places {
    fn of(log: &LabelledLog, by_id: bool) -> Self {
        let events = log.events.iter().enumerate();
        if by_id {
            let mut places: HashMap<String, Vec<usize>> = HashMap::new();
            for (place, event) in events {
                places.entry(event.labelled.event.id()).or_default().push(place);
            }
            Self::ById(places)
        } else {
            Self::ByIndex(events.map(|(place, event)| (event.index, vec![place])).collect())
        }
    }

    fn find(&self, row: &ScoreRow) -> Option<&[usize]> {
        match self {
            Self::ByIndex(places) => places.get(&row.index?),
            Self::ById(places) => places.get(row.event_id.as_ref()?),
        }
        .map(Vec::as_slice)
    }
}
