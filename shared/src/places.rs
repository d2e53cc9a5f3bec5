//! Where addresses and named places are.

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

/// Returns where the place of a name is: a city, or a country by its name or code.
pub type Named = fn(&str) -> Option<Coordinates>;

/// What tells where events were: a table from addresses to countries, in the format of a `MaxMind` DB, and names.
pub struct Places {
    addresses: Reader<Vec<u8>>,
    named: Named,
}

/// Why a table of places cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    /// It is no `MaxMind` DB, or a damaged one.
    #[error("reading the table of places: {0}")]
    Invalid(#[from] maxminddb::MaxMindDbError),
    /// It cannot be unpacked.
    #[error("unpacking the table of places: {0}")]
    Damaged(#[from] io::Error),
}

impl Places {
    /// Takes the bytes of a `MaxMind` DB file, and who knows places by name.
    pub fn new(database: Vec<u8>, named: Named) -> Result<Self, PlacesError> {
        Ok(Self { addresses: Reader::from_source(database)?, named })
    }

    /// Takes the bytes of a `MaxMind` DB file that gzip packed, and who knows places by name.
    pub fn unpack(packed: &[u8], named: Named) -> Result<Self, PlacesError> {
        let mut database = Vec::new();
        MultiGzDecoder::new(packed).read_to_end(&mut database)?;
        Self::new(database, named)
    }

    /// Fills in where an event was.
    ///
    /// A location that is unknown becomes the country of the address. Coordinates that the record does not bring are
    /// those of the location's name, else those of the country of the address; those that it brings stay, and get the
    /// country that would have been found for them.
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

    /// Returns where the place of a name is; none where nobody knows it.
    pub fn coordinates(&self, name: &str) -> Option<Coordinates> {
        (self.named)(name)
    }

    /// Returns the ISO 3166 code of the country where `address` is used, such as `DE`; none for addresses without a
    /// place (private, reserved) and those the table does not know.
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

/// Returns the country in which a place that was found lies, as that of an exact point.
fn around(found: Option<Coordinates>) -> Area {
    match found.map(Coordinates::area) {
        Some(Area::In(country) | Area::All(country)) => Area::In(country),
        Some(Area::Unknown) | None => Area::Unknown,
    }
}

/// Tells whether an address belongs to somebody in the public internet.
fn has_place(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second); // RFC 6598
    let is_reserved = first == 0 || first >= 224; // RFC 1122: this network, multicast, reserved
    let is_special = address.is_private() || address.is_loopback() || address.is_link_local();
    !(is_special || is_shared || is_reserved || address.is_documentation())
}
