//! The errors in the fields of a record.

use std::fmt;

/// An error in one field of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The name of the field; empty if the error concerns the record as a whole.
    pub field: &'static str,
    /// The kind of error, the same for every value that is wrong in the same way: `is missing`, `is no time`.
    pub problem: &'static str,
    /// What is wrong, and what would be right, to be read after the field's name.
    pub detail: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = if self.field.is_empty() { "" } else { " " };
        write!(f, "{}{space}{}", self.field, self.detail)
    }
}

/// All errors in one record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ValidationErrors(pub Vec<FieldError>);

impl ValidationErrors {
    /// Makes the error of a record as a whole, such as invalid JSON, from its kind and its detail.
    pub fn of_record(problem: &'static str, detail: impl Into<String>) -> Self {
        Self(vec![FieldError { field: "", problem, detail: detail.into() }])
    }
}

impl fmt::Display for ValidationErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, error) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { "; " };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}
