//! Posting JSON to a web server that somebody else runs.

use std::{fmt, io, net::SocketAddr, time::Duration};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    client::conn::http1,
    header,
};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use shared::control_characters::visible;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{self, TcpStream},
    time::{Instant, timeout, timeout_at},
};
use url::{Host, Position, Url};

use super::{address_guard::AddressGuard, retry_after};
use crate::{DeliveryError, IpNet, Secret, faults::Faults, tls::Tls, wording::shortened};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The time for a request and its answer, after which the connection is closed.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
/// The time for the body of an answer, whose status is known.
const EXCERPT_TIMEOUT: Duration = Duration::from_secs(1);
/// The number of bytes of an answer that are read: enough for a message of error.
const MOST_ANSWER_BYTES: usize = 2048;
/// The number of characters of an answer that are told.
const MOST_ANSWER_CHARS: usize = 200;

/// A web server, and who checks where its name leads.
pub(super) struct WebClient {
    url: Url,
    host: Host,
    port: u16,
    guard: AddressGuard,
    tls: Option<Tls>,
}

impl WebClient {
    /// Checks where requests shall go, and notes what is wrong with it.
    pub(super) fn new(
        url: &Secret,
        ca_certificates: Option<&str>,
        allowed: &[IpNet],
        faults: &mut Faults,
    ) -> Option<Self> {
        let certificates = faults.ca_certificates(ca_certificates);
        let url = faults.check("url", web_address(url.reveal()))?;
        let guard = AddressGuard::new(allowed);
        let host = url.host()?.to_owned();
        let port = url.port_or_known_default()?;
        let tls = (url.scheme() == "https").then(|| Tls::trusting(certificates));
        let client = Self { url, host, port, guard, tls };
        if let Some(address) = client.literal_address() {
            faults.check("url", client.check(&[address]).map_err(|fault| format!("is forbidden: {fault}")))?;
        }
        Some(client)
    }

    /// Posts a body of JSON.
    ///
    /// # Errors
    ///
    /// Returns a permanent error where the server refuses the request, redirects it, or is at a forbidden address.
    pub(super) async fn post(&self, headers: Vec<(&str, String)>, body: String) -> Result<(), DeliveryError> {
        let request = self.request(headers, body);
        let stream = self.connect().await?;
        let failed = |error: io::Error| DeliveryError::retry(format!("{} could not be reached: {error}", self.host));
        let answer = async {
            match &self.tls {
                Some(tls) => exchange(tls.connect(&self.name(), stream).await?, request).await,
                None => exchange(stream, request).await,
            }
        };
        let too_late = |_| {
            let seconds = REQUEST_TIMEOUT.as_secs();
            DeliveryError::retry(format!("{} did not answer within {seconds} seconds", self.host))
        };
        self.outcome(&timeout(REQUEST_TIMEOUT, answer).await.map_err(too_late)?.map_err(failed)?)
    }

