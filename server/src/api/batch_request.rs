//! The request of a batch: an object with the events, a list of them, or one event per line.

use std::{collections::BTreeMap, fmt};

use axum::{
    extract::{FromRequest, Request},
    http::header::CONTENT_TYPE,
};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    extract::{Query, body_of, from_json, off_async_threads},
    fields::{Strictness, flag},
    problem::{FieldProblem, Problem},
};

/// Number of events that a batch may have.
pub(super) const BATCH_LIMIT: usize = 10_000;

/// The media types of one event per line.
pub(super) const MEDIA_TYPES_OF_LINES: [&str; 4] =
    ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"];
/// The layouts that are taken, for error messages.
const LAYOUTS: &str = r#"send {"instances": [...]}, a list of events, or one event per line"#;

/// A request with many events.
#[derive(Debug, Default)]
pub(super) struct BatchRequest {
    pub(super) events: Events,
    pub(super) explain: bool,
}

/// The events of a batch, which are counted while they are read: those beyond the limit are not kept.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// The JSON of the events up to the limit.
    pub(super) first: Vec<Box<[u8]>>,
    /// Number of all events.
    pub(super) number: usize,
    /// What stands before the number of an event in its JSON pointer.
    pub(super) pointer: &'static str,
}

impl<S: Send + Sync> FromRequest<S> for BatchRequest {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let content_type =
            request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_of_lines = MEDIA_TYPES_OF_LINES.iter().any(|name| content_type.to_ascii_lowercase().starts_with(name));
        let Query(Strictness { strict }) = Query::of(request.uri())?;
        let body = body_of(request, state, &MEDIA_TYPES_OF_LINES).await?;
        off_async_threads(body.len(), move || Self::read(&body, is_of_lines, strict)).await
    }
}

impl BatchRequest {
    /// Reads a body of any of the layouts.
    fn read(body: &[u8], is_of_lines: bool, is_strict: bool) -> Result<Self, Problem> {
        let body = body.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(body).trim_ascii();
        if body.starts_with(b"[") && !is_of_lines {
            return Ok(Self { events: from_json(body)?, explain: false });
        }
        let first_line = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if is_of_lines || is_event(first_line) {
            return Ok(Self { events: Events::of_lines(body), explain: false });
        }
        let Instances { instances, explain } = from_json(body)?;
        let (explain, fault) = flag(explain.as_deref(), "/explain");
        let missing = || FieldProblem::new("/instances", format!("instances are missing; {LAYOUTS}"));
        let unknown = if is_strict { unknown_fields(body) } else { Vec::new() };
        let missing = instances.is_none().then(missing);
        let faults: Vec<FieldProblem> = missing.into_iter().chain(fault).chain(unknown).collect();
        match instances {
            Some(events) if faults.is_empty() => {
                Ok(Self { events: Events { pointer: "/instances", ..events }, explain })
            }
            _ => Err(Problem::of_faults(&faults)),
        }
    }
}

/// A body with the events in a field.
#[derive(Deserialize)]
struct Instances {
    instances: Option<Events>,
    explain: Option<Box<RawValue>>,
}

/// Returns the faults of a body that has other fields than [`Instances`].
fn unknown_fields(body: &[u8]) -> Vec<FieldProblem> {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_slice(body).unwrap_or_default();
    let unknown = fields.keys().filter(|name| !["instances", "explain"].contains(&name.as_str()));
    unknown.map(|name| FieldProblem::unknown("", name)).collect()
}

/// The fields by which an event that stands on a line is told from a body with the events in a field.
#[derive(Default, Deserialize)]
struct EventFields {
    user_id: Option<IgnoredAny>,
    timestamp: Option<IgnoredAny>,
    action_type: Option<IgnoredAny>,
    instances: Option<IgnoredAny>,
}

/// Returns whether a line is an event as it may stand among others, one per line.
fn is_event(line: &[u8]) -> bool {
    let fields: EventFields = serde_json::from_slice(line).unwrap_or_default();
    let has_any = fields.user_id.or(fields.timestamp).or(fields.action_type).is_some();
    has_any && fields.instances.is_none()
}

impl Events {
    fn of_lines(body: &[u8]) -> Self {
        let mut lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        let first: Vec<Box<[u8]>> = lines.by_ref().take(BATCH_LIMIT).map(Into::into).collect();
        Self { number: first.len() + lines.count(), first, pointer: "" }
    }
}

impl<'de> Deserialize<'de> for Events {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(EventsVisitor)
    }
}

struct EventsVisitor;

impl<'de> Visitor<'de> for EventsVisitor {
    type Value = Events;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Events, A::Error> {
        let mut first: Vec<Box<[u8]>> = Vec::new();
        while first.len() < BATCH_LIMIT {
            let Some(event) = list.next_element::<Box<RawValue>>()? else { break };
            first.push(Box::<str>::from(event).into());
        }
        let mut number = first.len();
        while list.next_element::<IgnoredAny>()?.is_some() {
            number += 1;
        }
        Ok(Events { first, number, pointer: "" })
    }
}
