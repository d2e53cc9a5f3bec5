//! What is judged: user-days, and the events in them.

use std::collections::{HashMap, HashSet};

use shared::{
    calendar::{Day, second_of},
    event::Event,
    metrics::Sample,
};

use super::{
    Settings,
    labels::{Indexed, LabelledLog},
    scores::Score,
};
use crate::labelled::Label;

/// A log in which it is known of each event what it is and what a detector says of it.
pub struct Judged<'a> {
    /// The judged user-days, in the order of their first events.
    pub days: Vec<UserDay<'a>>,
    /// The judged events of these days, in the order of their times.
    pub events: Vec<JudgedEvent<'a>>,
    /// Number of users that have judged days.
    pub users: usize,
}

/// What one user did on one day (UTC).
#[derive(Debug, Clone)]
pub struct UserDay<'a> {
    /// Number of the user among those judged.
    pub user: usize,
    /// The day.
    pub day: Day,
    /// On how many days before the user was active.
    pub active_days_before: u32,
    /// The highest that is said of an event of the day.
    pub score: Score,
    /// Kinds of the attacks of that day; a day without is benign.
    pub kinds: HashSet<&'a str>,
    /// The attacks of that day.
    pub cases: HashSet<&'a str>,
}

impl UserDay<'_> {
    /// Tells whether an event of the day belongs to an attack.
    pub fn is_attacked(&self) -> bool {
        !self.cases.is_empty()
    }
}

/// One event that is judged.
#[derive(Debug, Clone)]
pub struct JudgedEvent<'a> {
    /// Its place in the log's list of events.
    pub place: usize,
    /// The event.
    pub event: &'a Event,
    /// What it is.
    pub label: &'a Label,
    /// Number of its user-day among those judged.
    pub day: usize,
    /// Number of its user among those judged.
    pub user: usize,
    /// What is said of it.
    pub score: Score,
}

impl JudgedEvent<'_> {
    /// Tells whether the event belongs to an attack.
    pub fn is_attack(&self) -> bool {
        matches!(self.label, Label::Attack { .. })
    }

    /// Tells whether the event belongs to an attack of this kind.
    pub fn is_of(&self, wanted: &str) -> bool {
        matches!(self.label, Label::Attack { kind, .. } if kind.as_ref() == wanted)
    }
}

impl<'a> Judged<'a> {
    /// Chooses what is judged; `scores` are those of the log's events, in their order.
    ///
    /// Of benign user-days only those count that are neither in the log's first part nor among their user's first
    /// active days, when everything is new; attacked ones always do. Days of which nothing is known are left out.
    pub fn of(log: &'a LabelledLog, scores: &[Score], settings: &Settings) -> Self {
        let all = AllDays::of(log, scores);
        let since = boundary(&all.days, settings.warm_up);
        let is_judged = |seen: &Seen| {
            let day = &seen.user_day;
            let is_late = day.day >= since && day.active_days_before >= settings.active_days;
            day.is_attacked() || seen.is_known && is_late
        };
        let mut users = HashMap::new();
        let mut number_of = HashMap::new();
        let mut days = Vec::new();
        for (old, seen) in all.days.iter().enumerate().filter(|(_, seen)| is_judged(seen)) {
            let next = users.len();
            let user = *users.entry(seen.user_day.user).or_insert(next);
            number_of.insert(old, days.len());
            days.push(UserDay { user, ..seen.user_day.clone() });
        }
        let judged_event = |(place, day): &(usize, usize)| {
            let labelled = &log.events[*place].labelled;
            let day = *number_of.get(day)?;
            let (event, label, user) = (&labelled.event, &labelled.label, days[day].user);
            (*label != Label::Unjudged).then(|| JudgedEvent {
                place: *place,
                event,
                label,
                day,
                user,
                score: scores[*place],
            })
        };
        let events = all.events.iter().filter_map(judged_event).collect();
        Self { users: users.len(), days, events }
    }

