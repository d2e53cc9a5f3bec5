//! The server as a process, with its clients on the same machine: durable events a second over HTTP, latency, memory,
//! disk, and time to start. Every answer comes after its event is on the disk.
//!
//! `UBA_BENCH_EVENTS` is the number of events of the long run, 5 million unless it is set.

#[path = "../tests/support/process.rs"]
mod process;

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use process::{Connection, Server};

const SINGLE_EVENTS: usize = 1000;
const CONNECTIONS: usize = 64;
const BATCHES: usize = 100;
const BATCH_EVENTS: usize = 1000;
const BATCH_USERS: usize = 100;
/// The number of users who have one event each.
const MANY_USERS: usize = 360_000;
/// The number of users of the long run.
const USERS: usize = 5000;
/// The number of events after which the server of the long run is killed and started again.
const RESTART_EVENTS: usize = 2_000_000;

#[expect(clippy::print_stdout, reason = "a benchmark prints rates")]
fn main() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let start = Instant::now();
    let server = Server::start(folder.path(), &[]);
    println!("start on an empty database: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    println!("one event a request, 1 connection: {}", singles(&server, 1, 2 * SINGLE_EVENTS)?);
    println!("one event a request, {CONNECTIONS} connections: {}", singles(&server, CONNECTIONS, SINGLE_EVENTS)?);
    for (connections, before) in [(1, 0), (4, 2000)] {
        let rate = batches(&server, connections, BATCHES, before, BATCH_USERS)?;
        println!(
            "{BATCH_EVENTS} events of {BATCH_USERS} users a request, {connections} connections: {rate:.0} events/s"
        );
    }
    drop(server);
    many_users()?;
    long_run()
}

/// Writes one event of each of many users.
#[expect(clippy::print_stdout, reason = "a benchmark prints rates")]
fn many_users() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut server = Server::start(folder.path(), &[]);
    println!("no users: {}", memory(&server));
    let rate = batches(&server, 1, MANY_USERS / BATCH_EVENTS, 0, MANY_USERS)?;
    println!("{MANY_USERS} users with one event each: {rate:.0} events/s, {}", memory(&server));
    server.stop();
    let start = Instant::now();
    let server = Server::start(folder.path(), &[]);
    println!("start with {MANY_USERS} users: {:.0} ms, {}", start.elapsed().as_secs_f64() * 1e3, memory(&server));
    Ok(())
}

/// Writes millions of events of thousands of users, and kills the server on the way.
#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark prints rates")]
fn long_run() -> io::Result<()> {
    let events: usize = env::var("UBA_BENCH_EVENTS").map_or(5_000_000, |events| events.parse().expect("a number"));
    let folder = tempfile::tempdir()?;
    let mut server = Server::start(folder.path(), &[]);
    let first = events.min(RESTART_EVENTS);
    let rate = batches(&server, 4, first / BATCH_EVENTS / 4, 0, USERS)?;
    println!("long run of {USERS} users, the first {first} events: {rate:.0} events/s, {}", memory(&server));
    server.kill();
    let start = Instant::now();
    server = Server::start(folder.path(), &[]);
    println!("start after a kill: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    if events > first {
        let rate = batches(&server, 4, (events - first) / BATCH_EVENTS / 4, first / USERS + 1, USERS)?;
        println!("the other {} events: {rate:.0} events/s, {}", events - first, memory(&server));
    }
    server.stop();
    let bytes = size_of(&folder.path().join("db"))?;
    println!("disk: {:.0} bytes an event after the last checkpoint", bytes as f64 / events as f64);
    let start = Instant::now();
    let server = Server::start(folder.path(), &[]);
    println!("start after a stop: {:.0} ms, {}", start.elapsed().as_secs_f64() * 1e3, memory(&server));
    Ok(())
}

fn memory(server: &Server) -> String {
    format!("resident memory {} MB, at most {} MB", server.kib("VmRSS") / 1024, server.kib("VmHWM") / 1024)
}

fn size_of(folder: &Path) -> io::Result<u64> {
    let mut size = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let data = entry.metadata()?;
        size += if data.is_dir() { size_of(&entry.path())? } else { data.len() };
    }
    Ok(size)
}

/// Runs `work` in threads, and returns their results and the time until the last one ended.
fn together<T: Send>(threads: usize, work: impl Fn(usize) -> io::Result<T> + Sync) -> io::Result<(Vec<T>, Duration)> {
    let start = Instant::now();
    let results = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|number| {
                scope.spawn({
                    let work = &work;
                    move || work(number)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a client ends")).collect::<io::Result<Vec<_>>>()
    })?;
    Ok((results, start.elapsed()))
}

/// Sends events one by one over several connections; returns the rate and the latency.
#[expect(clippy::cast_precision_loss, reason = "numbers of events are small")]
fn singles(server: &Server, connections: usize, events: usize) -> io::Result<String> {
    let client = |number: usize| {
        let mut connection = server.connect()?;
        let mut times = Vec::with_capacity(events);
        for minute in 0..events {
            let mut body = String::new();
            write_event(&mut body, &format!("single {connections} {number}"), minute);
            let start = Instant::now();
            connection.post("/api/predict", &body)?;
            times.push(start.elapsed());
        }
        Ok(times)
    };
    let (times, elapsed) = together(connections, client)?;
    let mut times = times.concat();
    times.sort_unstable();
    let ms = |share: usize| times[times.len() * share / 100].as_secs_f64() * 1e3;
    let rate = times.len() as f64 / elapsed.as_secs_f64();
    Ok(format!("{rate:.0} events/s, p50 {:.1} ms, p99 {:.1} ms", ms(50), ms(99)))
}

/// Sends batches over several connections, each with users of its own, who had `before` events each; returns the rate.
#[expect(clippy::cast_precision_loss, reason = "numbers of events are small")]
fn batches(server: &Server, connections: usize, batches: usize, before: usize, users: usize) -> io::Result<f64> {
    let client = |number: usize| {
        let mut connection: Connection = server.connect()?;
        let mut names =
            (0..users / connections).map(|user| format!("user {users} {number} {user}")).collect::<Vec<_>>();
        names.truncate(users);
        for batch in 0..batches {
            let mut body = String::from("{\"instances\":[");
            for event in 0..BATCH_EVENTS {
                let count = batch * BATCH_EVENTS + event;
                write_event(&mut body, &names[count % names.len()], before + count / names.len());
                body.push(',');
            }
            body.pop();
            body.push_str("]}");
            let answer = connection.post("/api/batch", &body)?;
            assert!(answer.windows(10).any(|part| part == b"\"errors\":0"), "every event is taken");
        }
        Ok(())
    };
    let (_, elapsed) = together(connections, client)?;
    Ok((connections * batches * BATCH_EVENTS) as f64 / elapsed.as_secs_f64())
}

/// Writes an event of a user, the one of this number: twenty on each day, from nine o'clock on.
fn write_event(body: &mut String, user: &str, number: usize) {
    let (day, minute) = (number / 20, 9 * 60 + number % 20 * 24);
    let second = i64::try_from(86_400 * day + 60 * minute).expect("a small number");
    let time = jiff::Timestamp::from_second(1_400_025_600 + second).expect("a time of this century");
    let (file, place) = (number * 31 % 40, if number % 500 == 499 { "Lima" } else { "Oslo" });
    write!(
        body,
        r#"{{"user_id":"{user}","timestamp":"{time}","action_type":"download","resource_id":"share/{user}/{file}","data_volume_mb":1.5,"location":"{place}","device_type":"web"}}"#
    )
    .expect("a text can be written");
}
