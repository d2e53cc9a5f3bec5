//! Carrying out attacks: each kind in several variants, from hardly visible to loud.

use rand::{Rng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use shared::event::Action;

use super::{
    access::{AccessContext, any_client},
    account_log::{AccountLog, Act, TYPING},
    cities::{address, elsewhere, hosted},
    planned_attack::{AttackKind, PlannedAttack},
    random::{log_normal, whole},
    resources::foreign,
};
use crate::dataset::Label;

/// Writes the events of an attack into the log of the attacked account.
pub(super) fn carry_out(planned: PlannedAttack, log: &mut AccountLog, rng: &mut ChaCha8Rng) {
    let name: &str = planned.kind.into();
    log.label = Label::Attack { kind: name.into(), case: format!("{name}-{}", log.person.user).into() };
    log.today = planned.day;
    let mut attacker = Attacker { strength: planned.strength, log, rng };
    match planned.kind {
        AttackKind::Takeover | AttackKind::DormantRevival => attacker.takeover(),
        AttackKind::BruteForce => attacker.brute_force(planned.spray_day),
        AttackKind::ExfiltrationFast => attacker.exfiltration_fast(),
        AttackKind::ExfiltrationSlow => attacker.exfiltration_slow(),
        AttackKind::OffHoursAdmin => attacker.off_hours_admin(),
        AttackKind::PrivilegeAbuse => attacker.privilege_abuse(),
        AttackKind::MassDeletion => attacker.mass_deletion(),
        AttackKind::ImpossibleTravel => attacker.impossible_travel(),
    }
}

/// An attacker at work in an account.
struct Attacker<'d, 'a, 'r> {
    strength: f64,
    log: &'d mut AccountLog<'a>,
    rng: &'r mut ChaCha8Rng,
}

/// What an attacker does once logged in.
#[derive(Clone, Copy)]
struct Objective {
    actions: &'static [Action],
    acts: u32,
    /// The transferred volume of an act as a multiple of the usual one.
    volume: f64,
    /// The share of acts on other departments' resources.
    foreign: f64,
    /// Median seconds from one act to the next.
    wait: f64,
}

/// Median seconds between two acts by hand.
const PERSON: f64 = 35.0;
/// Median seconds between two acts of a script.
const SCRIPT: f64 = 8.0;

