//! The inputs of a score, by their names.

use serde::{Deserialize, Serialize};

use crate::inputs::{INPUTS, Inputs, table};

/// An input of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputValue {
    /// The name of the input.
    pub name: String,
    /// Its value; none if it is unknown.
    pub value: Option<f64>,
}

/// The error for a list that has not the inputs of this program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the inputs are not those of this program: {0}")]
pub struct OtherInputs(String);

impl InputValue {
    pub(super) fn all_of(inputs: &Inputs) -> Vec<Self> {
        let named = table().iter().zip(inputs.values());
        named
            .map(|(input, value)| Self { name: input.name.clone(), value: (!value.is_nan()).then_some(*value) })
            .collect()
    }

    /// Returns the inputs of a list that has them all, in their order.
    pub(super) fn inputs(list: &[Self]) -> Result<Inputs, OtherInputs> {
        if list.len() != INPUTS {
            return Err(OtherInputs(format!("{} of {INPUTS}", list.len())));
        }
        if let Some((given, expected)) = list.iter().zip(table()).find(|(given, expected)| given.name != expected.name)
        {
            return Err(OtherInputs(format!("{} in the place of {}", given.name, expected.name)));
        }
        Ok(Inputs::stored(std::array::from_fn(|place| list[place].value.unwrap_or(f64::NAN))))
    }
}
