//! The events since the last checkpoint, which no segment holds yet.

use std::{
    cmp::Reverse,
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use shared::{event::UserId, scored_event::ScoredEvent};

use crate::{
    event_filter::{EventFilter, EventTraits, Place},
    store::{EventKey, PackedEvent, StoredEvent},
};

/// An event since the last checkpoint.
#[derive(Debug, Clone)]
pub struct RecentEvent {
    /// The number of the event in the order of commits, from 0.
    pub sequence: u64,
    /// Its key.
    pub key: Arc<EventKey>,
    /// Whether there are reasons for its score.
    pub has_reasons: bool,
    /// What lists choose it by.
    pub traits: EventTraits,
    /// The event, encoded as rows hold it.
    pub packed: Arc<PackedEvent>,
}

impl RecentEvent {
    /// Returns the recent event of a scored one.
    pub fn of(sequence: u64, key: Arc<EventKey>, scored: &ScoredEvent, packed: PackedEvent) -> Self {
        let (has_reasons, traits) = (!scored.reasons.is_empty(), EventTraits::of(scored));
        Self { sequence, key, has_reasons, traits, packed: Arc::new(packed) }
    }

    /// Returns the place of the event in lists.
    pub fn place(&self) -> Place {
        Place { time_ms: self.key.time_ms, sequence: self.sequence }
    }

    /// Returns the event as it is stored.
    pub fn stored(&self) -> StoredEvent {
        let scored = self.packed.unpack().expect("these bytes were written by this program or read before");
        StoredEvent { sequence: self.sequence, scored }
    }
}

/// The events since the last checkpoint, in the order of commits.
#[derive(Debug, Default)]
pub struct RecentEvents {
    events: VecDeque<RecentEvent>,
    sequences: HashMap<Arc<EventKey>, u64>,
}

impl RecentEvents {
    /// Adds the event after the last one.
    pub fn push(&mut self, event: RecentEvent) {
        self.sequences.insert(Arc::clone(&event.key), event.sequence);
        self.events.push_back(event);
    }

    /// Returns the number of events.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Returns whether there are no events.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Returns the event with a key, if it is a recent one.
    pub fn find(&self, key: &EventKey) -> Option<StoredEvent> {
        let sequence = self.sequences.get(key)?;
        let first = self.events.front()?.sequence;
        let place = usize::try_from(sequence - first).expect("they are in memory");
        Some(self.events[place].stored())
    }

    /// Returns the latest `limit` events of a user, the one that was committed last first.
    pub fn latest_of(&self, user: &UserId, limit: usize) -> Vec<StoredEvent> {
        self.events.iter().rev().filter(|event| event.key.user == *user).take(limit).map(RecentEvent::stored).collect()
    }

    /// Returns the latest `limit` events, the one that was committed last first.
    pub fn latest(&self, limit: usize) -> Vec<StoredEvent> {
        self.events.iter().rev().take(limit).map(RecentEvent::stored).collect()
    }

    /// Returns the first `limit` events of a list, in no particular order.
    pub fn first_of(&self, filter: &EventFilter, limit: usize) -> Vec<RecentEvent> {
        let is_taken = |event: &&RecentEvent| filter.takes(&event.key.user, event.place(), &event.traits);
        let mut taken: Vec<&RecentEvent> = self.events.iter().filter(is_taken).collect();
        if taken.len() > limit {
            taken.select_nth_unstable_by_key(limit, |event| Reverse(event.place()));
            taken.truncate(limit);
        }
        taken.into_iter().cloned().collect()
    }

    /// Returns the latest `limit` events with reasons, the one that was committed last first.
    pub fn latest_with_reasons(&self, limit: usize) -> Vec<StoredEvent> {
        self.events.iter().rev().filter(|event| event.has_reasons).take(limit).map(RecentEvent::stored).collect()
    }

    /// Returns the events from a number on.
    pub fn since(&self, sequence: u64) -> impl Iterator<Item = &RecentEvent> {
        self.events.iter().skip_while(move |event| event.sequence < sequence)
    }

    /// Forgets the events before a number, which a checkpoint has stored.
    pub fn forget_before(&mut self, sequence: u64) {
        while let Some(event) = self.events.pop_front_if(|event| event.sequence < sequence) {
            self.sequences.remove(&event.key);
        }
    }
}
