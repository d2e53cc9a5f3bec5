//! The user-days and events that an evaluation counts.

use std::collections::{HashMap, HashSet};

use shared::{calendar::Day, event::Event, metrics::Sample};

use super::{scores::EventScore, settings::Settings};
use crate::{
    boundary::boundary_day,
    dataset::{Label, LabelledEvent, LabelledLog},
};

/// The evaluated part of a labelled log, with the scores of a detector.
pub struct EvaluationSet<'a> {
    /// The evaluated user-days, in the order of their first events.
    pub days: Vec<UserDay<'a>>,
    /// The evaluated events of these days, in the order of their times.
    pub events: Vec<EvaluatedEvent<'a>>,
    /// Number of users with evaluated days.
    pub users: usize,
}

/// The events of one user on one day (UTC).
#[derive(Debug, Clone)]
pub struct UserDay<'a> {
    /// Number of the user in the evaluation set.
    pub user: usize,
    /// The day.
    pub day: Day,
    /// Number of earlier days on which the user was active.
    pub active_days_before: u32,
    /// The highest score of the day's events.
    pub score: EventScore,
    /// Kinds of the attacks on that day; empty for a benign day.
    pub kinds: HashSet<&'a str>,
    /// Cases of the attacks on that day.
    pub cases: HashSet<&'a str>,
}

impl UserDay<'_> {
    /// Returns whether an event of the day belongs to an attack.
    pub fn is_attacked(&self) -> bool {
        !self.cases.is_empty()
    }
}

/// An evaluated event.
#[derive(Debug, Clone)]
pub struct EvaluatedEvent<'a> {
    /// Index in the log's list of events.
    pub place: usize,
    /// The event.
    pub event: &'a Event,
    /// The label of the event.
    pub label: &'a Label,
    /// Index of the user-day in [`EvaluationSet::days`].
    pub day: usize,
    /// Number of the user in the evaluation set.
    pub user: usize,
    /// The score of the event.
    pub score: EventScore,
}

impl EvaluatedEvent<'_> {
    /// Returns whether the event belongs to an attack.
    pub fn is_attack(&self) -> bool {
        matches!(self.label, Label::Attack { .. })
    }

    /// Returns whether the event belongs to an attack of the kind `wanted`.
    pub fn is_of(&self, wanted: &str) -> bool {
        matches!(self.label, Label::Attack { kind, .. } if kind.as_ref() == wanted)
    }
}

impl<'a> EvaluationSet<'a> {
    /// Chooses the evaluated part of a log; `scores` are those of the log's events, in their order.
    ///
    /// Attacked user-days are always evaluated. Benign ones are not if they lie in the log's first part or among their
    /// user's first active days, when everything is new. Days with unjudged events only are left out.
    pub fn of(log: &'a LabelledLog, scores: &[EventScore], settings: &Settings) -> Self {
        let all = CandidateDays::of(log, scores);
        let since = boundary_day(log.events.iter().map(|indexed| &indexed.labelled.event), settings.warm_up);
        let is_evaluated = |candidate: &CandidateDay| {
            let day = &candidate.user_day;
            let is_late = day.day >= since && day.active_days_before >= settings.active_days;
            day.is_attacked() || candidate.is_judged && is_late
        };
        let mut users = HashMap::new();
        let mut number_of = HashMap::new();
        let mut days = Vec::new();
        for (old, candidate) in all.days.iter().enumerate().filter(|(_, candidate)| is_evaluated(candidate)) {
            let next = users.len();
            let user = *users.entry(candidate.user_day.user).or_insert(next);
            number_of.insert(old, days.len());
            days.push(UserDay { user, ..candidate.user_day.clone() });
        }
        let mut events = Vec::new();
        for (place, candidate) in all.events {
            let LabelledEvent { event, label } = &log.events[place].labelled;
            if let Some(&day) = number_of.get(&candidate)
                && *label != Label::Unjudged
            {
                let user = days[day].user;
                events.push(EvaluatedEvent { place, event, label, day, user, score: scores[place] });
            }
        }
        Self { users: users.len(), days, events }
    }

