//! The countries of addresses, from the table that comes with the program.

use std::sync::LazyLock;

use shared::places::Places;

static COUNTRIES: &[u8] = include_bytes!("../assets/geo/ipv4-country.mmdb.gz");

/// Returns the table of places; it is unpacked once, at the first call.
pub fn places() -> &'static Places {
    static PLACES: LazyLock<Places> =
        LazyLock::new(|| Places::unpack(COUNTRIES).expect("a test reads the table that comes with the program"));
    &PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_public_addresses_and_no_private_ones() {
        let country = |address: &str| places().country(address.parse().expect("an address"));
        assert_eq!(country("8.8.8.8"), Some("US"));
        assert_eq!(country("10.0.0.1"), None);
    }
}
