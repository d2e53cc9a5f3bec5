//! Which addresses requests may go to.
//!
//! Whoever may set a webhook could otherwise reach, through this server, what only this server reaches: its own ports,
//! the internal network, or the credentials that clouds offer to a machine at a link-local address (server-side request
//! forgery).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), prefix)
}

const fn v6(a: u16, b: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), prefix)
}

/// Networks of IPv4 that are not public, by the [registry] of special addresses, and what they are.
///
/// [registry]: https://www.iana.org/assignments/iana-ipv4-special-registry
const NOT_PUBLIC_V4: [(Ipv4Net, &str); 15] = [
    (v4(0, 0, 0, 8), "an address of this network"),
    (v4(10, 0, 0, 8), "a private address"),
    (v4(100, 64, 0, 10), "an address shared by customers of a provider"),
    (v4(127, 0, 0, 8), "a loopback address"),
    (v4(169, 254, 0, 16), "a link-local address"),
    (v4(172, 16, 0, 12), "a private address"),
    (v4(192, 0, 0, 24), "reserved for protocols"),
    (v4(192, 0, 2, 24), "an address for documentation"),
    (v4(192, 88, 99, 24), "an address of 6to4 relays"),
    (v4(192, 168, 0, 16), "a private address"),
    (v4(198, 18, 0, 15), "an address for benchmarks"),
    (v4(198, 51, 100, 24), "an address for documentation"),
    (v4(203, 0, 113, 24), "an address for documentation"),
    (v4(224, 0, 0, 4), "a multicast address"),
    (v4(240, 0, 0, 4), "reserved"),
];
/// The addresses of IPv6 that are public.
const PUBLIC_V6: Ipv6Net = v6(0x2000, 0, 3);
/// The exceptions from [`PUBLIC_V6`], and what they are.
const NOT_PUBLIC_V6: [(Ipv6Net, &str); 4] = [
    (v6(0x2001, 0, 23), "reserved for protocols"),
    (v6(0x2001, 0xdb8, 32), "an address for documentation"),
    (v6(0x2002, 0, 16), "an address of 6to4, which stands for one of IPv4"),
    (v6(0x3fff, 0, 20), "an address for documentation"),
];

/// Lets requests go to public addresses, and to those of some other networks.
#[derive(Debug, Clone)]
pub(super) struct AddressGuard {
    allowed: Vec<IpNet>,
}

impl AddressGuard {
    pub(super) fn new(allowed: &[IpNet]) -> Self {
        Self { allowed: allowed.to_vec() }
    }

    /// Returns whether an address is of one of the networks that are allowed although they are not public.
    pub(super) fn is_allowed(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.allowed.iter().any(|network| network.contains(&address))
    }

    /// Checks all addresses that a name has. If any is forbidden, none is used.
    ///
    /// # Errors
    ///
    /// Returns which address is forbidden and why.
    pub(super) fn check(&self, addresses: &[SocketAddr]) -> Result<(), String> {
        for address in addresses {
            let address = address.ip().to_canonical();
            if let Some(kind) = kind_unless_public(address).filter(|_| !self.is_allowed(address)) {
                return Err(format!(
                    "{address} is {kind}, where webhooks may not go unless the server's settings allow that network"
                ));
            }
        }
        Ok(())
    }
}

/// Returns what an address is that is not public.
fn kind_unless_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => kind_in(&NOT_PUBLIC_V4, |network| network.contains(&address)),
        IpAddr::V6(address) if !PUBLIC_V6.contains(&address) => Some("not a public address"),
        IpAddr::V6(address) => kind_in(&NOT_PUBLIC_V6, |network| network.contains(&address)),
    }
}

fn kind_in<N>(networks: &[(N, &'static str)], contains: impl Fn(&N) -> bool) -> Option<&'static str> {
    networks.iter().find(|(network, _)| contains(network)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_forbidden(guard: &AddressGuard, address: &str) -> bool {
        let address: IpAddr = address.parse().expect("an address");
        guard.check(&[SocketAddr::new(address, 443)]).is_err()
    }

    #[test]
    fn public_addresses_are_reached_and_all_others_are_not() {
        let guard = AddressGuard::new(&[]);
        for public in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450::1",
            "::ffff:1.1.1.1",
        ] {
            assert!(!is_forbidden(&guard, public), "{public}");
        }
        for special in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(is_forbidden(&guard, special), "{special}");
        }
    }

    #[test]
    fn a_network_can_be_allowed_and_its_neighbours_stay_forbidden() {
        let guard =
            AddressGuard::new(&["10.1.0.0/16".parse().expect("a network"), "fd00::/8".parse().expect("a network")]);
        for allowed in ["10.1.2.3", "::ffff:10.1.2.3", "fd12::1"] {
            assert!(!is_forbidden(&guard, allowed), "{allowed}");
        }
        for forbidden in ["10.2.0.1", "127.0.0.1", "fe80::1"] {
            assert!(is_forbidden(&guard, forbidden), "{forbidden}");
        }
    }

    #[test]
    fn one_forbidden_address_of_a_name_forbids_all() {
        let addresses = ["1.1.1.1:443", "10.0.0.1:443"].map(|address| address.parse().expect("an address"));
        let refusal = AddressGuard::new(&[]).check(&addresses).expect_err("one address is private");
        assert!(refusal.starts_with("10.0.0.1 is a private address"), "{refusal}");
    }
}
