//! The scores of the events of a labelled log, by a model or from a file.

use std::{collections::HashMap, io, sync::Arc};

use serde::Deserialize;
use shared::{
    calibration::DEFAULT_THRESHOLD, engine::InMemoryEngine, formats::Record, math::log10, model::Model,
    profile::Limits, spreadsheet::restored,
};

use crate::{
    dataset::{IndexedEvent, LabelledLog},
    gzip,
    log_scoring::{self, LogScorer, ScoredRecord},
};

/// The score of one event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventScore {
    /// The value by which events are ranked, higher being more suspicious; of a model, -log10 of the p-value.
    pub rank: f64,
    /// The predicted probability of an attack, if there is one.
    pub probability: Option<f64>,
}

impl EventScore {
    /// The score of an event without a row in a file of scores.
    pub const MISSING: Self = Self { rank: 0.0, probability: None };

    /// Returns the score of an event with a p-value.
    fn of_p_value(p_value: f64, anomaly_score: Option<f64>) -> Self {
        let rank = -log10(p_value.clamp(f64::MIN_POSITIVE, 1.0));
        Self { rank: rank + 0.0, probability: anomaly_score } // + 0.0: no negative zero
    }
}

/// Why scores cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScoresError {
    /// A column that names the event, or one that scores it, is missing.
    #[error("needs a column index or event_id, and p_value, score or anomaly_score; found the columns {0}")]
    Columns(String),
    /// A row names an event that is not in the log.
    #[error("row {row}: the labelled log has no record {name}")]
    Unknown {
        /// 0-based number of the row.
        row: usize,
        /// The name of the event in the row.
        name: String,
    },
    /// A number is not finite or out of its range.
    #[error("row {row}: {what}")]
    OutOfRange {
        /// 0-based number of the row.
        row: usize,
        /// The rule that the number breaks.
        what: &'static str,
    },
    /// The file is not CSV.
    #[error("cannot be read as a table: {0}")]
    NoTable(#[from] csv::Error),
}

/// Scores the log's events as `uba score` does; `advance` is called after each epoch with the number of its events.
pub fn by_model(model: Arc<Model>, log: &LabelledLog, advance: impl Fn(u64)) -> io::Result<Vec<EventScore>> {
    let events = log.events.iter();
    let records = events.map(|IndexedEvent { index, labelled }| {
        let event = Ok(labelled.event.clone());
        Record { index: *index, event, unread: Vec::new() }
    });
    let engine = InMemoryEngine::new(model, Limits::PRODUCT);
    let mut log_scorer = LogScorer::new(log_scoring::by_time(records)?, engine, DEFAULT_THRESHOLD);
    let mut scores = Vec::with_capacity(log.events.len());
    while let Some(parts) = log_scorer.next_epoch(scores_of)? {
        let before = scores.len();
        scores.extend(parts.into_iter().flatten());
        advance((scores.len() - before) as u64);
    }
    scores.sort_unstable_by_key(|(index, _)| *index);
    Ok(scores.into_iter().map(|(_, score)| score).collect())
}

/// Returns the scores of events, each with the number of its record.
fn scores_of(events: &[ScoredRecord]) -> Vec<(u64, EventScore)> {
    let score = |event: &ScoredRecord| {
        let assessment = &event.scored.assessment;
        (event.index, EventScore::of_p_value(assessment.p_value(), Some(assessment.anomaly_score())))
    };
    events.iter().map(score).collect()
}

/// A row of a file of scores: one written by `uba score`, or an event and a score.
#[derive(Deserialize)]
struct ScoreFileRow {
    index: Option<u64>,
    event_id: Option<String>,
    p_value: Option<f64>,
    score: Option<f64>,
    anomaly_score: Option<f64>,
}

impl ScoreFileRow {
    /// Returns the score; `None` where the row has none, as that of an unreadable record. `row` is its 0-based number.
    fn score(&self, row: usize) -> Result<Option<EventScore>, ScoresError> {
        let numbers = [self.p_value, self.score, self.anomaly_score];
        let what = if numbers.iter().flatten().any(|number| !number.is_finite()) {
            "a score is not finite"
        } else if [self.p_value, self.anomaly_score].iter().flatten().any(|share| !(0.0..=1.0).contains(share)) {
            "p_value and anomaly_score must be 0 to 1"
        } else {
            let of_p_value = self.p_value.map(|p_value| EventScore::of_p_value(p_value, self.anomaly_score));
            let rank = self.score.or(self.anomaly_score);
            return Ok(of_p_value.or(rank.map(|rank| EventScore { rank, probability: self.anomaly_score })));
        };
        Err(ScoresError::OutOfRange { row, what })
    }
}

/// Reads the scores of the log's events from CSV, plain or packed by gzip; returns them in the order of the log, and
/// the number of events without a score.
///
/// Rows name events by `index` or `event_id`. An event without a score ranks lowest.
pub fn read(content: &[u8], log: &LabelledLog) -> Result<(Vec<EventScore>, usize), ScoresError> {
    let mut reader = csv::Reader::from_reader(gzip::plain(content));
    let header = reader.headers()?.clone();
    let has = |name: &str| header.iter().any(|column| column == name);
    if !(has("index") || has("event_id")) || !["p_value", "score", "anomaly_score"].into_iter().any(has) {
        return Err(ScoresError::Columns(header.iter().collect::<Vec<_>>().join(", ")));
    }
    let index = EventIndex::of(log, !has("index"));
    let mut scores = vec![None; log.events.len()];
    for (number, row) in reader.deserialize().enumerate() {
        let row: ScoreFileRow = row?;
        let Some(score) = row.score(number)? else { continue };
        let unknown = || ScoresError::Unknown { row: number, name: row.name() };
        for place in index.find(&row).ok_or_else(unknown)? {
            scores[*place] = Some(score);
        }
    }
    let missing = scores.iter().filter(|score| score.is_none()).count();
    Ok((scores.into_iter().map(|score| score.unwrap_or(EventScore::MISSING)).collect(), missing))
}

impl ScoreFileRow {
    /// Returns the name of the event for messages.
    fn name(&self) -> String {
        self.index.map_or_else(|| self.event_id.clone().unwrap_or_default(), |index| index.to_string())
    }
}

/// The places in a log of the events that rows name.
enum EventIndex {
    ByIndex(HashMap<u64, Vec<usize>>),
    ById(HashMap<String, Vec<usize>>),
}

impl EventIndex {
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

    fn find(&self, row: &ScoreFileRow) -> Option<&[usize]> {
        match self {
            Self::ByIndex(places) => places.get(&row.index?),
            Self::ById(places) => places.get(restored(row.event_id.as_ref()?)),
        }
        .map(Vec::as_slice)
    }
}
