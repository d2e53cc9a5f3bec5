//! The log of one account: acts of its owner, and of an attacker, become events.

use std::ops::Range;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use shared::{
    calendar::{Day, second_of},
    event::{Action, Event, Outcome},
};

use super::{
    access::AccessContext,
    cities::{City, OFFICES, Office, elsewhere},
    departments::{ACTIONS, DEPARTMENTS},
    life::SESSIONS,
    organisation::{JobRole, Organisation, Person},
    plan::OrganisationPlan,
    random::{log_normal, weighted_index, whole},
};
use crate::dataset::{Label, LabelledEvent};

pub(super) const HOUR: f64 = 3600.0;
pub(super) const DAY: f64 = 24.0 * HOUR;
/// Median seconds between two acts of a person.
pub(super) const THINKING: f64 = 55.0;
/// Median seconds between two attempts of a person who mistypes a password.
pub(super) const TYPING: f64 = 12.0;
/// Median seconds between two acts of a program.
pub(super) const RUNNING: f64 = 15.0;

/// The events of one account, written day by day.
pub(super) struct AccountLog<'a> {
    pub(super) person: &'a Person,
    pub(super) organisation: &'a Organisation,
    pub(super) plan: &'a OrganisationPlan,
    pub(super) rows: Vec<LabelledEvent>,
    /// The label of the next events.
    pub(super) label: Label,
    /// The day that is simulated.
    pub(super) today: u32,
    /// Failed attempts before the last login: clients report them as long as the session lasts.
    failed_attempts: u32,
    /// Days spent in another city.
    trips: Vec<(Range<u32>, City)>,
    /// Days off, a long leave last.
    pub(super) absences: Vec<Range<u32>>,
    /// Days on which a service account cannot log in.
    pub(super) outage: Range<u32>,
    /// The random choices of sessions that situations change.
    sessions_rng: ChaCha8Rng,
}

/// An act that becomes an event.
pub(super) struct Act {
    pub(super) action: Action,
    pub(super) resource: Option<String>,
    /// The transferred volume as a multiple of the usual one.
    pub(super) volume: f64,
}

/// Several acts of one kind, one after the other.
#[derive(Clone, Copy)]
pub(super) struct Series {
    pub(super) action: Action,
    pub(super) count: u32,
    /// The transferred volume of each act as a multiple of the usual one.
    pub(super) volume: f64,
    /// Median seconds from one act to the next.
    pub(super) wait: f64,
}

impl<'a> AccountLog<'a> {
    pub(super) fn new(
        organisation: &'a Organisation,
        person: &'a Person,
        plan: &'a OrganisationPlan,
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
        let outage = stay(0.4, 1..7, rng).unwrap_or(0..0);
        let trips = trips.into_iter().map(|days| (days, elsewhere(rng))).collect();
        Self {
            person,
            organisation,
            plan,
            rows: Vec::new(),
            label: Label::Benign,
            today: 0,
            failed_attempts: 0,
            trips,
            absences,
            outage,
            sessions_rng: plan.life_stream(SESSIONS, person.number),
        }
    }

    /// Writes a session: a login after `failures` failed attempts, usual acts, and sometimes a logout.
    pub(super) fn session(&mut self, start: f64, failures: u32, acts: u32, rng: &mut ChaCha8Rng) {
        let context = self.own_context(rng);
        let mut now = self.log_in(start, failures, TYPING, &context, rng);
        for _ in 0..acts {
            now += log_normal(THINKING, 1.1, rng);
            let act = self.usual_act(rng);
            self.act(now, act, &context, rng);
        }
        if rng.random_bool(0.4) {
            let end = Act { action: Action::Logout, resource: None, volume: 0.0 };
            self.act(now + log_normal(THINKING, 1.1, rng), end, &context, rng);
        }
    }

    /// Writes `failures` failed logins and then a successful one; returns the second of the latter.
    pub(super) fn log_in(
        &mut self,
        start: f64,
        failures: u32,
        wait: f64,
        context: &AccessContext,
        rng: &mut ChaCha8Rng,
    ) -> f64 {
        let now = self.failed_logins(start, failures, wait, context, rng) + log_normal(wait, 0.8, rng);
        self.failed_attempts = failures;
        let login = self.event(now, Action::Login, Outcome::Success, context);
        self.write(login);
        if self.person.life.signs_in_twice(self.today) {
            let second = now + self.sessions_rng.random_range(4.0..20.0);
            let login = self.event(second, Action::Login, Outcome::Success, context);
            self.write(login);
        }
        now
    }

    /// Writes `count` failed logins; returns the second of the last one.
    pub(super) fn failed_logins(
        &mut self,
        start: f64,
        count: u32,
        wait: f64,
        context: &AccessContext,
        rng: &mut ChaCha8Rng,
    ) -> f64 {
        let mut now = start;
        for earlier in 0..count {
            now += log_normal(wait, 0.8, rng);
            self.failed_attempts = earlier;
            let login = self.event(now, Action::Login, Outcome::Failure, context);
            self.write(login);
        }
        now
    }

