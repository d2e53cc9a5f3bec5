//! Attacks: each kind in several variants, from hardly there to loud.

use rand::{Rng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use shared::event::Action;
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::{
    diary::{Act, Diary, TYPING},
    places::{address, elsewhere, hosted},
    random::{around, whole},
    resources::foreign,
    scene::{Scene, any_tool},
};
use crate::labelled::Label;

/// A kind of attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Attack {
    /// Somebody else works in the account.
    Takeover,
    /// Passwords are tried: many at once, a few an hour, or a few of each of many users.
    BruteForce,
    /// Much data leaves in an hour.
    ExfiltrationFast,
    /// A little more data than usual leaves every day.
    ExfiltrationSlow,
    /// Administration at night.
    OffHoursAdmin,
    /// Rights are used that are not the user's business.
    PrivilegeAbuse,
    /// Many resources are deleted.
    MassDeletion,
    /// Two places at nearly the same time.
    ImpossibleTravel,
    /// An account nobody used for weeks wakes up.
    DormantRevival,
}

/// An attack that is to come.
#[derive(Clone, Copy)]
pub(super) struct Strike {
    pub(super) kind: Attack,
    pub(super) day: u32,
    /// From 0, hardly there, to 1, loud: how many things are odd at once.
    pub(super) strength: f64,
    /// The day on which passwords of many users are tried.
    pub(super) spray_day: u32,
}

/// Attacks the account of `diary`.
pub(super) fn attack(strike: Strike, diary: &mut Diary, rng: &mut ChaCha8Rng) {
    let name: &str = strike.kind.into();
    diary.label = Label::Attack { kind: name.into(), case: format!("{name}-{}", diary.person.user).into() };
    diary.today = strike.day;
    let mut attacker = Attacker { strength: strike.strength, diary, rng };
    match strike.kind {
        Attack::Takeover | Attack::DormantRevival => attacker.takeover(),
        Attack::BruteForce => attacker.brute_force(strike.spray_day),
        Attack::ExfiltrationFast => attacker.exfiltration_fast(),
        Attack::ExfiltrationSlow => attacker.exfiltration_slow(),
        Attack::OffHoursAdmin => attacker.off_hours_admin(),
        Attack::PrivilegeAbuse => attacker.privilege_abuse(),
        Attack::MassDeletion => attacker.mass_deletion(),
        Attack::ImpossibleTravel => attacker.impossible_travel(),
    }
}

/// Returns how loud the attacks of an organisation are, one after the other: a third are weak, and no seed is lucky.
pub(super) fn strengths(rng: &mut ChaCha8Rng) -> impl Iterator<Item = f64> + use<> {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    const WEAK: f64 = 0.35;
    let mut place: f64 = rng.random_range(0.0..1.0);
    std::iter::repeat_with(move || {
        place = (place + GOLDEN).fract();
        if place < WEAK { place / WEAK * 0.5 } else { 0.6 + (place - WEAK) / (1.0 - WEAK) * 0.4 }
    })
}

struct Attacker<'d, 'a, 'r> {
    strength: f64,
    diary: &'d mut Diary<'a>,
    rng: &'r mut ChaCha8Rng,
}

/// What an attacker came for.
#[derive(Clone, Copy)]
struct Aim {
    actions: &'static [Action],
    acts: u32,
    /// How many times the usual volume an act moves.
    volume: f64,
    /// The share of acts on other departments' resources.
    foreign: f64,
    /// Seconds from one act to the next.
    wait: f64,
}

const PERSON: f64 = 35.0;
const SCRIPT: f64 = 8.0;

