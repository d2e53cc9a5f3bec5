//! Suppressions: what is known not to deserve a person's time, for a while.

use std::{fmt, net::IpAddr, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::AlertKind;
use crate::{event::UserId, explanation::EvidencePart, scored_event::ScoredEvent};

/// The events that a suppression covers: those that meet every condition that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppressionScope {
    /// The user.
    pub user: Option<UserId>,
    /// The department of the user's peer group, as the event tells it.
    pub department: Option<String>,
    /// The role of the user's peer group, as the event tells it.
    pub role: Option<String>,
    /// What the event stands out by.
    pub kind: Option<AlertKind>,
    /// The name of the part of the evidence that is the strongest reason.
    pub feature: Option<String>,
    /// The network of the address.
    pub network: Option<Network>,
}

/// A suppression: anomalies in its scope raise no alert until it expires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// The events that it covers.
    pub scope: SuppressionScope,
    /// Why these events need no alert, in a person's words.
    pub reason: String,
    /// The account that made it.
    pub author: String,
    /// The time at which it was made.
    pub created: Timestamp,
    /// The time from which on it covers nothing any more.
    pub expires: Timestamp,
}

/// The error for a suppression that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSuppression {
    /// There is no condition.
    #[error("scope has no condition, must have at least one: user, department, role, kind, feature or network")]
    Everything,
    /// The name is that of no part of the evidence.
    #[error("feature is no name of a reason")]
    Feature,
    /// The reason is empty or too long.
    #[error("reason has {0} characters, must have 1 to {most}", most = Suppression::MOST_REASON)]
    Reason(usize),
    /// The expiry is past or too far ahead.
    #[error("expires must be between now and {most} days from now", most = Suppression::MOST_DAYS)]
    Expiry,
}

impl SuppressionScope {
    /// Returns whether the scope covers an event that would raise an alert of a kind.
    pub fn covers(&self, kind: AlertKind, scored: &ScoredEvent) -> bool {
        let event = &scored.event;
        let strongest = || scored.reasons.iter().max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(part, _)| part.name());
        meets(self.user.as_ref(), |user| *user == event.user)
            && meets(self.department.as_ref(), |name| event.department.as_deref() == Some(name))
            && meets(self.role.as_ref(), |name| event.role.as_deref() == Some(name))
            && meets(self.kind.as_ref(), |wanted| *wanted == kind)
            && meets(self.feature.as_ref(), |name| strongest() == Some(name))
            && meets(self.network.as_ref(), |network| event.address.is_some_and(|address| network.contains(address)))
    }
}

fn meets<T>(condition: Option<&T>, is_met: impl FnOnce(&T) -> bool) -> bool {
    condition.is_none_or(is_met)
}

impl Suppression {
    /// The maximum number of characters of the reason.
    pub const MOST_REASON: usize = 1000;
    /// The maximum number of days until a suppression expires.
    pub const MOST_DAYS: i64 = 366;

    /// Checks a new suppression.
    ///
    /// # Errors
    ///
    /// Returns everything that is wrong with it.
    pub fn check(&self) -> Result<(), Vec<InvalidSuppression>> {
        let chars = self.reason.chars().count();
        let has_reason = !self.reason.trim().is_empty() && chars <= Self::MOST_REASON;
        let lasts = self.expires.duration_since(self.created);
        let is_soon = lasts.is_positive() && lasts.as_hours() <= 24 * Self::MOST_DAYS;
        let is_known = self.scope.feature.as_deref().is_none_or(|name| EvidencePart::named(name).is_some());
        let faults = [
            (self.scope == SuppressionScope::default()).then_some(InvalidSuppression::Everything),
            (!is_known).then_some(InvalidSuppression::Feature),
            (!has_reason).then_some(InvalidSuppression::Reason(chars)),
            (!is_soon).then_some(InvalidSuppression::Expiry),
        ];
        let faults: Vec<_> = faults.into_iter().flatten().collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Returns whether the suppression keeps an event from raising an alert of a kind at a time.
    pub fn hides(&self, kind: AlertKind, scored: &ScoredEvent, now: Timestamp) -> bool {
        now < self.expires && self.scope.covers(kind, scored)
    }
}

/// A network of addresses, such as `192.0.2.0/24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    /// The first address.
    address: IpAddr,
    /// The number of leading bits that all its addresses have in common.
    prefix: u8,
}

/// The error for a text that names no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a network such as 192.0.2.0/24 or 2001:db8::/32, or an address")]
pub struct InvalidNetwork;

impl Network {
    /// Returns whether an address belongs to the network.
    pub fn contains(&self, address: IpAddr) -> bool {
        let is_of_family = address.is_ipv4() == self.address.is_ipv4();
        is_of_family && masked(address, self.prefix) == bits(self.address)
    }
}

/// Returns the bits of an address; those of IPv4 are the leading ones.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn masked(address: IpAddr, prefix: u8) -> u128 {
    bits(address) & u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0)
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let (address, prefix) = text.trim().split_once('/').map_or((text.trim(), None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| InvalidNetwork)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(most), str::parse).map_err(|_| InvalidNetwork)?;
        let is_first = prefix <= most && masked(address, prefix) == bits(address);
        is_first.then_some(Self { address, prefix }).ok_or(InvalidNetwork)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.prefix)
    }
}

impl TryFrom<String> for Network {
    type Error = InvalidNetwork;

    fn try_from(text: String) -> Result<Self, InvalidNetwork> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_the_addresses_that_begin_like_it() {
        let contains = |network: &str, address: &str| {
            let network: Network = network.parse().expect("a network");
            network.contains(address.parse().expect("an address"))
        };
        assert!(contains("192.0.2.0/24", "192.0.2.255") && !contains("192.0.2.0/24", "192.0.3.0"));
        assert!(contains("192.0.2.7", "192.0.2.7") && !contains("192.0.2.7", "192.0.2.8"));
        assert!(contains("0.0.0.0/0", "203.0.113.9") && !contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("2001:db8::/32", "2001:db8:ffff::1") && !contains("2001:db8::/32", "2001:db9::1"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "192.0.2.1/24", "192.0.2.0/33", "2001:db8::/129", "192.0.2.0/", "office"] {
            assert_eq!(text.parse::<Network>(), Err(InvalidNetwork), "{text:?}");
        }
        let network: Network = "2001:db8::/32".parse().expect("a network");
        assert_eq!(network.to_string(), "2001:db8::/32");
    }

    #[test]
    fn a_suppression_needs_a_condition_a_reason_and_an_end() {
        let [created, expires] = [0, 86_400].map(|second| Timestamp::from_second(second).expect("a second of 1970"));
        let author = "ann".to_owned();
        let nothing = SuppressionScope { feature: Some("weather".to_owned()), ..SuppressionScope::default() };
        let wrong = Suppression { scope: nothing, reason: " ".to_owned(), author, created, expires: created };
        let faults = [InvalidSuppression::Feature, InvalidSuppression::Reason(1), InvalidSuppression::Expiry];
        assert_eq!(wrong.check(), Err(faults.to_vec()));
        let everything = SuppressionScope::default();
        let wide = Suppression { scope: everything, reason: "a migration".to_owned(), expires, ..wrong };
        assert_eq!(wide.check(), Err(vec![InvalidSuppression::Everything]));
        let scope = SuppressionScope { kind: Some(AlertKind::Transfer), ..SuppressionScope::default() };
        assert_eq!(Suppression { scope, ..wide }.check(), Ok(()));
    }
}