    /// Returns the same days and events as another detector sees them.
    #[must_use]
    pub fn rescored(&self, score_of: impl Fn(&JudgedEvent) -> Score) -> Self {
        let rescored = |event: &JudgedEvent<'a>| JudgedEvent { score: score_of(event), ..event.clone() };
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

    /// Returns the number of different days of the calendar.
    pub fn calendar_days(&self) -> usize {
        self.days.iter().map(|day| day.day).collect::<HashSet<_>>().len()
    }

    /// Returns user-days as samples, their `value` as score, all benign ones and the attacked ones that `is_wanted`.
    pub fn day_samples(&self, value: fn(&Score) -> f64, is_wanted: impl Fn(&UserDay) -> bool) -> Vec<Sample> {
        let days = self.days.iter().filter(|day| !day.is_attacked() || is_wanted(day));
        days.map(|day| sample(value(&day.score), day.is_attacked(), day.user)).collect()
    }

    /// Returns events as samples, their `value` as score, all benign ones and those of attacks that `is_wanted`.
    pub fn event_samples(&self, value: fn(&Score) -> f64, is_wanted: impl Fn(&JudgedEvent) -> bool) -> Vec<Sample> {
        let events = self.events.iter().filter(|event| !event.is_attack() || is_wanted(event));
        events.map(|event| sample(value(&event.score), event.is_attack(), event.user)).collect()
    }
}

fn sample(score: f64, is_attack: bool, cluster: usize) -> Sample {
    Sample { score, is_attack, weight: 1.0, cluster }
}

/// A user-day before it is decided whether it is judged.
struct Seen<'a> {
    user_day: UserDay<'a>,
    /// Whether of any of its events it is known what it is.
    is_known: bool,
}

/// Every user-day of a log, and in the order of their times the places of its events with the numbers of their days.
struct AllDays<'a> {
    days: Vec<Seen<'a>>,
    events: Vec<(usize, usize)>,
}

const LOWEST: Score = Score { rank: f64::NEG_INFINITY, probability: None };

fn higher(one: Score, other: Score) -> Score {
    let probability = match (one.probability, other.probability) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    };
    Score { rank: one.rank.max(other.rank), probability }
}

impl<'a> AllDays<'a> {
    fn of(log: &'a LabelledLog, scores: &[Score]) -> Self {
        let mut order: Vec<usize> = (0..log.events.len()).collect();
        order.sort_by_key(|place| log.events[*place].labelled.event.time);
        let mut all = Self { days: Vec::new(), events: Vec::with_capacity(order.len()) };
        let mut users = HashMap::new();
        let mut number_of = HashMap::new();
        for place in order {
            let Indexed { labelled, .. } = &log.events[place];
            let next = users.len();
            let (user, active_days) = users.entry(labelled.event.user.as_str()).or_insert((next, 0_u32));
            let day = Day::of(second_of(labelled.event.time));
            let number = *number_of.entry((*user, day)).or_insert_with(|| {
                all.days.push(Seen::first(*user, day, *active_days));
                *active_days += 1;
                all.days.len() - 1
            });
            all.days[number].add(&labelled.label, scores[place]);
            all.events.push((place, number));
        }
        all
    }
}

impl<'a> Seen<'a> {
    fn first(user: usize, day: Day, active_days_before: u32) -> Self {
        let (kinds, cases) = (HashSet::new(), HashSet::new());
        Self { user_day: UserDay { user, day, active_days_before, score: LOWEST, kinds, cases }, is_known: false }
    }

    /// Adds an event; what is not judged raises no alarm either, since nobody could say whether it is a false one.
    fn add(&mut self, label: &'a Label, score: Score) {
        if let Label::Attack { kind, case } = label {
            self.user_day.kinds.insert(kind);
            self.user_day.cases.insert(case);
        }
        if *label != Label::Unjudged {
            self.is_known = true;
            self.user_day.score = higher(self.user_day.score, score);
        }
    }
}

/// Returns the day before which the share `warm_up` of all user-days lies.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a number of days"
)]
fn boundary(days: &[Seen], warm_up: f64) -> Day {
    let mut days: Vec<Day> = days.iter().map(|seen| seen.user_day.day).collect();
    days.sort_unstable();
    days.get((days.len() as f64 * warm_up) as usize).copied().unwrap_or(Day(i32::MAX))
}
