//! What clients without a key can do to a running server, and to those who have one.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use server::connections::ConnectionLimits;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net,
};

use crate::process::{KEY, Server};

/// Numbers of strangers of each kind, and of the file handles of the server.
const IDLE: usize = 2000;
const SLOW: usize = 200;
const STALLED: usize = 40;
const HANDLES: usize = 1024;

/// A time in which a client is served even by a debug build on a busy machine; the server's own aim is 200 ms.
const PATIENCE: Duration = Duration::from_secs(2);
const AIM: Duration = Duration::from_millis(200);
/// Largest resident memory.
const MEMORY_KIB: u64 = 400 << 10;

fn event(minute: usize) -> String {
    json!({"user_id": "ann", "timestamp": format!("2024-01-15T{:02}:{:02}:00Z", minute / 60 % 24, minute % 60),
           "action_type": "view"})
    .to_string()
}

fn connect(server: &Server) -> TcpStream {
    server.connect().expect("the server listens").0.into_inner()
}

/// Returns the number of sockets that a server has open.
fn sockets(server: &Server) -> usize {
    let handles = fs::read_dir(format!("/proc/{}/fd", server.process.id())).expect("it runs");
    let targets = handles.filter_map(|handle| fs::read_link(handle.ok()?.path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

/// Sends an event on a new connection, and returns how long it took.
fn send_event(server: &Server, minute: usize) -> Duration {
    let start = Instant::now();
    let mut connection = server.connect().expect("the server listens");
    connection.post("/api/predict", &event(minute)).expect("it answers");
    start.elapsed()
}

/// Holds idle, slow and stalled connections until it is told to stop.
fn hold_connections(server: &Server, stop: &AtomicBool) {
    let _idle: Vec<TcpStream> = (0..IDLE).map(|_| connect(server)).collect();
    let mut slow: Vec<TcpStream> = (0..SLOW).map(|_| connect(server)).collect();
    let mut stalled: Vec<TcpStream> = (0..STALLED).map(|_| connect(server)).collect();
    for stream in &mut stalled {
        stream.set_write_timeout(Some(Duration::from_millis(50))).expect("a time above zero");
        stream.write_all(b"POST /api/batch HTTP/1.1\r\nhost: a\r\ncontent-length: 33000000\r\n\r\n").ok();
        stream.write_all(&vec![b' '; 31_000_000]).ok(); // the server may have hung up
    }
    while !stop.load(Ordering::Relaxed) {
        for stream in &mut slow {
            stream.write_all(b"G").ok();
        }
        thread::sleep(Duration::from_millis(500));
    }
}

#[test]
fn a_client_with_a_key_is_served_while_strangers_hold_connections() {
    rlimit::increase_nofile_limit(u64::MAX).expect("the limit can be read");
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("ulimit -n {HANDLES}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_uba")]);
    let server = Server::start_by(limited, folder.path(), &[]);
    let before = sockets(&server);

    let stop = AtomicBool::new(false);
    let mut times = Vec::new();
    thread::scope(|scope| {
        let strangers = scope.spawn(|| hold_connections(&server, &stop));
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(6) && !strangers.is_finished() {
            times.push(send_event(&server, times.len()));
            thread::sleep(Duration::from_millis(10));
        }
        stop.store(true, Ordering::Relaxed);
    });
    let peak_kib = server.kib("VmHWM");
    let within = |time: Duration| times.iter().filter(|taken| **taken <= time).count();
    let slowest = times.iter().max().expect("some were sent");
    let (prompt, all) = (within(PATIENCE), times.len());
    eprintln!("{} of {all} within {AIM:?}, the slowest {slowest:?}, memory {peak_kib} KiB", within(AIM));
    // A disk that hesitates delays one request; a client without a connection waits for each.
    assert!(prompt * 10 >= all * 9, "{prompt} of {all} within {PATIENCE:?}");
    assert!(peak_kib <= MEMORY_KIB, "{peak_kib} KiB");

    let start = Instant::now();
    while sockets(&server) > before + 20 {
        assert!(start.elapsed() < Duration::from_secs(10), "{} sockets, before {before}", sockets(&server));
        thread::sleep(Duration::from_millis(50));
    }
    send_event(&server, times.len());
}

/// Sends part of a request on a new connection, and returns the answer once the server has closed the connection.
fn answer_to(server: &Server, request: &str) -> String {
    let mut stream = connect(server);
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers and hangs up");
    answer
}

#[test]
fn a_body_of_nobody_is_refused_before_it_is_sent() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let server = Server::start(folder.path(), &[]);
    for path in ["/api/batch", "/api/predict"] {
        let head = format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 33000000\r\n\r\n");
        let answer = answer_to(&server, &head);
        assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains("\"request_id\":\""), "{answer}");
    }
}

#[test]
fn a_broken_chunk_is_a_problem() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let server = Server::start(folder.path(), &[]);
    let head = format!("POST /api/batch HTTP/1.1\r\nhost: a\r\nx-api-key: {KEY}\r\ntransfer-encoding: chunked\r\n\r\n");
    let answer = answer_to(&server, &(head + "zz\r\n"));
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("application/problem+json"), "{answer}");
    assert!(answer.contains("\"request_id\":\""), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_and_an_idle_connection_are_closed() {
    let listener = net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    let limits = ConnectionLimits { in_all: 9, per_address: 9, head_time: Duration::from_millis(100) };
    let serving = tokio::spawn(server::serve(listener, crate::service().await, limits, std::future::pending()));
    for sent in ["", "GET / HT", "GET /livez HTTP/1.1\r\nhost: a\r\n\r\n"] {
        let mut stranger = net::TcpStream::connect(address).await.expect("the server listens");
        stranger.write_all(sent.as_bytes()).await.expect("it reads");
        let mut answer = Vec::new();
        stranger.read_to_end(&mut answer).await.expect("it hangs up");
        assert_eq!(answer.starts_with(b"HTTP/1.1 204"), sent.ends_with("\r\n\r\n"), "{sent}");
    }
    serving.abort();
}
