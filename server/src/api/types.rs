//! The bodies of the API, under the names and in the shapes that clients rely on.

use app::page_types::{Notice, NoticeWithUsers, TimelineEvent, UserDetails, UserSummary, UsualValue};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use shared::{
    event::{Action, Device},
    explanation::{Agreement, Explanation, LimeExplanation, Observation, ShapExplanation},
    field_mismatch::FieldMismatch,
    prediction::{Explained, Prediction},
    risk::RiskContribution,
    severity::Severity,
};
use utoipa::ToSchema;

use super::{
    event_bodies::EventId,
    problem::{FieldProblem, Problem},
    schemas::{ActionName, DeviceName, SeverityName},
};

/// The options of a request with one event, beside the event's fields.
#[derive(Debug, Default, Deserialize)]
pub(super) struct PredictOptions {
    pub(super) explain: Option<Box<RawValue>>,
}

/// The answer to one event.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PredictAnswer {
    pub(super) success: bool,
    pub(super) prediction: ExplainedPrediction,
}

/// The answer to a batch.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BatchAnswer {
    pub(super) success: bool,
    pub(super) predictions: Vec<BatchItem>,
    pub(super) summary: BatchSummary,
}

/// The answer to one event of a batch: a prediction, or what is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BatchItem {
    pub(super) index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) prediction: Option<ExplainedPrediction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Problem>,
}

/// Numbers of events of a batch.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct BatchSummary {
    pub(super) total: usize,
    pub(super) scored: usize,
    pub(super) anomalies: usize,
    pub(super) errors: usize,
}

/// A prediction with the model that made it and, if requested, an explanation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExplainedPrediction {
    #[serde(flatten)]
    pub(super) prediction: PredictionBody,
    pub(super) model_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) explanation: Option<ExplanationBody>,
    /// The optional fields of the event that could not be read, and are taken as unknown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) warnings: Vec<FieldProblem>,
}

/// A prediction.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PredictionBody {
    #[schema(value_type = String)]
    id: EventId,
    event_id: String,
    user_id: String,
    timestamp: Timestamp,
    pub(super) is_anomaly: bool,
    anomaly_score: f64,
    confidence: f64,
    #[schema(value_type = SeverityName)]
    severity: Severity,
    p_value: f64,
    user_risk: f64,
    prediction_time: Timestamp,
    active_days: u32,
    profile_maturity: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_value: Option<f64>,
    reasons: Vec<ReasonBody>,
    /// What all causes that are no reasons add to the score.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_contribution: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    disagreements: Vec<FieldMismatchBody>,
}

impl From<Prediction> for PredictionBody {
    fn from(prediction: Prediction) -> Self {
        Self {
            other_contribution: prediction.other_contribution(),
            base_value: prediction.base_value,
            id: EventId::of(&prediction.user_id, prediction.timestamp, &prediction.event_id),
            event_id: prediction.event_id,
            user_id: prediction.user_id,
            timestamp: prediction.timestamp,
            is_anomaly: prediction.is_anomaly,
            anomaly_score: prediction.anomaly_score,
            confidence: prediction.confidence,
            severity: prediction.severity,
            p_value: prediction.p_value,
            user_risk: prediction.user_risk,
            prediction_time: prediction.prediction_time,
            active_days: prediction.active_days,
            profile_maturity: prediction.profile_maturity,
            reasons: all_into(prediction.reasons),
            disagreements: all_into(prediction.disagreements),
        }
    }
}

/// A reason for a score.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReasonBody {
    feature: String,
    contribution: f64,
    sentence: String,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    observation: Observation,
}

impl From<Explained> for ReasonBody {
    fn from(Explained { feature, contribution, sentence, observation }: Explained) -> Self {
        Self { feature, contribution, sentence, observation }
    }
}

/// A field whose value in the event differs from the one derived from the profile.
#[derive(Debug, Serialize, ToSchema)]
struct FieldMismatchBody {
    field: &'static str,
    given: FieldValue,
    derived: FieldValue,
    sentence: String,
}

/// A value of an event's field.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum FieldValue {
    Flag(bool),
    Count(u32),
}

impl From<FieldMismatch> for FieldMismatchBody {
    fn from(mismatch: FieldMismatch) -> Self {
        let (given, derived) = match mismatch {
            FieldMismatch::LocationChange { given, derived } => (FieldValue::Flag(given), FieldValue::Flag(derived)),
            FieldMismatch::FailedAttempts { given, derived } => (FieldValue::Count(given), FieldValue::Count(derived)),
        };
        Self { field: mismatch.field(), given, derived, sentence: mismatch.sentence() }
    }
}

/// An explanation of a prediction.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExplanationBody {
    text_explanation: String,
    #[schema(value_type = Object)]
    shap_explanation: ShapExplanation,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    lime_explanation: Option<LimeExplanation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    agreement: Option<Agreement>,
}

