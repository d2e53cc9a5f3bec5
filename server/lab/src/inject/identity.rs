//! Somebody else under a user's name: takeovers, switches, visits, new places.

use std::{collections::BTreeSet, net::IpAddr};

use rand::{Rng as _, seq::IndexedRandom as _};
use shared::{calendar::Day, event::Event};

use super::{
    KNOWN_DAYS,
    attack::{Attack, Injector, Scene},
    log::{Person, later, to_week_of},
};

/// How many active days a takeover lasts.
const TAKEOVER_DAYS: std::ops::RangeInclusive<usize> = 2..=7;
/// The calendar days in which the days of a takeover lie.
const TAKEOVER_SPAN: i32 = 28;
/// A donor's days are of the same time where some are so many calendar days later at most.
const NEAR_DAYS: i32 = 200;
/// How many active days after a switch are judged.
const JUDGED_DAYS: usize = 7;
/// Both people of a switch have so many active days left.
const LEFT_DAYS: usize = 5;
/// The partner of a switch is active within so many calendar days.
const SWITCH_SPAN: i32 = 30;
/// A visitor's days have so many events at least: fewer are no work.
const BUSY_DAY: usize = 5;
/// A day on which a user can be recognised has so many events at least.
const TELLING_DAY: usize = 3;

impl Injector<'_> {
    /// Replaces the victim's days, while they last, by a donor's.
    pub(super) fn takeover(&mut self, scene: Scene) -> Option<Attack> {
        let donor = self.donor(scene, |person| firsts(person).next().is_some())?;
        let first = self.first_near(scene.day(), donor, &firsts(donor).collect::<Vec<_>>())?;
        let days = self.rng.random_range(TAKEOVER_DAYS);
        let begin = donor.days[first].0;
        let taken = donor.days[first..].iter().take(days).take_while(|(day, _)| day.0 - begin.0 < TAKEOVER_SPAN);
        let places: Vec<_> = taken.flat_map(|(_, events)| events).copied().collect();
        let events = self.moved(scene, &places, to_week_of(scene.day(), begin))?;
        let (from, to) = (days_of(&events).min()?, days_of(&events).max()?);
        let replaced = scene.victim.days.iter().filter(|(day, _)| (from..=to).contains(day));
        Some(Attack {
            removed: replaced.flat_map(|(_, events)| events).copied().collect(),
            events,
            ..Attack::default()
        })
    }

    /// Lets the victim and a partner go on under each other's names.
    pub(super) fn switch(&mut self, scene: Scene) -> Option<Attack> {
        let day = scene.day();
        let is_between = |person: &Person| {
            let position = person.position(day);
            let next = person.days.get(position);
            position >= KNOWN_DAYS
                && person.days.len() - position >= LEFT_DAYS
                && next.is_some_and(|(next, _)| next.0 - day.0 <= SWITCH_SPAN)
        };
        if !is_between(scene.victim) {
            return None;
        }
        let partners: BTreeSet<_> = self.unharmed().iter().map(|person| person.number).collect();
        let partner = self.donor(scene, |person| partners.contains(&person.number) && is_between(person))?;
        let mut attack = Attack { partner: Some(partner.number), ..Attack::default() };
        for (person, account) in [(partner, scene.victim), (scene.victim, partner)] {
            let later = &person.days[person.position(day)..];
            for (number, (_, places)) in later.iter().enumerate() {
                let events = places.iter().map(|at| self.under(account, account.position(day), &self.log.events[*at]));
                let kept = if number < JUDGED_DAYS { &mut attack.events } else { &mut attack.aftermath };
                kept.extend(events);
                attack.removed.extend(places);
            }
        }
        Some(attack)
    }

    /// Adds busy days of a donor's to the victim's own.
    pub(super) fn visit(&mut self, scene: Scene) -> Option<Attack> {
        let is_busy = |(_, events): &&(Day, Vec<usize>)| events.len() >= BUSY_DAY;
        let donor = self.donor(scene, |person| person.days.iter().any(|day| is_busy(&day)))?;
        let busy: Vec<_> = (0..donor.days.len()).filter(|at| is_busy(&&donor.days[*at])).collect();
        let first = self.first_near(scene.day(), donor, &busy)?;
        let days = busy.iter().filter(|at| **at >= first).map(|at| &donor.days[*at]).take(2);
        let moved = days.map(|(day, places)| self.moved(scene, places, to_week_of(scene.day(), *day)));
        let events = moved.collect::<Option<Vec<_>>>()?.concat();
        Some(Attack { events, ..Attack::default() })
    }

    /// Repeats an earlier day of the victim's as from a place where only others have been.
    pub(super) fn new_place(&mut self, scene: Scene) -> Option<Attack> {
        let earlier = &scene.victim.days[..scene.position];
        let telling: Vec<_> = earlier.iter().filter(|(_, events)| events.len() >= TELLING_DAY).collect();
        let (day, places) = telling.choose(&mut self.rng)?;
        let log = self.log;
        let place_at = |at: usize| Place::of(&log.events[at]);
        let own: BTreeSet<_> = scene.victim.events().filter_map(place_at).collect();
        let is_foreign = |at: &usize| place_at(*at).is_some_and(|place| !own.contains(&place));
        let donor = self.donor(scene, |person| person.events().any(|at| is_foreign(&at)))?;
        let foreign: Vec<_> = donor.events().filter(is_foreign).collect();
        let place = &log.events[*foreign.choose(&mut self.rng)?];
        let from_there = |event: Event| Event {
            location: place.location.clone(),
            address: place.address,
            coordinates: place.coordinates,
            user_agent: place.user_agent.clone(),
            ..event
        };
        let events = self.moved(scene, places, to_week_of(scene.day(), *day))?.into_iter().map(from_there).collect();
        Some(Attack { events, ..Attack::default() })
    }

    /// Returns the position of the donor's day, of those given, that an attack on a day begins with: the next one, else
    /// any. What people do changes over years, and an attacker does what is done now.
    fn first_near(&mut self, day: Day, donor: &Person, positions: &[usize]) -> Option<usize> {
        let next = positions.iter().find(|at| donor.days[**at].0 >= day);
        let near = next.filter(|at| donor.days[**at].0.0 - day.0 <= NEAR_DAYS);
        near.or(positions.choose(&mut self.rng)).copied()
    }

    /// Returns events some seconds later, as the victim's; nothing where that is after the end of the log.
    fn moved(&self, scene: Scene, places: &[usize], seconds: i64) -> Option<Vec<Event>> {
        let moved = |at: &usize| {
            let event = self.under(scene.victim, scene.position, &self.log.events[*at]);
            Event { time: later(event.time, seconds * 1000), ..event }
        };
        let events: Vec<_> = places.iter().map(moved).collect();
        (days_of(&events).max() <= self.log.last_day()).then_some(events)
    }

    /// Returns an event as one of another account's; what a directory says of the account stays as it was.
    fn under(&self, account: &Person, position: usize, event: &Event) -> Event {
        let of_account = &self.log.events[account.days[position].1[0]];
        Event {
            user: account.user.clone(),
            department: of_account.department.clone(),
            role: of_account.role.clone(),
            sender_id: None,
            ..event.clone()
        }
    }
}

/// Returns the positions of active days with which a takeover can begin: the next one is near enough.
fn firsts(person: &Person) -> impl Iterator<Item = usize> {
    let pairs = person.days.windows(2).enumerate();
    pairs.filter(|(_, pair)| pair[1].0.0 - pair[0].0.0 < TAKEOVER_SPAN).map(|(position, _)| position)
}

fn days_of(events: &[Event]) -> impl Iterator<Item = Day> {
    events.iter().map(super::log::day_of)
}

/// Where an event came from, by its name where it has one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place<'a> {
    Named(&'a str),
    At(IpAddr),
}

impl<'a> Place<'a> {
    fn of(event: &'a Event) -> Option<Self> {
        event.location.as_deref().map(Self::Named).or_else(|| event.address.map(Self::At))
    }
}
