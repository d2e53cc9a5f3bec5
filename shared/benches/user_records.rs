//! A million users: the memory of their records, and the time to unpack one for an event.
//!
//! All of them are the user of the sample log whose stored profile has the median size.

#[path = "support/resident_bytes.rs"]
mod resident_bytes;

use std::time::{Duration, Instant};

use shared::{
    engine::{Engine, Scored},
    event::{Event, UserId},
    formats,
    model::Model,
    population::{Contribution, EPOCH, Population},
    profile::Profile,
    user_records::{PackedUserRecord, UserRecord, UserRecords, WorkingCopies},
};

use resident_bytes::resident_bytes;

static LOG: &[u8] = include_bytes!("../../server/assets/sample/activity.csv.gz");
const USERS: usize = 1_000_000;
const UNPACKED: usize = 100_000;
const EVENTS: usize = 100_000;

#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark prints figures")]
fn main() {
    let events: Vec<Event> =
        formats::read(LOG, None, None).map(|record| record.event.expect("the log has no fault")).collect();
    let (engine, median, last) = median_user(&events);
    println!("user records: a stored profile of median size has {} bytes", median.profile_bytes().len());

    let before = resident_bytes();
    let mut records = UserRecords::default();
    for number in 0..USERS {
        records.insert(user(number), median.clone());
    }
    let resident = resident_bytes() - before;
    println!(
        "user records, packed, {USERS} users: {:.2} GB, {:.0} bytes each",
        resident as f64 / 1e9,
        resident as f64 / USERS as f64
    );

    let before = resident_bytes();
    let unpacked: Vec<UserRecord> = (0..UNPACKED).map(|_| unpack(&median)).collect();
    println!("user records, unpacked: {:.0} bytes each", (resident_bytes() - before) as f64 / UNPACKED as f64);

    for (name, time) in step_times(&unpacked) {
        println!("user records, {name}: {:.1} us", time.as_secs_f64() * 1e6);
    }
    drop(unpacked);

    for (name, users) in [("each of another user", USERS), ("of one user", 1)] {
        let start = Instant::now();
        for batch in 0..EVENTS / EPOCH {
            let users = (0..EPOCH).map(|place| (batch * EPOCH + place) * 7919 % users);
            let events: Vec<Event> = users.map(|number| Event { user: user(number), ..last.clone() }).collect();
            observe(&engine, &mut records, &events);
        }
        let rate = (EVENTS / EPOCH * EPOCH) as f64 / start.elapsed().as_secs_f64();
        println!("user records, unpack, score, pack, batches of {EPOCH} events {name}: {rate:.0} events/s");
    }
}

/// Returns an engine that has learnt from the log, the user of median size, and that user's last event.
fn median_user(events: &[Event]) -> (Engine, PackedUserRecord, Event) {
    let mut engine = Engine::new(Model::shipped(), Population::default());
    let mut records = UserRecords::default();
    let mut left = events;
    while !left.is_empty() {
        let (epoch, later) = left.split_at(engine.room().min(left.len()));
        let contributions: Vec<_> =
            observe(&engine, &mut records, epoch).into_iter().map(|(_, contribution)| contribution).collect();
        engine.commit(contributions);
        left = later;
    }
    let packed = records.iter().map(|(user, record)| (user, record.packed().expect("nobody is evicted")));
    let mut packed: Vec<_> = packed.collect();
    packed.sort_by_key(|(user, record)| (record.profile_bytes().len(), *user));
    let (user, median) = packed.swap_remove(packed.len() / 2);
    let last = events.iter().rfind(|event| event.user == *user).expect("the user acted");
    (engine, median, last.clone())
}

/// Returns the time of each step per user.
fn step_times(records: &[UserRecord]) -> [(&'static str, Duration); 3] {
    let count = u32::try_from(records.len()).expect("there are few");
    let start = Instant::now();
    let cloned: Vec<UserRecord> = records.to_vec();
    let cloning = start.elapsed() / count;
    let start = Instant::now();
    let packed: Vec<PackedUserRecord> = cloned.into_iter().map(UserRecord::pack).collect();
    let packing = start.elapsed() / count;
    let start = Instant::now();
    std::hint::black_box(packed.iter().map(unpack).collect::<Vec<_>>());
    [("clone one", cloning), ("pack one", packing), ("unpack one", start.elapsed() / count)]
}

/// Scores a batch of events on copies of their users and keeps the copies, as the server does.
fn observe(engine: &Engine, records: &mut UserRecords, events: &[Event]) -> Vec<(Scored, Contribution)> {
    let mut copies = WorkingCopies::of(records);
    let observed = engine.observe(&events.iter().collect::<Vec<_>>(), &mut copies);
    for (event, (scored, _)) in events.iter().zip(&observed) {
        let is_anomaly = scored.assessment.anomaly_score() >= 0.7;
        copies.copy_of(&event.user).risk_state.add(event, scored, is_anomaly);
    }
    for (user, record) in copies.pack() {
        records.insert(user, record);
    }
    observed
}

fn unpack(record: &PackedUserRecord) -> UserRecord {
    let profile = Profile::from_bytes(record.profile_bytes()).expect("it was packed");
    UserRecord { profile, risk_state: record.risk_state().clone() }
}

fn user(number: usize) -> UserId {
    format!("user-{number:06}").parse().expect("a valid id")
}
