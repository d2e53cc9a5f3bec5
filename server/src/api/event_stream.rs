//! `POST /api/v1/events`: any number of events, taken while they come.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek as _, Write as _},
    panic::resume_unwind,
};

use app::actor::{Actor, KeyScope, Scope};
use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use lab::place_tables::places;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::{
    error::Error,
    formats::{self, Format, Record},
    prediction::Prediction,
};
use tokio::{runtime::Handle, task::spawn_blocking};
use utoipa::{IntoParams, ToSchema};

use super::{
    batch_request::MEDIA_TYPES_OF_LINES,
    body_reader::BodyReader,
    content_encoding::ContentEncoding,
    event_bodies::EventRequest,
    extract::{Caller, IdempotencyKey, Json, Query, may_be_json},
    file_body,
    operation::{HEADING_OF_EVENTS as HEADING, LINES, Operation},
    problem::{Problem, pointed_at},
    routes::Routes,
    types::{BatchItem, BatchSummary, ExplainedPrediction},
};
use crate::{limits::StreamSlots, service::Service};

/// Number of events that are handed over at once.
const CHUNK_EVENTS: usize = 1024;
/// Number of errors that an answer without results tells.
const ERRORS_TOLD: usize = 1000;

/// Returns the routes whose bodies are taken while they come, however long they are.
pub(super) fn routes() -> Routes {
    let list = json!([{"user_id": "ann", "timestamp": "2026-11-20T09:33:00Z", "action_type": "view"}]);
    let line = json!(r#"{"user_id": "ann", "timestamp": "2026-11-20T09:34:00Z", "action_type": "view"}"#);
    let told = Operation::new(HEADING, "Judges any number of events in their order and keeps them, while they come.")
        .needs(KeyScope::Score)
        .query::<Parameters>()
        .header("Idempotency-Key", "With the number of an event behind it, the id of that event if it has none")
        .takes::<EventsBody>(&[("application/json", list), (LINES, line)])
        .answers_either::<StreamAnswer>(StatusCode::OK, "The counts, or a line for each event", LINES);
    Routes::default().add(Method::POST, "/api/v1/events", send).told(told)
}

/// The body, as it is told: a list of events, or one of them a line.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the events are read one by one")]
enum EventsBody {
    Events(Vec<EventRequest>),
    Lines(String),
}

#[derive(Debug, Deserialize, IntoParams)]
struct Parameters {
    /// Whether the answer has the prediction of each event.
    #[serde(default)]
    results: bool,
}

/// The answer without results.
#[derive(Debug, Serialize, ToSchema)]
struct StreamAnswer {
    success: bool,
    summary: BatchSummary,
    /// The first errors.
    errors: Vec<BatchItem>,
}

/// The last line of an answer with results.
#[derive(Debug, Serialize, ToSchema)]
struct SummaryLine {
    summary: BatchSummary,
}

/// Judges the events of a body in their order and keeps them, while the body comes in. A faulty one has an error of its
/// own. The answer begins when all are judged, so that a sender who reads it only then is not waited for.
async fn send(
    Caller(actor): Caller,
    State(service): State<Service>,
    State(slots): State<StreamSlots>,
    Query(Parameters { results }): Query<Parameters>,
    key: IdempotencyKey,
    request: Request,
) -> Result<Response, Problem> {
    actor.require(Scope::Ingest)?;
    if !may_be_json(request.headers(), &MEDIA_TYPES_OF_LINES) {
        let told = "the body must be JSON: application/json or application/x-ndjson";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, told));
    }
    let encoding = ContentEncoding::of(request.headers())?;
    let slot = slots.take().ok_or(Error::Busy)?;
    let body = BodyReader::new(request.into_body());
    let taking = spawn_blocking(move || {
        let _slot = slot; // until the body has ended, also where its sender does not wait for the answer
        let answers = Answers::new(results).map_err(cannot_keep)?;
        BodyIntake { service, actor, key, runtime: Handle::current(), answers }.take(encoding.reader(body))
    });
    taking.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))?.into_response()
}

/// Takes the events of one body.
struct BodyIntake {
    service: Service,
    actor: Actor,
    key: IdempotencyKey,
    runtime: Handle,
    answers: Answers,
}

