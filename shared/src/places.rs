//! The geographical lookup of IP addresses and names of places.

use std::{
    io::{self, Read},
    net::{IpAddr, Ipv4Addr},
};

use flate2::read::MultiGzDecoder;
use maxminddb::{PathElement, Reader};

use crate::{
    event::Event,
    travel::{Area, Coordinates},
};

/// A function that returns the coordinates of a named place: a city, or a country by its name or code.
pub type Named = fn(&str) -> Option<Coordinates>;

/// A table of places: the countries of IP addresses, in the format of a `MaxMind` DB, and the coordinates of names.
pub struct Places {
    addresses: Reader<Vec<u8>>,
    named: Named,
}

/// The error for a table of places that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    /// The table is no `MaxMind` DB, or is damaged.
    #[error("reading the table of places: {0}")]
    Invalid(#[from] maxminddb::MaxMindDbError),
    /// The table cannot be decompressed.
    #[error("unpacking the table of places: {0}")]
    Damaged(#[from] io::Error),
}

impl Places {
    /// Makes a table of the bytes of a `MaxMind` DB file and a lookup of names.
    pub fn new(database: Vec<u8>, named: Named) -> Result<Self, PlacesError> {
        Ok(Self { addresses: Reader::from_source(database)?, named })
    }

    /// Makes a table of the bytes of a `MaxMind` DB file compressed by gzip and a lookup of names.
    pub fn unpack(packed: &[u8], named: Named) -> Result<Self, PlacesError> {
        let mut database = Vec::new();
        MultiGzDecoder::new(packed).read_to_end(&mut database)?;
        Self::new(database, named)
    }

    /// Looks up where an event was.
    ///
    /// An unknown location becomes the country of the address. Unknown coordinates become those of the location, else
    /// those of the country of the address. Coordinates from the record are kept, and lie in the country of those that
    /// would have been looked up.
    #[must_use]
    pub fn located(&self, mut event: Event) -> Event {
        let country = || event.address.and_then(|address| self.country(address));
        if event.location.is_none() {
            event.location = country().map(Into::into);
        }
        let named = event.location.as_deref().and_then(self.named);
        let found = named.or_else(|| country().and_then(self.named));
        event.coordinates = match event.coordinates {
            Some(given) if given.area() == Area::Unknown => Some(given.with(around(found))),
            given => given.or(found),
        };
        event
    }

    /// Returns the coordinates of a named place; none if the name is not known.
    pub fn coordinates(&self, name: &str) -> Option<Coordinates> {
        (self.named)(name)
    }

    /// Returns the ISO 3166 code of the country where `address` is used, such as `DE`; none for private and reserved
    /// addresses and those that are not in the table.
    pub fn country(&self, address: IpAddr) -> Option<&str> {
        const COUNTRY: [&[PathElement<'static>]; 2] =
            [&[PathElement::Key("country_code")], &[PathElement::Key("country"), PathElement::Key("iso_code")]];
        let address = address.to_canonical();
        if matches!(address, IpAddr::V4(address) if !has_place(address)) {
            return None;
        }
        let found = self.addresses.lookup(address).ok()?;
        COUNTRY.into_iter().find_map(|path| found.decode_path(path).ok().flatten())
    }
}

/// Returns the area of an exact point in the country of the coordinates that were looked up.
fn around(found: Option<Coordinates>) -> Area {
    match found.map(Coordinates::area) {
        Some(Area::In(country) | Area::All(country)) => Area::In(country),
        Some(Area::Unknown) | None => Area::Unknown,
    }
}

/// Returns whether an address belongs to the public internet.
fn has_place(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second); // RFC 6598
    let is_reserved = first == 0 || first >= 224; // RFC 1122: this network, multicast, reserved
    let is_special = address.is_private() || address.is_loopback() || address.is_link_local();
    !(is_special || is_shared || is_reserved || address.is_documentation())
}
