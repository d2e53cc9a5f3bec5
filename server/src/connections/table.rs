//! The open connections, and which of them is closed when there is no room for another.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio_util::sync::CancellationToken;

use super::ConnectionLimits;

/// An open connection, which is an extension of each of its requests.
#[derive(Debug)]
pub(crate) struct Connection {
    peer: IpAddr,
    /// Whether one of its requests was authenticated.
    is_known: AtomicBool,
    /// Whether it is answering a request.
    is_busy: AtomicBool,
    /// The number of openings and answers of the table at the time of its last one.
    last_used: AtomicU64,
    evicted: CancellationToken,
}

impl Connection {
    /// Notes that one of its requests was authenticated.
    pub(crate) fn mark_known(&self) {
        self.is_known.store(true, Ordering::Relaxed);
    }

    /// Waits until the connection is to be closed.
    pub(super) async fn evicted(&self) {
        self.evicted.cancelled().await;
    }

    /// Returns how much the connection is worth keeping: a known client's more than a stranger's, one that answers a
    /// known client's request most of all, then the one that was used later.
    fn worth(&self) -> (bool, bool, u64) {
        let is_known = self.is_known.load(Ordering::Relaxed);
        let is_busy = is_known && self.is_busy.load(Ordering::Relaxed);
        (is_busy, is_known, self.last_used.load(Ordering::Relaxed))
    }
}

/// The open connections. Its clones share them.
#[derive(Debug, Clone)]
pub(super) struct ConnectionTable {
    limits: ConnectionLimits,
    uses: Arc<AtomicU64>,
    open: Arc<Mutex<HashMap<u64, Arc<Connection>>>>,
}

impl ConnectionTable {
    pub(super) fn new(limits: ConnectionLimits) -> Self {
        Self { limits, uses: Arc::default(), open: Arc::default() }
    }

    /// Takes up a connection. Where its address or the server has no room for it, the connection least worth keeping is
    /// closed instead; returns none if all of them are answering requests of known clients.
    pub(super) fn open(&self, peer: IpAddr) -> Option<OpenConnection> {
        let peer = network(peer);
        let mut open = self.lock();
        if open.values().filter(|other| other.peer == peer).count() >= self.limits.per_address {
            evict(&mut open, |other| other.peer == peer)?;
        }
        if open.len() >= self.limits.in_all {
            evict(&mut open, |_| true)?;
        }
        let id = self.uses.fetch_add(1, Ordering::Relaxed);
        let connection = Arc::new(Connection {
            peer,
            is_known: AtomicBool::new(false),
            is_busy: AtomicBool::new(false),
            last_used: AtomicU64::new(id),
            evicted: CancellationToken::new(),
        });
        open.insert(id, Arc::clone(&connection));
        Some(OpenConnection { id, connection, table: self.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Arc<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes the connection least worth keeping among some, unless that one answers a request of a known client.
fn evict(open: &mut HashMap<u64, Arc<Connection>>, among: impl Fn(&Connection) -> bool) -> Option<()> {
    let candidates = open.iter().filter(|(_, connection)| among(connection));
    let (worth, id) = candidates.map(|(id, connection)| (connection.worth(), *id)).min()?;
    let (is_answering_known_client, ..) = worth;
    if is_answering_known_client {
        return None;
    }
    open.remove(&id).map(|connection| connection.evicted.cancel())
}

/// Returns what counts as one address: an IPv4 address, or the 64 bits of an IPv6 address that name a network, since
/// whoever has one address of it has them all.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// A connection's place in the table, which is given up when this is dropped.
#[derive(Debug)]
pub(super) struct OpenConnection {
    id: u64,
    connection: Arc<Connection>,
    table: ConnectionTable,
}

impl OpenConnection {
    /// Returns the limits that it is held to.
    pub(super) fn limits(&self) -> ConnectionLimits {
        self.table.limits
    }

    /// Returns the connection, for its requests.
    pub(super) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// Notes that a request begins. It ends when what is returned is dropped.
    pub(super) fn request(&self) -> OpenRequest {
        self.connection.is_busy.store(true, Ordering::Relaxed);
        OpenRequest { connection: Arc::clone(&self.connection), uses: Arc::clone(&self.table.uses) }
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.table.lock().remove(&self.id);
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct OpenRequest {
    connection: Arc<Connection>,
    uses: Arc<AtomicU64>,
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.connection.last_used.store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        self.connection.is_busy.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const ANN: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const BOB: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn table(in_all: usize, per_address: usize) -> ConnectionTable {
        ConnectionTable::new(ConnectionLimits { in_all, per_address, head_time: Duration::MAX })
    }

    fn open(table: &ConnectionTable, peer: IpAddr) -> OpenConnection {
        table.open(peer).expect("there is room or a connection to close")
    }

    fn are_evicted<const N: usize>(connections: [&OpenConnection; N]) -> [bool; N] {
        connections.map(|open| open.connection.evicted.is_cancelled())
    }

    #[test]
    fn the_stranger_who_was_idle_longest_makes_room_and_a_known_client_stays() {
        let table = table(3, 3);
        let (known, first, second) = (open(&table, ANN), open(&table, ANN), open(&table, BOB));
        known.connection.mark_known();
        drop(first.request()); // used after the second was opened
        let _third = open(&table, BOB);
        assert_eq!(are_evicted([&known, &first, &second]), [false, false, true]);
        let _fourth = open(&table, BOB);
        assert_eq!(are_evicted([&known, &first]), [false, true]);
    }

    #[test]
    fn an_address_that_has_its_share_loses_one_of_its_own() {
        let table = table(9, 2);
        let (other, first, second) = (open(&table, ANN), open(&table, BOB), open(&table, BOB));
        let _third = open(&table, BOB);
        assert_eq!(are_evicted([&other, &first, &second]), [false, true, false]);
    }

    #[test]
    fn a_connection_is_refused_while_all_answer_known_clients_and_taken_once_one_is_closed() {
        let table = table(1, 1);
        let known = open(&table, ANN);
        known.connection.mark_known();
        let request = known.request();
        assert!(table.open(BOB).is_none());
        drop((request, known));
        assert!(table.open(BOB).is_some());
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        let of = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), ANN);
    }
}