    fn request(&self, headers: Vec<(&str, String)>, body: String) -> Request<Full<Bytes>> {
        let mut request = Request::post(&self.url[Position::BeforePath..Position::AfterQuery])
            .header(header::HOST, &self.url[Position::BeforeHost..Position::AfterPort])
            .header(header::USER_AGENT, concat!("Cloud-UBA/", env!("CARGO_PKG_VERSION")))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONNECTION, "close");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body(Full::from(body)).expect("a parsed address and printable headers make a request")
    }

    async fn connect(&self) -> Result<TcpStream, DeliveryError> {
        self.connect_by(async || Ok(net::lookup_host((self.name(), self.port)).await?.collect())).await
    }

    /// Connects to an address of the server, after all of its addresses were checked. The name is looked up once, so
    /// that a name gains nothing by leading elsewhere the second time.
    async fn connect_by(
        &self,
        look_up: impl AsyncFnOnce() -> io::Result<Vec<SocketAddr>>,
    ) -> Result<TcpStream, DeliveryError> {
        let unknown = |error| DeliveryError::retry(format!("{} could not be looked up: {error}", self.host));
        let addresses = match self.literal_address() {
            Some(address) => vec![address],
            None => look_up().await.map_err(unknown)?,
        };
        self.check(&addresses).map_err(|fault| DeliveryError::Refused(format!("{}: {fault}", self.host)))?;
        let mut failure = "it has no address".to_owned();
        for address in addresses {
            match timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => failure = error.to_string(),
                Err(_) => failure = format!("no connection within {} seconds", CONNECT_TIMEOUT.as_secs()),
            }
        }
        Err(DeliveryError::retry(format!("{} could not be reached: {failure}", self.host)))
    }

    /// Checks the addresses of the server: without encryption, only those of allowed networks are used.
    fn check(&self, addresses: &[SocketAddr]) -> Result<(), String> {
        self.guard.check(addresses)?;
        let is_protected = self.tls.is_some() || addresses.iter().all(|address| self.guard.is_allowed(address.ip()));
        is_protected.then_some(()).ok_or_else(|| {
            "without encryption, webhooks go to networks that the server's settings allow; begin the address with https"
                .to_owned()
        })
    }

    fn literal_address(&self) -> Option<SocketAddr> {
        match self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some((address, self.port).into()),
            Host::Ipv6(address) => Some((address, self.port).into()),
        }
    }

    /// Returns the host without the brackets of an IPv6 address.
    fn name(&self) -> String {
        match &self.host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        }
    }

    fn outcome(&self, answer: &Answer) -> Result<(), DeliveryError> {
        let Answer { status, retry_after, excerpt } = answer;
        if status.is_success() {
            return Ok(());
        }
        let reason = if status.is_redirection() {
            format!("{} redirects ({status}), set the address that it redirects to", self.host)
        } else {
            format!("{} answered {status}: {excerpt}", self.host)
        };
        let may_pass = may_pass(*status);
        Err(if may_pass {
            DeliveryError::Retry { reason, after: *retry_after }
        } else {
            DeliveryError::Refused(reason)
        })
    }
}

impl fmt::Debug for WebClient {
    /// Leaves out the address but for the host: its path is often a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebClient").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// Returns whether another attempt may succeed after an answer.
fn may_pass(status: StatusCode) -> bool {
    let is_early =
        [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS].contains(&status);
    is_early || status.is_server_error()
}

/// Reads the address of a webhook.
fn web_address(text: &str) -> Result<Url, String> {
    let url: Url =
        text.trim().parse().map_err(|error| format!("is no web address ({error}), must begin with https://"))?;
    if !["https", "http"].contains(&url.scheme()) || !url.has_host() {
        return Err("is no web address, must begin with https://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a name or a password before the host, must have none".to_owned());
    }
    Ok(url)
}

/// What is read of an answer.
struct Answer {
    status: StatusCode,
    retry_after: Option<Duration>,
    /// The beginning of the body, unless the request succeeded.
    excerpt: String,
}

/// Sends a request over a connection, and reads the answer.
async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> io::Result<Answer> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let answer = async {
        let answer = sender.send_request(request).await.map_err(io::Error::other)?;
        Ok(read(answer).await)
    };
    tokio::pin!(connection, answer);
    tokio::select! {
        answer = &mut answer => answer,
        _ = &mut connection => answer.await,
    }
}

async fn read(answer: Response<Incoming>) -> Answer {
    let status = answer.status();
    let wait = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = wait.and_then(|value| retry_after::parse(value, Timestamp::now()));
    let excerpt = if status.is_success() { String::new() } else { excerpt(answer.into_body()).await };
    Answer { status, retry_after, excerpt }
}

/// Reads the beginning of a body as text, as far as it comes soon; the rest is not read.
async fn excerpt(mut body: Incoming) -> String {
    let (mut bytes, deadline) = (Vec::new(), Instant::now() + EXCERPT_TIMEOUT);
    while bytes.len() < MOST_ANSWER_BYTES {
        let Ok(Some(Ok(frame))) = timeout_at(deadline, body.frame()).await else { break };
        bytes.extend(frame.data_ref().into_iter().flatten().take(MOST_ANSWER_BYTES));
    }
    shortened(&visible(String::from_utf8_lossy(&bytes).trim()), MOST_ANSWER_CHARS)
}

