//! What people do about an alert: its state, who works on it, and the history of both.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

/// How an alert turned out.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, EnumString, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Verdict {
    /// An attack or a misuse.
    TruePositive,
    /// Nothing harmful, and not foreseen.
    Benign,
    /// Nothing harmful, and foreseen, such as planned work.
    Expected,
}

impl Verdict {
    /// Returns the name of the verdict in every format.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// How far the work on an alert is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AlertState {
    /// Nobody has seen it.
    #[default]
    Open,
    /// Somebody has seen it.
    Acknowledged,
    /// Somebody works on it.
    InProgress,
    /// The work is done.
    Closed(Verdict),
}

impl AlertState {
    /// The names of all states, without verdicts.
    pub const NAMES: [&str; 4] = ["open", "acknowledged", "in_progress", "closed"];

    /// Returns the name of the state in every format, without the verdict.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::InProgress => "in_progress",
            Self::Closed(_) => "closed",
        }
    }

    /// Returns the verdict of a closed alert.
    pub fn verdict(self) -> Option<Verdict> {
        match self {
            Self::Closed(verdict) => Some(verdict),
            _ => None,
        }
    }

    /// Returns whether an alert in this state may get the other: work goes forward, an alert in work can be given back,
    /// and a closed one is worked on again before it is closed otherwise.
    fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (Self::Open, next) => next != Self::Open,
            (Self::Acknowledged, next) => next != Self::Acknowledged,
            (Self::InProgress, next) => matches!(next, Self::Open | Self::Closed(_)),
            (Self::Closed(_), next) => next == Self::InProgress,
        }
    }
}

/// One thing that a person does about an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Gives the alert another state.
    Move(AlertState),
    /// Gives the alert to a person, or to nobody.
    Assign(Option<String>),
    /// Writes a note.
    Note(String),
}

/// One thing that was done about an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The time of the act.
    pub time: Timestamp,
    /// The account that did it.
    pub by: String,
    /// What was done.
    pub act: Act,
}

/// Why nothing was done about an alert.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAct {
    /// The alert cannot get that state.
    #[error("state is {}, an alert in it cannot become {}", .from.name(), .to.name())]
    State {
        /// The state of the alert.
        from: AlertState,
        /// The state that it was to get.
        to: AlertState,
    },
    /// The note or the name is empty or too long.
    #[error("{field} has {chars} characters, must have 1 to {most}")]
    Length {
        /// The name of the field.
        field: &'static str,
        /// The number of its characters.
        chars: usize,
        /// The maximum number of characters.
        most: usize,
    },
    /// The history is full.
    #[error("the history is full: nothing more can be done about this alert")]
    Full,
}

/// The state of an alert, the person who works on it, and what was done about it.
///
/// ```
/// use jiff::Timestamp;
/// use shared::alerting::{Act, AlertState, Lifecycle, Verdict};
///
/// let mut alert = Lifecycle::default();
/// let now = Timestamp::UNIX_EPOCH;
/// alert.apply(Act::Move(AlertState::Closed(Verdict::Expected)), "ann", now)?;
/// assert_eq!(alert.version(), 1);
/// assert!(alert.apply(Act::Move(AlertState::Open), "ann", now).is_err());
/// # Ok::<(), shared::alerting::InvalidAct>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifecycle {
    state: AlertState,
    assignee: Option<String>,
    history: Vec<HistoryEntry>,
}

impl Lifecycle {
    /// The maximum number of characters of a note.
    pub const MOST_NOTE: usize = 4000;
    /// The maximum number of characters of the name of an assignee.
    pub const MOST_NAME: usize = 256;
    /// The maximum number of acts.
    pub const MOST_ACTS: usize = 500;

    /// Returns what follows from a history, the oldest act first; none where an act was not possible.
    pub fn of_history(history: impl IntoIterator<Item = HistoryEntry>) -> Option<Self> {
        let mut lifecycle = Self::default();
        for HistoryEntry { time, by, act } in history {
            lifecycle.apply(act, &by, time).ok()?;
        }
        Some(lifecycle)
    }

    /// Returns the state.
    pub fn state(&self) -> AlertState {
        self.state
    }

    /// Returns the person who works on the alert.
    pub fn assignee(&self) -> Option<&str> {
        self.assignee.as_deref()
    }

    /// Returns what was done, the oldest first.
    pub fn history(&self) -> &[HistoryEntry] {
        &self.history
    }

