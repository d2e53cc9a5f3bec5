//! Counts of errors in records by their kind, each with its first example.

use std::{collections::BTreeMap, fmt};

use shared::{
    control_characters::visible,
    event::FieldError,
    format::{grouped, plural_s},
};

/// The number of records with each kind of error, and the first of them.
///
/// Kinds are named by the fields and problems of [`FieldError`], of which there are few, so the size is bounded.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ErrorCounts(BTreeMap<(&'static str, &'static str), ErrorCount>);

#[derive(Debug, PartialEq, Eq)]
struct ErrorCount {
    records: u64,
    /// The number of the first record in the input, and its error as a sentence.
    first: (u64, String),
}

impl ErrorCounts {
    /// Adds the errors of a record.
    pub(super) fn add(&mut self, index: u64, errors: &[FieldError]) {
        for error in errors {
            let of_kind = self.0.entry((error.field, error.problem));
            let count = of_kind.or_insert_with(|| ErrorCount { records: 0, first: (index, error.to_string()) });
            count.records += 1;
        }
    }

    /// Adds `first` to the numbers of all records.
    pub(super) fn number_from(&mut self, first: u64) {
        self.0.values_mut().for_each(|count| count.first.0 += first);
    }

    /// Adds the counts of later records.
    pub(super) fn add_later(&mut self, later: Self) {
        for (kind, count) in later.0 {
            match self.0.get_mut(&kind) {
                Some(known) => known.records += count.records,
                None => drop(self.0.insert(kind, count)),
            }
        }
    }

    /// Writes one line per kind of error, the most frequent first: the number of its records, then the text that `told`
    /// makes of the field and the problem.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>, told: impl Fn(&str, &str) -> String) -> fmt::Result {
        let mut kinds: Vec<_> = self.0.iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(count.records));
        for ((field, problem), ErrorCount { records, first: (index, error) }) in kinds {
            let (number, s, told) = (grouped(*records), plural_s(*records), told(field, problem));
            writeln!(f, "  {number} record{s}{told} (first: record {index}: {})", visible(error))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Told(ErrorCounts);

    impl fmt::Display for Told {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.write(f, |field, problem| format!(": {field} {problem}"))
        }
    }

    fn errors(errors: &[(&'static str, &'static str)]) -> Vec<FieldError> {
        let error = |&(field, problem)| FieldError { field, problem, detail: format!("{problem}\u{1B}") };
        errors.iter().map(error).collect()
    }

    #[test]
    fn kinds_are_counted_with_their_first_record_the_most_frequent_first() {
        let mut counts = ErrorCounts::default();
        counts.add(3, &errors(&[("timestamp", "is no time"), ("user_id", "is missing")]));
        let mut later = ErrorCounts::default();
        (4..1500).for_each(|index| later.add(index, &errors(&[("user_id", "is missing")])));
        later.add(1500, &errors(&[("action_type", "is missing")]));
        counts.add_later(later);
        assert_eq!(
            Told(counts).to_string(),
            "  1,497 records: user_id is missing (first: record 3: user_id is missing␛)\n  \
             1 record: action_type is missing (first: record 1500: action_type is missing␛)\n  \
             1 record: timestamp is no time (first: record 3: timestamp is no time␛)\n"
        );
    }
}
