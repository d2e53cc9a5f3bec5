//! `/api/predict` and `/api/batch`: events in, predictions out.

use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use lab::place_tables::places;
use serde_json::value::RawValue;
use shared::{
    event::{CheckedEvent, Event},
    field_mismatch::FieldMismatch,
    formats,
    prediction::Prediction,
};

use super::{
    batch_request::{BATCH_LIMIT, BatchRequest, Events},
    extract::{Caller, Json, from_json, off_async_threads},
    problem::{FieldProblem, Problem, pointed_at},
    routes::Routes,
    types::{
        BatchAnswer, BatchItem, BatchSummary, ExplainedPrediction, ExplanationBody, PredictAnswer, PredictOptions,
    },
};
use crate::service::Service;

pub(super) fn routes() -> Routes {
    Routes::default().add(Method::POST, "/api/predict", predict).add(Method::POST, "/api/batch", batch)
}

/// Judges one event and keeps it.
async fn predict(
    Caller(actor): Caller,
    State(service): State<Service>,
    Json(body): Json<Box<RawValue>>,
) -> Result<Json<PredictAnswer>, Problem> {
    let PredictOptions { explain } = from_json(body.get().as_bytes())?;
    let CheckedEvent { event, unread } = event_at("", body.get().as_bytes())?;
    let prediction = service.ingest(&actor, event).await.map_err(|error| Problem::of_ingest(error, ""))?;
    let prediction = ExplainedPrediction::of(prediction, explain, pointed_at(&unread, ""));
    Ok(Json(PredictAnswer { success: true, prediction }))
}

/// Judges many events in their order and keeps them. A faulty one has an error of its own.
async fn batch(
    Caller(actor): Caller,
    State(service): State<Service>,
    BatchRequest { events, explain }: BatchRequest,
) -> Result<Json<BatchAnswer>, Problem> {
    if events.number > BATCH_LIMIT {
        return Err(too_many(events.number));
    }
    let (pointer, bytes) = (events.pointer, events.first.iter().map(|event| event.len()).sum());
    let read = off_async_threads(bytes, move || read_events(&events)).await;
    let events: Vec<Event> = read.iter().flatten().map(|checked| checked.event.clone()).collect();
    let mut predictions = service.ingest_batch(&actor, events).await?.into_iter();

    let answers = read.into_iter().enumerate().map(|(index, checked)| {
        let pointer = format!("{pointer}/{index}");
        let warnings = pointed_at(&checked?.unread, &pointer);
        let prediction = predictions.next().expect("one answer an event");
        let prediction = prediction.map_err(|error| Problem::of_ingest(error, &pointer))?;
        Ok(ExplainedPrediction::of(prediction, explain, warnings))
    });
    Ok(Json(BatchAnswer::of(answers)))
}

fn too_many(events: usize) -> Problem {
    let detail = format!("{events} events are more than {BATCH_LIMIT}: send several batches, or use `uba import`");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
}

fn read_events(Events { first, pointer, .. }: &Events) -> Vec<Result<CheckedEvent, Problem>> {
    first.iter().enumerate().map(|(index, event)| event_at(&format!("{pointer}/{index}"), event)).collect()
}

/// Reads the event that stands at `pointer` in the request.
fn event_at(pointer: &str, event: &[u8]) -> Result<CheckedEvent, Problem> {
    formats::event(event, Some(places())).map_err(|faults| Problem::of_event(&faults, pointer))
}

impl ExplainedPrediction {
    fn of(prediction: Prediction, is_explained: bool, warnings: Vec<FieldProblem>) -> Self {
        let explanation = is_explained.then(|| ExplanationBody { text_explanation: paragraph(&prediction) });
        Self { model_version: prediction.model_version.clone(), prediction: prediction.into(), explanation, warnings }
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
