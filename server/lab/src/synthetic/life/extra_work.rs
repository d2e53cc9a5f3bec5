//! Work that situations bring: night calls, overtime, closing of accounts.

use rand::{Rng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use shared::event::Action;

use super::{
    super::{
        account_log::{AccountLog, Act, RUNNING, THINKING, TYPING},
        random::{log_normal, zipf},
    },
    change::Effect,
};

/// One week on call among this many.
const WEEKS_ON_CALL: u32 = 4;

impl AccountLog<'_> {
    /// Writes the work that situations bring today.
    pub(in super::super) fn extra_work(&mut self, rng: &mut ChaCha8Rng) {
        if !self.person.employed.contains(&self.today) {
            return;
        }
        let person = self.person;
        let is_on_call = (self.today / 7 + person.number).is_multiple_of(WEEKS_ON_CALL);
        let is_weekend = self.weekday() >= 5;
        for effect in person.life.effects(self.today) {
            match effect {
                Effect::OnCall if is_on_call && rng.random_bool(0.35) => self.extra_session(0.0, 5.5, rng),
                Effect::Overtime if is_weekend && rng.random_bool(0.8) => self.extra_session(9.5, 17.0, rng),
                Effect::Overtime if !is_weekend && rng.random_bool(0.4) => self.extra_session(18.5, 22.5, rng),
                Effect::Closing(folder) if !is_weekend => self.close_accounts(folder, rng),
                _ => {}
            }
        }
    }

    /// Writes a session of usual work that begins between two hours.
    fn extra_session(&mut self, from: f64, to: f64, rng: &mut ChaCha8Rng) {
        let start = self.second_at(rng.random_range(from..to));
        let acts = Self::draw_count(self.person.hours.acts, rng);
        self.session(start, 0, acts, rng);
    }

    /// Writes a session on the accounts in a folder: of a person until the evening, or of a program.
    fn close_accounts(&mut self, folder: &str, rng: &mut ChaCha8Rng) {
        const ACTIONS: [Action; 5] = [Action::View, Action::View, Action::Download, Action::Upload, Action::Upload];
        let context = self.own_context(rng);
        let (wait, typing, count) =
            if self.person.is_service() { (RUNNING, 1.0, 40.0) } else { (THINKING, TYPING, 18.0) };
        let start = self.second_at(rng.random_range(10.0..18.5));
        let mut now = self.log_in(start, 0, typing, &context, rng);
        for _ in 0..Self::draw_count(count, rng) {
            now += log_normal(wait, 0.9, rng);
            let action = *ACTIONS.choose(rng).expect("five");
            let resource = Some(format!("{folder}/file{}", zipf(60, rng)));
            self.act(now, Act { action, resource, volume: 1.0 }, &context, rng);
        }
    }
}
