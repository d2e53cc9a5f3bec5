//! The arguments that choose one event of a log, for the commands that explain it.

use std::path::Path;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use shared::{
    calibration::DEFAULT_THRESHOLD,
    control_characters::visible,
    engine::{Engine, InMemoryEngine},
    event::Event,
    explanation::{Explainer, lime::TabularStatistics},
    inputs::Inputs,
    profile::{Limits, Profile},
    scored_event::ScoredEvent,
};

use super::{
    log::{LogFile, LogReading},
    model::ModelChoice,
    score::parse_threshold,
};
use crate::{
    log_scoring::{EventInLog, SortedLog},
    place_tables::places,
};

/// One event of a log.
#[derive(Debug, clap::Args)]
pub(super) struct EventChoice {
    /// Log file, folder of log files or pattern such as 'logs/*.gz'; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    input: LogFile,

    /// Id of the event, as `uba score` writes it; of several events with it, the first one is taken
    #[arg(long, value_name = "ID")]
    event: String,

    #[command(flatten)]
    reading: LogReading,

    #[command(flatten)]
    model: ModelChoice,

    /// Lowest score of an anomaly; one in a hundred user-days reaches 0.7
    #[arg(long, env = "ALERT_THRESHOLD", default_value_t = DEFAULT_THRESHOLD, value_parser = parse_threshold)]
    pub(super) threshold: f64,
}

/// The chosen event, scored by what was known before it.
pub(super) struct ChosenEvent {
    /// The event with its score.
    pub(super) scored: ScoredEvent,
    /// The model, prepared for explanations.
    pub(super) explainer: Explainer,
    /// The user's profile before the event.
    pub(super) profile: Profile,
    /// The earlier events of the same user.
    pub(super) own: Vec<Event>,
    /// The statistics of the inputs of the latest events before it; none for the first event of a log.
    pub(super) statistics: Option<TabularStatistics>,
    in_memory: InMemoryEngine,
}

impl EventChoice {
    /// Returns the files that the command reads.
    pub(super) fn files(&self) -> Vec<&Path> {
        [Some(self.input.path()), self.model.path()].into_iter().flatten().collect()
    }

    /// Reads the log up to the event, learns from the events before it, and scores it.
    pub(super) fn find(&self) -> anyhow::Result<ChosenEvent> {
        let log =
            SortedLog::read(self.input.batches(&self.reading)?, Some(places())).context("cannot sort the events")?;
        if let Some(reason) = log.unreadable() {
            bail!("no event of {} can be read: {reason}", self.input);
        }
        if log.is_cut_off() {
            return Err(self.input.cut_off());
        }
        let log = log.with_strays_apart(Timestamp::now());
        let engine = InMemoryEngine::new(self.model.load()?, Limits::PRODUCT);
        let Some(found) = EventInLog::find(log, engine, &self.event).context("cannot sort the events")? else {
            let id = visible(&self.event);
            bail!("no event of {} has the id {id}, or its time lies apart from the rest of the log", self.input);
        };
        Ok(self.scored(found))
    }

    fn scored(&self, EventInLog { event, engine: in_memory, own, latest }: EventInLog) -> ChosenEvent {
        let profile = in_memory.profile(&event.user).cloned().unwrap_or_else(|| Profile::new(Limits::PRODUCT));
        let (model, time) = (in_memory.engine().model(), event.time);
        let assessed = in_memory.engine().assess(&event, &profile);
        let rows: Vec<[f64; _]> = latest.iter().map(Inputs::values).copied().collect();
        ChosenEvent {
            scored: ScoredEvent::of(event, &assessed, self.threshold, time, &model.version().into()),
            explainer: Explainer::of(model.clone()),
            profile,
            own,
            statistics: (!rows.is_empty()).then(|| TabularStatistics::fit(&rows)),
            in_memory,
        }
    }
}

impl ChosenEvent {
    /// Returns the engine, which has learnt from all events before the chosen one.
    pub(super) fn engine(&self) -> &Engine {
        self.in_memory.engine()
    }
}
