//! Attacks in a real log: what a detector can be tested with, and learn from, where nobody has labelled anything.
//!
//! Nothing about an attack is invented but whose name it runs under, or how much is done: days are other people's,
//! acts are on resources of the log.

mod log;
mod mass;

use std::collections::HashSet;

use rand::{Rng as _, SeedableRng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use shared::{
    calendar::{DAY_SECONDS, Day},
    event::Event,
};
use strum::{EnumString, IntoStaticStr, VariantArray};

use self::log::{Log, Person, moved};
use crate::labelled::{Label, Labelled};

/// A kind of attack that can be put into a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Injection {
    /// Two to seven active days of a user are replaced by another person's.
    Takeover,
    /// One or two days of another person are added to a user's own.
    Visit,
    /// A user's own kind of act, many times within minutes.
    Burst,
    /// A day of a user's own from a place, an address and a program that are another person's.
    NewPlace,
    /// Many resources read that the user never touched.
    BulkRead,
    /// Many resources deleted, the user's own and their peers'.
    MassDeletion,
    /// Many resources shared, the user's own and their peers'.
    Sharing,
}

/// A user is attacked only after so many active days: before, nobody could tell.
const KNOWN_DAYS: usize = 20;
/// How far apart two attacks on one person are in a training stream, in active days.
const TRAINING_DISTANCE: usize = 40;

/// What is to be put into a log.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Kinds of attack, taken in turn.
    pub kinds: Vec<Injection>,
    /// How many attacks of each kind.
    pub cases: usize,
    /// The share of the log's user-days that comes before the first attack.
    pub after: f64,
    /// What the choice of people and days depends on.
    pub seed: u64,
}

/// Puts attacks into a log, of which every event is taken to be benign.
///
/// Each person is attacked once at most; half of the donors are of the victim's own peer group. A log with too few
/// people who were active long enough gets fewer attacks than planned.
pub fn inject(events: Vec<Event>, plan: &Plan) -> Vec<Labelled> {
    let log = Log::new(events);
    let start = log.day_after(plan.after);
    let mut injector = Injector::new(&log, plan.seed);
    let mut attacked = HashSet::new();
    for case in 0..plan.cases {
        for kind in &plan.kinds {
            let victims: Vec<_> = log.people.iter().filter(|person| !attacked.contains(&person.id)).collect();
            let Some((victim, day)) = injector.victim(&victims, start) else { continue };
            attacked.insert(victim.id);
            injector.attack(*kind, victim, day, case);
        }
    }
    injector.finish()
}

/// Puts takeovers and visits into every person's days, again and again, as the weights of evidence are learnt from.
pub fn for_training(events: Vec<Event>, seed: u64) -> Vec<Labelled> {
    let log = Log::new(events);
    let mut injector = Injector::new(&log, seed);
    for victim in &log.people {
        let mut position = KNOWN_DAYS + injector.rng.random_range(0..TRAINING_DISTANCE);
        let mut case = 0;
        while position + LONGEST_TAKEOVER < victim.days.len() {
            let kind = if injector.rng.random_bool(0.6) { Injection::Takeover } else { Injection::Visit };
            let days = injector.attack(kind, victim, position, case);
            position += days + injector.rng.random_range(TRAINING_DISTANCE * 6 / 10..TRAINING_DISTANCE * 14 / 10);
            case += 1;
        }
    }
    injector.finish()
}

/// How many active days a takeover lasts at most.
const LONGEST_TAKEOVER: usize = 7;
/// A visitor's days have so many events at least: fewer are no work.
const BUSY_DAY: usize = 5;

/// Collects what is taken out of a log and what is put in.
struct Injector<'a> {
    log: &'a Log,
    rng: ChaCha8Rng,
    removed: HashSet<usize>,
    added: Vec<Labelled>,
}

impl<'a> Injector<'a> {
    fn new(log: &'a Log, seed: u64) -> Self {
        Self { log, rng: ChaCha8Rng::seed_from_u64(seed), removed: HashSet::new(), added: Vec::new() }
    }

