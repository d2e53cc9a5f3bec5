//! Attacks by somebody else under a user's name: takeover, identity swap, transient intrusion, new place.

use std::{collections::BTreeSet, net::IpAddr};

use rand::{Rng as _, seq::IndexedRandom as _};
use shared::{calendar::Day, event::Event};

use super::{
    attack::{Injector, LogChanges},
    event_log::{UserHistory, later, seconds_to_week_of},
    plan::MIN_ACTIVE_DAYS,
    target::Target,
};

/// Active days of a takeover.
const TAKEOVER_DAYS: std::ops::RangeInclusive<usize> = 2..=7;
/// Maximum number of calendar days from the first to the last day of a takeover.
const TAKEOVER_SPAN: i32 = 28;
/// Maximum number of calendar days after the attack's begin at which a donor's day is taken as of the same time.
const NEAR_DAYS: i32 = 200;
/// Active days after an identity swap that are labelled as the attack; later ones are unjudged.
const SWAP_ATTACK_DAYS: usize = 7;
/// Minimum number of active days that both users of an identity swap have left.
const SWAP_DAYS_LEFT: usize = 5;
/// Maximum number of calendar days from an identity swap to the partner's next active day.
const SWAP_SPAN: i32 = 30;
/// Minimum number of events of a donor's day to be used in a transient intrusion.
const BUSY_DAY: usize = 5;
/// Minimum number of events of a day to be repeated from a new place.
const REPEATED_DAY: usize = 3;