impl BodyIntake {
    /// Takes every event. Returns the answers.
    ///
    /// # Errors
    ///
    /// Fails if the body is cut off, or if events cannot be stored; what was stored before does not count again.
    fn take(mut self, body: impl Read) -> Result<Answers, Problem> {
        let mut records = formats::read(body, Some(Format::Json), Some(places()));
        loop {
            let mut chunk: Vec<Record> = records.by_ref().take(CHUNK_EVENTS).collect();
            let is_end = chunk.len() < CHUNK_EVENTS;
            let cut_off = (is_end && records.is_cut_off()).then(|| chunk.pop().and_then(|record| record.event.err()));
            self.take_chunk(chunk)?;
            match cut_off {
                Some(reason) => {
                    let told = reason.map_or_else(|| "the body is cut off".to_owned(), |reason| reason.to_string());
                    return Err(self.stopped(StatusCode::BAD_REQUEST, &told));
                }
                None if is_end => return Ok(self.answers),
                None => {}
            }
        }
    }

    fn take_chunk(&mut self, chunk: Vec<Record>) -> Result<(), Problem> {
        let (mut events, mut read) = (Vec::with_capacity(chunk.len()), Vec::with_capacity(chunk.len()));
        for Record { index, event, unread } in chunk {
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            let pointer = format!("/{index}");
            read.push((
                index,
                event.map_err(|faults| Problem::of_event(&faults, Vec::new(), &pointer)).map(|mut event| {
                    self.key.identify(&mut event, Some(index));
                    events.push(event);
                    pointed_at(&unread, &pointer)
                }),
            ));
        }
        let judged = self.runtime.block_on(self.service.ingest_batch(&self.actor, events));
        let mut judged = judged.map_err(|reason| self.failed(&reason))?.into_iter();
        for (index, read) in read {
            let answer = read.and_then(|warnings| {
                let prediction: Result<Prediction, Error> = judged.next().expect("one answer an event");
                let prediction = prediction.map_err(|error| Problem::of_ingest(error, &format!("/{index}")))?;
                Ok(ExplainedPrediction::of(prediction, None, warnings))
            });
            self.answers.add(BatchItem::of(index, answer)).map_err(cannot_keep)?;
        }
        Ok(())
    }

    /// Returns the problem of events that were not stored.
    fn failed(&self, reason: &Error) -> Problem {
        let told = reason.to_string();
        self.stopped(app::http::status_of(reason), &told)
    }

    /// Returns the problem of a body that was not taken to its end.
    fn stopped(&self, status: StatusCode, reason: &str) -> Problem {
        let BatchSummary { total, scored, .. } = self.answers.summary;
        let told = format!("{reason}; of the {total} events before, {scored} are stored, and do not count twice");
        Problem::new(status, told)
    }
}

/// The answers to the events of a body.
struct Answers {
    summary: BatchSummary,
    errors: Vec<BatchItem>,
    /// A line of JSON for each event, where results are asked for: too many for the memory.
    results: Option<BufWriter<File>>,
}

impl Answers {
    fn new(has_results: bool) -> io::Result<Self> {
        let results = has_results.then(tempfile::tempfile).transpose()?.map(BufWriter::new);
        Ok(Self { summary: BatchSummary::default(), errors: Vec::new(), results })
    }

    fn add(&mut self, item: BatchItem) -> io::Result<()> {
        self.summary.count(&item);
        if let Some(results) = &mut self.results {
            return write_line(results, &item);
        }
        if item.error.is_some() && self.errors.len() < ERRORS_TOLD {
            self.errors.push(item);
        }
        Ok(())
    }

    fn into_response(self) -> Result<Response, Problem> {
        let Self { summary, errors, results } = self;
        let Some(mut results) = results else {
            return Ok(Json(StreamAnswer { success: true, summary, errors }).into_response());
        };
        write_line(&mut results, &SummaryLine { summary }).map_err(cannot_keep)?;
        let mut file = results.into_inner().map_err(|error| cannot_keep(error.into_error()))?;
        file.rewind().map_err(cannot_keep)?;
        Ok(([(CONTENT_TYPE, "application/x-ndjson")], file_body::body_of(file)).into_response())
    }
}

fn write_line(file: &mut BufWriter<File>, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *file, line)?;
    file.write_all(b"\n")
}

/// Returns the problem of results that cannot be written to a temporary file.
#[expect(clippy::needless_pass_by_value, reason = "it is what errors are mapped by")]
fn cannot_keep(error: io::Error) -> Problem {
    tracing::error!(%error, "results of events cannot be kept until they are sent");
    Problem::from(Error::Unavailable("the results cannot be kept until they are sent: ask without them".to_owned()))
}
