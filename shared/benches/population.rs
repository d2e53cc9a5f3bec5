//! The population of a large organisation: its memory, the time of learning and dropping, and the parts it is stored in.
//!
//! A million users with ten days each, and on each day a resource that nobody else ever touches. Every user has an
//! address, a place, a client program and a department of their own.

#[path = "support/resident_bytes.rs"]
mod resident_bytes;

use std::{
    net::Ipv4Addr,
    time::{Duration, Instant},
};

use shared::{
    calibration::DailyMaxima,
    engine::{Engine, InMemoryEngine},
    event::Event,
    families::{FAMILIES, FLAT, Family},
    formats,
    model::Model,
    population::{Contribution, EPOCH, PartId, Population},
    profile::{ClosedDay, DayScores, FirstOfDay, Limits},
    signals::PerSignal,
    value::Value,
    values::{Path, Paths},
};

use resident_bytes::resident_bytes;

static LOG: &[u8] = include_bytes!("../../server/assets/sample/activity.csv.gz");
const RUNS: usize = 15;
const USERS: u32 = 1_000_000;
const DAYS: u32 = 10;
const START_SECOND: i64 = 1_700_000_000;
const DAY_SECONDS: i64 = 86_400;

fn main() {
    let before = resident_bytes();
    let mut engine = Engine::new(Model::shipped(), Population::default());
    print_learning(&mut engine);
    print_kept(engine.population(), resident_bytes() - before);
    print_storing(engine.population());
    drop(engine);
    print_commit_of_the_sample_log();
}

/// Prints the time that an engine takes to commit an event of the sample log, of which nothing is dropped.
#[expect(clippy::print_stdout, reason = "a benchmark prints figures")]
fn print_commit_of_the_sample_log() {
    let contributions = contributions_of_the_sample_log();
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let mut engine = Engine::new(Model::shipped(), Population::default());
            let start = Instant::now();
            for contribution in &contributions {
                engine.commit([*contribution]);
            }
            nanoseconds(start.elapsed(), contributions.len())
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "population, commit of an event of the sample log: {:.0} ns (median of {RUNS}; {:.0} to {:.0})",
        times[RUNS / 2],
        times[0],
        times[RUNS - 1]
    );
}

fn contributions_of_the_sample_log() -> Vec<Contribution> {
    let events = formats::read(LOG, None, None).map(|record| record.event.expect("the log has no fault"));
    let mut in_memory = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
    let observe = |event: Event| {
        let (engine, mut shards) = in_memory.parts();
        let (_, contribution) = engine.observe(&[&event], &mut shards).remove(0);
        in_memory.commit([contribution]);
        contribution
    };
    events.map(observe).collect()
}

/// Lets the engine learn from every user's days, and prints the times of epochs.
#[expect(clippy::print_stdout, reason = "a benchmark prints figures")]
fn print_learning(engine: &mut Engine) {
    let mut times = Vec::new();
    let mut most = 0;
    let mut epoch = Vec::with_capacity(EPOCH);
    for number in 0..USERS * DAYS {
        epoch.push(contribution(number / USERS, number % USERS));
        if epoch.len() == EPOCH {
            let start = Instant::now();
            engine.commit(epoch.drain(..));
            times.push(start.elapsed());
            if times.len().is_multiple_of(1000) {
                most = most.max(resident_bytes());
            }
        }
    }
    let mean = nanoseconds(times.iter().sum(), times.len() * EPOCH);
    times.sort_unstable();
    let quantile = |parts: usize| times[(times.len() - 1) * parts / 1000].as_secs_f64() * 1e3;
    println!(
        "population, commit of {} events with dropping: {mean:.0} ns each; an epoch {:.2} ms in the middle, {:.2} ms at \
         99 %, {:.2} ms at most",
        times.len() * EPOCH,
        quantile(500),
        quantile(990),
        quantile(1000)
    );
    println!("population, most memory of the process meanwhile: {:.0} MB", megabytes(most));
}

