//! How a profile remembers an event, and what gives way where there is too much.

use serde::{Deserialize, Serialize};

use super::{Clock, Habit, Node, Norm, Profile, Short, Today, given_group, lagged, short};
use crate::{
    calendar::Day,
    event::Event,
    family::{FLAT, Family, SLOTS, Tree},
    risk::Risk,
    values::{Path, Paths, Value},
};

/// How many of the latest active days are known by date: late events are rarely later.
const LATEST_DAYS: usize = 8;
/// For so many days of the calendar it is known when a value was last seen.
const LATELY: i32 = 8;
/// What is late by more days of the calendar is remembered as if it were of one day, so long ago.
const LATEST_DATED: i32 = 100;
/// A profile with no more nodes of trees has room for everything.
const SMALL: usize = 16;

/// What of an event is new to the population's count of this user's day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fresh {
    /// The values not seen before on the user's day.
    pub values: [Option<Value>; FLAT],
    /// The paths whose ends were not touched before on the user's day.
    pub paths: Paths,
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
    /// Its paths.
    pub paths: Paths,
    /// The day including the event.
    pub today: Today,
    /// The norm including the days before.
    pub norm: Norm,
    /// The risk including the event.
    pub risk: &'a Risk,
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
        self.risk.clone_from(lesson.risk);
        let moment = self.moment(day, lesson.second);
        let clock = moment.clock;
        let values = self.learn_values(lesson, &moment);
        let paths = Paths(Tree::ALL.map(|tree| {
            let path = lesson.paths.0[tree.index()];
            path.filter(|path| self.learn_path(tree, path, &moment))
        }));
        if let Some(path) = lesson.paths.get(Tree::Resource) {
            self.learn_project(path, lesson.event, &clock);
        }
        self.forget_nodes(&lesson.paths);
        self.last = self.last.then(lesson.event, lesson.second, lesson.values[Family::Location.index()]);
        self.join(lesson.event);
        Fresh { values, paths }
    }

    fn open(&mut self, day: Day) {
        match self.today {
            Some(today) if today.day == day => return,
            Some(ended) => self.learn_loads(&ended),
            None => {}
        }
        self.active_days += 1;
        self.latest_days.push_back(day);
        if self.latest_days.len() > LATEST_DAYS {
            self.latest_days.pop_front();
        }
        let values = self.values.values_mut().map(|habit| &mut habit.count);
        let totals = self.totals.iter_mut().map(|total| &mut total.count);
        let nodes = self.nodes.values_mut().chain(&mut self.roots).map(|node| &mut node.habit.count);
        let loads = self.loads.iter_mut().chain([&mut self.days]);
        let counts = values.chain(totals).chain(nodes).chain(loads);
        let zero = lagged::rebase_when_due(self.zero, self.active_days, counts, self.limits.precision);
        if zero != self.zero {
            let fading = Clock::at(f64::from(zero - self.zero)).habit_weight();
            self.projects.iter_mut().for_each(|(_, strength)| *strength /= fading);
            self.zero = zero;
        }
        let oldest = Day(day.0 - LATELY);
        self.values.values_mut().for_each(|habit| habit.forget_before(oldest));
        self.nodes.values_mut().for_each(|node| node.habit.forget_before(oldest));
    }

    /// Returns when an event is remembered to have been.
    fn moment(&self, day: Day, second: i64) -> Moment {
        let oldest = self.today.map_or(day, |today| Day(today.day.0 - LATEST_DATED));
        let dated = day.max(oldest);
        Moment { day: dated, second: second.max(dated.first_second()), clock: self.clock_of(day) }
    }

    /// Returns the time of an active day: a late event counts as much as it would have counted then. A day on which
    /// the user was not known to be active takes the time of the active day before it.
    fn clock_of(&self, day: Day) -> Clock {
        let later = self.latest_days.iter().filter(|active| **active > day).count();
        self.clock(-i32::try_from(later).expect("few days are remembered"))
    }

    /// Joins the peer group that an event tells, and the service accounts or the people.
    fn join(&mut self, event: &Event) {
        self.is_service = self.is_service_at(event);
        if let Some(group) = given_group(event) {
            self.given_group = Some(group);
        }
    }

    fn learn_loads(&mut self, ended: &Today) {
        let (clock, precision) = (self.clock(0), self.limits.precision);
        self.days.add(&clock, precision);
        for (sum, load) in self.loads.iter_mut().zip(ended.loads()) {
            sum.add_amount(load, &clock, precision);
        }
    }

    fn learn_values(&mut self, lesson: &Lesson, at: &Moment) -> [Option<Value>; FLAT] {
        let mut fresh = [None; FLAT];
        for (family, value) in lesson.values.iter().enumerate() {
            let Some(value) = *value else { continue };
            let total = &mut self.totals[family];
            let habit = self.values.entry(value.key()).or_insert_with(|| {
                total.distinct += 1;
                Habit::NEW
            });
            if habit.see(at.day) {
                fresh[family] = Some(value);
            }
            if habit.counts_at(at.second) {
                habit.set_counted(at.second, self.limits.precision);
                habit.count.add(&at.clock, self.limits.precision);
                total.count.add(&at.clock, self.limits.precision);
            }
        }
        let event = lesson.event;
        for (family, name) in [(Family::Location, &event.location), (Family::Agent, &event.user_agent)] {
            if let (Some(name), Some(value)) = (name, lesson.values[family.index()]) {
                self.name(family, value.key(), name);
            }
        }
        fresh
    }

    /// Remembers the touch of a path's end; tells whether it is the day's first.
    fn learn_path(&mut self, tree: Tree, path: &Path, at: &Moment) -> bool {
        let leaf = self.nodes.get(&short(path.leaf()));
        let is_fresh = leaf.is_none_or(|leaf| leaf.habit.is_first_on(at.day));
        let counts = leaf.is_none_or(|leaf| leaf.habit.counts_at(at.second));
        let precision = self.limits.precision;
        if counts {
            self.roots[tree.index()].habit.count.add(&at.clock, precision);
        }
        let mut above = None;
        for node in path.nodes() {
            if !self.has_touched(*node) {
                self.node_mut(tree, above).children += 1;
            }
            let habit = &mut self.node_mut(tree, Some(*node)).habit;
            habit.see(at.day);
            if counts {
                habit.count.add(&at.clock, precision);
            }
            above = Some(*node);
        }
        if counts {
            self.node_mut(tree, above).habit.set_counted(at.second, precision);
        }
        is_fresh
    }

    fn node_mut(&mut self, tree: Tree, node: Option<u64>) -> &mut Node {
        match node {
            None => &mut self.roots[tree.index()],
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
        self.names.insert(project, short_name(name.unwrap_or_default()));
    }

    /// Keeps the name of a new value of an open family; where there are too many, the least used gives way.
    fn name(&mut self, family: Family, key: u64, name: &str) {
        if family == Family::Location {
            self.names.entry(key).or_insert_with(|| short_name(name));
        }
        let others = self.values.range(Value::keys(family)).filter(|(other, _)| **other != key);
        if others.clone().count() >= self.limits.names {
            let weakest = others.min_by(|(_, a), (_, b)| a.count.strength().total_cmp(&b.count.strength()));
            let forgotten = *weakest.expect("there are others").0;
            self.values.remove(&forgotten);
            self.names.remove(&forgotten);
        }
    }

    /// Lets the least used nodes give way, but none of the paths just touched.
    fn forget_nodes(&mut self, touched: &Paths) {
        let is_touched =
            |key: Short| touched.0.iter().flatten().any(|path| path.nodes().iter().any(|node| short(*node) == key));
        while self.nodes.len() > self.limits.nodes || self.is_too_large() {
            let others = self.nodes.iter().filter(|(key, _)| !is_touched(**key));
            let weakest = others.min_by(|(_, a), (_, b)| a.habit.count.strength().total_cmp(&b.habit.count.strength()));
            let Some((&forgotten, _)) = weakest else { return };
            self.nodes.remove(&forgotten);
            self.forgotten.insert(forgotten);
        }
    }

    fn is_too_large(&self) -> bool {
        self.nodes.len() > SMALL && self.stored_bytes() > self.limits.bytes
    }

    /// Returns how many bytes the profile takes at most where it is stored.
    fn stored_bytes(&self) -> usize {
        const REST: usize = 440;
        const SLOT_KEY: usize = 2;
        const NAME_KEY: usize = 6;
        const NODE: usize = 6; // its key and number of children
        const NAME: usize = NAME_KEY + 1;
        const RISKY_DAY: usize = 10;
        let key = |key: &u64| if *key < SLOTS as u64 { SLOT_KEY } else { NAME_KEY };
        let values: usize = self.values.iter().map(|(value, habit)| key(value) + habit.bytes()).sum();
        let nodes: usize = self.nodes.values().map(|node| NODE + node.habit.bytes()).sum();
        let names: usize = self.names.values().map(|name| NAME + name.len()).sum();
        REST + values + nodes + names + self.forgotten.bytes() + RISKY_DAY * self.risk.days()
    }
}

/// When an event is remembered to have been.
struct Moment {
    day: Day,
    second: i64,
    clock: Clock,
}

/// Cuts a name for the words of an explanation to a length that profiles have room for.
fn short_name(name: &str) -> Box<str> {
    const LONGEST: usize = 32;
    name[..name.floor_char_boundary(LONGEST)].into()
}
