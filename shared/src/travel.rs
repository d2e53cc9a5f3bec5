//! Points on the globe, and the speed of the travel from one to the next.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::math::{asin, cos, sin};

/// A point on the globe, to a hundredth of a degree (1.1 km).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Coordinates {
    /// Hundredths of a degree north of the equator.
    latitude: i16,
    /// Hundredths of a degree east of Greenwich.
    longitude: i16,
    area: Area,
}

/// The country in which a point lies, as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Area {
    /// The country is not known.
    #[default]
    Unknown,
    /// The point is exact, and lies in this country.
    In(Country),
    /// Only the country is known: the point is the centre of its population.
    All(Country),
}

/// A country, by its ISO 3166 code of two capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Country([u8; 2]);

/// The error for a text that is not two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the code of a country has two letters")]
pub struct InvalidCountry;

impl FromStr for Country {
    type Err = InvalidCountry;

    fn from_str(code: &str) -> Result<Self, InvalidCountry> {
        match *code.as_bytes() {
            [first, second] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
                Ok(Self([first.to_ascii_uppercase(), second.to_ascii_uppercase()]))
            }
            _ => Err(InvalidCountry),
        }
    }
}

/// The error for numbers that are no latitude and longitude.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("latitudes are -90 to 90 degrees, longitudes -180 to 180")]
pub struct InvalidCoordinates;

/// The mean radius of the Earth (IUGG), in kilometres.
const EARTH_RADIUS_KM: f64 = 6371.0;
const HUNDREDTHS: f64 = 100.0;

impl Coordinates {
    /// Makes a point of its degrees north of the equator (-90 to 90) and east of Greenwich (-180 to 180).
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, InvalidCoordinates> {
        let is_valid = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        let (latitude, longitude) = (hundredths(latitude), hundredths(longitude));
        is_valid.then_some(Self { latitude, longitude, area: Area::Unknown }).ok_or(InvalidCoordinates)
    }

    /// Returns the same point with another area.
    #[must_use]
    pub fn with(self, area: Area) -> Self {
        Self { area, ..self }
    }

    /// Returns the degrees north of the equator, from -90 to 90.
    pub fn latitude(self) -> f64 {
        f64::from(self.latitude) / HUNDREDTHS
    }

    /// Returns the degrees east of Greenwich, from -180 to 180.
    pub fn longitude(self) -> f64 {
        f64::from(self.longitude) / HUNDREDTHS
    }

    /// Returns what is known of the point's country.
    pub fn area(self) -> Area {
        self.area
    }

    /// Returns the great-circle distance in kilometres, by the
    /// [haversine formula](https://en.wikipedia.org/wiki/Haversine_formula).
    pub fn km_to(self, other: Self) -> f64 {
        let [from, to] = [self, other].map(|point| point.latitude().to_radians());
        let half_turn = (other.longitude() - self.longitude()).to_radians() / 2.0;
        let (north, east) = (sin((to - from) / 2.0), sin(half_turn));
        let haversine = north * north + cos(from) * cos(to) * (east * east);
        2.0 * EARTH_RADIUS_KM * asin(haversine.sqrt().min(1.0))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "no more than 18,000, and `as` saturates")]
fn hundredths(degrees: f64) -> i16 {
    (degrees * HUNDREDTHS).round() as i16
}

/// The stored form of coordinates: hundredths of degrees north and east, and the area.
#[derive(Serialize, Deserialize)]
struct Stored(i16, i16, Area);

impl TryFrom<Stored> for Coordinates {
    type Error = InvalidCoordinates;

    fn try_from(Stored(latitude, longitude, area): Stored) -> Result<Self, InvalidCoordinates> {
        Self::new(f64::from(latitude) / HUNDREDTHS, f64::from(longitude) / HUNDREDTHS).map(|point| point.with(area))
    }
}

impl From<Coordinates> for Stored {
    fn from(Coordinates { latitude, longitude, area }: Coordinates) -> Self {
        Self(latitude, longitude, area)
    }
}

/// A point at which a user was, and the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The point on the globe.
    pub coordinates: Coordinates,
    /// The second of Unix time.
    pub second: i64,
}

/// The travel from one position to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Travel {
    /// The great-circle distance in kilometres; 0 if both positions may be the same place.
    pub km: f64,
    /// The time between the positions in hours, at least one minute.
    pub hours: f64,
}

/// The distance below which two positions count as one place, since addresses are located no more exactly.
const NEAR_KM: f64 = 100.0;
/// The minimum time between two positions, since clocks differ and one sign-in has several events.
const SHORTEST_SECONDS: i64 = 60;