#[cfg(test)]
mod tests {
    use std::{future, net::Ipv4Addr};

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    fn client(url: &str, allowed: &[&str]) -> Result<WebClient, String> {
        let allowed: Vec<_> = allowed.iter().map(|network| network.parse().expect("a network")).collect();
        let mut faults = Faults::default();
        let client = WebClient::new(&Secret::new(url), None, &allowed, &mut faults);
        faults.finish(client).map_err(|error| error.to_string())
    }

    #[test]
    fn however_an_address_is_spelt_it_is_recognised() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "017700000001",
            "127.0.0.1.",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[0:0:0:0:0:ffff:7f00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "%31%32%37.0.0.1",
            "①②⑦.0.0.1",
            "169.254.169.254",
            "2852039166",
            "0xa9fea9fe",
            "[fe80::1]",
            "0",
            "10.1",
            "192.168.257",
        ] {
            let fault = client(&format!("https://{host}/"), &[]).err().unwrap_or_else(|| panic!("{host} is reached"));
            assert!(fault.starts_with("url is forbidden: "), "{host}: {fault}");
        }
        assert!(client("https://1.1.1.1/", &[]).is_ok());
        assert!(client("https://hooks.example.com/services/T0/B0", &[]).is_ok());
    }

    #[test]
    fn what_is_no_web_address_is_told_what_is_wrong_with_it() {
        for (url, fault) in [
            ("", "url is no web address (relative URL without a base), must begin with https://"),
            ("hooks.example.com", "url is no web address (relative URL without a base), must begin with https://"),
            ("file:///etc/passwd", "url is no web address, must begin with https://"),
            ("gopher://example.com/", "url is no web address, must begin with https://"),
            ("https://ann:secret@example.com/", "url has a name or a password before the host, must have none"),
        ] {
            assert_eq!(client(url, &[]).err().as_deref(), Some(fault), "{url}");
        }
    }

    #[tokio::test]
    async fn the_address_that_was_checked_is_the_one_that_is_connected_to() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("a bound port");
        let rebinding = client("http://rebinding.example/", &["127.0.0.0/8"]).expect("a name");
        let stream = rebinding.connect_by(async || Ok(vec![address])).await.expect("the address is allowed");
        assert_eq!(stream.peer_addr().expect("a connection"), address);
    }

    #[tokio::test]
    async fn a_name_that_leads_to_a_forbidden_address_is_refused_before_anything_is_sent() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let addresses = vec!["1.1.1.1:443".parse().expect("an address"), listener.local_addr().expect("a bound port")];
        let public = client("https://rebinding.example/", &[]).expect("a name");
        let refusal = public.connect_by(async || Ok(addresses)).await.expect_err("one address is of this machine");
        let expected = "rebinding.example: 127.0.0.1 is a loopback address, where webhooks may not go unless the server's \
                        settings allow that network";
        assert_eq!(refusal, DeliveryError::Refused(expected.to_owned()));
    }

    #[tokio::test]
    async fn without_encryption_only_allowed_networks_are_reached() {
        let plain = client("http://hooks.example.com/", &["10.0.0.0/8"]).expect("a name");
        let public = vec!["1.1.1.1:80".parse().expect("an address")];
        let refusal = plain.connect_by(async || Ok(public)).await.expect_err("the address is public");
        assert!(matches!(&refusal, DeliveryError::Refused(reason) if reason.contains("https")), "{refusal}");
    }

    #[tokio::test]
    async fn a_status_counts_although_the_body_never_ends() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("a bound port"));
        let client = client(&url, &["127.0.0.0/8"]).expect("an allowed address");
        let server = async {
            let (mut stream, _) = listener.accept().await.expect("a client");
            stream.read_u8().await.expect("a request, which an answer follows");
            stream
                .write_all(b"HTTP/1.1 410 Gone\r\nContent-Length: 99\r\n\r\nno more")
                .await
                .expect("an open connection");
            future::pending::<()>().await;
        };
        let outcome = tokio::select! {
            outcome = client.post(Vec::new(), "{}".to_owned()) => outcome,
            () = server => Ok(()),
        };
        assert_eq!(outcome, Err(DeliveryError::Refused("127.0.0.1 answered 410 Gone: no more".to_owned())));
    }
}
