//! A million users: the memory they take, and the time it takes to unpack one for an event.
//!
//! All are the user of the sample log whose stored profile is of median size.

use std::{
    collections::HashMap,
    fs,
    time::{Duration, Instant},
};

use shared::{
    detector::{Scored, observe},
    event::{Event, UserId},
    formats,
    members::{Member, Members, PackedMember},
    model::Model,
    population::{EPOCH, Population},
};

static LOG: &[u8] = include_bytes!("../../server/assets/sample/activity.csv.gz");
const USERS: usize = 1_000_000;
const UNPACKED: usize = 100_000;
const EVENTS: usize = 100_000;

#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark prints figures")]
fn main() {
    let events: Vec<Event> =
        formats::read(LOG, None, None).map(|record| record.event.expect("the log has no fault")).collect();
    let (population, median, last) = median_member(&events);
    println!("members: a stored profile of median size has {} bytes", median.profile_bytes().len());

    let before = resident_bytes();
    let mut members = Members::default();
    for number in 0..USERS {
        members.insert(user(number), median.clone());
    }
    let resident = resident_bytes() - before;
    println!(
        "members, packed, {USERS} users: {:.2} GB, {:.0} bytes each",
        resident as f64 / 1e9,
        resident as f64 / USERS as f64
    );

    let before = resident_bytes();
    let unpacked: Vec<Member> = (0..UNPACKED).map(|_| median.unpack()).collect();
    println!("members, unpacked: {:.0} bytes each", (resident_bytes() - before) as f64 / UNPACKED as f64);

    for (name, time) in step_times(&unpacked) {
        println!("members, {name}: {:.1} us", time.as_secs_f64() * 1e6);
    }
    drop(unpacked);

    for (name, users) in [("each of another user", USERS), ("of one user", 1)] {
        let start = Instant::now();
        for batch in 0..EVENTS / EPOCH {
            take(&mut members, &population, &last, (0..EPOCH).map(|place| (batch * EPOCH + place) * 7919 % users));
        }
        let rate = (EVENTS / EPOCH * EPOCH) as f64 / start.elapsed().as_secs_f64();
        println!("members, unpack, judge, pack, batches of {EPOCH} events {name}: {rate:.0} events/s");
    }
}

/// Returns what the log teaches: everybody, the user of median size, and that user's last event.
fn median_member(events: &[Event]) -> (Population, PackedMember, Event) {
    let model = Model::shipped();
    let mut population = Population::default();
    let mut members: HashMap<&UserId, (Member, &Event)> = HashMap::new();
    for epoch in events.chunks(EPOCH) {
        let mut contributions = Vec::with_capacity(EPOCH);
        for event in epoch {
            let (member, last) = members.entry(&event.user).or_insert((Member::default(), event));
            let (scored, contribution) = observe(event, &mut member.profile, &population, &model);
            member.standing.add(event, &scored, is_anomaly(&scored));
            *last = event;
            contributions.push(contribution);
        }
        for contribution in &contributions {
            population.add(contribution);
        }
    }
    let mut packed: Vec<_> = members.into_values().map(|(member, last)| (member.pack(), last)).collect();
    packed.sort_by_key(|(member, _)| member.profile_bytes().len());
    let (median, last) = packed.swap_remove(packed.len() / 2);
    (population, median, last.clone())
}

/// Returns how long each step takes for a user, one after the other.
fn step_times(members: &[Member]) -> [(&'static str, Duration); 3] {
    let count = u32::try_from(members.len()).expect("there are few");
    let start = Instant::now();
    let cloned: Vec<Member> = members.to_vec();
    let cloning = start.elapsed() / count;
    let start = Instant::now();
    let packed: Vec<PackedMember> = cloned.into_iter().map(Member::pack).collect();
    let packing = start.elapsed() / count;
    let start = Instant::now();
    std::hint::black_box(packed.iter().map(PackedMember::unpack).collect::<Vec<_>>());
    [("clone one", cloning), ("pack one", packing), ("unpack one", start.elapsed() / count)]
}

/// Takes a batch of events, one of each of the numbered users, as the server does.
fn take(members: &mut Members, population: &Population, event: &Event, users: impl Iterator<Item = usize>) {
    let model = Model::shipped();
    let mut touched: HashMap<UserId, Member> = HashMap::new();
    for number in users {
        let user = user(number);
        let unpacked = || members.get(&user).map(PackedMember::unpack).unwrap_or_default();
        let member = touched.entry(user.clone()).or_insert_with(unpacked);
        let event = Event { user, ..event.clone() };
        let (scored, _) = observe(&event, &mut member.profile, population, &model);
        member.standing.add(&event, &scored, is_anomaly(&scored));
    }
    for (user, member) in touched {
        members.insert(user, member.pack());
    }
}

fn is_anomaly(scored: &Scored) -> bool {
    scored.assessment.anomaly_score() >= 0.7
}

fn user(number: usize) -> UserId {
    format!("user-{number:06}").parse().expect("a valid id")
}

fn resident_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() * 1024
}
