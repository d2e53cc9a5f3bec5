//! Taking events.

use std::sync::Arc;

use app::actor::{Actor, Scope};
use jiff::{SignedDuration, Timestamp};
use shared::{error::Error, event::Event, prediction::Prediction};
use tokio::sync::broadcast;

use super::Service;
use crate::pipeline::Committed;

/// A timestamp at most this far ahead of the clock is kept: clocks differ.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// A timestamp further ahead than this is refused. One between the two limits becomes the time of the clock.
const FUTURE_LIMIT: SignedDuration = SignedDuration::from_hours(24);

impl Service {
    /// Judges an event and keeps it.
    pub async fn ingest(&self, actor: &Actor, event: Event) -> Result<Prediction, Error> {
        actor.require(Scope::Ingest)?;
        let event = clamp_clock_skew(event, Timestamp::now())?;
        Ok(self.0.pipeline.ingest(event).await?)
    }

    /// Judges events in their order and keeps them. Each has an answer of its own.
    ///
    /// # Errors
    ///
    /// Fails as a whole if events were not stored. Those that were do not count again if all are sent again.
    pub async fn ingest_batch(
        &self,
        actor: &Actor,
        events: Vec<Event>,
    ) -> Result<Vec<Result<Prediction, Error>>, Error> {
        actor.require(Scope::Ingest)?;
        let now = Timestamp::now();
        let clamped: Vec<_> = events.into_iter().map(|event| clamp_clock_skew(event, now)).collect();
        let accepted: Vec<Event> = clamped.iter().filter_map(|event| event.as_ref().ok().cloned()).collect();
        let answers = self.0.pipeline.ingest_batch(accepted).await;
        if let Some(reason) = answers.iter().find_map(|answer| answer.as_ref().err()) {
            let stored = answers.iter().filter(|answer| answer.is_ok()).count();
            let detail = format!("{reason}; {stored} of {} events are stored, and do not count twice", answers.len());
            return Err(Error::Unavailable(detail));
        }
        let mut predictions = answers.into_iter().flatten();
        let answer = |event: Result<Event, Error>| {
            event?;
            Ok(predictions.next().expect("one answer an event"))
        };
        Ok(clamped.into_iter().map(answer).collect())
    }

    /// Returns a receiver of every commit from now on. One that falls behind misses commits.
    pub fn subscribe(&self, actor: &Actor) -> Result<broadcast::Receiver<Arc<Committed>>, Error> {
        actor.require(Scope::Read)?;
        Ok(self.0.pipeline.subscribe())
    }
}

/// Takes an event whose timestamp is a little ahead of our clock as of now, and refuses one that is far ahead.
fn clamp_clock_skew(event: Event, now: Timestamp) -> Result<Event, Error> {
    let ahead = event.time.duration_since(now);
    if ahead > FUTURE_LIMIT {
        return Err(Error::Invalid(vec![format!("timestamp is {} hours in the future", ahead.as_hours())]));
    }
    if ahead > CLOCK_TOLERANCE {
        let to_the_ms = Timestamp::from_millisecond(now.as_millisecond()).expect("a time cut to milliseconds");
        return Ok(Event { time: to_the_ms, ..event });
    }
    Ok(event)
}
