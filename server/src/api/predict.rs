//! `/api/predict` and `/api/batch`: events in, predictions out.

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    routing::post,
};
use lab::place_tables::places;
use serde_json::value::RawValue;
use shared::{event::Event, field_mismatch::FieldMismatch, formats, prediction::Prediction};

use super::{
    extract::{Caller, Json, from_json, off_async_threads},
    problem::Problem,
    types::{
        BatchAnswer, BatchItem, BatchRequest, BatchSummary, ExplainedPrediction, ExplanationBody, PredictAnswer,
        PredictOptions,
    },
};
use crate::{app_state::AppState, service::Service};

/// Number of events that a batch may have.
pub(super) const BATCH_LIMIT: usize = 10_000;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/predict", post(predict))
        .route("/api/batch", post(batch))
        .layer(DefaultBodyLimit::disable()) // the layers of `limits` see to it
}

/// Judges one event and keeps it.
async fn predict(
    Caller(actor): Caller,
    State(service): State<Service>,
    Json(body): Json<Box<RawValue>>,
) -> Result<Json<PredictAnswer>, Problem> {
    let PredictOptions { explain } = from_json(body.get().as_bytes())?;
    let event = event_at("", &body)?;
    let prediction = service.ingest(&actor, event).await.map_err(|error| Problem::of_ingest(error, ""))?;
    let prediction = ExplainedPrediction::of(prediction, explain);
    Ok(Json(PredictAnswer { success: true, prediction }))
}

/// Judges many events in their order and keeps them. A faulty one has an error of its own.
async fn batch(
    Caller(actor): Caller,
    State(service): State<Service>,
    Json(BatchRequest { instances, explain }): Json<BatchRequest>,
) -> Result<Json<BatchAnswer>, Problem> {
    if instances.number > BATCH_LIMIT {
        return Err(too_many(instances.number));
    }
    let bytes = instances.first.iter().map(|instance| instance.get().len()).sum();
    let read = off_async_threads(bytes, move || read_events(&instances.first)).await;
    let events: Vec<Event> = read.iter().filter_map(|event| event.as_ref().ok().cloned()).collect();
    let mut predictions = service.ingest_batch(&actor, events).await?.into_iter();

    let answers = read.into_iter().enumerate().map(|(index, event)| {
        event?;
        let prediction = predictions.next().expect("one answer an event");
        let prediction = prediction.map_err(|error| Problem::of_ingest(error, &pointer_to(index)))?;
        Ok(ExplainedPrediction::of(prediction, explain))
    });
    Ok(Json(BatchAnswer::of(answers)))
}

fn too_many(events: usize) -> Problem {
    let detail = format!("{events} events are more than {BATCH_LIMIT}: send several batches, or use `uba import`");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
}

/// Returns where an event of a batch stands in the request.
fn pointer_to(index: usize) -> String {
    format!("/instances/{index}")
}

fn read_events(instances: &[Box<RawValue>]) -> Vec<Result<Event, Problem>> {
    instances.iter().enumerate().map(|(index, instance)| event_at(&pointer_to(index), instance)).collect()
}

/// Reads the event that stands at `pointer` in the request.
fn event_at(pointer: &str, instance: &RawValue) -> Result<Event, Problem> {
    let checked = formats::event(instance.get().as_bytes(), Some(places()));
    checked.map(|checked| checked.event).map_err(|faults| Problem::of_event(&faults, pointer))
}

impl ExplainedPrediction {
    fn of(prediction: Prediction, is_explained: bool) -> Self {
        let explanation = is_explained.then(|| ExplanationBody { text_explanation: paragraph(&prediction) });
        Self { model_version: prediction.model_version.clone(), prediction: prediction.into(), explanation }
    }
}

/// Explains a prediction in one paragraph.
fn paragraph(prediction: &Prediction) -> String {
    let verdict = if prediction.is_anomaly { "This event was flagged as anomalous" } else { "This event looks normal" };
    let user_days = 1.0 / prediction.p_value;
    let rarity = if user_days < 2.0 {
        "most ordinary user-days have such moments".to_owned()
    } else {
        format!("one in {user_days:.0} ordinary user-days has such a moment")
    };
    let reasons = prediction.reasons.iter().map(|reason| reason.sentence.clone());
    let mismatches = prediction.disagreements.iter().map(FieldMismatch::sentence);
    let parts: Vec<String> = std::iter::once(format!("{verdict}: {rarity}")).chain(reasons).chain(mismatches).collect();
    parts.join(". ") + "."
}

impl BatchAnswer {
    fn of(answers: impl Iterator<Item = Result<ExplainedPrediction, Problem>>) -> Self {
        let mut summary = BatchSummary::default();
        let items = answers.enumerate().map(|(index, answer)| {
            summary.total += 1;
            match answer {
                Ok(explained) => {
                    summary.scored += 1;
                    summary.anomalies += usize::from(explained.prediction.is_anomaly);
                    BatchItem { index, prediction: Some(explained), error: None }
                }
                Err(problem) => {
                    summary.errors += 1;
                    BatchItem { index, prediction: None, error: Some(problem) }
                }
            }
        });
        let predictions = items.collect();
        Self { success: true, predictions, summary }
    }
}
