//! Limits of how often a key, a person or an address of strangers may ask.

use std::{
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use app::actor::{AccountId, Actor};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};
use shared::error::Error;

use crate::{api, auth, config::RequestRates};

/// The header with the limit (draft-ietf-httpapi-ratelimit-headers-11).
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// The header with what is left of it (the same draft).
const LEFT: HeaderName = HeaderName::from_static("ratelimit");
/// Seconds for which a limit counts.
const WINDOW_S: u32 = 60;
/// Number of requests after which those who have not asked for long are forgotten.
const FORGET_AFTER: u32 = 8192;

/// Counts requests. Its clones count together.
#[derive(Clone)]
pub(crate) struct RequestLimits(Arc<Limiters>);

struct Limiters {
    of_accounts: Limiter<AccountId>,
    of_addresses: Limiter<IpAddr>,
}

/// Counts the requests of each sender.
struct Limiter<K: Eq + Hash + Clone> {
    name: &'static str,
    rate: NonZeroU32,
    senders: RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>,
    counted: AtomicU32,
}

/// What is left to a sender.
struct Allowance {
    name: &'static str,
    rate: u32,
    left: u32,
    /// The time until the next request, where none is left.
    wait: Option<Duration>,
}

impl RequestLimits {
    pub(crate) fn new(rates: RequestRates) -> Self {
        let of_accounts = Limiter::new("account", rates.of_account);
        let of_addresses = Limiter::new("address", rates.of_address);
        Self(Arc::new(Limiters { of_accounts, of_addresses }))
    }

    /// Counts a request: as one of its actor, else as one of its address.
    fn count(&self, request: &Request) -> Allowance {
        match request.extensions().get::<Actor>() {
            Some(actor) => self.0.of_accounts.count(actor.account()),
            None => self.0.of_addresses.count(&auth::network(auth::peer(request.extensions()))),
        }
    }
}

impl<K: Eq + Hash + Clone> Limiter<K> {
    fn new(name: &'static str, rate: NonZeroU32) -> Self {
        let senders = RateLimiter::keyed(Quota::per_minute(rate)).with_middleware();
        Self { name, rate, senders, counted: AtomicU32::default() }
    }

    fn count(&self, sender: &K) -> Allowance {
        if self.counted.fetch_add(1, Ordering::Relaxed) % FORGET_AFTER == FORGET_AFTER - 1 {
            self.senders.retain_recent();
        }
        let (left, wait) = match self.senders.check_key(sender) {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(refusal) => (0, Some(refusal.wait_time_from(self.senders.clock().now()))),
        };
        Allowance { name: self.name, rate: self.rate.get(), left, wait }
    }
}

impl Allowance {
    /// Writes the headers of the draft: the limit, what is left of it, and the seconds until all of it is there again.
    fn write(&self, headers: &mut HeaderMap) {
        let Self { name, rate, left, .. } = self;
        let used = u64::from(rate - left.min(rate));
        let whole_s = (used * u64::from(WINDOW_S)).div_ceil(u64::from(*rate));
        let policy = format!("\"{name}\";q={rate};w={WINDOW_S}");
        let left = format!("\"{name}\";r={left};t={whole_s}");
        for (header, text) in [(POLICY, policy), (LEFT, left)] {
            headers.insert(header, HeaderValue::try_from(text).expect("letters, digits and signs of ASCII"));
        }
    }
}

/// Answers a request of somebody who asks too often with status 429, and tells everybody what is left to them.
pub(crate) async fn limit_rate(State(limits): State<RequestLimits>, request: Request, next: Next) -> Response {
    let allowance = limits.count(&request);
    let mut response = match allowance.wait {
        None => next.run(request).await,
        Some(wait) => {
            let wait_s = u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
            api::refusal(&request, Error::TooManyRequests { wait_s })
        }
    };
    allowance.write(response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: NonZeroU32 = NonZeroU32::new(3).expect("it is not 0");

    fn headers(allowance: &Allowance) -> [String; 2] {
        let mut headers = HeaderMap::new();
        allowance.write(&mut headers);
        [POLICY, LEFT].map(|name| headers[name].to_str().expect("it is ASCII").to_owned())
    }

    #[test]
    fn a_sender_is_told_what_is_left_and_when_to_come_again() {
        let limiter = Limiter::new("account", THREE);
        let told: Vec<[String; 2]> = (0..3).map(|_| headers(&limiter.count(&"ann"))).collect();
        let expected = [2, 1, 0].map(|left| {
            let whole_s = 20 * (3 - left);
            ["\"account\";q=3;w=60".to_owned(), format!("\"account\";r={left};t={whole_s}")]
        });
        assert_eq!(told, expected);
        let refused = limiter.count(&"ann").wait.expect("none is left");
        assert!(refused > Duration::from_secs(10) && refused <= Duration::from_secs(20), "{refused:?}");
        assert_eq!(limiter.count(&"bob").wait, None, "another sender has their own");
    }

    #[test]
    fn those_who_have_not_asked_for_long_are_forgotten() {
        let limiter = Limiter::new("address", NonZeroU32::MAX);
        for sender in 0..FORGET_AFTER {
            limiter.count(&sender);
        }
        assert!(limiter.senders.len() < 1024, "{} are remembered", limiter.senders.len());
    }
}
