//! `/api/v1/imports` and `/api/v1/jobs`: whole log files, which are imported in the background.

use std::panic::resume_unwind;

use app::actor::{KeyScope, Scope};
use axum::{
    extract::{Request, State},
    http::{
        Method, StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION},
    },
    response::IntoResponse,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::{control_characters::controls, error::Error, formats::Format};
use strum::VariantArray as _;
use tokio::task::spawn_blocking;
use utoipa::{IntoParams, ToSchema};

use super::{
    body_reader::BodyReader,
    content_encoding::ContentEncoding,
    extract::{Caller, Json, Path, Query},
    file_body,
    operation::{LINES, Operation},
    problem::Problem,
    routes::Routes,
    schemas::FormatName,
};
use crate::{
    imports::{ImportCounts, ImportJob, ImportOutcome, ImportState, ResultFormat, Upload},
    jobs::Progress,
    limits::StreamSlots,
    service::Service,
};

/// The name of a file whose sender gives it none.
const NAMELESS: &str = "upload";
/// Largest number of bytes of a name.
const NAME_BYTES: usize = 256;
/// The media type of a file of any kind.
const ANY: &str = "application/octet-stream";

/// Returns the routes whose bodies are taken while they come, however long they are.
pub(super) fn uploads() -> Routes {
    let example = json!("user_id,timestamp,action_type\nann,2026-11-20T09:35:00Z,view\n");
    let told = told(KeyScope::Score, "Takes a log file of any known format, plain or by gzip, and imports it.")
        .query::<UploadParameters>()
        .takes::<String>(&[(ANY, example)])
        .answers::<JobBody>(StatusCode::ACCEPTED, "The import, which goes on in the background");
    Routes::default().add(Method::POST, "/api/v1/imports", upload).told(told)
}

pub(super) fn routes() -> Routes {
    let of_job = |scope, sentence| told(scope, sentence).in_path("id", "The number of the import", "1");
    Routes::default()
        .add(Method::GET, "/api/v1/jobs", list)
        .told(
            told(KeyScope::Read, "Lists imports, the latest first.").answers::<JobsAnswer>(StatusCode::OK, "The list"),
        )
        .add(Method::GET, "/api/v1/jobs/{id}", show)
        .told(of_job(KeyScope::Read, "Shows how far an import is.").answers::<JobBody>(StatusCode::OK, "The import"))
        .add(Method::DELETE, "/api/v1/jobs/{id}", remove)
        .told(
            of_job(KeyScope::Score, "Cancels an import, or removes it and its results where it has ended.")
                .answers_nothing("It is cancelled or removed"),
        )
        .add(Method::GET, "/api/v1/jobs/{id}/results", results)
        .told(
            of_job(KeyScope::Read, "Shows what became of each record of an import, in the order of their times.")
                .query::<ResultParameters>()
                .answers_in(StatusCode::OK, "A row for each record", &["text/csv", LINES]),
        )
}

fn told(scope: KeyScope, sentence: &'static str) -> Operation {
    Operation::new("Imports", sentence).needs(scope)
}

