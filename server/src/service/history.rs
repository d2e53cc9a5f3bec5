//! Events on pages: a user's history, and the latest notable user-days.

use app::{
    actor::Actor,
    page_types::{HistoryPlace, NotableDay, Shown, TimelinePage, TimelineQuery},
    return_period::ReturnPeriod,
};
use shared::error::Error;

use super::{EventPage, Service, pages};
use crate::event_filter::{EventFilter, Place};

/// Number of events of a page.
const PAGE: usize = 100;
/// Number of events with reasons that are read for the notable user-days of the dashboard.
const NOTABLE_EVENTS: usize = 200;
/// Number of notable user-days on the dashboard.
const NOTABLE_DAYS: usize = 8;
/// Number of user-days of which one is notable.
const NOTABLE_USER_DAYS: u32 = 10;

impl Service {
    /// Returns a page of a user's history.
    pub(super) async fn history(
        &self,
        actor: &Actor,
        user_id: &str,
        query: &TimelineQuery,
    ) -> Result<TimelinePage, Error> {
        let least_score = match query.show {
            Shown::All => None,
            Shown::Notable => Some(ReturnPeriod::from(NOTABLE_USER_DAYS).score()),
            Shown::Anomalies => Some(self.threshold(&self.0.pipeline.state())),
        };
        let before = query.before.map(|HistoryPlace { time_ms, sequence }| Place { time_ms, sequence });
        let filter = EventFilter { before, least_score, ..EventFilter::default() };
        let EventPage { events, next } = self.timeline(actor, user_id, filter, PAGE).await?;
        Ok(TimelinePage {
            events: events.into_iter().map(pages::timeline_event).collect(),
            older: next.map(|Place { time_ms, sequence }| HistoryPlace { time_ms, sequence }),
        })
    }

    /// Returns the latest notable user-days, the newest first.
    pub(super) async fn notable_days(&self) -> Result<Vec<NotableDay>, Error> {
        // A checkpoint may store recent events meanwhile, so these are read first.
        let recent = self.0.pipeline.state().recent().latest_with_reasons(NOTABLE_EVENTS);
        let stored = self.0.store.latest_anomalies(NOTABLE_EVENTS).await.map_err(|reason| self.unavailable(&reason))?;
        let latest = pages::latest(recent, stored, NOTABLE_EVENTS);
        Ok(pages::notable_days(&latest, NOTABLE_DAYS))
    }
}
