//! Ordinary days of people and service accounts, with harmless oddities that resemble attacks.

use std::ops::Range;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use shared::event::Action;

use super::{
    access::{AccessContext, script},
    account_log::{AccountLog, Act, DAY, HOUR, RUNNING, Series, THINKING, TYPING},
    departments::{DEPARTMENTS, Role},
    random::{log_normal, whole},
    resources::foreign,
};

/// Failed attempts of a script with an outdated password, or of a person who has forgotten it.
const MANY_ATTEMPTS: Range<u32> = 12..40;
/// Days of absence after which a password may be forgotten.
const HOLIDAY_DAYS: usize = 5;

impl AccountLog<'_> {
    /// Writes the events of a day.
    pub(super) fn simulate_day(&mut self, day: u32, rng: &mut ChaCha8Rng) {
        self.today = day;
        if !self.person.employed.contains(&day) {
            return;
        }
        if self.person.is_service() {
            return self.service_runs(rng);
        }
        self.night_work(rng);
        let hours = &self.person.hours;
        let is_free = self.weekday() >= 5 || self.organisation.holidays.contains(&day);
        let works = if is_free { hours.weekend } else { hours.workday };
        if self.absences.iter().any(|days| days.contains(&day)) || !rng.random_bool(works) {
            return;
        }
        let sessions = whole(hours.sessions * rng.random_range(0.5..1.6)).max(1);
        for session in 0..sessions {
            let hour = if rng.random_bool(hours.late) {
                rng.random_range(19.0..26.0)
            } else {
                self.begins() + f64::from(session) * 2.5 + rng.random_range(0.0..2.5)
            };
            let (failures, acts) = (self.failures_before_login(rng), Self::draw_count(hours.acts, rng));
            self.session(self.second_at(hour), failures, acts, rng);
        }
        self.oddities(rng);
    }

    /// Writes night work, above all of technical people on call and of administrators.
    fn night_work(&mut self, rng: &mut ChaCha8Rng) {
        let job = self.job();
        let is_technical = DEPARTMENTS[job.department].is_technical;
        let is_on_call = is_technical && (self.today / 7 + self.person.number).is_multiple_of(9);
        let chance = match (is_on_call, job.role) {
            (true, _) => 0.3,
            (false, Role::Admin) => 0.05,
            _ => 0.004,
        };
        if !rng.random_bool(chance) {
            return;
        }
        let context = self.own_context(rng);
        let failures = if rng.random_bool(0.12) { rng.random_range(1..5) } else { 0 };
        let start = self.second_at(rng.random_range(-1.5..5.5));
        let mut now = self.log_in(start, failures, TYPING, &context, rng);
        for _ in 0..Self::draw_count(8.0, rng) {
            now += log_normal(THINKING, 1.1, rng);
            let usual = self.usual_act(rng);
            let action = if rng.random_bool(0.4) { Action::Admin } else { usual.action };
            self.act(now, Act { action, ..usual }, &context, rng);
        }
    }

    /// Writes acts that are as odd as many an attack: bulk transfers, releases, migrations, administration, help for
    /// another department, outdated passwords.
    fn oddities(&mut self, rng: &mut ChaCha8Rng) {
        let job = self.job();
        let is_technical = DEPARTMENTS[job.department].is_technical;
        let start = self.second_at(self.begins() + rng.random_range(1.0..12.0));
        let context = self.own_context(rng);
        let series = |action, count, volume| Series { action, count, volume, wait: RUNNING };
        if rng.random_bool(0.015) {
            let action = if rng.random_bool(0.6) { Action::Download } else { Action::Upload };
            let transfer = series(action, rng.random_range(4..30), rng.random_range(5.0..150.0));
            self.repeat(start, transfer, &context, rng);
        }
        if rng.random_bool(if is_technical { 0.008 } else { 0.002 }) {
            let release = [Action::Upload, Action::Delete][usize::from(rng.random_bool(0.6))];
            self.repeat(start, series(release, Self::draw_count(30.0, rng), 2.0), &context, rng);
        }
        if self.organisation.migrations.contains(&(self.today, job.department)) && rng.random_bool(0.25) {
            for step in [Action::Download, Action::Upload, Action::Delete] {
                self.repeat(start, series(step, Self::draw_count(12.0, rng), 3.0), &context, rng);
            }
        }
        if rng.random_bool(if job.role == Role::Lead { 0.03 } else { 0.004 }) {
            let count = rng.random_range(2..9);
            self.repeat(start, Series { wait: THINKING, ..series(Action::Admin, count, 1.0) }, &context, rng);
        }
        if rng.random_bool(0.02) {
            self.help_another_department(start, rng);
        }
        if is_technical && rng.random_bool(0.0015) {
            self.run_with_outdated_password(start, rng);
        }
    }

    /// Writes the run of a script that fails with an outdated password until a person corrects it.
    fn run_with_outdated_password(&mut self, start: f64, rng: &mut ChaCha8Rng) {
        let context = AccessContext { client: script(rng), ..self.own_context(rng) };
        let now = self.log_in(start, rng.random_range(MANY_ATTEMPTS), RUNNING, &context, rng);
        let work = Series { action: Action::Download, count: Self::draw_count(6.0, rng), volume: 1.0, wait: RUNNING };
        self.repeat(now, work, &context, rng);
    }

    /// Writes acts on the resources of other departments.
    fn help_another_department(&mut self, start: f64, rng: &mut ChaCha8Rng) {
        let context = self.own_context(rng);
        let mut now = start;
        for _ in 0..rng.random_range(4..20) {
            now += log_normal(THINKING, 1.1, rng);
            let act = Act { resource: Some(foreign(self.job().department, rng)), ..self.usual_act(rng) };
            self.act(now, act, &context, rng);
        }
    }

    /// Writes the six runs of a service account on a day.
    fn service_runs(&mut self, rng: &mut ChaCha8Rng) {
        let context = self.own_context(rng);
        let is_outage = self.outage.contains(&self.today);
        for run in 0..6 {
            let start = f64::from(self.today) * DAY + f64::from(run) * 4.0 * HOUR + rng.random_range(0.0..60.0);
            if is_outage {
                let attempts = if rng.random_bool(0.05) { MANY_ATTEMPTS } else { 1..6 };
                self.failed_logins(start, rng.random_range(attempts), 5.0, &context, rng);
                continue;
            }
            self.log_in(start, 0, 1.0, &context, rng);
            let backup = Series { action: Action::Upload, count: rng.random_range(2..6), volume: 3.0, wait: RUNNING };
            self.repeat(start + RUNNING, backup, &context, rng);
            if run == 0 {
                let count = rng.random_range(1..12);
                let cleanup = Series { action: Action::Delete, count, ..backup };
                self.repeat(start + 300.0, cleanup, &context, rng);
            }
        }
    }

    /// Draws the number of failed attempts before a login: mostly none, many where the password was forgotten, which
    /// happens above all after a holiday.
    fn failures_before_login(&self, rng: &mut ChaCha8Rng) -> u32 {
        let is_back = self.absences.iter().any(|days| days.end == self.today && days.len() >= HOLIDAY_DAYS);
        match rng.random_range(0..1000) {
            0..60 if is_back => rng.random_range(MANY_ATTEMPTS),
            0..8 => rng.random_range(3..12),
            8..60 => rng.random_range(1..3),
            _ => 0,
        }
    }
}
