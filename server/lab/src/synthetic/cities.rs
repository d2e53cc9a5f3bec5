//! Cities, their networks, and the offices and VPN exits in them.

use std::net::Ipv4Addr;

use rand::{Rng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;

/// The first two bytes of the addresses of a network.
pub(super) type Network = [u8; 2];

/// An office, and the networks of its city.
pub(super) struct Office {
    pub(super) city: &'static str,
    /// Hours ahead of UTC.
    pub(super) ahead: f64,
    /// The office's own network.
    pub(super) network: Network,
    /// The network of homes and mobile phones.
    pub(super) carrier: Network,
    /// The networks that homes get from other providers.
    pub(super) providers: [Network; 2],
    /// The network of mobile phones whose address changes with every connection.
    pub(super) mobile: Network,
    /// The networks that the office gets from other providers.
    pub(super) lines: [Network; 2],
    /// Other cities of the country, after which the networks of the city may be named.
    pub(super) neighbours: [&'static str; 2],
    /// The rule by which the clocks change.
    pub(super) summer_time: SummerTime,
    /// The share of the people who work here.
    pub(super) share: f64,
}

/// The rule by which the clocks change twice a year.
#[derive(Clone, Copy)]
pub(super) enum SummerTime {
    /// From the last Sunday of March to the last Sunday of October.
    European,
    /// From the second Sunday of March to the first Sunday of November.
    American,
    /// Clocks do not change.
    Never,
}

pub(super) const OFFICES: [Office; 4] = [
    Office {
        city: "Berlin",
        ahead: 1.0,
        network: [141, 20],
        carrier: [80, 187],
        providers: [[95, 88], [77, 180]],
        mobile: [109, 41],
        lines: [[62, 154], [217, 230]],
        neighbours: ["Frankfurt", "Hamburg"],
        summer_time: SummerTime::European,
        share: 0.4,
    },
    Office {
        city: "London",
        ahead: 0.0,
        network: [155, 198],
        carrier: [81, 153],
        providers: [[90, 200], [82, 10]],
        mobile: [92, 40],
        lines: [[62, 6], [81, 130]],
        neighbours: ["Manchester", "Birmingham"],
        summer_time: SummerTime::European,
        share: 0.2,
    },
    Office {
        city: "New York",
        ahead: -5.0,
        network: [128, 122],
        carrier: [172, 56],
        providers: [[73, 20], [71, 170]],
        mobile: [174, 200],
        lines: [[12, 10], [65, 200]],
        neighbours: ["Chicago", "Dallas"],
        summer_time: SummerTime::American,
        share: 0.3,
    },
    Office {
        city: "Singapore",
        ahead: 8.0,
        network: [137, 132],
        carrier: [220, 255],
        providers: [[119, 74], [182, 55]],
        mobile: [116, 87],
        lines: [[203, 116], [165, 21]],
        neighbours: ["Singapore", "Singapore"],
        summer_time: SummerTime::Never,
        share: 0.1,
    },
];

/// A city without an office: people travel to it, live in it or use a VPN that ends in it, and so do attackers.
#[derive(Clone, Copy)]
pub(super) struct City {
    pub(super) name: &'static str,
    /// Hours ahead of UTC.
    pub(super) ahead: f64,
    pub(super) carrier: Network,
}

const ELSEWHERE: [City; 12] = [
    City { name: "Paris", ahead: 1.0, carrier: [90, 63] },
    City { name: "Madrid", ahead: 1.0, carrier: [83, 44] },
    City { name: "Warsaw", ahead: 1.0, carrier: [83, 8] },
    City { name: "Toronto", ahead: -5.0, carrier: [99, 224] },
    City { name: "Tokyo", ahead: 9.0, carrier: [126, 72] },
    City { name: "Mumbai", ahead: 5.5, carrier: [49, 36] },
    City { name: "São Paulo", ahead: -3.0, carrier: [177, 92] },
    City { name: "Lagos", ahead: 1.0, carrier: [105, 112] },
    City { name: "Bucharest", ahead: 2.0, carrier: [86, 120] },
    City { name: "Hanoi", ahead: 7.0, carrier: [113, 160] },
    City { name: "Kyiv", ahead: 2.0, carrier: [176, 36] },
    City { name: "Moscow", ahead: 3.0, carrier: [95, 165] },
];

/// The city in which the company's VPN ends.
pub(super) const VPN_CITY: &str = "Amsterdam";
const VPN: [u8; 3] = [213, 127, 7];
pub(super) const VPN_NETWORK: Network = [VPN[0], VPN[1]];
/// Networks of hosting companies, which private VPNs use too.
const HOSTING: [Network; 3] = [[185, 60], [45, 83], [193, 27]];

/// Cities in which egress services pass traffic on to the internet, and lines that stand in for an office's own.
pub(super) const EXITS: [City; 5] = [
    City { name: "Amsterdam", ahead: 1.0, carrier: [145, 53] },
    City { name: "Dublin", ahead: 0.0, carrier: [87, 36] },
    City { name: "Frankfurt", ahead: 1.0, carrier: [194, 25] },
    City { name: "Stockholm", ahead: 1.0, carrier: [83, 250] },
    City { name: "Dallas", ahead: -6.0, carrier: [50, 200] },
];

/// Returns a random city without an office.
pub(super) fn elsewhere(rng: &mut ChaCha8Rng) -> City {
    *ELSEWHERE.choose(rng).expect("there are cities")
}

/// Returns whether an address is of a network.
pub(super) fn is_in(address: Ipv4Addr, [first, second]: Network) -> bool {
    address.octets()[..2] == [first, second]
}

/// Returns one of the addresses of an egress service in a city, which many customers share.
pub(super) fn egress(exit: City, rng: &mut ChaCha8Rng) -> Ipv4Addr {
    let [first, second] = exit.carrier;
    Ipv4Addr::new(first, second, 112 + rng.random_range(0..8), rng.random_range(1..255))
}

/// Returns a random address of a network.
pub(super) fn address([first, second]: Network, rng: &mut ChaCha8Rng) -> Ipv4Addr {
    Ipv4Addr::new(first, second, rng.random(), rng.random_range(1..255))
}

/// Returns one of the few addresses of the company's VPN.
pub(super) fn vpn(rng: &mut ChaCha8Rng) -> Ipv4Addr {
    Ipv4Addr::new(VPN[0], VPN[1], VPN[2], rng.random_range(1..5))
}

/// Returns a random address of a hosting company.
pub(super) fn hosted(rng: &mut ChaCha8Rng) -> Ipv4Addr {
    address(*HOSTING.choose(rng).expect("there are networks"), rng)
}

#[cfg(test)]
mod tests {
    use shared::travel::{Area, Country};

    use super::*;
    use crate::place_tables::places;

    #[test]
    fn every_city_is_where_its_networks_are() {
        let offices = OFFICES.iter().flat_map(|office| {
            let networks = [office.network, office.carrier, office.mobile].into_iter();
            networks.chain(office.providers).chain(office.lines).map(|network| (office.city, network))
        });
        let neighbours = OFFICES.iter().flat_map(|office| office.neighbours.map(|city| (city, office.carrier)));
        let others = ELSEWHERE.iter().chain(&EXITS).map(|city| (city.name, city.carrier));
        let vpn = (VPN_CITY, VPN_NETWORK);
        for (city, network) in offices.chain(neighbours).chain(others).chain([vpn]) {
            let named = places().coordinates(city).and_then(|coordinates| country_of(coordinates.area()));
            let [first, second] = network;
            for third in 0..=255 {
                let code = places().country([first, second, third, 1].into());
                assert!(code.is_some_and(|code| code.parse().ok() == named), "{city}: {network:?} is in {code:?}");
            }
        }
    }

    fn country_of(area: Area) -> Option<Country> {
        match area {
            Area::Unknown => None,
            Area::In(country) | Area::All(country) => Some(country),
        }
    }
}
