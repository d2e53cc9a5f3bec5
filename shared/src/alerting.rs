//! The rules of alerting: which scored events become alerts, which of them belong together, and what people do about an
//! alert.
//!
//! An event is *notable* if at most one user-day in ten reaches its rarity; it gets reasons and stands on its user's
//! timeline. It is an *anomaly* if its score reaches the threshold in force, which is set by hand or follows from a
//! [daily budget](ThresholdRule). An *alert* stands for the anomalies of one user and day together, or for a
//! user's [risk](becomes_high) that has become high. Alerts wait in the queue for a person and are notified; a
//! [suppression](Suppression) keeps an anomaly from raising one.
//!
//! Everything here is a pure function of its arguments.

mod group;
mod kind;
mod lifecycle;
mod risk_crossing;
mod score_history;
mod suppression;
mod threshold;

pub use self::{
    group::{AlertGroup, AlertSubject, GroupKey},
    kind::AlertKind,
    lifecycle::{Act, AlertState, HistoryEntry, InvalidAct, Lifecycle, Verdict},
    risk_crossing::{ALERT_RISK, becomes_high, severity_of_risk},
    score_history::ScoreHistory,
    suppression::{InvalidNetwork, InvalidSuppression, Network, Suppression, SuppressionScope},
    threshold::{InvalidBudget, ThresholdInForce, ThresholdRule},
};