    /// Returns the number of acts so far, which tells whether somebody else has done something meanwhile.
    pub fn version(&self) -> usize {
        self.history.len()
    }

    /// Does something about the alert, or changes nothing.
    ///
    /// # Errors
    ///
    /// Fails if the alert cannot get the state, if a text is empty or too long, or if the history is full.
    pub fn apply(&mut self, act: Act, by: &str, time: Timestamp) -> Result<(), InvalidAct> {
        if self.history.len() >= Self::MOST_ACTS {
            return Err(InvalidAct::Full);
        }
        match &act {
            Act::Move(to) if !self.state.may_become(*to) => {
                return Err(InvalidAct::State { from: self.state, to: *to });
            }
            Act::Move(to) => self.state = *to,
            Act::Assign(assignee) => {
                assignee.iter().try_for_each(|name| check_length("assignee", name, Self::MOST_NAME))?;
                self.assignee.clone_from(assignee);
            }
            Act::Note(note) => check_length("note", note, Self::MOST_NOTE)?,
        }
        self.history.push(HistoryEntry { time, by: by.to_owned(), act });
        Ok(())
    }
}

fn check_length(field: &'static str, text: &str, most: usize) -> Result<(), InvalidAct> {
    let chars = text.chars().count();
    if (1..=most).contains(&chars) && !text.trim().is_empty() {
        return Ok(());
    }
    Err(InvalidAct::Length { field, chars, most })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::{collection::vec, option, prelude::*, sample::select};

    use super::*;

    const STATES: [AlertState; 6] = [
        AlertState::Open,
        AlertState::Acknowledged,
        AlertState::InProgress,
        AlertState::Closed(Verdict::TruePositive),
        AlertState::Closed(Verdict::Benign),
        AlertState::Closed(Verdict::Expected),
    ];

    fn act() -> impl Strategy<Value = Act> {
        let assignee = option::of(select(vec![String::new(), "bob".to_owned(), "x".repeat(257)]));
        prop_oneof![
            select(STATES.to_vec()).prop_map(Act::Move),
            assignee.prop_map(Act::Assign),
            select(vec![String::new(), " ".to_owned(), "seen".to_owned(), "x".repeat(4001)]).prop_map(Act::Note),
        ]
    }

    proptest! {
        #[test]
        fn the_history_tells_the_state_and_the_assignee_and_a_refused_act_changes_nothing(acts in vec(act(), 0..40)) {
            let mut alert = Lifecycle::default();
            for act in acts {
                let before = alert.clone();
                if alert.apply(act.clone(), "ann", Timestamp::UNIX_EPOCH).is_ok() {
                    prop_assert_eq!(alert.version(), before.version() + 1);
                    prop_assert_eq!(&alert.history()[before.version()].act, &act);
                } else {
                    prop_assert_eq!(&alert, &before);
                }
            }
            prop_assert_eq!(Lifecycle::of_history(alert.history().to_vec()), Some(alert));
        }

        #[test]
        fn a_closed_alert_is_worked_on_again_before_anything_else_becomes_of_it(
            verdict in select(STATES[3..].to_vec()),
            next in select(STATES.to_vec()),
        ) {
            let mut alert = Lifecycle::default();
            alert.apply(Act::Move(verdict), "ann", Timestamp::UNIX_EPOCH).expect("an open alert can be closed");
            let result = alert.apply(Act::Move(next), "ann", Timestamp::UNIX_EPOCH);
            prop_assert_eq!(result.is_ok(), next == AlertState::InProgress);
        }
    }

    #[test]
    fn an_act_that_cannot_be_done_says_why() {
        let mut alert = Lifecycle::default();
        let told = |result: Result<(), InvalidAct>| result.map_err(|error| error.to_string());
        let now = Timestamp::UNIX_EPOCH;
        let open = told(alert.apply(Act::Move(AlertState::Open), "ann", now));
        assert_eq!(open, Err("state is open, an alert in it cannot become open".to_owned()));
        let empty = told(alert.apply(Act::Note(String::new()), "ann", now));
        assert_eq!(empty, Err("note has 0 characters, must have 1 to 4000".to_owned()));
        for _ in 0..Lifecycle::MOST_ACTS {
            alert.apply(Act::Note("seen".to_owned()), "ann", now).expect("there is room");
        }
        assert_eq!(alert.apply(Act::Note("seen".to_owned()), "ann", now), Err(InvalidAct::Full));
    }
}