impl Injector<'_> {
    /// Replaces the victim's days by a donor's for the length of the takeover.
    pub(super) fn takeover(&mut self, target: Target) -> Option<LogChanges> {
        let donor = self.donor(target, |user| takeover_starts(user).next().is_some())?;
        let first = self.nearest_day(target.day(), donor, &takeover_starts(donor).collect::<Vec<_>>())?;
        let days = self.rng.random_range(TAKEOVER_DAYS);
        let begin = donor.days[first].0;
        let taken = donor.days[first..].iter().take(days).take_while(|(day, _)| day.0 - begin.0 < TAKEOVER_SPAN);
        let taken: Vec<_> = taken.flat_map(|(_, events)| events).copied().collect();
        let events = self.moved(target, &taken, seconds_to_week_of(target.day(), begin))?;
        let (from, to) = (days_of(&events).min()?, days_of(&events).max()?);
        let replaced = target.victim.days.iter().filter(|(day, _)| (from..=to).contains(day));
        Some(LogChanges {
            removed: replaced.flat_map(|(_, events)| events).copied().collect(),
            events,
            ..LogChanges::default()
        })
    }

    /// Lets the victim and a partner continue under each other's names.
    pub(super) fn identity_swap(&mut self, target: Target) -> Option<LogChanges> {
        let day = target.day();
        if !can_swap(target.victim, day) {
            return None;
        }
        let unharmed: BTreeSet<_> = self.unharmed().iter().map(|user| user.number).collect();
        let partner = self.donor(target, |user| unharmed.contains(&user.number) && can_swap(user, day))?;
        let mut changes = LogChanges { partner: Some(partner.number), ..LogChanges::default() };
        for (person, account) in [(partner, target.victim), (target.victim, partner)] {
            let later = &person.days[person.position(day)..];
            for (number, (_, own)) in later.iter().enumerate() {
                let events = own.iter().map(|at| self.under(account, account.position(day), &self.log.events[*at]));
                let kept = if number < SWAP_ATTACK_DAYS { &mut changes.events } else { &mut changes.aftermath };
                kept.extend(events);
                changes.removed.extend(own);
            }
        }
        Some(changes)
    }

    /// Adds busy days of a donor to the victim's own.
    pub(super) fn transient_intrusion(&mut self, target: Target) -> Option<LogChanges> {
        let is_busy = |(_, events): &&(Day, Vec<usize>)| events.len() >= BUSY_DAY;
        let donor = self.donor(target, |user| user.days.iter().any(|day| is_busy(&day)))?;
        let busy: Vec<_> = (0..donor.days.len()).filter(|at| is_busy(&&donor.days[*at])).collect();
        let first = self.nearest_day(target.day(), donor, &busy)?;
        let days = busy.iter().filter(|at| **at >= first).map(|at| &donor.days[*at]).take(2);
        let moved = days.map(|(day, events)| self.moved(target, events, seconds_to_week_of(target.day(), *day)));
        let events = moved.collect::<Option<Vec<_>>>()?.concat();
        Some(LogChanges { events, ..LogChanges::default() })
    }

    /// Repeats an earlier day of the victim from a place at which only others have been.
    pub(super) fn new_place(&mut self, target: Target) -> Option<LogChanges> {
        let earlier = &target.victim.days[..target.position];
        let eligible: Vec<_> = earlier.iter().filter(|(_, events)| events.len() >= REPEATED_DAY).collect();
        let (day, repeated) = eligible.choose(&mut self.rng)?;
        let log = self.log;
        let place_at = |at: usize| Place::of(&log.events[at]);
        let own: BTreeSet<_> = target.victim.events().filter_map(place_at).collect();
        let is_foreign = |at: &usize| place_at(*at).is_some_and(|place| !own.contains(&place));
        let donor = self.donor(target, |user| user.events().any(|at| is_foreign(&at)))?;
        let foreign: Vec<_> = donor.events().filter(is_foreign).collect();
        let place = &log.events[*foreign.choose(&mut self.rng)?];
        let from_there = |event: Event| Event {
            location: place.location.clone(),
            address: place.address,
            coordinates: place.coordinates,
            user_agent: place.user_agent.clone(),
            ..event
        };
        let events = self.moved(target, repeated, seconds_to_week_of(target.day(), *day))?;
        let events = events.into_iter().map(from_there).collect();
        Some(LogChanges { events, ..LogChanges::default() })
    }

    /// Returns the one of the donor's days at `positions` with which an attack on `day` begins: the next one if it is
    /// near, else a random one. Usual behaviour changes over years, and an attacker behaves as is usual now.
    fn nearest_day(&mut self, day: Day, donor: &UserHistory, positions: &[usize]) -> Option<usize> {
        let next = positions.iter().find(|at| donor.days[**at].0 >= day);
        let near = next.filter(|at| donor.days[**at].0.0 - day.0 <= NEAR_DAYS);
        near.or(positions.choose(&mut self.rng)).copied()
    }

    /// Returns events of the log under the victim's name, some seconds later; `None` if the log ends before.
    fn moved(&self, target: Target, indices: &[usize], seconds: i64) -> Option<Vec<Event>> {
        let moved = |at: &usize| {
            let event = self.under(target.victim, target.position, &self.log.events[*at]);
            Event { time: later(event.time, seconds * 1000), ..event }
        };
        let events: Vec<_> = indices.iter().map(moved).collect();
        (days_of(&events).max() <= self.log.last_day()).then_some(events)
    }

    /// Returns an event under the name of another account, with the department and role that account has on the active
    /// day at `position`.
    fn under(&self, account: &UserHistory, position: usize, event: &Event) -> Event {
        let of_account = &self.log.events[account.days[position].1[0]];
        Event {
            user: account.user.clone(),
            department: of_account.department.clone(),
            role: of_account.role.clone(),
            event_id: None,
            ..event.clone()
        }
    }
}

/// Returns whether a user can take part in an identity swap on a day: with enough active days before and after it, the
/// next of them soon.
fn can_swap(user: &UserHistory, day: Day) -> bool {
    let position = user.position(day);
    let next = user.days.get(position);
    position >= MIN_ACTIVE_DAYS
        && user.days.len() - position >= SWAP_DAYS_LEFT
        && next.is_some_and(|(next, _)| next.0 - day.0 <= SWAP_SPAN)
}

/// Returns the positions of active days with which a takeover can begin: those soon followed by another one.
fn takeover_starts(user: &UserHistory) -> impl Iterator<Item = usize> {
    let pairs = user.days.windows(2).enumerate();
    pairs.filter(|(_, pair)| pair[1].0.0 - pair[0].0.0 < TAKEOVER_SPAN).map(|(position, _)| position)
}

fn days_of(events: &[Event]) -> impl Iterator<Item = Day> {
    events.iter().map(Event::day)
}

/// The place of an event: its location if it has one, else its address.
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
