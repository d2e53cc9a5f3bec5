//! A running `uba serve`, and connections to it.

use std::{
    fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

/// The API key of the process.
pub(crate) const KEY: &str = "the key of a process under test";

/// A running `uba serve`, which is stopped when it is dropped.
pub(crate) struct Server {
    pub(crate) process: Child,
    address: String,
}

impl Server {
    /// Starts a server on the database in a folder, with more settings, and waits until it takes requests.
    pub(crate) fn start(folder: &Path, settings: &[(&str, &str)]) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_uba")), folder, settings)
    }

    /// Starts a server by a command to which the arguments of `uba` are added.
    pub(crate) fn start_by(mut command: Command, folder: &Path, settings: &[(&str, &str)]) -> Self {
        let address = free_address();
        command.args(["serve", "--bind", &address, "--database"]).arg(format!("rocksdb://{}/db", folder.display()));
        command.current_dir(folder).env("API_KEY", KEY).stdout(Stdio::null()).stderr(Stdio::inherit());
        let process = command.env("RUST_LOG", "error").envs(settings.iter().copied()).spawn();
        let mut server = Self { process: process.expect("the program starts"), address };
        // The port is taken before the database is read.
        while server.connect().and_then(|mut connection| connection.send("GET", "/livez", "")).is_err() {
            assert!(server.is_running(), "the server takes requests");
            thread::sleep(Duration::from_millis(2));
        }
        server
    }

    /// Returns the host and the port.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Opens a connection, which is kept for many requests.
    pub(crate) fn connect(&self) -> io::Result<Connection> {
        let stream = TcpStream::connect(self.address())?;
        stream.set_nodelay(true)?;
        Ok(Connection(BufReader::new(stream)))
    }

    /// Returns whether the process still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.process.try_wait().expect("the process can be asked").is_none()
    }

    /// Kills the process (SIGKILL), and returns how it ended.
    pub(crate) fn kill(&mut self) -> ExitStatus {
        self.process.kill().expect("it can be killed");
        self.process.wait().expect("it ends")
    }

    /// Tells the process to stop (SIGTERM), and returns how it ended.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        Command::new("kill").arg(self.process.id().to_string()).status().expect("it can be told to stop");
        self.process.wait().expect("it ends")
    }

    /// Returns a line of the process's status by the kernel, in KiB: `VmRSS` is the resident memory, `VmHWM` its peak.
    pub(crate) fn kib(&self, line: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(':'));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.is_running() {
            self.stop();
        }
    }
}

/// Returns an address at which nobody listens.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it is bound").to_string()
}

/// A connection that is kept for many requests.
pub(crate) struct Connection(pub(crate) BufReader<TcpStream>);

impl Connection {
    /// Posts JSON, and returns the body of the answer.
    ///
    /// # Panics
    ///
    /// Panics if the answer's status is not 200.
    pub(crate) fn post(&mut self, path: &str, body: &str) -> io::Result<Vec<u8>> {
        let (status, answer) = self.send("POST", path, body)?;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
        Ok(answer)
    }

    /// Sends a request, and returns the status and the body of the answer.
    pub(crate) fn send(&mut self, method: &str, path: &str, body: &str) -> io::Result<(u16, Vec<u8>)> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: {KEY}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n",
            body.len()
        );
        self.0.get_mut().write_all((head + body).as_bytes())?;
        let mut line = String::new();
        self.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        let mut length = 0;
        while line.trim_end() != "" {
            self.read_line(&mut line)?;
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        let mut answer = vec![0; length];
        self.0.read_exact(&mut answer)?;
        Ok((status, answer))
    }

    fn read_line(&mut self, line: &mut String) -> io::Result<()> {
        line.clear();
        match self.0.read_line(line)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}
