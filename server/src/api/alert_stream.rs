//! `/api/v1/alerts/stream`: alerts as server-sent events, from the moment at which they are on the disk.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use app::actor::Actor;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method},
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream::unfold;
use serde::Deserialize;
use shared::error::Error;
use tokio::sync::watch;

use super::{
    alert_bodies::AlertBody,
    extract::{Caller, Query},
    problem::Problem,
    routes::Routes,
};
use crate::{
    alerts::{Alert, AlertId, InvalidAlertId},
    service::Service,
};

/// Pause after which a comment is sent where there is no alert, so that nobody on the way ends the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Tells proxies to hand over what comes at once.
const NOT_BUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

pub(super) fn routes() -> Routes {
    Routes::default().add(Method::GET, "/api/v1/alerts/stream", stream)
}

#[derive(Debug, Deserialize)]
struct StreamQuery {
    /// The id of the last alert that the client has, for those who cannot send the header `Last-Event-ID`.
    after: Option<String>,
    /// Whether the stream ends when there are no more alerts.
    #[serde(default)]
    end: bool,
}

/// The way of one client through the alerts.
struct Follower {
    service: Service,
    actor: Actor,
    raised: watch::Receiver<u64>,
    /// Alerts that were read and not yet sent.
    waiting: VecDeque<Alert>,
    /// The number of the first event whose alerts are to be read next.
    from: u64,
    /// The last alert that the client has.
    last: Option<AlertId>,
    ends: bool,
}

/// Sends every alert that is raised from now on, or after the one that the client had last: of more than 1,000, the
/// latest.
async fn stream(
    Caller(actor): Caller,
    State(service): State<Service>,
    Query(StreamQuery { after, end }): Query<StreamQuery>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let raised = service.watch_alerts(&actor)?;
    let header = headers.get("last-event-id").map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned());
    let last = header.or(after).map(|id| id.parse()).transpose();
    let last: Option<AlertId> =
        last.map_err(|error: InvalidAlertId| Error::Invalid(vec![format!("Last-Event-ID {error}")]))?;
    let from = last.map_or_else(|| service.events(), |last| last.sequence);
    let follower = Follower { service, actor, raised, waiting: VecDeque::new(), from, last, ends: end };
    let events = unfold(follower, |mut follower| async {
        let event = follower.next().await?;
        Some((Ok::<_, Infallible>(event), follower))
    });
    Ok(([NOT_BUFFERED], Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))))
}

impl Follower {
    /// Waits for the next alert. The stream ends when the server stops or the database fails; the client then asks again.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(alert) = self.waiting.pop_front() {
                self.last = Some(alert.id);
                let body = AlertBody::of(&alert).ok()?;
                return Event::default().event("alert").id(alert.id.to_string()).json_data(body).ok();
            }
            self.raised.mark_unchanged();
            let alerts = self.service.alerts_since(&self.actor, self.from).await.ok()?;
            self.waiting = alerts.into_iter().filter(|alert| self.last.is_none_or(|last| alert.id > last)).collect();
            self.from = self.waiting.back().map_or(self.from, |alert| alert.id.sequence);
            if self.waiting.is_empty() {
                if self.ends {
                    return None;
                }
                self.raised.changed().await.ok()?;
            }
        }
    }
}
