//! Import of a whole log into a service, in the order of its times.

use std::{io, panic::resume_unwind};

use anyhow::Context as _;
use app::actor::{AccountId, Actor, Role, Scope, Scopes};
use jiff::Timestamp;
use lab::{demo, log_scoring};
use shared::{error::Error, event::Event, formats::Record, prediction::Prediction};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use crate::{
    jobs::{Progress, SharedProgress},
    service::Service,
};

/// Number of events that are handed over at once.
const CHUNK_EVENTS: usize = 2048;
/// Number of refused records that a summary names.
const REFUSED_KEPT: usize = 10;

/// What became of the records of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportSummary {
    /// Number of events that are stored now, whether they were before or not.
    pub events: u64,
    /// Number of those that were not stored before.
    pub new: u64,
    /// Number of records that were not taken.
    pub faulty: u64,
    /// What could not be read, a line for each kind of error.
    pub unread: String,
    /// The first records that could be read and were not taken, each with the reason.
    pub first_refused: Vec<(u64, String)>,
}

impl ImportSummary {
    fn add_refused(&mut self, record: u64, reason: String) {
        self.faulty += 1;
        if self.first_refused.len() < REFUSED_KEPT {
            self.first_refused.push((record, reason));
        }
    }
}

/// Why an import stops whose listener cannot keep what it is told.
const NOT_TOLD: &str = "cannot write the results";

/// What is told of an import while it goes on.
pub trait ImportListener {
    /// Is told how far the import is.
    fn progressed(&mut self, progress: Progress);

    /// Is told what became of a record: the prediction of its event, or why it was not taken.
    fn answered(&mut self, index: u64, answer: Result<&Prediction, &str>) -> io::Result<()>;
}

/// A function is told of the progress alone.
impl<F: FnMut(Progress)> ImportListener for F {
    fn progressed(&mut self, progress: Progress) {
        self(progress);
    }

    fn answered(&mut self, _: u64, _: Result<&Prediction, &str>) -> io::Result<()> {
        Ok(())
    }
}

/// Returns the actor of an import that no account asked for: it ingests and may do nothing else.
pub fn importer(name: &str) -> Actor {
    Actor::new(AccountId::new(name), Role::Analyst, Scopes::of(&[Scope::Ingest]))
}

/// Imports every record. The listener is told of each, and of the progress after each chunk of events.
///
/// # Errors
///
/// Fails where the database does not take events. What was taken before is kept, and a second import goes on there.
pub async fn import_log(
    service: &Service,
    actor: &Actor,
    records: impl Iterator<Item = Record>,
    mut listener: impl ImportListener,
) -> anyhow::Result<ImportSummary> {
    let log = log_scoring::by_time(records).context("cannot sort the events")?;
    let mut summary = ImportSummary { unread: log.counts().to_string(), ..ImportSummary::default() };
    let (mut done, total) = (0, log.records());
    listener.progressed(Progress { done, total });
    let before = service.events();
    let mut chunk = Vec::with_capacity(CHUNK_EVENTS);
    for item in log.into_records().context("cannot sort the events")? {
        let item = item.context("cannot sort the events")?;
        match item.event {
            Ok(event) => chunk.push((item.index, event)),
            Err(reason) => {
                summary.faulty += 1;
                listener.answered(item.index, Err(&reason)).context(NOT_TOLD)?;
            }
        }
        if chunk.len() == CHUNK_EVENTS {
            ingest_chunk(service, actor, std::mem::take(&mut chunk), &mut summary, &mut listener).await?;
        }
        done += 1;
        if done % (CHUNK_EVENTS as u64) == 0 {
            listener.progressed(Progress { done, total });
        }
    }
    ingest_chunk(service, actor, chunk, &mut summary, &mut listener).await?;
    listener.progressed(Progress { done: total, total });
    summary.new = service.events() - before;
    Ok(summary)
}

async fn ingest_chunk(
    service: &Service,
    actor: &Actor,
    chunk: Vec<(u64, Event)>,
    summary: &mut ImportSummary,
    listener: &mut impl ImportListener,
) -> anyhow::Result<()> {
    let (indices, events): (Vec<_>, Vec<_>) = chunk.into_iter().unzip();
    for (index, answer) in indices.into_iter().zip(service.ingest_batch(actor, events).await?) {
        match answer {
            Ok(prediction) => {
                summary.events += 1;
                listener.answered(index, Ok(&prediction)).context(NOT_TOLD)?;
            }
            Err(Error::Invalid(faults)) => {
                let reason = faults.join("; ");
                listener.answered(index, Err(&reason)).context(NOT_TOLD)?;
                summary.add_refused(index, reason);
            }
            Err(error) => return Err(error).context("stopped: what was taken so far is kept, run it again to go on"),
        }
    }
    Ok(())
}

/// Fills an empty service with the log of the demonstration, which ends now. Ends early when `stop` is cancelled.
pub async fn import_demonstration(service: Service, stop: CancellationToken) {
    if service.events() > 0 {
        return;
    }
    let now = Timestamp::now();
    let rows = spawn_blocking(move || demo::log(now)).await.unwrap_or_else(|error| resume_unwind(error.into_panic()));
    let records = (0..).zip(rows).map(|(index, row)| Record { index, event: Ok(row.event), unread: Vec::new() });
    let progress: SharedProgress = service.sample_import().clone();
    let actor = importer("demo");
    let importing = import_log(&service, &actor, records, |now| progress.set(now));
    match stop.run_until_cancelled(importing).await {
        Some(Ok(summary)) => info!(events = summary.events, "the demonstration is imported"),
        Some(Err(error)) => error!(error = format!("{error:#}"), "the demonstration was not imported"),
        None => info!("the import of the demonstration was stopped"),
    }
    progress.set(Progress::default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_counts_every_refused_record_and_names_the_first() {
        let mut summary = ImportSummary::default();
        (0..1000).for_each(|record| summary.add_refused(record, "no time".to_owned()));
        assert_eq!((summary.faulty, summary.first_refused.len()), (1000, REFUSED_KEPT));
        assert_eq!(summary.first_refused[0].0, 0);
    }
}
