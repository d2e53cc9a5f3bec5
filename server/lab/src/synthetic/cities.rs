//! Cities, their networks, and the offices and VPN exits in them.

use std::net::Ipv4Addr;

use rand::{Rng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;

/// The first two bytes of the addresses of a network.
type Network = [u8; 2];

/// An office, and the networks of its city.
pub(super) struct Office {
    pub(super) city: &'static str,
    /// Hours ahead of UTC.
    pub(super) ahead: f64,
    /// The office's own network.
    pub(super) network: Network,
    /// The network of homes and mobile phones.
    pub(super) carrier: Network,
    /// The share of the people who work here.
    pub(super) share: f64,
}

pub(super) const OFFICES: [Office; 4] = [
    Office { city: "Berlin", ahead: 1.0, network: [141, 20], carrier: [80, 187], share: 0.4 },
    Office { city: "London", ahead: 0.0, network: [155, 198], carrier: [81, 153], share: 0.2 },
    Office { city: "New York", ahead: -5.0, network: [128, 122], carrier: [172, 56], share: 0.3 },
    Office { city: "Singapore", ahead: 8.0, network: [137, 132], carrier: [220, 255], share: 0.1 },
];

/// A city without an office: people travel to it, live in it or use a VPN that ends in it, and so do attackers.
#[derive(Clone, Copy)]
pub(super) struct City {
    pub(super) name: &'static str,
    pub(super) carrier: Network,
}

const ELSEWHERE: [City; 12] = [
    City { name: "Paris", carrier: [90, 63] },
    City { name: "Madrid", carrier: [83, 44] },
    City { name: "Warsaw", carrier: [83, 8] },
    City { name: "Toronto", carrier: [99, 224] },
    City { name: "Tokyo", carrier: [126, 72] },
    City { name: "Mumbai", carrier: [49, 36] },
    City { name: "São Paulo", carrier: [177, 92] },
    City { name: "Lagos", carrier: [105, 112] },
    City { name: "Bucharest", carrier: [86, 120] },
    City { name: "Hanoi", carrier: [113, 160] },
    City { name: "Kyiv", carrier: [176, 36] },
    City { name: "Moscow", carrier: [95, 165] },
];

/// The city in which the company's VPN ends.
pub(super) const VPN_CITY: &str = "Amsterdam";
const VPN: [u8; 3] = [213, 127, 7];
/// Networks of hosting companies, which private VPNs use too.
const HOSTING: [Network; 3] = [[185, 60], [45, 83], [193, 27]];

/// Returns a random city without an office.
pub(super) fn elsewhere(rng: &mut ChaCha8Rng) -> City {
    *ELSEWHERE.choose(rng).expect("there are cities")
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
        let offices = OFFICES.iter().flat_map(|office| [(office.city, office.network), (office.city, office.carrier)]);
        let others = ELSEWHERE.iter().map(|city| (city.name, city.carrier));
        for (city, network) in offices.chain(others).chain([(VPN_CITY, [VPN[0], VPN[1]])]) {
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
