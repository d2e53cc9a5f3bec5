//! The identity of an event, by which one that was delivered twice is told from two.

use super::{Event, UserId};
use crate::{calendar::Day, hash::Hasher};

/// The key of an event: events of the same user, time and id are the same event.
///
/// ```
/// use shared::event::{Action, Event, EventKey};
///
/// let time = "2024-01-15T14:30:00Z".parse()?;
/// let login = Event::new("ann".parse()?, time, Action::Login);
/// assert_eq!(EventKey::of(&login), EventKey::of(&login.clone()));
/// assert_ne!(EventKey::of(&login), EventKey::of(&Event { event_id: Some("7".into()), ..login }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventKey {
    /// The user who acted.
    pub user: UserId,
    /// Time of the event, in milliseconds of Unix time.
    pub time_ms: i64,
    /// The sender's id, else a hash of the content.
    pub id: String,
}

impl EventKey {
    /// Returns the key of an event.
    pub fn of(event: &Event) -> Self {
        Self { user: event.user.clone(), time_ms: event.time.as_millisecond(), id: event.id() }
    }

    /// Returns the day of the event (UTC).
    pub fn day(&self) -> Day {
        Day::of(self.time_ms.div_euclid(1000))
    }

    /// Returns a hash of the user and the id, by which the events of one time are told apart in little memory.
    pub fn hash_within_time(&self) -> u64 {
        let mut hasher = Hasher::default();
        hasher.number(self.user.seeded_hash(0));
        hasher.text(&self.id);
        hasher.finish()
    }
}
