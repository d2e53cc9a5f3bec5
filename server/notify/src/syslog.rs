//! Lines to a syslog server, in the Common Event Format.

mod cef;
mod frame;

use std::{fmt, io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpStream, UdpSocket, lookup_host},
    time::timeout,
};

use crate::{DeliveryError, DeliveryId, Message, SyslogSettings, SyslogTransport, faults::Faults, tls::Tls};

/// The time for all of a delivery.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The time that the server has to close the connection after all was sent. Most servers close it at once.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// A syslog server and how lines are sent to it.
pub(crate) struct SyslogChannel {
    server: String,
    port: u16,
    transport: Transport,
}

enum Transport {
    Tls(Tls),
    Tcp,
    Udp,
}

impl SyslogChannel {
    /// Checks the settings, and notes what is wrong with them.
    pub(crate) fn new(settings: SyslogSettings, faults: &mut Faults) -> Self {
        let SyslogSettings { server, port, transport, ca_certificates } = settings;
        faults.server(&server, port);
        let certificates = faults.ca_certificates(ca_certificates.as_deref());
        let transport = match transport {
            SyslogTransport::Tls => Transport::Tls(Tls::trusting(certificates)),
            SyslogTransport::Tcp => Transport::Tcp,
            SyslogTransport::Udp => Transport::Udp,
        };
        Self { server, port, transport }
    }

    /// Sends one line for each alert. Syslog has no acknowledgement: what is not known to have failed counts as sent.
    pub(crate) async fn deliver(&self, message: &Message, id: &DeliveryId) -> Result<(), DeliveryError> {
        let lines = frame::lines(message, id);
        let failed = |reason: String| DeliveryError::retry(format!("{self} did not take the lines: {reason}"));
        match timeout(TIMEOUT, self.send(&lines)).await {
            Ok(sent) => sent.map_err(|error| failed(error.to_string())),
            Err(_) => Err(failed(format!("no end within {} seconds", TIMEOUT.as_secs()))),
        }
    }

    async fn send(&self, lines: &[String]) -> io::Result<()> {
        let address = (self.server.as_str(), self.port);
        match &self.transport {
            Transport::Tls(tls) => {
                write(tls.connect(&self.server, TcpStream::connect(address).await?).await?, lines).await
            }
            Transport::Tcp => write(TcpStream::connect(address).await?, lines).await,
            Transport::Udp => self.send_datagrams(lines).await,
        }
    }

    async fn send_datagrams(&self, lines: &[String]) -> io::Result<()> {
        let mut addresses = lookup_host((self.server.as_str(), self.port)).await?;
        let address = addresses.next().ok_or_else(|| io::Error::other("the server has no address"))?;
        let local = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = UdpSocket::bind(local).await?;
        for line in lines {
            socket.send_to(line.as_bytes(), address).await?;
        }
        Ok(())
    }
}

/// Writes each line after its length (RFC 6587, octet counting, which RFC 5425 asks for), then waits for the server to
/// close the connection, which fails where the server did not read what was sent.
async fn write(mut stream: impl AsyncRead + AsyncWrite + Unpin, lines: &[String]) -> io::Result<()> {
    for line in lines {
        stream.write_all(format!("{} {line}", line.len()).as_bytes()).await?;
    }
    stream.shutdown().await?;
    match timeout(CLOSE_TIMEOUT, stream.read(&mut [0; 64])).await {
        Ok(Err(error)) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error),
        _ => Ok(()),
    }
}

impl fmt::Display for SyslogChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "syslog server {} (port {})", self.server, self.port)
    }
}

impl fmt::Debug for SyslogChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyslogChannel").field("server", &self.server).field("port", &self.port).finish_non_exhaustive()
    }
}