    /// Writes a series of acts on the person's own resources.
    pub(super) fn repeat(&mut self, start: f64, series: Series, context: &AccessContext, rng: &mut ChaCha8Rng) {
        let Series { action, count, volume, wait } = series;
        let mut now = start;
        for _ in 0..count {
            now += log_normal(wait, 0.8, rng);
            let resource = Some(self.person.working_set(self.today).next(rng));
            self.act(now, Act { action, resource, volume }, context, rng);
        }
    }

    /// Draws an act that is usual in the person's job.
    pub(super) fn usual_act(&mut self, rng: &mut ChaCha8Rng) -> Act {
        let job = self.job();
        let action = ACTIONS[weighted_index(DEPARTMENTS[job.department].mix(job.role), rng)];
        let usual = self.person.working_set(self.today).next(rng);
        let resource = self.person.life.application_resource(self.today, &mut self.sessions_rng).unwrap_or(usual);
        Act { action, resource: Some(resource), volume: 1.0 }
    }

    /// Writes an act; few fail, more on other departments' resources.
    pub(super) fn act(&mut self, now: f64, act: Act, context: &AccessContext, rng: &mut ChaCha8Rng) {
        let department = &DEPARTMENTS[self.job().department];
        let median_mb = usual_mb(act.action) * act.volume * department.volume;
        let volume_mb = (median_mb > 0.0).then(|| (log_normal(median_mb, 1.4, rng) * 1e4).round() / 1e4);
        let is_foreign = act.resource.as_deref().is_some_and(|path| !path.starts_with(department.name));
        let outcome =
            if rng.random_bool(if is_foreign { 0.03 } else { 0.02 }) { Outcome::Failure } else { Outcome::Success };
        let mut event = self.event(now, act.action, outcome, context);
        let of_application =
            act.resource.as_deref().and_then(|path| self.person.life.application_program(self.today, path));
        if let Some(program) = of_application {
            event.user_agent = Some(program.into());
        }
        self.write(Event { resource: act.resource.map(Into::into), volume_mb, ..event });
    }

    fn write(&mut self, event: Event) {
        self.rows.push(LabelledEvent { event, label: self.label.clone() });
    }

    /// Returns an event without resource and volume.
    fn event(&self, now: f64, action: Action, outcome: Outcome, context: &AccessContext) -> Event {
        let role: &str = self.job().role.into();
        Event {
            address: Some(context.address.into()),
            location: Some(context.city.into()),
            device: Some(context.client.0),
            user_agent: Some(context.client.1.into()),
            failed_attempts: Some(self.failed_attempts),
            department: Some(DEPARTMENTS[self.job().department].name.into()),
            role: Some(role.into()),
            outcome,
            ..Event::new(self.person.user.clone(), self.plan.time(now), action)
        }
    }

    /// Returns the person's job today.
    pub(super) fn job(&self) -> &'a JobRole {
        self.person.job(self.today)
    }

    /// Draws the context of the person's own access today.
    pub(super) fn own_context(&mut self, rng: &mut ChaCha8Rng) -> AccessContext {
        let trip = self.trips.iter().find(|(days, _)| days.contains(&self.today)).map(|(_, city)| *city);
        let session = self.person.access_context(self.today, trip, rng);
        self.person.life.adapted(self.today, session, self.office(), &mut self.sessions_rng)
    }

    /// Returns the second, since the start of the log, of an hour of today in the person's local time.
    pub(super) fn second_at(&self, hour: f64) -> f64 {
        let hours_shifted = self.person.life.hours_shifted(self.today, self.office());
        (f64::from(self.today) * DAY + (hour - self.office().ahead + hours_shifted) * HOUR).max(0.0)
    }

    fn office(&self) -> &'static Office {
        &OFFICES[self.person.office]
    }

    /// Returns the local hour at which work begins today.
    pub(super) fn begins(&self) -> f64 {
        self.person.hours.begins + self.person.life.hours_later(self.today)
    }

    /// Returns the day of the week, from 0 for Monday to 6 for Sunday.
    pub(super) fn weekday(&self) -> u32 {
        let first = Day::of(second_of(self.plan.start)).weekday();
        (u32::from(first) + self.today) % 7
    }

    /// Returns the second of the first event today, since the start of the log.
    pub(super) fn first_act_today(&self) -> Option<f64> {
        let begins = self.plan.time(self.second_at(0.0));
        let first = self.rows.iter().map(|row| row.event.time).find(|time| *time >= begins)?;
        Some(first.duration_since(self.plan.start).as_secs_f64())
    }

    /// Returns whether the account was in use more than a day before `day`: an attack is visible only against habits.
    pub(super) fn begins_before(&self, day: u32) -> bool {
        let known = self.plan.time((f64::from(day) - 1.0) * DAY);
        self.rows.first().is_some_and(|row| row.event.time < known)
    }

    /// Draws a number of acts about a median, at least one.
    pub(super) fn draw_count(median: f64, rng: &mut ChaCha8Rng) -> u32 {
        whole(log_normal(median, 0.5, rng)).max(1)
    }
}

/// Returns the usual volume of an act in megabytes.
fn usual_mb(action: Action) -> f64 {
    match action {
        Action::View => 0.05,
        Action::Download => 2.0,
        Action::Upload => 1.0,
        Action::Login | Action::Logout | Action::Delete | Action::Admin => 0.0,
    }
}