#[expect(clippy::print_stdout, reason = "a benchmark prints figures")]
fn print_kept(population: &Population, resident: u64) {
    let counts = population.counts();
    println!(
        "population of {} resources and {USERS} users: {:.0} MB resident; kept: {} nodes, {} names, {} peer groups with \
         {} names",
        USERS * DAYS,
        megabytes(resident),
        counts.nodes,
        counts.names,
        counts.groups,
        counts.group_names
    );
}

#[expect(clippy::print_stdout, reason = "a benchmark prints figures")]
fn print_storing(population: &Population) {
    let start = Instant::now();
    let parts: Vec<(PartId, Vec<u8>)> = population.changed_parts().collect();
    let writing = start.elapsed();
    let bytes: usize = parts.iter().map(|(_, bytes)| bytes.len()).sum();
    let largest = parts.iter().map(|(_, bytes)| bytes.len()).max().unwrap_or_default();
    let start = Instant::now();
    let read = Population::from_parts(parts.iter().map(|(part, bytes)| (*part, bytes))).expect("just written");
    let reading = start.elapsed();
    assert!(read == *population, "the population is read as it was written");
    println!(
        "population, stored in {} parts: {:.1} MB, the largest {:.2} MB; written in {:.2} s, read in {:.2} s",
        parts.len(),
        megabytes(bytes as u64),
        megabytes(largest as u64),
        writing.as_secs_f64(),
        reading.as_secs_f64()
    );
}

/// Returns the contribution of the only event of a user on a day.
fn contribution(day: u32, user: u32) -> Contribution {
    let name =
        |family: Family| Some(Value::Name(family.name_keys().start() + u64::from(user.wrapping_mul(2_654_435_761))));
    let mut values = [None; FLAT];
    values[Family::Action.index()] = class(Family::Action, user % 3);
    values[Family::Hour.index()] = class(Family::Hour, 8 + user % 10);
    values[Family::Weekday.index()] = class(Family::Weekday, day % 7);
    values[Family::Device.index()] = class(Family::Device, user % 4);
    values[Family::Location.index()] = name(Family::Location);
    values[Family::UserAgent.index()] = name(Family::UserAgent);
    let resource = Path::of(&format!("project-{}/folder-{}/{user}/{day}", user % 100, user % 10_000));
    let address = Path::of_address(Ipv4Addr::from_bits(0x0a00_0000 + user).into());
    let first_of_day = FirstOfDay {
        values,
        paths: Paths([Some(resource), Some(address)]),
        adopted: [false; FAMILIES],
        is_first_of_week: false,
    };
    let second = START_SECOND + i64::from(day) * DAY_SECONDS + i64::from(user % 36_000);
    Contribution { second, peer_group: Some(address.leaf()), first_of_day, closed_day: closed_day(day, user) }
}

/// Returns the class of this number of a family.
fn class(family: Family, number: u32) -> Option<Value> {
    u16::try_from(family.slots().start)
        .ok()
        .zip(u16::try_from(number).ok())
        .map(|(first, number)| Value::Slot(first + number))
}

/// Returns the user's day before, if there is one.
fn closed_day(day: u32, user: u32) -> Option<(ClosedDay, DayScores)> {
    let evidence = f32::from(u16::try_from(user % 1000).expect("below 1000"));
    let maxima = DailyMaxima { signals: PerSignal([evidence; 5]), is_known: true };
    let closed = ClosedDay { identity: f64::from(evidence), totals: [0.0, 1.0], is_known: maxima.is_known };
    (day > 0).then_some((closed, DayScores { maxima: maxima.signals, evidence }))
}

#[expect(clippy::cast_precision_loss, reason = "a benchmark prints figures")]
fn nanoseconds(time: Duration, events: usize) -> f64 {
    time.as_secs_f64() * 1e9 / events as f64
}

#[expect(clippy::cast_precision_loss, reason = "a benchmark prints figures")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
