//! Taking in a whole log through the ordinary way, in the order of its times.

use anyhow::Context as _;
use app::backend::Actor;
use jiff::{SignedDuration, Timestamp};
use shared::{
    error::Error,
    event::Event,
    formats::{self, Record},
    views::Loading,
};
use tracing::{error, info};

use crate::{scoring, service::Service};

/// Events handed over at once.
const CHUNK: usize = 2048;

/// The log that comes with the program.
static SAMPLE: &[u8] = include_bytes!("../assets/sample/activity.csv.gz");

/// What became of a log's records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Events that are stored now, whether they were before or not.
    pub events: u64,
    /// Those that were not before.
    pub new: u64,
    /// Records that cannot be read or were refused, with the first reasons.
    pub faults: Vec<(u64, String)>,
}

/// Takes in every record; `advance` hears how many were dealt with.
///
/// # Errors
///
/// Fails where the database does not take events; what was taken before is kept, and a second call goes on.
pub async fn load(
    service: &Service,
    records: impl Iterator<Item = Record>,
    mut advance: impl FnMut(Loading),
) -> anyhow::Result<Loaded> {
    let mut loaded = Loaded::default();
    let items = scoring::by_time(records).context("cannot sort the events")?;
    let (mut done, total) = (0, items.records());
    advance(Loading { done, total });
    let before = service.events();
    let mut chunk = Vec::with_capacity(CHUNK);
    for item in items.sorted {
        let item = item.context("cannot sort the events")?;
        match item.event {
            Ok(event) => chunk.push((item.index, event)),
            Err(fault) => loaded.faults.push((item.index, fault)),
        }
        if chunk.len() == CHUNK {
            take(service, std::mem::take(&mut chunk), &mut loaded).await?;
        }
        done += 1;
        if done % (CHUNK as u64) == 0 {
            advance(Loading { done, total });
        }
    }
    take(service, chunk, &mut loaded).await?;
    advance(Loading { done: total, total });
    loaded.new = service.events() - before;
    Ok(loaded)
}

async fn take(service: &Service, chunk: Vec<(u64, Event)>, loaded: &mut Loaded) -> anyhow::Result<()> {
    let (indices, events): (Vec<_>, Vec<_>) = chunk.into_iter().unzip();
    for (index, answer) in indices.into_iter().zip(service.take_all(Actor::Program, events).await?) {
        match answer {
            Ok(_) => loaded.events += 1,
            Err(Error::Invalid(faults)) => loaded.faults.push((index, faults.join("; "))),
            Err(error) => return Err(error).context("stopped: what was taken so far is kept, run it again to go on"),
        }
    }
    Ok(())
}

/// Fills an empty service with the sample log, moved so that it ends now; people see how far it is.
pub async fn load_demo(service: Service) {
    if service.events() > 0 {
        return;
    }
    let records: Vec<Record> = formats::read(SAMPLE, None, None).collect();
    let moved = moved_to_end(records, Timestamp::now());
    match load(&service, moved, |loading| service.show_loading(loading)).await {
        Ok(loaded) => info!(events = loaded.events, "the sample log is loaded"),
        Err(error) => error!(error = format!("{error:#}"), "the sample log was not loaded"),
    }
}

/// Moves events by whole days so that the last is not after `now` and less than a day before.
fn moved_to_end(records: Vec<Record>, now: Timestamp) -> impl Iterator<Item = Record> {
    let last = records.iter().filter_map(|record| record.event.as_ref().ok()).map(|event| event.time).max();
    let days = last.map_or(0, |last| now.duration_since(last).as_hours().div_euclid(24));
    records.into_iter().map(move |record| {
        let event =
            record.event.map(|event| Event { time: event.time + SignedDuration::from_hours(24 * days), ..event });
        Record { event, ..record }
    })
}

#[cfg(test)]
mod tests {
    use shared::calendar::DAY_SECONDS;

    use super::*;

    #[test]
    fn the_sample_log_is_moved_to_end_within_the_last_day() {
        let records: Vec<Record> = formats::read(SAMPLE, None, None).collect();
        let first = records[0].event.as_ref().expect("the log has no fault").time;
        let now: Timestamp = "2027-01-15T12:00:00Z".parse().expect("a time");
        let moved: Vec<Record> = moved_to_end(records, now).collect();
        let time = |record: &Record| record.event.as_ref().expect("the log has no fault").time;
        let last = moved.iter().map(time).max().expect("there are events");
        assert!((0..DAY_SECONDS).contains(&now.duration_since(last).as_secs()));
        assert_eq!(time(&moved[0]).duration_since(first).as_secs() % DAY_SECONDS, 0);
    }
}
