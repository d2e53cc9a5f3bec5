//! How a profile remembers an event, and what gives way where there is too much.

use serde::{Deserialize, Serialize};

use super::{Clock, Habit, Lagged, Node, Norm, Profile, Today, lagged, short};
use crate::{
    calendar::Day,
    event::{Action, Event},
    family::{FLAT, Family},
    risk::Risk,
    values::{Path, Previous, Value},
};

/// A value counts at most once in so many seconds: acts come in bursts, and a session can pass midnight.
const ONCE_SECONDS: i64 = 80_000;

/// What of an event is new to the population's count of this user's day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fresh {
    /// The values not seen before on the user's day.
    pub values: [Option<Value>; FLAT],
    /// The resource, if it was not touched before on the user's day.
    pub path: Option<Path>,
}

/// What is to be learnt from an event.
#[derive(Debug, Clone, Copy)]
pub struct Lesson<'a> {
    /// The event.
    pub event: &'a Event,
    /// Its second.
    pub second: i64,
    /// Its values.
    pub values: [Option<Value>; FLAT],
    /// Its resource.
    pub path: Option<Path>,
    /// The day including the event.
    pub today: Today,
    /// The norm including the days before.
    pub norm: Norm,
    /// The risk including the event.
    pub risk: Risk,
}

impl Profile {
    /// Remembers an event, and returns what of it the population has not counted on this day.
    pub fn learn(&mut self, lesson: &Lesson) -> Fresh {
        let day = lesson.today.day;
        let is_late = self.today.is_some_and(|today| day < today.day);
        if !is_late {
            self.open(day);
            self.today = Some(lesson.today);
            self.norm = lesson.norm;
        }
        self.risk = lesson.risk;
        let clock = self.clock(0);
        let values = self.learn_values(lesson, day, &clock);
        let path = lesson.path.filter(|path| self.learn_path(path, lesson, day, &clock));
        self.follow(lesson.event.action, lesson.second);
        Fresh { values, path }
    }

    fn open(&mut self, day: Day) {
        if self.today.is_some_and(|today| today.day == day) {
            return;
        }
        self.active_days += 1;
        let values = self.values.values_mut().map(|habit| &mut habit.count);
        let totals = self.totals.iter_mut().map(|total| &mut total.count);
        let nodes = self.nodes.values_mut().map(|node| &mut node.count);
        let counts = values.chain(totals).chain(nodes).chain([&mut self.root.count]);
        let zero = lagged::rebase_when_due(self.zero, self.active_days, counts, self.limits.precision);
        if zero != self.zero {
            let fading = Clock::at(zero - self.zero).habit_weight();
            self.projects.iter_mut().for_each(|(_, strength)| *strength /= fading);
            self.zero = zero;
        }
    }

    fn learn_values(&mut self, lesson: &Lesson, day: Day, clock: &Clock) -> [Option<Value>; FLAT] {
        let mut fresh = [None; FLAT];
        for (family, value) in lesson.values.iter().enumerate() {
            let Some(value) = *value else { continue };
            let total = &mut self.totals[family];
            let habit = self.values.entry(value.key()).or_insert_with(|| {
                total.distinct += 1;
                Habit { count: Lagged::NONE, counted_second: i64::MIN / 2, seen_day: Day(i32::MIN) }
            });
            if lesson.second - habit.counted_second >= ONCE_SECONDS {
                habit.counted_second = lesson.second;
                habit.count.add(clock, self.limits.precision);
                total.count.add(clock, self.limits.precision);
            }
            if habit.seen_day < day {
                habit.seen_day = day;
                fresh[family] = Some(value);
            }
        }
        if let (Some(name), Some(place)) = (&lesson.event.location, lesson.values[Family::Location.index()]) {
            self.name_place(place.key(), name);
        }
        fresh
    }

    /// Remembers the touch of a resource; tells whether it is the day's first.
    fn learn_path(&mut self, path: &Path, lesson: &Lesson, day: Day, clock: &Clock) -> bool {
        let leaf = self.nodes.get(&short(path.leaf()));
        let is_fresh = leaf.is_none_or(|leaf| leaf.seen_day < day);
        let counts = leaf.is_none_or(|leaf| lesson.second - leaf.counted_second > ONCE_SECONDS);
        let precision = self.limits.precision;
        if counts {
            self.root.count.add(clock, precision);
        }
        let mut above = None;
        for node in path.nodes() {
            if !self.has_touched(*node) {
                self.node_mut(above).children += 1;
            }
            let entry = self.node_mut(Some(*node));
            entry.seen_day = entry.seen_day.max(day);
            if counts {
                entry.count.add(clock, precision);
            }
            above = Some(*node);
        }
        if counts {
            self.node_mut(above).counted_second = lesson.second;
        }
        self.learn_project(path, lesson.event, clock);
        self.forget_nodes(path);
        is_fresh
    }

    fn node_mut(&mut self, node: Option<u64>) -> &mut Node {
        match node {
            None => &mut self.root,
            Some(node) => self.nodes.entry(short(node)).or_insert(Node::NEW),
        }
    }

    fn learn_project(&mut self, path: &Path, event: &Event, clock: &Clock) {
        let project = path.project();
        let weight = clock.habit_weight();
        let precision = self.limits.precision;
        if let Some((_, strength)) = self.projects.iter_mut().find(|(known, _)| *known == project) {
            *strength = precision.round(*strength + weight);
            return;
        }
        if self.projects.len() >= self.limits.projects {
            let weakest = (0..self.projects.len()).min_by(|a, b| self.projects[*a].1.total_cmp(&self.projects[*b].1));
            let (forgotten, _) = self.projects.remove(weakest.expect("there are projects"));
            self.names.remove(&forgotten);
        }
        self.projects.push((project, precision.round(weight)));
        let name = event.resource.as_deref().and_then(|resource| resource.split('/').next());
        self.names.insert(project, name.unwrap_or_default().into());
    }

    fn follow(&mut self, action: Action, second: i64) {
        match self.last.second {
            Some(last) if second < last => {}
            Some(last) if second == last => {
                self.last.in_second += 1;
                self.last.action = Some(action);
            }
            _ => self.last = Previous { second: Some(second), action: Some(action), in_second: 1 },
        }
    }

    /// Keeps the name of a place; where there are too many, the least used gives way.
    fn name_place(&mut self, key: u64, name: &str) {
        if self.names.contains_key(&key) {
            return;
        }
        self.names.insert(key, name.into());
        let others = self.values.range(1 << 63..).filter(|(other, _)| **other != key);
        if others.clone().count() >= self.limits.places {
            let weakest = others.min_by(|(_, a), (_, b)| a.count.strength().total_cmp(&b.count.strength()));
            let forgotten = *weakest.expect("there are other places").0;
            self.values.remove(&forgotten);
            self.names.remove(&forgotten);
        }
    }

    /// Lets the least used nodes give way, but none of the path just touched.
    fn forget_nodes(&mut self, kept: &Path) {
        while self.nodes.len() > self.limits.nodes {
            let others = self.nodes.iter().filter(|(key, _)| !kept.nodes().iter().any(|node| short(*node) == **key));
            let weakest = others.min_by(|(_, a), (_, b)| a.count.strength().total_cmp(&b.count.strength()));
            let forgotten = *weakest.expect("a path has four nodes at most").0;
            self.nodes.remove(&forgotten);
            self.forgotten.insert(forgotten);
        }
    }
}
