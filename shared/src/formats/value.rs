//! JSON values that borrow their texts from the record in which they stand: most of a record is never looked at.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

use crate::event::Raw;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Value<'a>>),
    Object(Object<'a>),
}

/// A JSON object, in the order of its source.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Value<'a> {
    /// Returns the text that the value is, unless it is empty.
    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text.as_ref()).filter(|text| !text.is_empty()) } else { None }
    }

    /// Returns the number that the value is, or that its text says.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Returns the object that the value is.
    pub(super) fn object(&self) -> Option<&Object<'a>> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// Returns the elements of the list that the value is; none if it is something else.
    pub(super) fn elements(&self) -> &[Self] {
        if let Self::List(elements) = self { elements } else { &[] }
    }

    /// Returns the value as a field of an event; `null` is unknown.
    pub(super) fn raw(&self) -> Option<Raw<'_>> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(flag) => Raw::Bool(*flag),
            Self::Number(number) => Raw::Number(*number),
            Self::Text(text) => Raw::Text(Cow::Borrowed(text)),
            Self::List(_) | Self::Object(_) => Raw::Nested,
        })
    }
}

impl<'a> Object<'a> {
    /// Returns the names and values.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Returns the first value called `name`.
    pub(super) fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.members().find(|(found, _)| *found == name).map(|(_, value)| value)
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

impl<'a> FromIterator<(Cow<'a, str>, Value<'a>)> for Object<'a> {
    fn from_iter<I: IntoIterator<Item = (Cow<'a, str>, Value<'a>)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

#[expect(clippy::cast_precision_loss, reason = "a number of a log needs no more than 53 bits")]
impl<'de> Visitor<'de> for AnyValue {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(Value::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry()? {
            let Value::Text(name) = name else {
                return Err(A::Error::custom("a name must be a text"));
            };
            members.push((name, value));
        }
        Ok(Value::Object(Object(members)))
    }
}
