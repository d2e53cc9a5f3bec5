//! A scored event as rows hold it.
//!
//! Version 1 is the postcard of [`EventV1`], version 2 that of [`EventV2`], which adds what is usual, and version 3 that of
//! [`EventV3`], which adds what the reasons contribute and the calibration. Kinds are stored by their names, which never change; an input in
//! bits is stored as a number of steps.

mod numbers;

use std::{net::IpAddr, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    calibration::{anomaly_score, p_value},
    event::{Action, Device, Event, Outcome},
    explanation::EvidencePart,
    facts::{Facts, SeenBefore, ToldFamily, UsualValue},
    families::Family,
    field_mismatch::FieldMismatch,
    scored_event::ScoredEvent,
    severity::Severity,
    travel::Coordinates,
};

use self::numbers::{InputsV1, SignalsV1};
use super::{UnreadableRow, decoded, opened, sealed};

const VERSION: u8 = 3;

/// A scored event, encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedEvent(Box<[u8]>);

impl PackedEvent {
    /// Encodes a scored event.
    pub fn of(scored: &ScoredEvent) -> Self {
        Self(sealed(VERSION, &EventV3::of(scored)).into())
    }

    /// Takes bytes that were stored.
    pub fn stored(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// Returns the bytes to store.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Decodes the event.
    ///
    /// # Errors
    ///
    /// Returns [`UnreadableRow`] if the bytes are damaged or of a newer version.
    pub fn unpack(&self) -> Result<ScoredEvent, UnreadableRow> {
        let scored = match opened(&self.0, VERSION)? {
            (1, content) => decoded::<EventV1>(content)?.scored_event(),
            (2, content) => decoded::<EventV2>(content)?.scored_event(),
            (_, content) => decoded::<EventV3>(content)?.scored_event(),
        };
        scored.ok_or(UnreadableRow::Damaged)
    }
}

/// An event as in version 2, but without the weights of its reasons; what the reasons contribute, and the calibration.
#[derive(Serialize, Deserialize)]
struct EventV3<'a> {
    #[serde(borrow)]
    event: EventV2<'a>,
    base_value: Option<f64>,
    /// Names of the parts of the evidence, and what they add to the score.
    #[serde(borrow)]
    reasons: Vec<(&'a str, f64)>,
    calibration_version: Option<u64>,
}

/// An event as in version 1, but without the usual place and project, and what is usual.
#[derive(Serialize, Deserialize)]
struct EventV2<'a> {
    #[serde(borrow)]
    event: EventV1<'a>,
    /// Of each family that is told.
    #[serde(borrow)]
    usual: Vec<Option<(&'a str, f32)>>,
    usual_failures: Option<f32>,
    usual_moved_mb: Option<f32>,
}

#[derive(Serialize, Deserialize)]
struct EventV1<'a> {
    user: &'a str,
    time_ms: i64,
    action: &'a str,
    resource: Option<&'a str>,
    address: Option<IpAddr>,
    volume_mb: Option<f64>,
    location: Option<&'a str>,
    device: Option<&'a str>,
    failed_attempts: Option<u32>,
    location_change: Option<bool>,
    event_id: Option<&'a str>,
    native_action: Option<&'a str>,
    department: Option<&'a str>,
    role: Option<&'a str>,
    user_agent: Option<&'a str>,
    /// None for an unknown outcome.
    outcome: Option<&'a str>,
    native_outcome: Option<&'a str>,
    coordinates: Option<Coordinates>,
    inputs: InputsV1,
    signals: SignalsV1,
    signal_rarities: SignalsV1,
    log10_rarity: f64,
    #[serde(borrow)]
    facts: FactsV1<'a>,
    /// Names of the parts of the evidence, and their shares of the rarity in powers of ten; empty since version 3.
    #[serde(borrow)]
    reasons: Vec<(&'a str, f32)>,
    disagreements: Vec<MismatchV1>,
    severity: &'a str,
    user_risk: f64,
    is_anomaly: bool,
    scored_at_ns: i128,
    model_version: &'a str,
}

#[derive(Serialize, Deserialize)]
struct FactsV1<'a> {
    last_second: Option<i64>,
    last_action: Option<&'a str>,
    last_in_second: u32,
    #[serde(borrow)]
    told: Vec<(&'a str, f32, f32, SeenV1)>,
    usual_place: Option<(&'a str, f32)>,
    usual_project: Option<(&'a str, f32)>,
    failed_attempts_of_day: u32,
}

#[derive(Serialize, Deserialize)]
enum SeenV1 {
    Never,
    Lately,
    Earlier,
}

#[derive(Serialize, Deserialize)]
enum MismatchV1 {
    LocationChange { given: bool, derived: bool },
    FailedAttempts { given: u32, derived: u32 },
}

impl<'a> EventV3<'a> {
    fn of(scored: &'a ScoredEvent) -> Self {
        Self {
            event: EventV2::of(scored),
            base_value: scored.base_value,
            reasons: scored.reasons.iter().map(|(part, contribution)| (part.name(), *contribution)).collect(),
            calibration_version: scored.calibration_version,
        }
    }

    fn scored_event(self) -> Option<ScoredEvent> {
        let reason = |(name, contribution): (&str, f64)| Some((EvidencePart::named(name)?, contribution));
        let reasons = self.reasons.iter().copied().map(reason).collect::<Option<_>>()?;
        let Self { base_value, calibration_version, .. } = self;
        Some(ScoredEvent { base_value, reasons, calibration_version, ..self.event.scored_event()? })
    }
}

impl<'a> EventV2<'a> {
    fn of(scored: &'a ScoredEvent) -> Self {
        let facts = &scored.facts;
        let usual = |told: &'a ToldFamily| told.usual.as_ref().map(|usual| (&*usual.name, usual.share));
        Self {
            event: EventV1::of(scored),
            usual: facts.told.iter().map(usual).collect(),
            usual_failures: facts.usual_failures,
            usual_moved_mb: facts.usual_moved_mb,
        }
    }

    fn scored_event(self) -> Option<ScoredEvent> {
        let mut scored = self.event.scored_event()?;
        let facts = &mut scored.facts;
        if self.usual.len() != facts.told.len() {
            return None;
        }
        for (told, usual) in facts.told.iter_mut().zip(self.usual) {
            told.usual = usual.map(usual_value);
        }
        (facts.usual_failures, facts.usual_moved_mb) = (self.usual_failures, self.usual_moved_mb);
        Some(scored)
    }
}

impl<'a> EventV1<'a> {
    fn of(scored: &'a ScoredEvent) -> Self {
        let event = &scored.event;
        Self {
            user: event.user.as_str(),
            time_ms: event.time.as_millisecond(),
            action: event.action.name(),
            resource: event.resource.as_deref(),
            address: event.address,
            volume_mb: event.volume_mb,
            location: event.location.as_deref(),
            device: event.device.map(Device::name),
            failed_attempts: event.failed_attempts,
            location_change: event.location_change,
            event_id: event.event_id.as_deref(),
            native_action: event.native_action.as_deref(),
            department: event.department.as_deref(),
            role: event.role.as_deref(),
            user_agent: event.user_agent.as_deref(),
            outcome: Some(event.outcome).filter(|outcome| *outcome != Outcome::Unknown).map(Outcome::name),
            native_outcome: event.native_outcome.as_deref(),
            coordinates: event.coordinates,
            inputs: InputsV1::of(&scored.inputs),
            signals: SignalsV1::of(&scored.signals),
            signal_rarities: SignalsV1::of(&scored.signal_rarities),
            log10_rarity: scored.log10_rarity,
            facts: FactsV1::of(&scored.facts),
            reasons: Vec::new(),
            disagreements: scored.disagreements.iter().map(MismatchV1::of).collect(),
            severity: scored.severity.name(),
            user_risk: scored.user_risk,
            is_anomaly: scored.is_anomaly,
            scored_at_ns: scored.scored_at.as_nanosecond(),
            model_version: &scored.model_version,
        }
    }

    fn event(&self) -> Option<Event> {
        let text = |text: Option<&str>| text.map(Into::into);
        Some(Event {
            user: self.user.parse().ok()?,
            time: Timestamp::from_millisecond(self.time_ms).ok()?,
            action: self.action.parse::<Action>().ok()?,
            resource: text(self.resource),
            address: self.address,
            volume_mb: self.volume_mb,
            location: text(self.location),
            device: self.device.map(str::parse).transpose().ok()?,
            failed_attempts: self.failed_attempts,
            location_change: self.location_change,
            event_id: text(self.event_id),
            native_action: text(self.native_action),
            department: text(self.department),
            role: text(self.role),
            user_agent: text(self.user_agent),
            outcome: self.outcome.map_or(Ok(Outcome::Unknown), str::parse).ok()?,
            native_outcome: text(self.native_outcome),
            coordinates: self.coordinates,
        })
    }

    fn scored_event(self) -> Option<ScoredEvent> {
        // What the reasons contribute was not stored: the score is divided in proportion to their weights.
        let all: f32 = self.reasons.iter().map(|(_, weight)| weight).sum();
        let score = anomaly_score(p_value(self.log10_rarity));
        let contribution = |weight: f32| score * f64::from(weight / all);
        let reason = |(name, weight): &(&str, f32)| Some((EvidencePart::named(name)?, contribution(*weight)));
        Some(ScoredEvent {
            base_value: None,
            event: self.event()?,
            inputs: self.inputs.inputs()?,
            signals: self.signals.signals()?,
            signal_rarities: self.signal_rarities.signals()?,
            log10_rarity: self.log10_rarity,
            facts: self.facts.facts()?,
            reasons: self.reasons.iter().map(reason).collect::<Option<_>>()?,
            disagreements: self.disagreements.into_iter().map(MismatchV1::mismatch).collect(),
            severity: self.severity.parse::<Severity>().ok()?,
            user_risk: self.user_risk,
            is_anomaly: self.is_anomaly,
            scored_at: Timestamp::from_nanosecond(self.scored_at_ns).ok()?,
            model_version: Arc::from(self.model_version),
            calibration_version: None,
        })
    }
}

impl<'a> FactsV1<'a> {
    fn of(facts: &'a Facts) -> Self {
        let told = |told: &ToldFamily| (told.family.name(), told.user, told.others, SeenV1::of(told.seen));
        Self {
            last_second: facts.last_second,
            last_action: facts.last_action.map(Action::name),
            last_in_second: facts.last_in_second,
            told: facts.told.iter().map(told).collect(),
            usual_place: None,
            usual_project: None,
            failed_attempts_of_day: facts.failed_attempts_of_day,
        }
    }

    fn facts(self) -> Option<Facts> {
        let told = |(name, user, others, seen): (&str, f32, f32, SeenV1)| {
            let family = Family::named(name)?;
            let usual = match family {
                Family::Location => self.usual_place,
                Family::Project => self.usual_project,
                _ => None,
            };
            Some(ToldFamily { family, user, others, seen: seen.seen(), usual: usual.map(usual_value) })
        };
        Some(Facts {
            last_second: self.last_second,
            last_action: self.last_action.map(str::parse).transpose().ok()?,
            last_in_second: self.last_in_second,
            told: self.told.into_iter().map(told).collect::<Option<_>>()?,
            usual_failures: None,
            usual_moved_mb: None,
            failed_attempts_of_day: self.failed_attempts_of_day,
        })
    }
}

fn usual_value((name, share): (&str, f32)) -> UsualValue {
    UsualValue { name: name.into(), share }
}

impl SeenV1 {
    fn of(seen: SeenBefore) -> Self {
        match seen {
            SeenBefore::Never => Self::Never,
            SeenBefore::Lately => Self::Lately,
            SeenBefore::Earlier => Self::Earlier,
        }
    }

    fn seen(self) -> SeenBefore {
        match self {
            Self::Never => SeenBefore::Never,
            Self::Lately => SeenBefore::Lately,
            Self::Earlier => SeenBefore::Earlier,
        }
    }
}

impl MismatchV1 {
    fn of(mismatch: &FieldMismatch) -> Self {
        match *mismatch {
            FieldMismatch::LocationChange { given, derived } => Self::LocationChange { given, derived },
            FieldMismatch::FailedAttempts { given, derived } => Self::FailedAttempts { given, derived },
        }
    }

    fn mismatch(self) -> FieldMismatch {
        match self {
            Self::LocationChange { given, derived } => FieldMismatch::LocationChange { given, derived },
            Self::FailedAttempts { given, derived } => FieldMismatch::FailedAttempts { given, derived },
        }
    }
}