impl Travel {
    /// Returns the travel between two positions; none if the second is earlier than the first.
    pub fn between(from: Position, to: Position) -> Option<Self> {
        let seconds = to.second - from.second;
        let km = from.coordinates.km_to(to.coordinates);
        let is_travel = km >= NEAR_KM && !may_be_one_place(from.coordinates.area, to.coordinates.area);
        #[expect(clippy::cast_precision_loss, reason = "spans of calendar time are exact in 53 bits")]
        let hours = seconds.max(SHORTEST_SECONDS) as f64 / 3600.0;
        (seconds >= 0).then_some(Self { km: if is_travel { km } else { 0.0 }, hours })
    }

    /// Returns the speed in kilometres per hour.
    pub fn speed(&self) -> f64 {
        self.km / self.hours
    }
}

/// Returns whether two points may be the same place, since of one only the country is known and the other lies in it.
fn may_be_one_place(from: Area, to: Area) -> bool {
    matches!((from, to), (Area::All(a), Area::All(b) | Area::In(b)) | (Area::In(a), Area::All(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(latitude: f64, longitude: f64) -> Coordinates {
        Coordinates::new(latitude, longitude).expect("a point on the globe")
    }

    fn berlin() -> Coordinates {
        point(52.524_37, 13.410_53)
    }

    fn new_york() -> Coordinates {
        point(40.714_27, -74.005_97)
    }

    fn travel(from: Coordinates, to: Coordinates, seconds: i64) -> Option<Travel> {
        let start = 1_700_000_000;
        let (from, to) =
            (Position { coordinates: from, second: start }, Position { coordinates: to, second: start + seconds });
        Travel::between(from, to)
    }

    #[test]
    fn distances_of_cities_are_those_of_the_atlas() {
        let (singapore, sydney) = (point(1.289_67, 103.850_07), point(-33.867_85, 151.207_32));
        for (from, to, atlas_km) in
            [(berlin(), new_york(), 6385.0), (singapore, sydney, 6300.0), (berlin(), singapore, 9920.0)]
        {
            let km = from.km_to(to);
            assert!((km / atlas_km - 1.0).abs() < 0.01, "{km} km instead of {atlas_km}");
        }
        let (fiji, samoa) = (point(-18.0, 179.5), point(-18.0, -179.5));
        assert!((fiji.km_to(samoa) - 105.75).abs() < 0.1, "the way over the date line is the short one");
    }

    #[test]
    fn only_points_on_the_globe_are_coordinates() {
        for (latitude, longitude) in [(90.1, 0.0), (0.0, -180.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert_eq!(Coordinates::new(latitude, longitude), Err(InvalidCoordinates));
        }
        assert_eq!((point(-90.0, 180.0).latitude(), point(-90.0, 180.0).longitude()), (-90.0, 180.0));
        assert_eq!((berlin().latitude(), berlin().longitude()), (52.52, 13.41));
    }

    #[test]
    fn speed_is_the_way_by_the_time_and_a_minute_the_least_time() {
        let flight = travel(berlin(), new_york(), 9 * 3600).expect("forwards");
        assert!((flight.speed() - 709.0).abs() < 2.0, "{flight:?}");
        assert_eq!(travel(berlin(), new_york(), 0), travel(berlin(), new_york(), 60));
        assert_eq!(travel(berlin(), new_york(), -1), None);
    }

    #[test]
    fn neighbouring_places_are_one_place() {
        let (potsdam, leipzig) = (point(52.4, 13.06), point(51.34, 12.37));
        assert_eq!(travel(berlin(), potsdam, 600).map(|travel| travel.km), Some(0.0));
        assert!(travel(berlin(), leipzig, 600).is_some_and(|travel| travel.km > 140.0));
    }

    #[test]
    fn nobody_travels_to_the_middle_of_the_country_they_are_in() {
        let country = |code: &str| code.parse().expect("a country");
        let (city, us) = (new_york().with(Area::In(country("US"))), point(37.0, -95.0).with(Area::All(country("us"))));
        let germany = point(50.8, 9.5).with(Area::All(country("DE")));
        assert_eq!(
            [travel(city, us, 60), travel(us, city, 60)].map(|travel| travel.map(|travel| travel.km)),
            [Some(0.0); 2]
        );
        assert!(travel(city, germany, 60).is_some_and(|travel| travel.km > 6000.0));
        assert!("USA".parse::<Country>().is_err());
    }
}
