//! One event of a log, with the state of the engine right before it.

use std::{collections::VecDeque, io};

use shared::{
    engine::InMemoryEngine,
    event::{Event, UserId},
    inputs::Inputs,
};

use super::{packed_records::PackedRecord, sorted_log::SortedLog, unique_events::UniqueEvents};

/// The largest number of earlier events whose inputs are kept.
const MOST_INPUTS: usize = 1000;

/// An event of a log, and what the events before it leave behind.
pub struct EventInLog {
    /// The event.
    pub event: Event,
    /// The engine, which has learnt from all events before it.
    pub engine: InMemoryEngine,
    /// The earlier events of the same user.
    pub own: Vec<Event>,
    /// The inputs of the latest 1,000 events before it.
    pub latest: Vec<Inputs>,
}

impl EventInLog {
    /// Finds the first event with an id, and lets an engine without users learn from all events before it, as
    /// [`LogScorer`](super::LogScorer) does. Returns none if no event has the id, or only one that lies apart in time.
    ///
    /// The events before it are kept in memory, packed.
    ///
    /// # Errors
    ///
    /// Fails if the temporary files in which large logs are sorted cannot be read.
    pub fn find(log: SortedLog, mut engine: InMemoryEngine, id: &str) -> io::Result<Option<Self>> {
        let mut events = UniqueEvents::new(log.events, log.span);
        let (mut earlier, mut latest) = (Vec::new(), VecDeque::with_capacity(MOST_INPUTS));
        loop {
            let (mut epoch, mut found) = (Vec::new(), None);
            while epoch.len() < engine.engine().room()
                && let Some(unique) = events.next_event()?
            {
                let event = unique.record.event()?;
                if event.id() == id {
                    found = Some(event);
                    break;
                }
                epoch.push(event);
                earlier.push(unique.record);
            }
            for scored in engine.observe(&epoch) {
                if latest.len() == MOST_INPUTS {
                    latest.pop_front();
                }
                latest.push_back(scored.assessment.inputs);
            }
            if let Some(event) = found {
                let own = own_events(&earlier, &event.user)?;
                return Ok(Some(Self { event, engine, own, latest: latest.into() }));
            }
            if epoch.is_empty() {
                return Ok(None);
            }
        }
    }
}

/// Returns the events of one user.
fn own_events(records: &[PackedRecord], user: &UserId) -> io::Result<Vec<Event>> {
    let shard = shared::engine::shard_of(user);
    let of_shard = records.iter().filter(|record| usize::from(record.shard) == shard);
    let mut events: Vec<Event> = of_shard.map(PackedRecord::event).collect::<io::Result<_>>()?;
    events.retain(|event| event.user == *user);
    Ok(events)
}
