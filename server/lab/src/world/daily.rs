//! What people and services do on a day, and what looks odd about it without being so.

use std::ops::Range;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use shared::event::Action;

use super::{
    departments::{DEPARTMENTS, Role},
    diary::{Act, DAY, Diary, HOUR, RUNNING, Series, THINKING, TYPING},
    random::{around, whole},
    resources::foreign,
    scene::{Scene, script},
};

/// How often a password is tried by a script that has an old one, or by somebody who has to think of it.
const MANY_TRIES: Range<u32> = 12..40;
/// Who is away so many days may forget a password.
const HOLIDAY_DAYS: usize = 5;

impl Diary<'_> {
    /// Lives through a day.
    pub(super) fn day(&mut self, day: u32, rng: &mut ChaCha8Rng) {
        self.today = day;
        if !self.person.employed.contains(&day) {
            return;
        }
        if self.person.is_service() {
            return self.runs(rng);
        }
        self.calls(rng);
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
                hours.begins + f64::from(session) * 2.5 + rng.random_range(0.0..2.5)
            };
            let (fails, acts) = (self.mistypes(rng), Self::some(hours.acts, rng));
            self.session(self.at(hour), fails, acts, rng);
        }
        self.oddities(rng);
    }

    /// What technical people and administrators are woken for, or stay up for.
    fn calls(&mut self, rng: &mut ChaCha8Rng) {
        let post = self.post();
        let is_technical = DEPARTMENTS[post.department].is_technical;
        let is_on_call = is_technical && (self.today / 7 + self.person.number).is_multiple_of(9);
        let chance = match (is_on_call, post.role) {
            (true, _) => 0.3,
            (false, Role::Admin) => 0.05,
            _ => 0.004,
        };
        if !rng.random_bool(chance) {
            return;
        }
        let scene = self.scene(rng);
        let fails = if rng.random_bool(0.12) { rng.random_range(1..5) } else { 0 };
        let start = self.at(rng.random_range(-1.5..5.5));
        let mut now = self.log_in(start, fails, TYPING, &scene, rng);
        for _ in 0..Self::some(8.0, rng) {
            now += around(THINKING, 1.1, rng);
            let usual = self.usual_act(rng);
            let action = if rng.random_bool(0.4) { Action::Admin } else { usual.action };
            self.act(now, Act { action, ..usual }, &scene, rng);
        }
    }

    /// What a working day brings now and then: as odd as many an attack.
    fn oddities(&mut self, rng: &mut ChaCha8Rng) {
        let post = self.post();
        let is_technical = DEPARTMENTS[post.department].is_technical;
        let start = self.at(self.person.hours.begins + rng.random_range(1.0..12.0));
        let scene = self.scene(rng);
        let series = |action, times, volume| Series { action, times, volume, wait: RUNNING };
        if rng.random_bool(0.015) {
            let action = if rng.random_bool(0.6) { Action::Download } else { Action::Upload };
            let transfer = series(action, rng.random_range(4..30), rng.random_range(5.0..150.0));
            self.repeat(start, transfer, &scene, rng);
        }
        if rng.random_bool(if is_technical { 0.008 } else { 0.002 }) {
            let release = [Action::Upload, Action::Delete][usize::from(rng.random_bool(0.6))];
            self.repeat(start, series(release, Self::some(30.0, rng), 2.0), &scene, rng);
        }
        if self.organisation.migrations.contains(&(self.today, post.department)) && rng.random_bool(0.25) {
            for step in [Action::Download, Action::Upload, Action::Delete] {
                self.repeat(start, series(step, Self::some(12.0, rng), 3.0), &scene, rng);
            }
        }
        if rng.random_bool(if post.role == Role::Lead { 0.03 } else { 0.004 }) {
            let times = rng.random_range(2..9);
            self.repeat(start, Series { wait: THINKING, ..series(Action::Admin, times, 1.0) }, &scene, rng);
        }
        if rng.random_bool(0.02) {
            self.help_another_department(start, rng);
        }
        if is_technical && rng.random_bool(0.0015) {
            self.run_with_an_old_password(start, rng);
        }
    }

    /// Starts a script that tries an old password until somebody looks, and then does its work.
    fn run_with_an_old_password(&mut self, start: f64, rng: &mut ChaCha8Rng) {
        let scene = Scene { tool: script(rng), ..self.scene(rng) };
        let now = self.log_in(start, rng.random_range(MANY_TRIES), RUNNING, &scene, rng);
        let work = Series { action: Action::Download, times: Self::some(6.0, rng), volume: 1.0, wait: RUNNING };
        self.repeat(now, work, &scene, rng);
    }

    fn help_another_department(&mut self, start: f64, rng: &mut ChaCha8Rng) {
        let scene = self.scene(rng);
        let mut now = start;
        for _ in 0..rng.random_range(4..20) {
            now += around(THINKING, 1.1, rng);
            let act = Act { resource: Some(foreign(self.post().department, rng)), ..self.usual_act(rng) };
            self.act(now, act, &scene, rng);
        }
    }

    /// The runs of a service: by the clock.
    fn runs(&mut self, rng: &mut ChaCha8Rng) {
        let scene = self.scene(rng);
        let is_broken = self.broken.contains(&self.today);
        for run in 0..6 {
            let start = f64::from(self.today) * DAY + f64::from(run) * 4.0 * HOUR + rng.random_range(0.0..60.0);
            if is_broken {
                let tries = if rng.random_bool(0.05) { MANY_TRIES } else { 1..6 };
                self.failures(start, rng.random_range(tries), 5.0, &scene, rng);
                continue;
            }
            self.log_in(start, 0, 1.0, &scene, rng);
            let backup = Series { action: Action::Upload, times: rng.random_range(2..6), volume: 3.0, wait: RUNNING };
            self.repeat(start + RUNNING, backup, &scene, rng);
            if run == 0 {
                let times = rng.random_range(1..12);
                let cleaning = Series { action: Action::Delete, times, ..backup };
                self.repeat(start + 300.0, cleaning, &scene, rng);
            }
        }
    }

    /// Draws how often the person mistypes the password before it is right; now and then it is forgotten, above all in
    /// a holiday.
    fn mistypes(&self, rng: &mut ChaCha8Rng) -> u32 {
        let is_back = self.absences.iter().any(|days| days.end == self.today && days.len() >= HOLIDAY_DAYS);
        match rng.random_range(0..1000) {
            0..60 if is_back => rng.random_range(MANY_TRIES),
            0..8 => rng.random_range(3..12),
            8..60 => rng.random_range(1..3),
            _ => 0,
        }
    }
}
