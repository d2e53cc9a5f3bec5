//! Lists of events, the newest first.

use std::{cmp::Reverse, collections::HashMap};

use app::actor::{Actor, Scope};
use shared::error::Error;

use super::Service;
use crate::{
    event_filter::{EventFilter, Found, Place},
    recent_events::RecentEvent,
    store::{IndexedEvent, StoredEvent},
};

/// A part of a list of events.
#[derive(Debug, PartialEq)]
pub struct EventPage {
    /// The events, the newest first.
    pub events: Vec<StoredEvent>,
    /// The place before which the list goes on; none if it ends here. A page may have few events, or none, and be
    /// followed by others: of a long list only a part is looked through at a time.
    pub next: Option<Place>,
}

/// An event of a list, before it is known whether the page has room for it.
enum Candidate {
    Recent(RecentEvent),
    Stored(Box<StoredEvent>),
    Indexed(IndexedEvent),
}

impl Candidate {
    fn place(&self) -> Place {
        match self {
            Self::Recent(event) => event.place(),
            Self::Stored(event) => event.place(),
            Self::Indexed(event) => event.place,
        }
    }
}

impl Service {
    /// Returns the first events of a list: at most `limit`.
    pub async fn events_where(&self, actor: &Actor, filter: EventFilter, limit: usize) -> Result<EventPage, Error> {
        actor.require(Scope::Read)?;
        let (filter, recent) = {
            // A checkpoint may store recent events meanwhile, so these are read first.
            let state = self.0.pipeline.state();
            let user = filter.user.map(|user| state.users().spelling(&user).cloned().unwrap_or(user));
            let filter = EventFilter { user, ..filter };
            let recent = state.recent().first_of(&filter, limit + 1);
            (filter, recent)
        };
        let Found { events: stored, complete_to } = self.stored_candidates(&filter, limit + 1).await?;
        let recent = recent.into_iter().map(Candidate::Recent);
        let (first, next) = first_of(recent.chain(stored).collect(), complete_to, limit);
        Ok(EventPage { events: self.read(first).await?, next })
    }

    async fn stored_candidates(&self, filter: &EventFilter, limit: usize) -> Result<Found<Candidate>, Error> {
        let store = &self.0.store;
        let found = if let Some(user) = &filter.user {
            let found = store.events_of(user, filter, limit).await;
            found.map(|Found { events, complete_to }| {
                let events = events.into_iter().map(|event| Candidate::Stored(Box::new(event))).collect();
                Found { events, complete_to }
            })
        } else {
            let found = store.indexed(filter, limit).await;
            found.map(|Found { events, complete_to }| {
                let events = events.into_iter().map(Candidate::Indexed).collect();
                Found { events, complete_to }
            })
        };
        found.map_err(|reason| self.unavailable(&reason))
    }

    /// Reads those of the events that are not read yet.
    async fn read(&self, candidates: Vec<Candidate>) -> Result<Vec<StoredEvent>, Error> {
        let indexed = |candidate: &Candidate| match candidate {
            Candidate::Indexed(event) => Some(event.clone()),
            _ => None,
        };
        let indexed: Vec<IndexedEvent> = candidates.iter().filter_map(indexed).collect();
        let read = self.0.store.events_at(&indexed).await.map_err(|reason| self.unavailable(&reason))?;
        let mut read: HashMap<u64, StoredEvent> = read.into_iter().map(|event| (event.sequence, event)).collect();
        let event = |candidate| match candidate {
            Candidate::Recent(event) => Some(event.stored()),
            Candidate::Stored(event) => Some(*event),
            Candidate::Indexed(event) => read.remove(&event.place.sequence),
        };
        Ok(candidates.into_iter().filter_map(event).collect())
    }
}

/// Returns the first `limit` of a list that is known down to a time, in its order, and where it goes on. An event may be
/// among the candidates twice.
fn first_of(mut candidates: Vec<Candidate>, complete_to: Option<i64>, limit: usize) -> (Vec<Candidate>, Option<Place>) {
    candidates.retain(|candidate| complete_to.is_none_or(|time_ms| candidate.place().time_ms >= time_ms));
    candidates.sort_by_key(|candidate| Reverse(candidate.place()));
    candidates.dedup_by_key(|candidate| candidate.place());
    if candidates.len() <= limit {
        return (candidates, complete_to.map(Place::at));
    }
    candidates.truncate(limit);
    let next = candidates.last().map(Candidate::place);
    (candidates, next)
}
