//! Writing down what happens in one account, whoever acts.

use std::ops::Range;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use shared::{
    calendar::{Day, second_of},
    event::{Action, Event},
};

use super::{
    Plan,
    departments::{ACTIONS, DEPARTMENTS},
    organisation::{Organisation, Person, Post},
    places::{City, OFFICES, elsewhere},
    random::{around, pick, whole},
    scene::Scene,
    time,
};
use crate::labelled::{Label, Labelled};

pub(super) const HOUR: f64 = 3600.0;
pub(super) const DAY: f64 = 24.0 * HOUR;
/// Seconds between two acts of a person, as a rule.
pub(super) const THINKING: f64 = 55.0;
/// Seconds between two tries of somebody who mistypes a password.
pub(super) const TYPING: f64 = 12.0;
/// Seconds between two acts of a program.
pub(super) const RUNNING: f64 = 15.0;

/// One account's events as they come about.
pub(super) struct Diary<'a> {
    pub(super) person: &'a Person,
    pub(super) organisation: &'a Organisation,
    pub(super) plan: &'a Plan,
    pub(super) rows: Vec<Labelled>,
    /// Whom the next events are of.
    pub(super) label: Label,
    /// The day that is lived.
    pub(super) today: u32,
    /// Failed attempts before the last login: clients report them as long as the session lasts.
    fails: u32,
    trips: Vec<(Range<u32>, City)>,
    /// Days off; the last are those of a long leave.
    pub(super) absences: Vec<Range<u32>>,
    /// Days on which a service fails.
    pub(super) broken: Range<u32>,
}

/// An act to write down.
pub(super) struct Act {
    pub(super) action: Action,
    pub(super) resource: Option<String>,
    /// How many times the usual volume is moved.
    pub(super) volume: f64,
}

/// Acts of one kind, one after the other.
#[derive(Clone, Copy)]
pub(super) struct Series {
    pub(super) action: Action,
    pub(super) times: u32,
    /// How many times the usual volume each moves.
    pub(super) volume: f64,
    /// Seconds from one to the next.
    pub(super) wait: f64,
}