impl ExplanationBody {
    /// Returns the body of an explanation. Its text tells the differences between the sender's values and the derived
    /// ones, too.
    pub(super) fn of(explanation: Explanation, disagreements: &[FieldMismatch]) -> Self {
        let Explanation { text_explanation, shap_explanation, lime_explanation, agreement, .. } = explanation;
        let sentences = disagreements.iter().map(|mismatch| format!(" {}.", mismatch.sentence()));
        let text_explanation = [text_explanation].into_iter().chain(sentences).collect();
        Self { text_explanation, shap_explanation, lime_explanation, agreement }
    }
}

/// One user in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserSummaryBody {
    user_id: String,
    is_service_account: bool,
    risk: f64,
    gain: f64,
    events: u64,
    anomalies: u64,
    active_days: u32,
    last_seen: Option<Timestamp>,
    peak: Option<Timestamp>,
    reasons: Vec<String>,
}

impl From<UserSummary> for UserSummaryBody {
    fn from(user: UserSummary) -> Self {
        Self {
            user_id: user.user_id,
            is_service_account: user.is_service_account,
            risk: user.risk,
            gain: user.gain,
            events: user.events,
            anomalies: user.anomalies,
            active_days: user.active_days,
            last_seen: user.last_seen,
            peak: user.peak,
            reasons: user.reasons,
        }
    }
}

/// One user in full.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserBody {
    summary: UserSummaryBody,
    contributions: Vec<RiskContributionBody>,
    places: Vec<UsualValueBody>,
    projects: Vec<UsualValueBody>,
    devices: Vec<UsualValueBody>,
    actions: Vec<UsualValueBody>,
    hours: [f64; 24],
    maturity: f64,
    timeline: Vec<TimelineEventBody>,
}

impl From<UserDetails> for UserBody {
    fn from(user: UserDetails) -> Self {
        Self {
            summary: user.summary.into(),
            contributions: all_into(user.contributions),
            places: all_into(user.places),
            projects: all_into(user.projects),
            devices: all_into(user.devices),
            actions: all_into(user.actions),
            hours: user.hours,
            maturity: user.maturity,
            timeline: all_into(user.timeline),
        }
    }
}

/// One day's part in a user's risk.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RiskContributionBody {
    time: Timestamp,
    points: f64,
    reasons: Vec<String>,
}

impl From<RiskContribution> for RiskContributionBody {
    fn from(RiskContribution { time, points, reasons }: RiskContribution) -> Self {
        Self { time, points, reasons }
    }
}

/// A value that is usual for a user, with its share of the user's days.
#[derive(Debug, Serialize, ToSchema)]
struct UsualValueBody {
    name: String,
    share: f64,
}

impl From<UsualValue> for UsualValueBody {
    fn from(UsualValue { name, share }: UsualValue) -> Self {
        Self { name, share }
    }
}

/// One event of a user.
#[derive(Debug, Serialize, ToSchema)]
struct TimelineEventBody {
    #[schema(value_type = ActionName)]
    action: Action,
    resource: Option<String>,
    location: Option<String>,
    #[schema(value_type = Option<DeviceName>)]
    device: Option<Device>,
    prediction: PredictionBody,
}

impl From<TimelineEvent> for TimelineEventBody {
    fn from(TimelineEvent { action, resource, location, device, prediction }: TimelineEvent) -> Self {
        Self { action, resource, location, device, prediction: prediction.into() }
    }
}

/// A list of notices.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NoticesAnswer {
    pub(super) notices: Vec<NoticeBody>,
}

/// A change that many users made on one day.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NoticeBody {
    id: u64,
    sentence: String,
    is_open: bool,
    first_day: String,
    last_day: String,
    active_users: u64,
    users_of_first_day: u64,
    users: u64,
    values: Vec<NoticeValueBody>,
}

impl From<Notice> for NoticeBody {
    fn from(notice: Notice) -> Self {
        let value = |(feature, value)| NoticeValueBody { feature, value };
        Self {
            id: notice.number,
            sentence: notice.sentence,
            is_open: notice.is_open,
            first_day: notice.first_day.to_string(),
            last_day: notice.last_day.to_string(),
            active_users: notice.active,
            users_of_first_day: notice.users_of_first_day,
            users: notice.users,
            values: notice.values.into_iter().map(value).collect(),
        }
    }
}

/// A value that the users of a notice had for the first time.
#[derive(Debug, Serialize, ToSchema)]
struct NoticeValueBody {
    feature: String,
    value: String,
}

/// A notice with the users under it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NoticeWithUsersBody {
    notice: NoticeBody,
    users: Vec<NoticeUserBody>,
}

/// A user under a notice.
#[derive(Debug, Serialize, ToSchema)]
struct NoticeUserBody {
    user_id: String,
    joined: String,
}

impl From<NoticeWithUsers> for NoticeWithUsersBody {
    fn from(NoticeWithUsers { notice, users }: NoticeWithUsers) -> Self {
        let user =
            |(user_id, day): (String, shared::calendar::Day)| NoticeUserBody { user_id, joined: day.to_string() };
        Self { notice: notice.into(), users: users.into_iter().map(user).collect() }
    }
}

fn all_into<T, U: From<T>>(values: Vec<T>) -> Vec<U> {
    values.into_iter().map(U::from).collect()
}
