//! `/api/v1/channels`: by which channels alerts are sent, and what could not be delivered.

use app::actor::{KeyScope, Scope};
use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    extract::{Caller, Json, Path},
    fields::Fields,
    operation::{JSON, Operation},
    problem::Problem,
    routes::Routes,
};
use crate::{
    notifications::{ChannelConfig, LiveChannel, QuietHours, SendingRules},
    service::Service,
    store::DeliveryRecord,
};

/// Number of deliveries that are listed.
const LISTED: usize = 200;
/// The names of settings that nobody can read again.
const SECRETS: [&str; 3] = ["password", "url", "secrets"];

pub(super) fn routes() -> Routes {
    let told = |sentence| Operation::new("Channels", sentence).needs(KeyScope::Manage);
    let of_channel = |sentence| told(sentence).in_path("id", "The id of the channel", "none");
    let slack = json!({"type": "slack", "url": "https://hooks.slack.com/services/none"});
    let example = json!({"name": "Chat of the night shift", "least_severity": "high", "settings": slack});
    Routes::default()
        .add(Method::GET, "/api/v1/channels", list)
        .told(told("Lists the channels by which alerts are sent.").answers_in(StatusCode::OK, "The channels", &[JSON]))
        .add(Method::POST, "/api/v1/channels", create)
        .told(told("Makes a channel.").takes::<Value>(&[(JSON, example)]).answers_in(
            StatusCode::CREATED,
            "The id of the channel",
            &[JSON],
        ))
        .add(Method::DELETE, "/api/v1/channels/{id}", delete)
        .told(of_channel("Deletes a channel.").answers_nothing("It is deleted"))
        .add(Method::POST, "/api/v1/channels/{id}/test", test)
        .told(of_channel("Sends a test by a channel.").answers_in(StatusCode::OK, "Whether it was delivered", &[JSON]))
        .add(Method::GET, "/api/v1/dead-letters", list_dead_letters)
        .told(told("Lists what could not be delivered.").answers_in(StatusCode::OK, "The deliveries", &[JSON]))
}

#[derive(Debug, Serialize)]
struct ChannelBody {
    id: String,
    name: String,
    #[serde(flatten)]
    rules: SendingRules,
    /// The settings, without their secrets.
    settings: Value,
}

impl From<&LiveChannel> for ChannelBody {
    fn from(LiveChannel { id, config, .. }: &LiveChannel) -> Self {
        let mut settings = serde_json::to_value(&config.settings).expect("settings are plain data");
        hide_secrets(&mut settings);
        Self { id: id.clone(), name: config.name.clone(), rules: config.rules.clone(), settings }
    }
}

/// Replaces the secrets of settings.
fn hide_secrets(settings: &mut Value) {
    let Value::Object(fields) = settings else { return };
    for (name, value) in fields {
        if SECRETS.contains(&name.as_str()) {
            *value = "***".into();
        } else {
            hide_secrets(value);
        }
    }
}

#[derive(Debug, Serialize)]
struct ChannelsAnswer {
    channels: Vec<ChannelBody>,
}

#[derive(Debug, Serialize)]
struct CreatedAnswer {
    id: String,
}

#[derive(Debug, Serialize)]
struct TestAnswer {
    delivered: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct DeadLetterBody {
    alert: String,
    channel: String,
    time: Timestamp,
    error: String,
}

#[derive(Debug, Serialize)]
struct DeadLettersAnswer {
    dead_letters: Vec<DeadLetterBody>,
}

impl From<DeliveryRecord> for DeadLetterBody {
    fn from(DeliveryRecord { alert, channel, time, error }: DeliveryRecord) -> Self {
        Self { alert: alert.to_string(), channel, time, error: error.unwrap_or_default() }
    }
}

/// Lists the channels.
async fn list(Caller(actor): Caller, State(service): State<Service>) -> Result<Json<ChannelsAnswer>, Problem> {
    let channels = service.channels(&actor)?;
    Ok(Json(ChannelsAnswer { channels: channels.iter().map(|channel| ChannelBody::from(&**channel)).collect() }))
}

/// Makes a channel.
async fn create(
    Caller(actor): Caller,
    State(service): State<Service>,
    mut body: Fields,
) -> Result<(StatusCode, Json<CreatedAnswer>), Problem> {
    actor.require(Scope::Admin)?;
    let rules = rules(&mut body);
    let named = body.required::<String>("name").zip(body.required("settings"));
    let (name, settings) = body.checked(named)?;
    let config = ChannelConfig { name, rules, settings };
    let id = service.add_channel(&actor, config).await.map_err(Problem::of_fields)?;
    Ok((StatusCode::CREATED, Json(CreatedAnswer { id })))
}

/// Takes from a body when the channel sends.
fn rules(body: &mut Fields) -> SendingRules {
    let usual = SendingRules::default();
    let quiet_hours = body.optional::<QuietHours>("quiet_hours");
    if quiet_hours.is_some_and(|quiet| quiet.from > 23 || quiet.to > 23) {
        body.refuse("quiet_hours", "quiet_hours must be from and to an hour from 0 to 23 (UTC)");
    }
    let digest_minutes = body.optional::<u16>("digest_minutes");
    let most_per_hour = body.optional("most_per_hour").unwrap_or(usual.most_per_hour);
    if digest_minutes == Some(0) || most_per_hour == 0 {
        body.refuse("", "digest_minutes and most_per_hour must be at least 1");
    }
    let least_severity = body.optional("least_severity").unwrap_or(usual.least_severity);
    SendingRules { least_severity, quiet_hours, digest_minutes, most_per_hour }
}

/// Deletes a channel.
async fn delete(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    service.delete_channel(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a test by a channel, and tells whether it was delivered.
async fn test(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<Json<TestAnswer>, Problem> {
    let error = service.test_channel(&actor, &id).await?;
    Ok(Json(TestAnswer { delivered: error.is_none(), error }))
}

/// Lists what could not be delivered.
async fn list_dead_letters(
    Caller(actor): Caller,
    State(service): State<Service>,
) -> Result<Json<DeadLettersAnswer>, Problem> {
    let dead_letters = service.dead_letters(&actor, LISTED).await?;
    Ok(Json(DeadLettersAnswer { dead_letters: dead_letters.into_iter().map(Into::into).collect() }))
}