    /// Chooses a victim and one of their active days from `start` on, by its position.
    fn victim(&mut self, people: &[&'a Person], start: Day) -> Option<(&'a Person, usize)> {
        let possible = |person: &Person| {
            let from = person.days.partition_point(|(day, _)| *day < start).max(KNOWN_DAYS);
            from..person.days.len()
        };
        let victims: Vec<_> = people.iter().filter(|person| !possible(person).is_empty()).collect();
        let victim = victims.choose(&mut self.rng)?;
        Some((victim, self.rng.random_range(possible(victim))))
    }

    /// Attacks a person from one of their active days on; returns how many active days the attack takes.
    fn attack(&mut self, kind: Injection, victim: &'a Person, position: usize, case: usize) -> usize {
        let is_peer = self.rng.random_bool(0.5);
        let Some(donor) = self.donor(victim, is_peer) else { return 0 };
        let name: &str = kind.into();
        let relation = if is_peer { "same" } else { "cross" };
        let label =
            Label::Attack { kind: name.into(), case: format!("{name}-{}-{case:03}-{relation}", victim.user).into() };
        let (day, _) = &victim.days[position];
        let mut days = self.rng.random_range(1..=2);
        let events = match kind {
            Injection::Takeover => {
                days = self.rng.random_range(2..=LONGEST_TAKEOVER);
                let taken = victim.days.iter().skip(position).take(days);
                self.removed.extend(taken.flat_map(|(_, events)| events));
                self.days_of(donor, victim, *day, days, 1)
            }
            Injection::Visit => self.days_of(donor, victim, *day, days, BUSY_DAY),
            Injection::NewPlace => self.elsewhere(donor, victim, position),
            Injection::Burst => mass::burst(self.log, victim, position, &mut self.rng),
            Injection::BulkRead => mass::read(self.log, donor, victim, position, &mut self.rng),
            Injection::MassDeletion => mass::delete(self.log, donor, victim, position, &mut self.rng),
            Injection::Sharing => mass::share(self.log, donor, victim, position, &mut self.rng),
        };
        self.added.extend(events.into_iter().map(|event| Labelled { event, label: label.clone() }));
        days
    }

    /// Chooses whose days or resources an attack on `victim` uses.
    fn donor(&mut self, victim: &Person, is_peer: bool) -> Option<&'a Person> {
        let fits = |person: &&Person| person.id != victim.id && (person.group == victim.group) == is_peer;
        let donors: Vec<_> = self.log.people.iter().filter(fits).collect();
        donors.choose(&mut self.rng).copied()
    }

    /// Returns events of some of a donor's days, the first of which has `least` events, moved by whole weeks to begin
    /// about `day`, under the victim's name.
    fn days_of(&mut self, donor: &Person, victim: &Person, day: Day, days: usize, least: usize) -> Vec<Event> {
        let busy: Vec<_> = (0..donor.days.len()).filter(|at| donor.days[*at].1.len() >= least).collect();
        let Some(first) = busy.choose(&mut self.rng).copied() else { return Vec::new() };
        let weeks = i64::from(day.0 - donor.days[first].0.0 + 3).div_euclid(7); // to the nearest
        let seconds = weeks * 7 * DAY_SECONDS;
        let taken = donor.days.iter().skip(first).take(days).flat_map(|(_, events)| events);
        taken.map(|at| Event { user: victim.user.clone(), ..moved(&self.log.events[*at], seconds) }).collect()
    }

    /// Returns the victim's day a week later, as from the donor's place, address and program.
    fn elsewhere(&mut self, donor: &Person, victim: &Person, position: usize) -> Vec<Event> {
        let (_, of_donor) = donor.days.choose(&mut self.rng).expect("a person has days");
        let place = &self.log.events[of_donor[0]];
        let later = |at: &usize| Event {
            location: place.location.clone(),
            address: place.address,
            user_agent: place.user_agent.clone(),
            ..moved(&self.log.events[*at], 7 * DAY_SECONDS)
        };
        victim.days[position].1.iter().map(later).collect()
    }

    /// Merges what was put in with what is left, in order of time; every event has an id of its own.
    fn finish(self) -> Vec<Labelled> {
        let kept = self.log.events.iter().enumerate().filter(|(at, _)| !self.removed.contains(at));
        let benign = |(at, event): (usize, &Event)| {
            let id = event.sender_id.clone().unwrap_or_else(|| format!("e{at:07}").into());
            Labelled { event: Event { sender_id: Some(id), ..event.clone() }, label: Label::Benign }
        };
        let mut all: Vec<_> = kept.map(benign).collect();
        let added = self.added.into_iter().enumerate();
        all.extend(added.map(|(number, Labelled { event, label })| {
            let id = Some(format!("i{number:07}").into());
            Labelled { event: Event { sender_id: id, ..event }, label }
        }));
        all.sort_by_key(|labelled| labelled.event.time);
        all
    }
}
