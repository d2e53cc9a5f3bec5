//! A value that many users adopted, in words.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{
    event::{Device, shorten},
    families::{Domain, Family, LEVELS, Moment, Tree, resource_prefix},
    values::network_prefixes,
};

/// The maximum length of the text of a value, in characters.
const LONGEST_TEXT: usize = 100;

/// A value that many users adopted.
#[derive(Debug, Clone, PartialEq)]
pub struct AdoptedValue {
    /// The family.
    pub family: Family,
    /// The value as people read it: a network such as `192.0.2.0/24`, the name of a place or program, a path.
    pub text: String,
    /// The number of users who adopted it on the first day of the notice.
    pub users_of_first_day: u64,
    /// The number of users who adopted it since the notice opened, those of the first day included.
    pub users: u64,
    /// The key of the value, or the id of the node.
    pub(super) key: u64,
}

impl AdoptedValue {
    /// Returns the value of an event that has it, which so many users adopted on the first day so far.
    pub(super) fn of(family: Family, key: u64, moment: &Moment, users: usize) -> Self {
        let text = shorten(text_of(family, moment).into(), LONGEST_TEXT).into_owned();
        Self { family, text, users_of_first_day: users as u64, users: users as u64, key }
    }

    /// Returns what the users did, such as "came from 192.0.2.0/24".
    pub fn act(&self) -> String {
        let text = &self.text;
        match self.family {
            Family::Location => format!("were in {text}"),
            Family::Device => format!("used a device of the kind {text}"),
            Family::UserAgent => format!("used the program {text}"),
            family if family.tree().is_some_and(|(tree, _)| tree == Tree::Network) => format!("came from {text}"),
            _ => format!("worked in {text}"),
        }
    }
}

fn text_of(family: Family, moment: &Moment) -> String {
    match (&family.spec().domain, family.tree()) {
        (Domain::Names { name, .. }, _) => name(moment).unwrap_or_default().trim_end_matches(['/', ' ']).to_owned(),
        (_, Some((Tree::Network, level))) => moment.event.address.map_or_else(String::new, |at| network(at, level)),
        (_, Some((Tree::Resource, level))) if level + 1 < LEVELS => resource_prefix(moment, level + 1).to_owned(),
        (_, Some(_)) => moment.event.resource.as_deref().unwrap_or_default().to_owned(),
        (_, None) => moment.event.device.map_or("", Device::name).to_owned(),
    }
}

/// Returns the network of an address at a level, such as `192.0.2.0/24`, or the whole address.
fn network(address: IpAddr, level: usize) -> String {
    let address = address.to_canonical();
    let length = u32::from(network_prefixes(address)[level]);
    match address {
        IpAddr::V4(whole) if length == 32 => whole.to_string(),
        IpAddr::V6(whole) if length == 128 => whole.to_string(),
        IpAddr::V4(whole) => format!("{}/{length}", whole & Ipv4Addr::from(u32::MAX << (32 - length))),
        IpAddr::V6(whole) => format!("{}/{length}", whole & Ipv6Addr::from(u128::MAX << (128 - length))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_written_with_its_length_and_an_address_without() {
        let of = |address: &str| [0, 1, 2].map(|level| network(address.parse().expect("an address"), level));
        assert_eq!(of("192.0.2.7"), ["192.0.0.0/16", "192.0.2.0/24", "192.0.2.7"]);
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_eq!(of("2001:db8:1:2::7"), ["2001:db8::/32", "2001:db8:1::/48", "2001:db8:1:2::7"]);
    }
}
