//! JSON values that borrow their texts from the record: most values of a record are never used.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

use crate::event::RawValue;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum JsonValue<'a> {
    Null,
    Bool(bool),
    /// A number, exact up to 2^53.
    Number(f64),
    /// A whole number above 2^53, such as an id.
    LargeInteger(u64),
    Text(Cow<'a, str>),
    List(Vec<JsonValue<'a>>),
    Object(JsonObject<'a>),
}

/// A JSON object, whose members keep the order of the source.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct JsonObject<'a>(Vec<(Cow<'a, str>, JsonValue<'a>)>);

impl<'a> JsonValue<'a> {
    /// Returns the value as a text; none if it is empty or of another type.
    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text.as_ref()).filter(|text| !text.is_empty()) } else { None }
    }

    /// Returns the value as a number, which may be written as a text.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::LargeInteger(number) => Some(float(*number)),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Returns the value as an object.
    pub(super) fn object(&self) -> Option<&JsonObject<'a>> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// Returns the elements of a list; none for a value of another type.
    pub(super) fn elements(&self) -> &[Self] {
        if let Self::List(elements) = self { elements } else { &[] }
    }

    /// Returns the value with texts of its own.
    pub(super) fn into_owned(self) -> JsonValue<'static> {
        match self {
            Self::Null => JsonValue::Null,
            Self::Bool(flag) => JsonValue::Bool(flag),
            Self::Number(number) => JsonValue::Number(number),
            Self::LargeInteger(number) => JsonValue::LargeInteger(number),
            Self::Text(text) => JsonValue::Text(text.into_owned().into()),
            Self::List(elements) => JsonValue::List(elements.into_iter().map(Self::into_owned).collect()),
            Self::Object(JsonObject(members)) => {
                let own = |(name, value): (Cow<str>, Self)| (name.into_owned().into(), value.into_owned());
                JsonValue::Object(members.into_iter().map(own).collect())
            }
        }
    }

    /// Returns the value as that of a field of an event; `null` is absent.
    pub(super) fn raw(&self) -> Option<RawValue<'_>> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(flag) => RawValue::Bool(*flag),
            Self::Number(number) => RawValue::Number(*number),
            Self::LargeInteger(number) => RawValue::LargeInteger(*number),
            Self::Text(text) => RawValue::Text(Cow::Borrowed(text)),
            Self::List(_) | Self::Object(_) => RawValue::Nested,
        })
    }
}

impl<'a> JsonObject<'a> {
    /// Iterates over the names and values of the members.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &JsonValue<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Returns whether there are no members.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the first value called `name`.
    pub(super) fn get(&self, name: &str) -> Option<&JsonValue<'a>> {
        self.members().find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// Adds a value under a path of names, unless there is one already or a name on the way is that of a value without
    /// members.
    pub(super) fn insert(&mut self, path: &[Cow<'a, str>], value: JsonValue<'a>) {
        let [name, deeper @ ..] = path else { return };
        let place = self.0.iter().position(|(found, _)| found == name);
        match place.map(|place| &mut self.0[place].1) {
            Some(JsonValue::Object(object)) => object.insert(deeper, value),
            Some(_) => {}
            None if deeper.is_empty() => self.0.push((name.clone(), value)),
            None => {
                let mut object = Self::default();
                object.insert(deeper, value);
                self.0.push((name.clone(), JsonValue::Object(object)));
            }
        }
    }

    /// Returns the text called `name`, unless it is empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.text()
    }

    /// Returns the object called `name`.
    pub(super) fn object(&self, name: &str) -> Option<&Self> {
        self.get(name)?.object()
    }
}

impl<'a> IntoIterator for JsonObject<'a> {
    type Item = (Cow<'a, str>, JsonValue<'a>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> FromIterator<(Cow<'a, str>, JsonValue<'a>)> for JsonObject<'a> {
    fn from_iter<I: IntoIterator<Item = (Cow<'a, str>, JsonValue<'a>)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for JsonValue<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

#[expect(clippy::cast_precision_loss, reason = "a quantity needs no more than 53 bits")]
fn float(number: u64) -> f64 {
    number as f64
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = JsonValue<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Bool(flag))
    }

    #[expect(clippy::cast_precision_loss, reason = "ids are not negative")]
    fn visit_i64<E: Error>(self, number: i64) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Number(number as f64))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<JsonValue<'de>, E> {
        let is_exact = number <= 1 << f64::MANTISSA_DIGITS;
        Ok(if is_exact { JsonValue::Number(float(number)) } else { JsonValue::LargeInteger(number) })
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<JsonValue<'de>, E> {
        Ok(JsonValue::Text(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<JsonValue<'de>, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(JsonValue::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonValue<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry()? {
            let JsonValue::Text(name) = name else {
                return Err(A::Error::custom("a name must be a text"));
            };
            members.push((name, value));
        }
        Ok(JsonValue::Object(JsonObject(members)))
    }
}
