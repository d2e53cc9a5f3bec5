//! What the server measured of itself, and how it is.

use std::time::Duration;

use app::actor::{Actor, Scope};
use shared::error::Error;

use super::Service;
use crate::metrics::{Totals, Window};

/// What the server measured, and how much it holds.
#[derive(Clone)]
pub struct Condition {
    /// What was measured in the window asked for.
    pub window: Window,
    /// What was measured since the start.
    pub totals: Totals,
    /// The number of events that wait to be judged.
    pub waiting: usize,
    /// The number of stored events.
    pub events: u64,
    /// The number of users who were ever seen.
    pub users: u64,
    /// Whether events are taken.
    pub takes_events: bool,
}

impl Service {
    /// Returns what was measured in the last `length` and since the start, and how much the server holds.
    pub fn condition(&self, actor: &Actor, length: Duration) -> Result<Condition, Error> {
        actor.require(Scope::Read)?;
        let pipeline = &self.0.pipeline;
        let metrics = pipeline.metrics();
        let (window, totals) = (metrics.window(length), metrics.totals());
        let (events, users) = {
            let state = pipeline.state();
            (state.events(), state.users().len() as u64)
        };
        let takes_events = pipeline.suspension().is_none();
        Ok(Condition { window, totals, waiting: pipeline.waiting(), events, users, takes_events })
    }
}
