//! `/api/v1/events`: stored events, with the explanations of their scores.

use app::actor::KeyScope;
use axum::{
    extract::State,
    http::{Method, StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    error::Error,
    event::{Action, EventKey, InvalidUserId, UserId},
    severity::Severity,
};
use utoipa::{IntoParams, ToSchema};

use super::{
    event_bodies::{EventId, StoredEventBody},
    extract::{Caller, Json, Path, Query},
    opaque::Opaque,
    operation::{HEADING_OF_EVENTS as HEADING, Operation},
    problem::Problem,
    routes::Routes,
    schemas::{ActionName, SeverityName},
    types::{ExplainedPrediction, PredictAnswer},
};
use crate::{
    event_filter::{EventFilter, Place},
    service::{EventPage, Service},
};

/// Number of events in a list unless the request says otherwise.
const DEFAULT_LIMIT: usize = 50;
/// Largest number of events in a list.
const MAX_LIMIT: usize = 200;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(Method::GET, "/api/v1/events", list)
        .told(
            told("Lists events, the newest first. A part may have few events, or none, and be followed by others.")
                .query::<EventListParameters>()
                .answers::<EventsAnswer>(StatusCode::OK, "A part of the list"),
        )
        .add(Method::GET, "/api/v1/events/{id}", show)
        .told(
            told("Shows one event, and explains its score again.")
                .in_path("id", "The id that lists and predictions tell, or that of the sender", "e-1")
                .query::<Origin>()
                .answers::<PredictAnswer>(StatusCode::OK, "The event"),
        )
        .add(Method::GET, "/api/v1/events/{id}/evidence", evidence)
        .told(
            told("Returns all that the score of one event follows from, as a file for `uba verify`.")
                .in_path("id", "The id that lists and predictions tell, or that of the sender", "e-1")
                .query::<Origin>()
                .answers_in(StatusCode::OK, "The evidence file", &["application/json"]),
        )
}

fn told(sentence: &'static str) -> Operation {
    Operation::new(HEADING, sentence).needs(KeyScope::Read)
}

/// The place in a list of events where its next part begins, in milliseconds and by the number of the event.
type Cursor = Opaque<(i64, u64)>;

/// Which part of a list is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub(super) struct Part {
    /// The largest number of events; 50 unless it is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next_cursor` of the part before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

impl Part {
    /// Returns the place before which the part is, and the largest number of events that it has.
    pub(super) fn bounds(self) -> (Option<Place>, usize) {
        let place = self.cursor.map(|Opaque((time_ms, sequence))| Place { time_ms, sequence });
        (place, self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT))
    }
}

#[derive(Debug, Deserialize, IntoParams)]
struct EventListParameters {
    /// Events of this user.
    #[param(example = "ann")]
    user: Option<String>,
    /// Events from this time on.
    #[param(example = "2026-11-20T00:00:00Z")]
    from: Option<Timestamp>,
    /// Events before this time.
    to: Option<Timestamp>,
    /// Events of this action.
    #[param(value_type = Option<ActionName>)]
    action: Option<Action>,
    /// Events of this severity.
    #[param(value_type = Option<SeverityName>)]
    severity: Option<Severity>,
    /// Events with this anomaly score or a higher one.
    min_score: Option<f64>,
    /// The largest number of events; 50 unless it is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next_cursor` of the part before, which is to be of the same choice.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// A part of a list of events.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventsAnswer {
    events: Vec<StoredEventBody>,
    /// Where the list goes on; none where it ends.
    #[schema(value_type = Option<String>)]
    next_cursor: Option<Cursor>,
}

impl From<EventPage> for EventsAnswer {
    fn from(EventPage { events, next }: EventPage) -> Self {
        let next_cursor = next.map(|Place { time_ms, sequence }| Opaque((time_ms, sequence)));
        Self { events: events.into_iter().map(StoredEventBody::of).collect(), next_cursor }
    }
}

/// Where an event is stored, as predictions of earlier versions tell it.
#[derive(Debug, Deserialize, IntoParams)]
struct Origin {
    /// The user, where the id is that of the sender.
    #[param(example = "ann")]
    user_id: Option<String>,
    /// The time of the event, where the id is that of the sender.
    #[param(example = "2026-11-20T09:00:00Z")]
    timestamp: Option<Timestamp>,
}

impl Origin {
    /// Returns the key of the event with an id.
    fn key(self, id: String) -> Result<EventKey, Problem> {
        match (self.user_id, self.timestamp) {
            (Some(user), Some(time)) => Ok(EventKey { user: named_user(&user)?, time_ms: time.as_millisecond(), id }),
            (None, None) => Ok(EventId::read(&id).ok_or_else(|| Error::NotFound("this event".to_owned()))?),
            _ => {
                let told = "user_id and timestamp name an event together, where the id is that of its sender";
                Err(Problem::new(StatusCode::BAD_REQUEST, told))
            }
        }
    }
}

/// Lists events, the newest first.
async fn list(
    Caller(actor): Caller,
    State(service): State<Service>,
    Query(parameters): Query<EventListParameters>,
) -> Result<Json<EventsAnswer>, Problem> {
    let EventListParameters { user, from, to, action, severity, min_score, limit, cursor } = parameters;
    let user = user.map(|user| named_user(&user)).transpose()?;
    let from_ms = from.map(Timestamp::as_millisecond);
    let before = to.map(|to| Place::at(to.as_millisecond()));
    let (cursor, limit) = Part { limit, cursor }.bounds();
    let before = before.into_iter().chain(cursor).min();
    let filter = EventFilter { user, from_ms, before, action, severity, least_score: min_score };
    Ok(Json(service.events_where(&actor, filter, limit).await?.into()))
}

/// Shows one event, and explains its score again. It is named by the id that lists and predictions tell, or by the id
/// that its sender gave it, with user and time.
async fn show(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
    Query(origin): Query<Origin>,
) -> Result<Json<PredictAnswer>, Problem> {
    let (scored, explanation) = service.event(&actor, origin.key(id)?).await?;
    let prediction = ExplainedPrediction::of(scored.prediction(), Some(explanation), Vec::new());
    Ok(Json(PredictAnswer { success: true, prediction }))
}

/// Returns the evidence file of one event, from which its score can be computed again.
async fn evidence(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
    Query(origin): Query<Origin>,
) -> Result<impl IntoResponse, Problem> {
    let evidence = service.evidence(&actor, origin.key(id)?).await?;
    Ok(([(CONTENT_TYPE, "application/json")], evidence.to_json()))
}

fn named_user(user: &str) -> Result<UserId, Problem> {
    user.parse().map_err(|error: InvalidUserId| Problem::new(StatusCode::BAD_REQUEST, error.to_string()))
}
