//! Limits of guesses at a secret, per address or account, and as a whole.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Number of addresses or accounts that are remembered. Where there are more, only the limit of all together holds for
/// new ones.
const REMEMBERED: usize = 10_000;

/// How many guesses may come at once, and the time after which one more may come.
#[derive(Debug, Clone, Copy)]
pub(super) struct GuessLimit {
    pub(super) burst: u32,
    pub(super) pause: Duration,
}

/// Counts guesses, wrong ones only, from each address or at each account.
pub(super) struct Guesses<K> {
    of_each: GuessLimit,
    in_all: GuessLimit,
    counts: Mutex<GuessCounts<K>>,
}

/// The debts of guesses: the time until all of them are forgotten.
struct GuessCounts<K> {
    in_all: Option<Instant>,
    of_each: HashMap<K, Instant>,
}

impl GuessLimit {
    /// Returns the time until which a guess at `now` counts, after those that count until `until`; or how long to wait.
    fn add(self, until: Option<Instant>, now: Instant) -> Result<Instant, Duration> {
        let after = until.map_or(now, |until| until.max(now)) + self.pause;
        let room = self.pause * self.burst;
        match (after - now).checked_sub(room) {
            None | Some(Duration::ZERO) => Ok(after),
            Some(wait) => Err(wait),
        }
    }
}

impl<K: Eq + Hash> Guesses<K> {
    pub(super) fn new(of_each: GuessLimit, in_all: GuessLimit) -> Self {
        let counts = GuessCounts { in_all: None, of_each: HashMap::new() };
        Self { of_each, in_all, counts: Mutex::new(counts) }
    }

    /// Counts a guess.
    ///
    /// # Errors
    ///
    /// Where too many came before, it is not counted; the error is the time after which to try again.
    pub(super) fn count(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.of_each.len() >= REMEMBERED {
            counts.of_each.retain(|_, until| *until > now);
        }
        let own = self.of_each.add(counts.of_each.get(&key).copied(), now)?;
        counts.in_all = Some(self.in_all.add(counts.in_all, now)?);
        if counts.of_each.len() < REMEMBERED || counts.of_each.contains_key(&key) {
            counts.of_each.insert(key, own);
        }
        Ok(())
    }

    /// Takes back a guess that was right.
    pub(super) fn take_back(&self, key: &K) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.in_all = counts.in_all.and_then(|until| until.checked_sub(self.in_all.pause));
        if let Some(until) = counts.of_each.get_mut(key) {
            *until = until.checked_sub(self.of_each.pause).unwrap_or(*until);
        }
    }
}

/// Returns what stands for an address: of IPv6 the network of one subscriber, who has 2^64 addresses.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn guesses(in_all: u32) -> Guesses<IpAddr> {
        let limit = |burst| GuessLimit { burst, pause: SECOND };
        Guesses::new(limit(3), limit(in_all))
    }

    fn address(text: &str) -> IpAddr {
        network(text.parse().expect("an address"))
    }

    #[test]
    fn an_address_has_a_few_guesses_at_once_and_then_one_a_pause() {
        let (guesses, start) = (guesses(100), Instant::now());
        let count = |from, after| guesses.count(address(from), start + after);
        assert!((0..3).all(|_| count("192.0.2.1", Duration::ZERO).is_ok()));
        assert_eq!(count("192.0.2.1", Duration::ZERO), Err(SECOND));
        assert_eq!(count("192.0.2.2", Duration::ZERO), Ok(()), "another address has its own");
        assert_eq!(count("192.0.2.1", SECOND), Ok(()));
        assert_eq!(count("192.0.2.1", SECOND), Err(SECOND));
    }

    #[test]
    fn all_addresses_together_have_a_limit() {
        let (guesses, start) = (guesses(5), Instant::now());
        let allowed = (0..20).filter(|n| guesses.count(address(&format!("192.0.2.{n}")), start).is_ok());
        assert_eq!(allowed.count(), 5);
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address_and_right_guesses_do_not_count() {
        let (guesses, start) = (guesses(100), Instant::now());
        let allowed = (0..9).filter(|n| guesses.count(address(&format!("2001:db8::{n}")), start).is_ok());
        assert_eq!(allowed.count(), 3);
        guesses.take_back(&address("2001:db8::1"));
        assert_eq!(guesses.count(address("2001:db8::77"), start), Ok(()));
    }
}
