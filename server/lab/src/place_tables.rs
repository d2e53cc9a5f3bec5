//! The tables of places: cities and countries by name, countries by address.

mod names;

use std::sync::LazyLock;

use shared::{places::Places, travel::Coordinates};

use self::names::Names;

static COUNTRIES_OF_ADDRESSES: &[u8] = include_bytes!("../assets/geo/ipv4-country.mmdb.gz");
static COUNTRIES: &[u8] = include_bytes!("../assets/geo/countries.csv");
static CITIES: &[u8] = include_bytes!("../assets/geo/cities15000.csv.gz");

/// Returns the tables of places. That of addresses is unpacked at the first call, those of names at the first look-up.
pub fn places() -> &'static Places {
    static PLACES: LazyLock<Places> = LazyLock::new(|| {
        Places::unpack(COUNTRIES_OF_ADDRESSES, named).expect("a test reads the table that comes with the program")
    });
    &PLACES
}

/// Returns the coordinates of a named place.
fn named(name: &str) -> Option<Coordinates> {
    static NAMES: LazyLock<Names> =
        LazyLock::new(|| Names::unpack(COUNTRIES, CITIES).expect("a test reads the tables that come with the program"));
    NAMES.find(name)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use shared::{
        event::{Action, Event},
        travel::Area,
    };

    use super::*;

    #[test]
    fn the_table_knows_public_addresses_and_no_private_ones() {
        let country = |address: &str| places().country(address.parse().expect("an address"));
        assert_eq!(country("8.8.8.8"), Some("US"));
        assert_eq!(country("10.0.0.1"), None);
    }

    fn degrees(name: &str) -> Option<(f64, f64)> {
        places().coordinates(name).map(|coordinates| (coordinates.latitude(), coordinates.longitude()))
    }

    const BERLIN: (f64, f64) = (52.52, 13.41);
    const NEW_YORK: (f64, f64) = (40.71, -74.01);

    #[test]
    fn a_city_is_found_however_it_is_written() {
        for name in ["Berlin", "berlin, DE", "BERLIN, Germany", " Berlin,Land Berlin,de"] {
            assert_eq!(degrees(name), Some(BERLIN), "{name}");
        }
        for name in ["New York", "New York City", "new-york, US", "New York, NY", "New York, New York, USA"] {
            assert_eq!(degrees(name), Some(NEW_YORK), "{name}");
        }
        for (name, other) in [("São Paulo", "Sao Paulo"), ("Łódź", "lodz"), ("Köln", "Cologne"), ("Kyiv", "Kiev")]
        {
            assert!(degrees(name).is_some_and(|place| degrees(other) == Some(place)), "{name}");
        }
    }

    #[test]
    fn of_several_cities_the_most_populous_is_meant_unless_the_country_or_state_is_said() {
        let latitude = |name: &str| degrees(name).map(|(latitude, _)| latitude);
        assert_eq!([latitude("Paris"), latitude("Paris, US"), latitude("Paris, TX")], [48.85, 33.66, 33.66].map(Some));
        assert_eq!(latitude("Portland, ME, US"), Some(43.66));
        assert_eq!(latitude("Hanover"), latitude("Hannover, DE"), "an English name counts as much as the city's own");
    }

    #[test]
    fn a_country_is_its_middle_by_name_or_code() {
        let germany = places().coordinates("DE").expect("a country");
        assert_eq!(germany.area(), Area::All("DE".parse().expect("a code")));
        assert!(germany.km_to(Coordinates::new(51.0, 10.0).expect("a point")) < 150.0);
        assert_eq!(places().coordinates("Germany"), Some(germany));
        assert!(degrees("mexico") != degrees("Mexico City"));
        assert_eq!(degrees("U.S.A."), degrees("us"));
    }

    #[test]
    fn what_is_no_place_has_no_coordinates() {
        for name in ["", ",", "Entenhausen", "Berlin, FR", "London, Ontario", "UTC+02:00", "東", "office 4"] {
            assert_eq!(degrees(name), None, "{name}");
        }
    }

    #[test]
    fn the_name_of_the_place_counts_more_than_the_country_of_the_address() {
        let event = |location: Option<&str>| {
            let event = Event::new("ann".parse().expect("an id"), Timestamp::UNIX_EPOCH, Action::Login);
            let address = Some([8, 8, 8, 8].into());
            places().located(Event { location: location.map(Into::into), address, ..event })
        };
        let [named, unnamed, unknown] = [Some("Berlin"), None, Some("Entenhausen")].map(event);
        assert_eq!(named.coordinates, places().coordinates("Berlin"));
        assert_eq!((unnamed.location.as_deref(), unnamed.coordinates), (Some("US"), places().coordinates("US")));
        assert_eq!(
            (unknown.location.as_deref(), unknown.coordinates),
            (Some("Entenhausen"), places().coordinates("US"))
        );
        let given = Coordinates::new(1.0, 2.0).expect("a point");
        let kept = places().located(Event { coordinates: Some(given), ..named.clone() }).coordinates;
        let germany = "DE".parse().expect("a country");
        assert_eq!(kept, Some(given.with(Area::In(germany))), "the point stays, the country is that of the location");
        assert_eq!(named.id(), Event { coordinates: None, ..named.clone() }.id());
    }
}
