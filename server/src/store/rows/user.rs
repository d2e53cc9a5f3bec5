//! A user's risk and counts, as the table `profile` holds them beside the profile. (The profile has a format of its own,
//! `shared::profile`.)

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{calendar::Day, risk::Risk, risk_state::RiskState};

use super::{UnreadableRow, decoded, opened, sealed};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct RiskStateV1 {
    half_life_days: u8,
    /// The seconds of the risky days, and the rarities that they add.
    days: Vec<(i64, f32)>,
    events: u64,
    anomalies: u64,
    last_ms: Option<i64>,
    /// Days since 1970, and the sentences of their reasons.
    reasons: Vec<(i32, Vec<String>)>,
}

/// Encodes a user's risk and counts.
pub(in crate::store) fn pack_risk_state(state: &RiskState) -> Vec<u8> {
    let reasons = state.reasons().iter().map(|(day, sentences)| (day.0, sentences.clone()));
    sealed(
        VERSION,
        &RiskStateV1 {
            half_life_days: state.risk.half_life_days(),
            days: state.risk.added_days().collect(),
            events: state.events,
            anomalies: state.anomalies,
            last_ms: state.last.map(Timestamp::as_millisecond),
            reasons: reasons.collect(),
        },
    )
}

/// Decodes a user's risk and counts.
pub(in crate::store) fn unpack_risk_state(body: &[u8]) -> Result<RiskState, UnreadableRow> {
    let (_, content) = opened(body, VERSION)?;
    let stored: RiskStateV1 = decoded(content)?;
    let last = stored.last_ms.map(Timestamp::from_millisecond).transpose().map_err(|_| UnreadableRow::Damaged)?;
    let reasons = stored.reasons.into_iter().map(|(day, sentences)| (Day(day), sentences)).collect();
    let risk = Risk::stored(stored.half_life_days, stored.days);
    Ok(RiskState::stored(risk, stored.events, stored.anomalies, last, reasons))
}
