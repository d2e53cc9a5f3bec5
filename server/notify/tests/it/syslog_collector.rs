//! A syslog server for tests, which keeps what it receives.

use std::{io, net::Ipv4Addr, sync::Arc};

use notify::{Channel, ChannelSettings, SyslogSettings, SyslogTransport};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// A server that takes one connection.
pub(crate) struct SyslogCollector {
    pub(crate) port: u16,
    received: JoinHandle<io::Result<String>>,
}

impl SyslogCollector {
    pub(crate) async fn start(tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        let received = tokio::spawn(async move {
            let (stream, _) = listener.accept().await?;
            match tls {
                Some(config) => read(TlsAcceptor::from(config).accept(stream).await?).await,
                None => read(stream).await,
            }
        });
        Self { port, received }
    }

    /// Returns the lines of the connection, each of which follows its length.
    pub(crate) async fn lines(self) -> Vec<String> {
        let received = self.received.await.expect("a task without panics").expect("a connection");
        let (mut rest, mut lines) = (received.as_str(), Vec::new());
        while !rest.is_empty() {
            let (length, content) = rest.split_once(' ').expect("a length");
            let (line, others) = content.split_at(length.parse().expect("a number of bytes"));
            lines.push(line.to_owned());
            rest = others;
        }
        lines
    }
}

async fn read(mut stream: impl AsyncRead + Unpin) -> io::Result<String> {
    let mut received = String::new();
    stream.read_to_string(&mut received).await?;
    Ok(received)
}

pub(crate) fn channel(port: u16, transport: SyslogTransport, ca_certificates: Option<&str>) -> Channel {
    let (server, ca_certificates) = ("localhost".to_owned(), ca_certificates.map(str::to_owned));
    let settings = SyslogSettings { server, port, transport, ca_certificates };
    Channel::new(ChannelSettings::Syslog(settings), &[]).expect("the settings are right")
}
