//! The row that is written for one record.

use std::borrow::Cow;

use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;
use shared::{explanation::Explanation, severity::Severity, spreadsheet::neutralised};

use super::epoch::{RecordKind, ScoredRecord};

/// Maximum number of reasons in a row.
const REASONS: usize = 3;

/// One row of the output; most columns of an unreadable record are empty.
#[derive(Debug, Default, Serialize)]
pub(super) struct Row<'a> {
    /// 0-based number of the record in the input.
    pub(super) index: u64,
    /// The id that the sender gave the event, else one made of its content.
    event_id: Option<Cow<'a, str>>,
    /// The user.
    user_id: Option<Cow<'a, str>>,
    /// The time in UTC.
    timestamp: Option<&'a str>,
    /// The score, 0 to 1, to six digits; 0.7 is reached by one ordinary user-day in a hundred.
    anomaly_score: Option<f64>,
    /// Whether the score reaches the threshold.
    is_anomaly: Option<bool>,
    /// The severity.
    severity: Option<Severity>,
    /// Share of ordinary user-days that reach so rare an event, to six digits.
    p_value: Option<f64>,
    /// The user's risk after the event, 0 to 100, to one decimal place.
    user_risk: Option<f64>,
    /// The reasons, the strongest first.
    reasons: Option<Cow<'a, str>>,
    /// The reason why the record cannot be read.
    error: Option<Cow<'a, str>>,
    /// What could not be read of an event, and why it counts for nothing where it does not.
    warnings: Option<Cow<'a, str>>,
    /// The explanation of an anomaly; the column is left out where explanations are not asked for.
    #[serde(skip_serializing_if = "Explained::is_left_out")]
    explanation: Explained<'a>,
}

/// The explanation in a row.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Explained<'a> {
    /// There is no such column.
    #[default]
    LeftOut,
    /// The column is empty.
    None,
    /// An explanation.
    Of(&'a Explanation),
}

impl Explained<'_> {
    /// Returns what stands in a row without an explanation.
    fn absent(has_column: bool) -> Self {
        if has_column { Self::None } else { Self::LeftOut }
    }

    fn is_left_out(&self) -> bool {
        matches!(self, Self::LeftOut)
    }
}

/// An explanation is an object in JSON, and the text of one in CSV.
impl Serialize for Explained<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::LeftOut | Self::None => serializer.serialize_none(),
            Self::Of(explanation) => {
                RawValue::from_string(serde_json::to_string(explanation).map_err(S::Error::custom)?)
                    .map_err(S::Error::custom)?
                    .serialize(serializer)
            }
        }
    }
}

impl<'a> Row<'a> {
    /// Returns the row of an event that was scored, whose time in UTC is `timestamp`.
    pub(super) fn of(scored: &ScoredRecord<'a>, timestamp: &'a str, has_explanations: bool) -> Self {
        let ScoredRecord { index, event, scored, is_anomaly, kind, warnings, explanation } = *scored;
        let assessment = &scored.assessment;
        let sentences: Vec<_> =
            scored.reasons.told.iter().take(REASONS).map(|reason| reason.sentence.as_str()).collect();
        Self {
            index,
            event_id: Some(event.event_id.as_deref().map_or_else(|| event.id().into(), Cow::Borrowed)),
            user_id: Some(event.user.as_str().into()),
            timestamp: Some(timestamp),
            anomaly_score: Some(to_six_digits(assessment.anomaly_score())),
            is_anomaly: Some(is_anomaly),
            severity: Some(assessment.severity(event)),
            p_value: Some(to_six_digits(assessment.p_value())),
            user_risk: Some((assessment.user_risk() * 10.0).round() / 10.0),
            reasons: (!sentences.is_empty()).then(|| sentences.join("; ").into()),
            error: None,
            warnings: warnings_of(kind, warnings),
            explanation: match explanation {
                Some(explanation) => Explained::Of(explanation),
                None => Explained::absent(has_explanations),
            },
        }
    }

    /// Returns the row of an unreadable record.
    pub(super) fn of_fault(index: u64, fault: &'a str, has_explanations: bool) -> Self {
        let explanation = Explained::absent(has_explanations);
        Self { index, error: Some(fault.into()), explanation, ..Self::default() }
    }

    /// Returns the row with texts that no spreadsheet takes for formulas.
    pub(super) fn for_spreadsheet(&self) -> Row<'_> {
        Row {
            event_id: self.event_id.as_deref().map(neutralised),
            user_id: self.user_id.as_deref().map(neutralised),
            reasons: self.reasons.as_deref().map(neutralised),
            error: self.error.as_deref().map(neutralised),
            warnings: self.warnings.as_deref().map(neutralised),
            ..*self
        }
    }
}

/// Returns what a row warns of: what a record is beside the others, and the errors in its optional fields.
fn warnings_of(kind: RecordKind, errors: &str) -> Option<Cow<'_, str>> {
    let kind = match kind {
        RecordKind::First => return (!errors.is_empty()).then_some(errors.into()),
        RecordKind::RepeatOf(first) => format!("repeats record {first} and counts once with it"),
        RecordKind::Stray => {
            "timestamp lies apart from the rest of the log: scored as on its last day, nothing is learnt from it".into()
        }
    };
    Some(if errors.is_empty() { kind } else { format!("{kind}; {errors}") }.into())
}

/// Rounds a number from 0 to 1 to six significant digits, those of the decimal fraction that is nearest to it.
fn to_six_digits(x: f64) -> f64 {
    rounded_by_scaling(x).unwrap_or_else(|| format!("{x:.5e}").parse().expect("a number that was written can be read"))
}

/// The powers of ten that a float holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// Rounds a number to six significant digits by scaling it to a whole number of six digits.
///
/// The scaled number is off by less than 1e-9, so that its rounding is certain unless it is nearly half a whole number.
/// Whole numbers of six digits and the powers are exact, so their quotient is the float nearest to the decimal fraction.
/// Returns none where that cannot be relied on.
fn rounded_by_scaling(x: f64) -> Option<f64> {
    let smaller_powers = POWERS.iter().take_while(|power| x * **power < 1e5).count();
    let power = POWERS.get(smaller_powers)?;
    let scaled = x * power;
    let whole = scaled.round();
    let is_certain = (1e5..1e6 - 1.0).contains(&scaled) && (scaled - whole).abs() < 0.499_999;
    is_certain.then(|| whole / power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_by_scaling_gives_the_float_nearest_to_six_digits() {
        let exact = |x: f64| -> f64 { format!("{x:.5e}").parse().expect("a number") };
        let mut x: f64 = 1.0;
        let mut scaled = 0;
        while x > 1e-20 {
            x *= 0.999_371;
            assert_eq!(to_six_digits(x).to_bits(), exact(x).to_bits(), "{x:e}");
            scaled += usize::from(rounded_by_scaling(x).is_some());
        }
        assert!(scaled > 50_000, "{scaled} numbers were rounded by scaling");
        for x in [0.0, 1.0, 0.123_456_5, 0.999_999_5, 1.234_565e-7, 1e-5, f64::MIN_POSITIVE] {
            assert_eq!(to_six_digits(x).to_bits(), exact(x).to_bits(), "{x:e}");
        }
    }
}