impl Attacker<'_, '_, '_> {
    /// Tells whether something happens that loud attacks do often and others seldom.
    fn chance(&mut self, least: f64, most: f64) -> bool {
        self.rng.random_bool(least + (most - least) * self.strength)
    }

    /// Where the attacker acts from: far away, or with the victim's machine or cookie, or a VPN in their city.
    fn scene(&mut self) -> Scene {
        if self.chance(0.1, 0.85) {
            return self.far_scene();
        }
        let own = self.diary.scene(self.rng);
        match self.rng.random_range(0..3) {
            0 => own,
            1 => Scene { address: hosted(self.rng), ..own },
            _ => Scene { address: hosted(self.rng), tool: any_tool(self.rng), ..own },
        }
    }

    fn far_scene(&mut self) -> Scene {
        let city = elsewhere(self.rng);
        let address = if self.rng.random_bool(0.5) { hosted(self.rng) } else { address(city.carrier, self.rng) };
        Scene { address, city: city.name, tool: any_tool(self.rng) }
    }

    /// When the attacker comes on the diary's day: the louder, the more often at night.
    fn start(&mut self) -> f64 {
        let hour = if self.chance(0.25, 1.0) { self.night() } else { self.rng.random_range(7.0..20.0) };
        self.diary.at(hour)
    }

    fn night(&mut self) -> f64 {
        self.rng.random_range(-1.5..5.5)
    }

    /// How often the attacker fails before a login.
    fn fails(&mut self) -> u32 {
        let most = 3 + whole(8.0 * self.strength);
        if self.chance(0.05, 0.8) { self.rng.random_range(1..most) } else { 0 }
    }

    fn count(&mut self, least: f64, most: f64) -> u32 {
        let median = least + (most - least) * self.strength;
        whole(around(median, 0.35, self.rng)).max(2)
    }

    /// Logs in and goes about it.
    fn visit(&mut self, start: f64, aim: Aim, scene: &Scene) {
        let fails = self.fails();
        let now = self.diary.log_in(start, fails, TYPING, scene, self.rng);
        self.work(now, aim, scene);
    }

    /// Does acts of the aim among ordinary-looking ones.
    fn work(&mut self, start: f64, aim: Aim, scene: &Scene) {
        let mut now = start;
        for _ in 0..aim.acts {
            now += around(aim.wait, 1.0, self.rng);
            let mut act = self.diary.usual_act(self.rng);
            if self.rng.random_bool(0.8) {
                let action = *aim.actions.choose(self.rng).expect("an aim has actions");
                act = Act { action, volume: aim.volume, ..act };
            }
            if self.rng.random_bool(aim.foreign) {
                act.resource = Some(foreign(self.diary.post().department, self.rng));
            }
            self.diary.act(now, act, scene, self.rng);
        }
    }

    fn takeover(&mut self) {
        const ACTIONS: &[Action] = &[Action::Download, Action::Admin, Action::View];
        let scene = self.scene();
        for _ in 0..self.rng.random_range(1..4) {
            let (start, acts) = (self.start(), self.count(8.0, 40.0));
            let aim = Aim { actions: ACTIONS, acts, volume: 1.0 + 12.0 * self.strength, foreign: 0.35, wait: PERSON };
            self.visit(start, aim, &scene);
            self.diary.today += 1;
        }
    }

    fn brute_force(&mut self, spray_day: u32) {
        const ACTIONS: &[Action] = &[Action::Download, Action::Admin];
        if self.rng.random_bool(0.3) {
            return self.spray(spray_day);
        }
        let (scene, start) = (self.scene(), self.start());
        let (fails, wait) =
            if self.rng.random_bool(0.5) { (self.count(5.0, 30.0), 4.0) } else { (self.count(4.0, 14.0), 2400.0) };
        if self.rng.random_bool(0.35) {
            self.diary.failures(start, fails, wait, &scene, self.rng);
            return;
        }
        let now = self.diary.log_in(start, fails, wait, &scene, self.rng);
        let aim = Aim { actions: ACTIONS, acts: self.count(8.0, 40.0), volume: 5.0, foreign: 0.3, wait: PERSON };
        self.work(now, aim, &scene);
    }

    /// One to three tries, from where many others' passwords are tried too.
    fn spray(&mut self, day: u32) {
        self.diary.today = day;
        let (start, fails) = (self.start(), self.rng.random_range(1..4));
        let scene = self.diary.organisation.spray;
        self.diary.failures(start, fails, 600.0, &scene, self.rng);
    }

    fn exfiltration_fast(&mut self) {
        let (scene, start, acts) = (self.scene(), self.start(), self.count(10.0, 70.0));
        let volume = 4.0 + 250.0 * self.strength;
        self.visit(start, Aim { actions: &[Action::Download], acts, volume, foreign: 0.4, wait: SCRIPT }, &scene);
    }

    fn exfiltration_slow(&mut self) {
        let scene = self.scene();
        for _ in 0..self.rng.random_range(4..9) {
            let (start, acts) = (self.start(), self.count(4.0, 14.0));
            let volume = 2.0 + 30.0 * self.strength;
            self.visit(start, Aim { actions: &[Action::Download], acts, volume, foreign: 0.3, wait: PERSON }, &scene);
            self.diary.today += 1;
        }
    }

    fn off_hours_admin(&mut self) {
        let (scene, hour, acts) = (self.scene(), self.night(), self.count(8.0, 40.0));
        let aim = Aim { actions: &[Action::Admin], acts, volume: 1.0, foreign: 0.3, wait: PERSON };
        self.visit(self.diary.at(hour), aim, &scene);
    }

    /// The victim is the attacker: place and device are as ever.
    fn privilege_abuse(&mut self) {
        const ACTIONS: &[Action] = &[Action::Admin, Action::Download];
        let (scene, start, acts) = (self.diary.scene(self.rng), self.start(), self.count(8.0, 45.0));
        let volume = 2.0 + 20.0 * self.strength;
        self.visit(start, Aim { actions: ACTIONS, acts, volume, foreign: 0.7, wait: PERSON }, &scene);
    }

    fn mass_deletion(&mut self) {
        let (scene, start, acts) = (self.scene(), self.start(), self.count(12.0, 70.0));
        self.visit(start, Aim { actions: &[Action::Delete], acts, volume: 1.0, foreign: 0.3, wait: SCRIPT }, &scene);
    }

    /// Acts from far away soon after an act of the user's own.
    fn impossible_travel(&mut self) {
        const ACTIONS: &[Action] = &[Action::View, Action::Download, Action::Admin];
        let soon = self.rng.random_range(300.0..5400.0);
        let start = match self.diary.first_act_today() {
            Some(own) => own + soon,
            None => self.start(),
        };
        let (scene, acts) = (self.far_scene(), self.count(8.0, 40.0));
        let volume = 1.0 + 10.0 * self.strength;
        self.visit(start, Aim { actions: ACTIONS, acts, volume, foreign: 0.2, wait: PERSON }, &scene);
    }
}