#[derive(Debug, Deserialize, IntoParams)]
struct UploadParameters {
    /// The name of the file, for people.
    #[param(max_length = 256, example = "events.csv")]
    name: Option<String>,
    /// The format of the records, where it is not to be detected.
    #[param(value_type = Option<FormatName>)]
    format: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
struct ResultParameters {
    /// Rows under a header, unless it is said.
    #[serde(default)]
    #[param(inline)]
    format: ResultFormatParameter,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ResultFormatParameter {
    #[default]
    Csv,
    Ndjson,
}

/// An import.
#[derive(Debug, Serialize, ToSchema)]
struct JobBody {
    id: u64,
    kind: &'static str,
    name: String,
    #[schema(value_type = Option<FormatName>)]
    format: Option<&'static str>,
    state: JobState,
    created: Timestamp,
    ended: Option<Timestamp>,
    /// How far it is, while it goes on.
    progress: Option<ProgressBody>,
    /// What became of the records, once all were read.
    counts: Option<CountsBody>,
    /// Why it failed.
    reason: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum JobState {
    Waiting,
    Running,
    Done,
    Cancelled,
    Failed,
}

#[derive(Debug, Serialize, ToSchema)]
struct ProgressBody {
    done: u64,
    total: u64,
}

/// Numbers of records.
#[derive(Debug, Serialize, ToSchema)]
struct CountsBody {
    /// Those that are stored, whether they were before or not.
    events: u64,
    /// Those of them that were not stored before.
    new: u64,
    /// Those that were not taken.
    errors: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct JobsAnswer {
    jobs: Vec<JobBody>,
}

impl JobBody {
    fn of((job, progress): (ImportJob, Option<Progress>)) -> Self {
        let ImportJob { number, name, format, created, state } = job;
        let (ended, outcome) = match state {
            ImportState::Waiting => (None, None),
            ImportState::Ended { time, outcome } => (Some(time), Some(outcome)),
        };
        let (state, counts, reason) = match outcome {
            None if progress.is_none() => (JobState::Waiting, None, None),
            None => (JobState::Running, None, None),
            Some(ImportOutcome::Done(ImportCounts { events, new, faulty })) => {
                (JobState::Done, Some(CountsBody { events, new, errors: faulty }), None)
            }
            Some(ImportOutcome::Cancelled) => (JobState::Cancelled, None, None),
            Some(ImportOutcome::Failed(reason)) => (JobState::Failed, None, Some(reason)),
        };
        let progress = progress.map(|Progress { done, total }| ProgressBody { done, total });
        let format = format.map(Format::name);
        Self { id: number, kind: "import", name, format, state, created, ended, progress, counts, reason }
    }
}

/// Keeps a file and imports it in the background.
async fn upload(
    Caller(actor): Caller,
    State(service): State<Service>,
    State(slots): State<StreamSlots>,
    Query(UploadParameters { name, format }): Query<UploadParameters>,
    request: Request,
) -> Result<impl IntoResponse, Problem> {
    actor.require(Scope::Ingest)?;
    let name = name.unwrap_or_else(|| NAMELESS.to_owned());
    if name.is_empty() || name.len() > NAME_BYTES || controls(&name) {
        let told = format!("name must have 1 to {NAME_BYTES} bytes and no control characters");
        return Err(Problem::new(StatusCode::BAD_REQUEST, told));
    }
    let format = format.map(|format| format_named(&format)).transpose()?;
    let encoding = ContentEncoding::of(request.headers())?;
    let slot = slots.take().ok_or(Error::Busy)?;
    let body = BodyReader::new(request.into_body());
    let keeping = spawn_blocking(move || {
        let _slot = slot;
        service.begin_import(&actor, Upload { name, format, content: encoding.reader(body) })
    });
    let job = keeping.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))?;
    let location = format!("/api/v1/jobs/{}", job.number);
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], Json(JobBody::of((job, None)))))
}

fn format_named(name: &str) -> Result<Format, Problem> {
    let names: Vec<&str> = Format::VARIANTS.iter().map(|format| format.name()).collect();
    let wrong = |_| Problem::new(StatusCode::BAD_REQUEST, format!("format must be one of {}", names.join(", ")));
    name.parse().map_err(wrong)
}

/// Lists imports, the latest first.
async fn list(Caller(actor): Caller, State(service): State<Service>) -> Result<Json<JobsAnswer>, Problem> {
    Ok(Json(JobsAnswer { jobs: service.imports(&actor)?.into_iter().map(JobBody::of).collect() }))
}

/// Shows how far an import is.
async fn show(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<u64>,
) -> Result<Json<JobBody>, Problem> {
    Ok(Json(JobBody::of(service.import(&actor, id)?)))
}

/// Cancels an import, or removes it.
async fn remove(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<u64>,
) -> Result<StatusCode, Problem> {
    service.remove_import(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows what became of each record.
async fn results(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<u64>,
    Query(ResultParameters { format }): Query<ResultParameters>,
) -> Result<impl IntoResponse, Problem> {
    let (format, media_type, extension) = match format {
        ResultFormatParameter::Csv => (ResultFormat::Csv, "text/csv; charset=utf-8", "csv"),
        ResultFormatParameter::Ndjson => (ResultFormat::Ndjson, LINES, "ndjson"),
    };
    let file = service.import_results(&actor, id, format)?;
    let disposition = format!("attachment; filename=\"import-{id}.{extension}\"");
    let headers = [(CONTENT_TYPE, media_type.to_owned()), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, file_body::body_of(file)))
}