    /// Returns the same days and events with the scores of another detector.
    #[must_use]
    pub fn rescored(&self, score_of: impl Fn(&EvaluatedEvent) -> EventScore) -> Self {
        let rescored = |event: &EvaluatedEvent<'a>| EvaluatedEvent { score: score_of(event), ..event.clone() };
        let events: Vec<_> = self.events.iter().map(rescored).collect();
        let mut days = self.days.clone();
        for day in &mut days {
            day.score = LOWEST;
        }
        for event in &events {
            days[event.day].score = higher(days[event.day].score, event.score);
        }
        Self { days, events, users: self.users }
    }

    /// Returns the number of calendar days with evaluated user-days.
    pub fn calendar_days(&self) -> usize {
        self.days.iter().map(|day| day.day).collect::<HashSet<_>>().len()
    }

    /// Returns the `value` of user-days as samples: of all benign ones, and of the attacked ones that `is_wanted`
    /// selects.
    pub fn day_samples(&self, value: fn(&EventScore) -> f64, is_wanted: impl Fn(&UserDay) -> bool) -> Vec<Sample> {
        let days = self.days.iter().filter(|day| !day.is_attacked() || is_wanted(day));
        days.map(|day| sample(value(&day.score), day.is_attacked(), day.user)).collect()
    }

    /// Returns the `value` of events as samples: of all benign ones, and of those of attacks that `is_wanted` selects.
    pub fn event_samples(
        &self,
        value: fn(&EventScore) -> f64,
        is_wanted: impl Fn(&EvaluatedEvent) -> bool,
    ) -> Vec<Sample> {
        let events = self.events.iter().filter(|event| !event.is_attack() || is_wanted(event));
        events.map(|event| sample(value(&event.score), event.is_attack(), event.user)).collect()
    }
}

fn sample(score: f64, is_attack: bool, cluster: usize) -> Sample {
    Sample { score, is_attack, weight: 1.0, cluster }
}

/// A user-day before it is decided whether it is evaluated.
struct CandidateDay<'a> {
    user_day: UserDay<'a>,
    /// Whether any of its events is labelled as benign or as an attack.
    is_judged: bool,
}

/// All user-days of a log.
struct CandidateDays<'a> {
    days: Vec<CandidateDay<'a>>,
    /// The index of each event in the log and that of its day, in the order of the events' times.
    events: Vec<(usize, usize)>,
}

/// The score of a day before its first judged event.
const LOWEST: EventScore = EventScore { rank: f64::NEG_INFINITY, probability: None };

/// Returns the higher rank and the higher probability of two scores.
fn higher(one: EventScore, other: EventScore) -> EventScore {
    let probability = match (one.probability, other.probability) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    };
    EventScore { rank: one.rank.max(other.rank), probability }
}

impl<'a> CandidateDays<'a> {
    fn of(log: &'a LabelledLog, scores: &[EventScore]) -> Self {
        let mut order: Vec<usize> = (0..log.events.len()).collect();
        order.sort_by_key(|place| log.events[*place].labelled.event.time);
        let mut all = Self { days: Vec::new(), events: Vec::with_capacity(order.len()) };
        let mut users = HashMap::new();
        let mut number_of = HashMap::new();
        for place in order {
            let LabelledEvent { event, label } = &log.events[place].labelled;
            let next = users.len();
            let (user, active_days) = users.entry(&event.user).or_insert((next, 0_u32));
            let day = event.day();
            let number = *number_of.entry((*user, day)).or_insert_with(|| {
                all.days.push(CandidateDay::new(*user, day, *active_days));
                *active_days += 1;
                all.days.len() - 1
            });
            all.days[number].add(label, scores[place]);
            all.events.push((place, number));
        }
        all
    }
}

impl<'a> CandidateDay<'a> {
    fn new(user: usize, day: Day, active_days_before: u32) -> Self {
        let (kinds, cases) = (HashSet::new(), HashSet::new());
        Self { user_day: UserDay { user, day, active_days_before, score: LOWEST, kinds, cases }, is_judged: false }
    }

    /// Adds an event. The score of an unjudged event is ignored: nobody could say whether its alarm is a false one.
    fn add(&mut self, label: &'a Label, score: EventScore) {
        if let Label::Attack { kind, case } = label {
            self.user_day.kinds.insert(kind);
            self.user_day.cases.insert(case);
        }
        if *label != Label::Unjudged {
            self.is_judged = true;
            self.user_day.score = higher(self.user_day.score, score);
        }
    }
}