impl Attacker<'_, '_, '_> {
    /// Draws true with a probability between `least`, for the weakest attacks, and `most`, for the loudest.
    fn chance(&mut self, least: f64, most: f64) -> bool {
        self.rng.random_bool(least + (most - least) * self.strength)
    }

    /// Draws the attacker's context: far away, on the victim's own device, or through a VPN in the victim's city.
    fn context(&mut self) -> AccessContext {
        if self.chance(0.1, 0.85) {
            return self.far_context();
        }
        let own = self.log.own_context(self.rng);
        match self.rng.random_range(0..3) {
            0 => own,
            1 => AccessContext { address: hosted(self.rng), ..own },
            _ => AccessContext { address: hosted(self.rng), client: any_client(self.rng), ..own },
        }
    }

    fn far_context(&mut self) -> AccessContext {
        let city = elsewhere(self.rng);
        let address = if self.rng.random_bool(0.5) { hosted(self.rng) } else { address(city.carrier, self.rng) };
        AccessContext { address, city: city.name, client: any_client(self.rng) }
    }

    /// Draws the second at which the attack begins today: the louder, the more often at night.
    fn start(&mut self) -> f64 {
        let hour = if self.chance(0.25, 1.0) { self.night_hour() } else { self.rng.random_range(7.0..20.0) };
        self.log.second_at(hour)
    }

    fn night_hour(&mut self) -> f64 {
        self.rng.random_range(-1.5..5.5)
    }

    /// Draws the number of failed attempts before a login.
    fn failures(&mut self) -> u32 {
        let most = 3 + whole(8.0 * self.strength);
        if self.chance(0.05, 0.8) { self.rng.random_range(1..most) } else { 0 }
    }

    /// Draws a number of acts about a median between `least`, for the weakest attacks, and `most`, for the loudest.
    fn count(&mut self, least: f64, most: f64) -> u32 {
        let median = least + (most - least) * self.strength;
        whole(log_normal(median, 0.35, self.rng)).max(2)
    }

    /// Logs in and pursues an objective.
    fn session(&mut self, start: f64, objective: Objective, context: &AccessContext) {
        let failures = self.failures();
        let now = self.log.log_in(start, failures, TYPING, context, self.rng);
        self.pursue(now, objective, context);
    }

    /// Writes the acts of an objective, mixed with acts that are usual for the victim.
    fn pursue(&mut self, start: f64, objective: Objective, context: &AccessContext) {
        let mut now = start;
        for _ in 0..objective.acts {
            now += log_normal(objective.wait, 1.0, self.rng);
            let mut act = self.log.usual_act(self.rng);
            if self.rng.random_bool(0.8) {
                let action = *objective.actions.choose(self.rng).expect("an objective has actions");
                act = Act { action, volume: objective.volume, ..act };
            }
            if self.rng.random_bool(objective.foreign) {
                act.resource = Some(foreign(self.log.job().department, self.rng));
            }
            self.log.act(now, act, context, self.rng);
        }
    }

    fn takeover(&mut self) {
        const ACTIONS: &[Action] = &[Action::Download, Action::Admin, Action::View];
        let context = self.context();
        for _ in 0..self.rng.random_range(1..4) {
            let (start, acts) = (self.start(), self.count(8.0, 40.0));
            let volume = 1.0 + 12.0 * self.strength;
            self.session(start, Objective { actions: ACTIONS, acts, volume, foreign: 0.35, wait: PERSON }, &context);
            self.log.today += 1;
        }
    }

    fn brute_force(&mut self, spray_day: u32) {
        const ACTIONS: &[Action] = &[Action::Download, Action::Admin];
        if self.rng.random_bool(0.3) {
            return self.spray(spray_day);
        }
        let (context, start) = (self.context(), self.start());
        let (failures, wait) =
            if self.rng.random_bool(0.5) { (self.count(5.0, 30.0), 4.0) } else { (self.count(4.0, 14.0), 2400.0) };
        if self.rng.random_bool(0.35) {
            self.log.failed_logins(start, failures, wait, &context, self.rng);
            return;
        }
        let now = self.log.log_in(start, failures, wait, &context, self.rng);
        let objective =
            Objective { actions: ACTIONS, acts: self.count(8.0, 40.0), volume: 5.0, foreign: 0.3, wait: PERSON };
        self.pursue(now, objective, &context);
    }

    /// Password spraying: one to three attempts, from an address that tries many other users' passwords too.
    fn spray(&mut self, day: u32) {
        self.log.today = day;
        let (start, failures) = (self.start(), self.rng.random_range(1..4));
        let context = self.log.organisation.spray;
        self.log.failed_logins(start, failures, 600.0, &context, self.rng);
    }

    fn exfiltration_fast(&mut self) {
        let (context, start, acts) = (self.context(), self.start(), self.count(10.0, 70.0));
        let volume = 4.0 + 250.0 * self.strength;
        self.session(
            start,
            Objective { actions: &[Action::Download], acts, volume, foreign: 0.4, wait: SCRIPT },
            &context,
        );
    }

    fn exfiltration_slow(&mut self) {
        let context = self.context();
        for _ in 0..self.rng.random_range(4..9) {
            let (start, acts) = (self.start(), self.count(4.0, 14.0));
            let volume = 2.0 + 30.0 * self.strength;
            self.session(
                start,
                Objective { actions: &[Action::Download], acts, volume, foreign: 0.3, wait: PERSON },
                &context,
            );
            self.log.today += 1;
        }
    }

    fn off_hours_admin(&mut self) {
        let (context, hour, acts) = (self.context(), self.night_hour(), self.count(8.0, 40.0));
        let objective = Objective { actions: &[Action::Admin], acts, volume: 1.0, foreign: 0.3, wait: PERSON };
        self.session(self.log.second_at(hour), objective, &context);
    }

    /// The victim is the attacker: the context is the victim's own.
    fn privilege_abuse(&mut self) {
        const ACTIONS: &[Action] = &[Action::Admin, Action::Download];
        let (context, start, acts) = (self.log.own_context(self.rng), self.start(), self.count(8.0, 45.0));
        let volume = 2.0 + 20.0 * self.strength;
        self.session(start, Objective { actions: ACTIONS, acts, volume, foreign: 0.7, wait: PERSON }, &context);
    }

    fn mass_deletion(&mut self) {
        let (context, start, acts) = (self.context(), self.start(), self.count(12.0, 70.0));
        self.session(
            start,
            Objective { actions: &[Action::Delete], acts, volume: 1.0, foreign: 0.3, wait: SCRIPT },
            &context,
        );
    }

    /// The attacker acts from far away soon after an act of the user.
    fn impossible_travel(&mut self) {
        const ACTIONS: &[Action] = &[Action::View, Action::Download, Action::Admin];
        let soon = self.rng.random_range(300.0..5400.0);
        let start = match self.log.first_act_today() {
            Some(own) => own + soon,
            None => self.start(),
        };
        let (context, acts) = (self.far_context(), self.count(8.0, 40.0));
        let volume = 1.0 + 10.0 * self.strength;
        self.session(start, Objective { actions: ACTIONS, acts, volume, foreign: 0.2, wait: PERSON }, &context);
    }
}
