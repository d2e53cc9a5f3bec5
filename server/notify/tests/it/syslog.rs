//! Lines as a syslog server receives them.

use std::net::Ipv4Addr;

use notify::{DeliveryError, SyslogTransport};
use notify_testing::CertificateAuthority;
use tokio::net::UdpSocket;

use crate::{
    messages::{alert_message, digest_message, id, test_message},
    syslog_collector::{SyslogCollector, channel},
};

fn expected_line() -> String {
    format!(
        "<83>1 2026-11-20T10:15:00.000Z - uba - d-1 - CEF:0|Cloud UBA|uba|{}|identity|First activity from Lagos|8|\
         start=1795165559000 end=1795169520000 externalId=a-17 suser=mira.okafor cnt=1212 \
         msg=First activity from Lagos. Usually Berlin (97%); First activity with Python Requests; \
         21 resources accessed for the first time in one day cfp1Label=anomalyScore cfp1=0.9340 cs1Label=threadId \
         cs1=mira.okafor/identity request=https://uba.example.com/alerts/a-17 cs2Label=organisation cs2=Example Ltd",
        env!("CARGO_PKG_VERSION")
    )
}

#[tokio::test]
async fn an_alert_is_one_line_over_tcp() {
    let collector = SyslogCollector::start(None).await;
    let channel = channel(collector.port, SyslogTransport::Tcp, None);
    channel.deliver(&alert_message(), &id("d-1")).await.expect("a delivery");
    assert_eq!(collector.lines().await, [expected_line()]);
}

#[tokio::test]
async fn a_digest_is_a_line_for_each_alert_over_tls_under_a_private_authority() {
    let ca = CertificateAuthority::generate();
    let collector = SyslogCollector::start(Some(ca.server_config("localhost"))).await;
    let channel = channel(collector.port, SyslogTransport::Tls, Some(ca.pem()));
    channel.deliver(&digest_message(), &id("d-1")).await.expect("a delivery");
    let lines = collector.lines().await;
    let priorities: Vec<_> = lines.iter().map(|line| &line[..5]).collect();
    assert_eq!(priorities, ["<82>1", "<83>1", "<84>1"]);
}

#[tokio::test]
async fn a_test_is_one_datagram_over_udp() {
    let collector = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let port = collector.local_addr().expect("a bound port").port();
    let channel = channel(port, SyslogTransport::Udp, None);
    channel.deliver(&test_message(), &id("d-1")).await.expect("a delivery");
    let mut line = [0; 2048];
    let length = collector.recv(&mut line).await.expect("a datagram");
    let expected = format!(
        "<86>1 2026-11-20T10:15:00.000Z - uba - d-1 - CEF:0|Cloud UBA|uba|{}|test|Test message|0|suser=ann \
         cs2Label=organisation cs2=Example Ltd",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(str::from_utf8(&line[..length]), Ok(expected.as_str()));
}

#[tokio::test]
async fn an_untrusted_certificate_gets_no_line() {
    let (ca, stranger) = (CertificateAuthority::generate(), CertificateAuthority::generate());
    let collector = SyslogCollector::start(Some(stranger.server_config("localhost"))).await;
    let channel = channel(collector.port, SyslogTransport::Tls, Some(ca.pem()));
    let error = channel.deliver(&alert_message(), &id("d-1")).await.expect_err("another authority is trusted");
    assert!(
        matches!(&error, DeliveryError::Retry { reason, .. } if reason.contains("invalid peer certificate")),
        "{error}"
    );
}
