//! Events and their labels.

use shared::event::Event;

/// An event with its label.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledEvent {
    /// The event.
    pub event: Event,
    /// Whether the event belongs to an attack.
    pub label: Label,
}

impl LabelledEvent {
    /// Returns whether the event belongs to an attack.
    pub fn is_attack(&self) -> bool {
        matches!(self.label, Label::Attack { .. })
    }
}

/// Whether an event belongs to an attack.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Label {
    /// The event does not belong to an attack.
    Benign,
    /// The event belongs to an attack.
    Attack {
        /// The kind of attack as in the column `anomaly_type`, for example `takeover` or `mass_deletion`.
        kind: Box<str>,
        /// The name of the attack that the event belongs to; a case is one attack on one user.
        case: Box<str>,
    },
    /// The event counts neither as benign nor as an attack, for example in the aftermath of an attack.
    Unjudged,
}
