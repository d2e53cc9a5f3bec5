//! The server as a process: time to start, durable events a second over HTTP, memory. Every answer comes after its
//! event is on the disk.

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const KEY: &str = "the key of the benchmark";
const ADDRESS: &str = "127.0.0.1:5873";

const SINGLE_EVENTS: usize = 2000;
const CLIENTS: usize = 16;
const BATCHES: usize = 40;
const BATCH_EVENTS: usize = 1000;

#[expect(clippy::print_stdout, reason = "a benchmark prints rates")]
fn main() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let start = Instant::now();
    let server = Server::start(folder.path());
    println!("start on an empty database: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);

    println!("one event a request, one client: {:.0} events/s", rate(SINGLE_EVENTS, || singles(0, SINGLE_EVENTS)));
    let together = || {
        let clients = (1..=CLIENTS).map(|client| thread::spawn(move || singles(client, SINGLE_EVENTS)));
        clients.collect::<Vec<_>>().into_iter().for_each(|client| client.join().expect("a client ends"));
    };
    println!("one event a request, {CLIENTS} clients: {:.0} events/s", rate(CLIENTS * SINGLE_EVENTS, together));
    println!("{BATCH_EVENTS} events a request, one client: {:.0} events/s", rate(BATCHES * BATCH_EVENTS, batches));
    println!("resident memory: {} MB", server.resident_kib() / 1024);
    drop(server);

    let start = Instant::now();
    let _server = Server::start(folder.path());
    println!("start on what is there now: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
}

#[expect(clippy::cast_precision_loss, reason = "numbers of events are small")]
fn rate(events: usize, work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    events as f64 / start.elapsed().as_secs_f64()
}

/// A running `uba serve`.
struct Server(Child);

impl Server {
    fn start(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_uba"));
        command.args(["serve", "--bind", ADDRESS, "--database"]).arg(format!("rocksdb://{}/db", folder.display()));
        command.current_dir(folder).env("API_KEY", KEY).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Self(command.spawn().expect("the program starts"));
        while TcpStream::connect(ADDRESS).is_err() {
            thread::sleep(Duration::from_millis(2));
        }
        server
    }

    fn resident_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        Command::new("kill").arg(self.0.id().to_string()).status().expect("it can be told to stop");
        self.0.wait().expect("it ends");
    }
}

fn singles(client: usize, events: usize) {
    let mut connection = Connection::open();
    for number in 0..events {
        connection.post("/api/predict", &event(client, number));
    }
}

fn batches() {
    let mut connection = Connection::open();
    for batch in 0..BATCHES {
        let events: Vec<_> =
            (0..BATCH_EVENTS).map(|number| event(1000 + number % 50, batch * 20 + number / 50)).collect();
        connection.post("/api/batch", &format!("{{\"instances\":[{}]}}", events.join(",")));
    }
}

/// An event of one of many users, a minute after the one before.
fn event(user: usize, minute: usize) -> String {
    let (day, hour, minute) = (1 + minute / 1440, minute / 60 % 24, minute % 60);
    let mut event = String::new();
    write!(
        event,
        "{{\"user_id\":\"user-{user}\",\"timestamp\":\"2026-01-{day:02}T{hour:02}:{minute:02}:00Z\",\"action_type\":\
         \"download\",\"resource_id\":\"share/{user}/{minute}\",\"data_volume_mb\":1.5,\"location\":\"Oslo\"}}"
    )
    .expect("a text can be written");
    event
}

/// A connection that is kept for many requests.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open() -> Self {
        let stream = TcpStream::connect(ADDRESS).expect("the server listens");
        stream.set_nodelay(true).expect("it is connected");
        Self(BufReader::new(stream))
    }

    fn post(&mut self, path: &str, body: &str) {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: {KEY}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.0.get_mut().write_all((head + body).as_bytes()).expect("the server reads");
        let mut length = 0;
        let mut line = String::new();
        self.0.read_line(&mut line).expect("the server answers");
        assert!(line.starts_with("HTTP/1.1 200"), "{line}");
        while line.trim_end() != "" {
            line.clear();
            self.0.read_line(&mut line).expect("the server answers");
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a number");
            }
        }
        let mut answer = vec![0; length];
        self.0.read_exact(&mut answer).expect("the answer is whole");
    }
}
