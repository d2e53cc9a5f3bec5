//! `/api/predict` and `/api/batch`: events in, judgements out.

use app::backend::Actor;
use axum::{
    Extension, Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    routing::post,
};
use jiff::Timestamp;
use lab::places::places;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use shared::{
    event::Event,
    field_mismatch::FieldMismatch,
    formats,
    prediction::{Explained, Prediction},
    severity::Severity,
};

use super::problem::Problem;
use crate::{AppState, service::Service};

/// Events that one batch may have.
const BATCH_LIMIT: usize = 10_000;
/// Bytes that one request may have: a batch of events with every field filled.
const BODY_LIMIT: usize = 32 << 20;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/predict", post(predict))
        .route("/api/batch", post(batch))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}

/// What a sender of one event wants besides the judgement.
#[derive(Debug, Deserialize)]
struct Wishes {
    #[serde(default)]
    explain: bool,
}

/// What a sender of many events sends.
#[derive(Debug, Deserialize)]
struct BatchBody<'a> {
    #[serde(borrow)]
    instances: Vec<&'a RawValue>,
    #[serde(default)]
    explain: bool,
}

/// The answer to one event.
#[derive(Debug, Serialize)]
struct PredictAnswer {
    success: bool,
    prediction: PredictionBody,
}

/// A prediction under the names of the contract.
#[derive(Debug, Serialize)]
struct PredictionBody {
    event_id: String,
    user_id: String,
    timestamp: Timestamp,
    is_anomaly: bool,
    anomaly_score: f64,
    confidence: f64,
    severity: Severity,
    p_value: f64,
    user_risk: f64,
    prediction_time: Timestamp,
    active_days: u32,
    profile_maturity: f64,
    reasons: Vec<Explained>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    disagreements: Vec<DisagreementBody>,
    model_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Explanation>,
}

/// A value that the sender gave, ours, and the difference in words.
#[derive(Debug, Serialize)]
struct DisagreementBody {
    field: &'static str,
    given: Told,
    derived: Told,
    sentence: String,
}

/// A value of an event's field.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Told {
    Flag(bool),
    Count(u32),
}

impl From<FieldMismatch> for DisagreementBody {
    fn from(disagreement: FieldMismatch) -> Self {
        let (given, derived) = match disagreement {
            FieldMismatch::LocationChange { given, derived } => (Told::Flag(given), Told::Flag(derived)),
            FieldMismatch::FailedAttempts { given, derived } => (Told::Count(given), Told::Count(derived)),
        };
        Self { field: disagreement.field(), given, derived, sentence: disagreement.sentence() }
    }
}

#[derive(Debug, Serialize)]
struct Explanation {
    text_explanation: String,
}

impl PredictionBody {
    fn of(prediction: Prediction, is_explained: bool, model_version: &str) -> Self {
        let explanation = is_explained.then(|| Explanation { text_explanation: text(&prediction) });
        let Prediction {
            event_id,
            user_id,
            timestamp,
            is_anomaly,
            anomaly_score,
            confidence,
            severity,
            p_value,
            user_risk,
            prediction_time,
            active_days,
            profile_maturity,
            reasons,
            disagreements,
        } = prediction;
        Self {
            event_id,
            user_id,
            timestamp,
            is_anomaly,
            anomaly_score,
            confidence,
            severity,
            p_value,
            user_risk,
            prediction_time,
            active_days,
            profile_maturity,
            reasons,
            disagreements: disagreements.into_iter().map(DisagreementBody::from).collect(),
            model_version: model_version.to_owned(),
            explanation,
        }
    }
}

/// Says in one paragraph what a prediction means.
fn text(prediction: &Prediction) -> String {
    let verdict = if prediction.is_anomaly { "This event was flagged as anomalous" } else { "This event looks normal" };
    let user_days = 1.0 / prediction.p_value;
    let rarity = if user_days < 2.0 {
        "most ordinary user-days have such moments".to_owned()
    } else {
        format!("one in {user_days:.0} ordinary user-days has such a moment")
    };
    let reasons = prediction.reasons.iter().map(|reason| reason.sentence.clone());
    let disagreements = prediction.disagreements.iter().map(FieldMismatch::sentence);
    let parts: Vec<String> =
        std::iter::once(format!("{verdict}: {rarity}")).chain(reasons).chain(disagreements).collect();
    parts.join(". ") + "."
}

/// Judges one event and keeps it.
async fn predict(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    body: Bytes,
) -> Result<Json<PredictAnswer>, Problem> {
    let Wishes { explain } = parsed(&body)?;
    let event = formats::event(&body, Some(places())).map_err(|faults| Problem::of_event(&faults, ""))?;
    let prediction = service.take(actor, event).await?;
    Ok(Json(PredictAnswer {
        success: true,
        prediction: PredictionBody::of(prediction, explain, service.model_version()),
    }))
}

/// The answer to a batch.
#[derive(Debug, Serialize)]
struct BatchAnswer {
    success: bool,
    predictions: Vec<BatchItem>,
    summary: BatchSummary,
}

/// The answer to one event of a batch: a prediction, or what is wrong.
#[derive(Debug, Serialize)]
struct BatchItem {
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    prediction: Option<PredictionBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Problem>,
}

#[derive(Debug, Default, Serialize)]
struct BatchSummary {
    total: usize,
    scored: usize,
    anomalies: usize,
    errors: usize,
}

/// Judges many events in their order and keeps them; a bad one costs only itself.
async fn batch(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    body: Bytes,
) -> Result<Json<BatchAnswer>, Problem> {
    let BatchBody { instances, explain } = parsed(&body)?;
    if instances.len() > BATCH_LIMIT {
        return Err(too_many(instances.len()));
    }
    let read: Vec<_> = instances.iter().enumerate().map(|(index, instance)| event_at(index, instance)).collect();
    let events: Vec<Event> = read.iter().filter_map(|event| event.as_ref().ok().cloned()).collect();
    let mut taken = service.take_all(actor, events).await?.into_iter();

    let judged = read.into_iter().map(|event| {
        event?;
        let prediction = taken.next().expect("one answer an event")?;
        Ok(PredictionBody::of(prediction, explain, service.model_version()))
    });
    Ok(Json(BatchAnswer::of(judged)))
}

impl BatchAnswer {
    fn of(judged: impl Iterator<Item = Result<PredictionBody, Problem>>) -> Self {
        let mut summary = BatchSummary::default();
        let items = judged.enumerate().map(|(index, judged)| {
            summary.total += 1;
            match judged {
                Ok(body) => {
                    summary.scored += 1;
                    summary.anomalies += usize::from(body.is_anomaly);
                    BatchItem { index, prediction: Some(body), error: None }
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

fn too_many(events: usize) -> Problem {
    let detail = format!("{events} events are more than {BATCH_LIMIT}: send several batches, or use `uba import`");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
}

fn event_at(index: usize, instance: &RawValue) -> Result<Event, Problem> {
    let event = formats::event(instance.get().as_bytes(), Some(places()));
    event.map_err(|faults| Problem::of_event(&faults, &format!("/instances/{index}")))
}

fn parsed<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Problem> {
    serde_json::from_slice(body)
        .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, format!("the body is not as it must be: {error}")))
}
