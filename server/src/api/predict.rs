//! `/api/predict` and `/api/batch`: events in, predictions out.

use app::actor::KeyScope;
use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use lab::place_tables::places;
use serde_json::{json, value::RawValue};
use shared::{
    error::Error,
    event::{CheckedEvent, Event, EventKey, InvalidUserId},
    explanation::Explanation,
    formats,
    prediction::Prediction,
};
use utoipa::ToSchema;

use super::{
    batch_request::{BATCH_LIMIT, BatchRequest, Events},
    event_bodies::EventRequest,
    extract::{Caller, IdempotencyKey, Json, Query, off_async_threads},
    fields::{Strictness, flag},
    operation::{HEADING_OF_EVENTS as HEADING, LINES, Operation},
    problem::{FieldProblem, Problem, pointed_at},
    routes::Routes,
    types::{
        BatchAnswer, BatchItem, BatchSummary, ExplainedPrediction, ExplanationBody, PredictAnswer, PredictOptions,
    },
};
use crate::service::Service;

pub(super) fn routes() -> Routes {
    let example = json!({"user_id": "ann", "timestamp": "2026-11-20T09:30:00Z", "action_type": "download",
                         "data_volume_mb": 12, "explain": true});
    let list = json!([{"user_id": "ann", "timestamp": "2026-11-20T09:31:00Z", "action_type": "view"}]);
    let line = json!(r#"{"user_id": "ann", "timestamp": "2026-11-20T09:32:00Z", "action_type": "view"}"#);
    Routes::default()
        .add(Method::POST, "/api/predict", predict)
        .told(
            told("Judges one event and keeps it.")
                .takes::<EventRequest>(&[("application/json", example)])
                .answers::<PredictAnswer>(StatusCode::OK, "The prediction"),
        )
        .add(Method::POST, "/api/batch", batch)
        .told(
            told("Judges up to 10,000 events in their order and keeps them. A faulty one has an error of its own.")
                .takes::<BatchBody>(&[("application/json", list), (LINES, line)])
                .answers::<BatchAnswer>(StatusCode::OK, "A prediction or an error for each event"),
        )
}

fn told(sentence: &'static str) -> Operation {
    Operation::new(HEADING, sentence)
        .needs(KeyScope::Score)
        .query::<Strictness>()
        .header("Idempotency-Key", "The id of an event without one; in a batch, with the event's number behind it")
}

/// The body of a batch, as it is told: an object with the events, or a list of them, or one of them a line.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "each layout is read in its own way")]
enum BatchBody {
    Instances { instances: Vec<EventRequest>, explain: Option<bool> },
    Events(Vec<EventRequest>),
    Lines(String),
}

/// Judges one event and keeps it.
async fn predict(
    Caller(actor): Caller,
    State(service): State<Service>,
    Query(Strictness { strict }): Query<Strictness>,
    key: IdempotencyKey,
    Json(body): Json<Box<RawValue>>,
) -> Result<Json<PredictAnswer>, Problem> {
    let body = body.get().as_bytes();
    let PredictOptions { explain } = serde_json::from_slice(body).unwrap_or_default(); // what is no object is no event
    let (explain, fault) = flag(explain.as_deref(), "/explain");
    let CheckedEvent { mut event, unread } = event_at("", body, strict, fault)?;
    key.identify(&mut event, None);
    let prediction = service.ingest(&actor, event).await.map_err(|error| Problem::of_ingest(error, ""))?;
    let mut explanations =
        if explain { service.explain(&actor, vec![key_of(&prediction)?]).await? } else { Vec::new() };
    let prediction = ExplainedPrediction::of(prediction, explanations.pop(), pointed_at(&unread, ""));
    Ok(Json(PredictAnswer { success: true, prediction }))
}

/// Judges many events in their order and keeps them. A faulty one has an error of its own.
async fn batch(
    Caller(actor): Caller,
    State(service): State<Service>,
    Query(Strictness { strict }): Query<Strictness>,
    key: IdempotencyKey,
    BatchRequest { events, explain }: BatchRequest,
) -> Result<Json<BatchAnswer>, Problem> {
    if events.number > BATCH_LIMIT {
        return Err(too_many(events.number));
    }
    let (pointer, bytes) = (events.pointer, events.first.iter().map(|event| event.len()).sum());
    let read = off_async_threads(bytes, move || read_events(&events, strict)).await;
    let identified = |(index, checked): (usize, &Result<CheckedEvent, Problem>)| {
        let mut event = checked.as_ref().ok()?.event.clone();
        key.identify(&mut event, Some(index));
        Some(event)
    };
    let events: Vec<Event> = read.iter().enumerate().filter_map(identified).collect();
    let predictions = service.ingest_batch(&actor, events).await?;
    let keys = predictions.iter().flatten().filter(|_| explain).map(key_of).collect::<Result<_, _>>()?;
    let mut explanations = service.explain(&actor, keys).await?.into_iter();
    let mut predictions = predictions.into_iter();

    let answers = read.into_iter().enumerate().map(|(index, checked)| {
        let pointer = format!("{pointer}/{index}");
        let warnings = pointed_at(&checked?.unread, &pointer);
        let prediction = predictions.next().expect("one answer an event");
        let prediction = prediction.map_err(|error| Problem::of_ingest(error, &pointer))?;
        Ok(ExplainedPrediction::of(prediction, explanations.next(), warnings))
    });
    Ok(Json(BatchAnswer::of(answers)))
}

fn too_many(events: usize) -> Problem {
    let detail = format!("{events} events are more than {BATCH_LIMIT}: send several batches, or use `uba import`");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
}

fn read_events(Events { first, pointer, .. }: &Events, is_strict: bool) -> Vec<Result<CheckedEvent, Problem>> {
    let read = |(index, event)| event_at(&format!("{pointer}/{index}"), event, is_strict, None);
    first.iter().map(AsRef::as_ref).enumerate().map(read).collect()
}

/// Reads the event that stands at `pointer` in the request. `fault` is what is wrong beside it; where the request is
/// strict, fields that mean nothing are wrong, too.
fn event_at(
    pointer: &str,
    event: &[u8],
    is_strict: bool,
    fault: Option<FieldProblem>,
) -> Result<CheckedEvent, Problem> {
    let unknown = if is_strict { formats::unknown_fields(event) } else { Vec::new() };
    let unknown = unknown.iter().filter(|name| *name != "explain").map(|name| FieldProblem::unknown(pointer, name));
    let others: Vec<FieldProblem> = fault.into_iter().chain(unknown).collect();
    match formats::event(event, Some(places())) {
        Ok(checked) if others.is_empty() => Ok(checked),
        Ok(_) => Err(Problem::of_faults(&others)),
        Err(faults) => Err(Problem::of_event(&faults, others, pointer)),
    }
}

/// Returns the key of the event of a prediction.
fn key_of(prediction: &Prediction) -> Result<EventKey, Error> {
    let user = prediction.user_id.parse().map_err(|error: InvalidUserId| Error::Invalid(vec![error.to_string()]))?;
    Ok(EventKey { user, time_ms: prediction.timestamp.as_millisecond(), id: prediction.event_id.clone() })
}

impl ExplainedPrediction {
    pub(super) fn of(prediction: Prediction, explanation: Option<Explanation>, warnings: Vec<FieldProblem>) -> Self {
        let explanation = explanation.map(|explanation| ExplanationBody::of(explanation, &prediction.disagreements));
        Self { model_version: prediction.model_version.clone(), prediction: prediction.into(), explanation, warnings }
    }
}

impl BatchItem {
    /// Makes the answer to the event of an index.
    pub(super) fn of(index: usize, answer: Result<ExplainedPrediction, Problem>) -> Self {
        match answer {
            Ok(explained) => Self { index, prediction: Some(explained), error: None },
            Err(problem) => Self { index, prediction: None, error: Some(problem) },
        }
    }
}

impl BatchSummary {
    /// Counts the answer to an event.
    pub(super) fn count(&mut self, item: &BatchItem) {
        self.total += 1;
        match &item.prediction {
            Some(explained) => {
                self.scored += 1;
                self.anomalies += usize::from(explained.prediction.is_anomaly);
            }
            None => self.errors += 1,
        }
    }
}

impl BatchAnswer {
    fn of(answers: impl Iterator<Item = Result<ExplainedPrediction, Problem>>) -> Self {
        let predictions: Vec<BatchItem> =
            answers.enumerate().map(|(index, answer)| BatchItem::of(index, answer)).collect();
        let mut summary = BatchSummary::default();
        for item in &predictions {
            summary.count(item);
        }
        Self { success: true, predictions, summary }
    }
}