impl<'a> Diary<'a> {
    pub(super) fn new(
        organisation: &'a Organisation,
        person: &'a Person,
        plan: &'a Plan,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let stay = |chance: f64, length: Range<u32>, rng: &mut ChaCha8Rng| {
            let begins = rng.random_range(0..plan.days.max(1));
            rng.random_bool(chance).then(|| begins..begins + rng.random_range(length))
        };
        let months = plan.days.div_ceil(30);
        let trips: Vec<_> = (0..months).filter_map(|_| stay(0.22, 1..6, rng)).collect();
        let mut absences: Vec<_> = (0..months).filter_map(|_| stay(0.25, 1..15, rng)).collect();
        absences.extend(stay(0.08, 25..70, rng));
        let broken = stay(0.4, 1..7, rng).unwrap_or(0..0);
        let trips = trips.into_iter().map(|days| (days, elsewhere(rng))).collect();
        let label = Label::Benign;
        Self { person, organisation, plan, rows: Vec::new(), label, today: 0, fails: 0, trips, absences, broken }
    }

    /// Logs in, works, and sometimes logs out.
    pub(super) fn session(&mut self, start: f64, fails: u32, acts: u32, rng: &mut ChaCha8Rng) {
        let scene = self.scene(rng);
        let mut now = self.log_in(start, fails, TYPING, &scene, rng);
        for _ in 0..acts {
            now += around(THINKING, 1.1, rng);
            let act = self.usual_act(rng);
            self.act(now, act, &scene, rng);
        }
        if rng.random_bool(0.4) {
            let end = Act { action: Action::Logout, resource: None, volume: 0.0 };
            self.act(now + around(THINKING, 1.1, rng), end, &scene, rng);
        }
    }

    /// Fails so many times, then logs in; returns when.
    pub(super) fn log_in(&mut self, start: f64, fails: u32, wait: f64, scene: &Scene, rng: &mut ChaCha8Rng) -> f64 {
        let now = self.failures(start, fails, wait, scene, rng) + around(wait, 0.8, rng);
        self.fails = fails;
        let login = self.event(now, Action::Login, "success", scene);
        self.write(login);
        now
    }

    /// Fails to log in so many times; returns when the last time was.
    pub(super) fn failures(&mut self, start: f64, fails: u32, wait: f64, scene: &Scene, rng: &mut ChaCha8Rng) -> f64 {
        let mut now = start;
        for fail in 0..fails {
            now += around(wait, 0.8, rng);
            self.fails = fail;
            let login = self.event(now, Action::Login, "failure", scene);
            self.write(login);
        }
        now
    }

    /// Does the same kind of act many times, on the person's own resources.
    pub(super) fn repeat(&mut self, start: f64, series: Series, scene: &Scene, rng: &mut ChaCha8Rng) {
        let Series { action, times, volume, wait } = series;
        let mut now = start;
        for _ in 0..times {
            now += around(wait, 0.8, rng);
            let resource = Some(self.post().desktop.next(rng));
            self.act(now, Act { action, resource, volume }, scene, rng);
        }
    }

    pub(super) fn usual_act(&self, rng: &mut ChaCha8Rng) -> Act {
        let post = self.post();
        let action = ACTIONS[pick(DEPARTMENTS[post.department].mix(post.role), rng)];
        Act { action, resource: Some(post.desktop.next(rng)), volume: 1.0 }
    }

    pub(super) fn act(&mut self, now: f64, act: Act, scene: &Scene, rng: &mut ChaCha8Rng) {
        let department = &DEPARTMENTS[self.post().department];
        let median_mb = match act.action {
            Action::View => 0.05,
            Action::Download => 2.0,
            Action::Upload => 1.0,
            _ => 0.0,
        } * act.volume
            * department.volume;
        let moved = (median_mb > 0.0).then(|| (around(median_mb, 1.4, rng) * 1e4).round() / 1e4);
        let is_foreign = act.resource.as_deref().is_some_and(|path| !path.starts_with(department.name));
        let outcome = if rng.random_bool(if is_foreign { 0.03 } else { 0.02 }) { "failure" } else { "success" };
        let event = self.event(now, act.action, outcome, scene);
        self.write(Event { resource: act.resource.map(Into::into), volume_mb: moved, ..event });
    }

    fn write(&mut self, event: Event) {
        self.rows.push(Labelled { event, label: self.label.clone() });
    }

    /// Returns an event of the account, as far as it depends on the person and the scene.
    fn event(&self, now: f64, action: Action, outcome: &str, scene: &Scene) -> Event {
        let role: &str = self.post().role.into();
        Event {
            address: Some(scene.address.into()),
            location: Some(scene.city.into()),
            device: Some(scene.tool.0),
            user_agent: Some(scene.tool.1.into()),
            failed_attempts: Some(self.fails),
            department: Some(DEPARTMENTS[self.post().department].name.into()),
            role: Some(role.into()),
            outcome: Some(outcome.into()),
            ..Event::new(self.person.user.clone(), time(self.plan, now), action)
        }
    }

    pub(super) fn post(&self) -> &'a Post {
        self.person.post(self.today)
    }

    /// Returns where the person is today and what they work with.
    pub(super) fn scene(&self, rng: &mut ChaCha8Rng) -> Scene {
        let trip = self.trips.iter().find(|(days, _)| days.contains(&self.today)).map(|(_, city)| *city);
        self.person.scene(self.today, trip, rng)
    }

    /// Returns the second of a local hour of the day, since the world began.
    pub(super) fn at(&self, hour: f64) -> f64 {
        (f64::from(self.today) * DAY + (hour - OFFICES[self.person.office].ahead) * HOUR).max(0.0)
    }

    /// Returns 0 for Monday to 6 for Sunday.
    pub(super) fn weekday(&self) -> u32 {
        let first = Day::of(second_of(self.plan.start)).weekday();
        (u32::from(first) + self.today) % 7
    }

    /// Returns when the account was first used today, in seconds since the world began.
    pub(super) fn first_act_today(&self) -> Option<f64> {
        let begins = time(self.plan, self.at(0.0));
        let first = self.rows.iter().map(|row| row.event.time).find(|time| *time >= begins)?;
        Some(first.duration_since(self.plan.start).as_secs_f64())
    }

    /// Tells whether the account was in use at least a day before a day: who never worked has no habits to break.
    pub(super) fn begins_before(&self, day: u32) -> bool {
        let known = time(self.plan, (f64::from(day) - 1.0) * DAY);
        self.rows.first().is_some_and(|row| row.event.time < known)
    }

    /// Returns a length about a median, in whole acts, and at least one.
    pub(super) fn some(median: f64, rng: &mut ChaCha8Rng) -> u32 {
        whole(around(median, 0.5, rng)).max(1)
    }
}
