//! Looking up cities and countries by their names.

use deunicode::deunicode;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use shared::{
    hash::hash,
    travel::{Area, Coordinates, Country, InvalidCoordinates, InvalidCountry},
};

/// Alternative names of countries: ISO code, name.
const ALSO_COUNTRIES: [(&str, &str); 12] = [
    ("CI", "Côte d'Ivoire"),
    ("CZ", "Czech Republic"),
    ("GB", "Great Britain"),
    ("GB", "UK"),
    ("KR", "Korea"),
    ("KR", "Republic of Korea"),
    ("NL", "Netherlands"),
    ("RU", "Russian Federation"),
    ("TR", "Türkiye"),
    ("US", "United States of America"),
    ("US", "USA"),
    ("VN", "Viet Nam"),
];

/// Alternative names of cities: ISO code of the country, name in the table, alternative name.
const ALSO_CITIES: [(&str, &str, &str); 20] = [
    ("BE", "Brugge", "Bruges"),
    ("BE", "Brussels", "Bruxelles"),
    ("BE", "Gent", "Ghent"),
    ("CH", "Genève", "Geneva"),
    ("CH", "Luzern", "Lucerne"),
    ("CN", "Beijing", "Peking"),
    ("DE", "Frankfurt am Main", "Frankfurt"),
    ("DE", "Hannover", "Hanover"),
    ("DE", "Köln", "Cologne"),
    ("ES", "Sevilla", "Seville"),
    ("IL", "Tel Aviv", "Tel Aviv-Yafo"),
    ("IN", "Bengaluru", "Bangalore"),
    ("IN", "Chennai", "Madras"),
    ("IN", "Gurugram", "Gurgaon"),
    ("IN", "Mumbai", "Bombay"),
    ("MM", "Yangon", "Rangoon"),
    ("UA", "Kharkiv", "Kharkov"),
    ("UA", "Kyiv", "Kiev"),
    ("US", "Washington", "Washington DC"),
    ("VN", "Ho Chi Minh City", "Saigon"),
];

/// All names of places in the order of their hashes; places of the same name by rank: a country, then the most populous
/// city.
pub(super) struct Names(Vec<Entry>);

struct Entry {
    name: u64,
    country: Country,
    /// The state of a city of the United States.
    state: Option<[u8; 2]>,
    coordinates: Coordinates,
}

/// Why the tables of places cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum NamesError {
    #[error("reading a table of places: {0}")]
    Table(#[from] csv::Error),
    #[error("reading a table of places: {0}")]
    Country(#[from] InvalidCountry),
    #[error("reading a table of places: {0}")]
    Coordinates(#[from] InvalidCoordinates),
}

#[derive(Deserialize)]
struct CountryRow {
    iso2: String,
    name: String,
    pop_weighted_lat: Option<f64>,
    pop_weighted_lon: Option<f64>,
}

#[derive(Deserialize)]
struct CityRow {
    name: String,
    country: String,
    admin1: String,
    latitude: f64,
    longitude: f64,
}

impl Names {
    /// Reads a table of countries, and one of cities that is packed by gzip and has the most populous first.
    pub(super) fn unpack(countries: &[u8], cities: &[u8]) -> Result<Self, NamesError> {
        let mut names = Self(Vec::new());
        for row in csv::Reader::from_reader(countries).deserialize() {
            names.add_country(&row?)?;
        }
        for row in csv::Reader::from_reader(MultiGzDecoder::new(cities)).deserialize() {
            names.add_city(&row?)?;
        }
        names.0.sort_by_key(|entry| entry.name); // stable: the rank is kept
        Ok(names)
    }

    fn add_country(&mut self, row: &CountryRow) -> Result<(), NamesError> {
        let Some((latitude, longitude)) = row.pop_weighted_lat.zip(row.pop_weighted_lon) else {
            return Ok(()); // no city, hence no coordinates
        };
        let country = row.iso2.parse()?;
        let coordinates = Coordinates::new(latitude, longitude)?.with(Area::All(country));
        let others = ALSO_COUNTRIES.iter().filter(|(code, _)| *code == row.iso2).map(|(_, name)| *name);
        let called = others.chain([row.iso2.as_str(), row.name.as_str()]).filter_map(key);
        self.0.extend(called.map(|name| Entry { name, country, state: None, coordinates }));
        Ok(())
    }

    fn add_city(&mut self, row: &CityRow) -> Result<(), NamesError> {
        let country = row.country.parse()?;
        let coordinates = Coordinates::new(row.latitude, row.longitude)?.with(Area::In(country));
        let state = if row.country == "US" { row.admin1.as_bytes().try_into().ok() } else { None };
        let is_it = |(code, name, _): &&(&str, &str, &str)| *code == row.country && *name == row.name;
        let others = ALSO_CITIES.iter().filter(is_it).map(|(_, _, name)| *name);
        let called = others.chain([row.name.as_str()]).chain(row.name.strip_suffix(" City")).filter_map(key);
        self.0.extend(called.map(|name| Entry { name, country, state, coordinates }));
        Ok(())
    }

    /// Returns the coordinates of a country, by name or code, or of a city, with or without its country or, in the
    /// United States, its state: `Paris, FR`, `Portland, ME`, `San Francisco, California, United States`.
    ///
    /// Case, accents and punctuation are ignored.
    pub(super) fn find(&self, place: &str) -> Option<Coordinates> {
        let mut parts = place.split(',');
        let mut named = self.named(parts.next()?).iter();
        let within: Vec<&str> = parts.collect();
        let found = match within.last() {
            None => named.next(),
            Some(last) => {
                let (within, last) = (self.regions(&within), self.regions(&[*last]));
                let is_in_all = |entry: &&Entry| within.iter().all(|region| region.has(entry));
                named.clone().find(is_in_all).or_else(|| named.find(|entry| last[0].has(entry)))
            }
        };
        found.map(|entry| entry.coordinates)
    }

    /// Returns the places of a name, by rank.
    fn named(&self, name: &str) -> &[Entry] {
        let Some(name) = key(name) else { return &[] };
        let start = self.0.partition_point(|entry| entry.name < name);
        let end = start + self.0[start..].iter().take_while(|entry| entry.name == name).count();
        &self.0[start..end]
    }

    fn regions(&self, names: &[&str]) -> Vec<Region> {
        names.iter().map(|name| self.region(name)).collect()
    }

    fn region(&self, name: &str) -> Region {
        let is_country = |entry: &&Entry| matches!(entry.coordinates.area(), Area::All(_));
        let country = self.named(name).first().filter(is_country).map(|entry| entry.country);
        Region { country, state: name.trim().to_ascii_uppercase().as_bytes().try_into().ok() }
    }
}

/// A country or a state, or an abbreviation that may be either: `CA`.
struct Region {
    country: Option<Country>,
    state: Option<[u8; 2]>,
}

impl Region {
    fn has(&self, city: &Entry) -> bool {
        self.country == Some(city.country) || (self.state.is_some() && self.state == city.state)
    }
}

/// Returns the hash of a name's letters and digits, ignoring case and accents; `None` for a name without any.
fn key(name: &str) -> Option<u64> {
    let mut letters = if name.is_ascii() { name.to_owned() } else { deunicode(name) };
    letters.retain(|character| character.is_ascii_alphanumeric());
    letters.make_ascii_lowercase();
    (!letters.is_empty()).then(|| hash(&letters, 0))
}
