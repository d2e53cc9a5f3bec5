//! Texts that programs write where there is no value.

/// Returns whether a text stands for no value: it is empty, a dash, or what a data frame, a database or a programming
/// language prints for a missing value.
///
/// The spellings are exact, so that a name such as `Nan` is none of them. `NA` is none either: it is the code of Namibia.
pub(super) fn is_placeholder(text: &str) -> bool {
    let may_be_one =
        matches!(text.as_bytes().first(), None | Some(b'-' | b'n' | b'N' | b'u' | b'<' | b'(' | b'#' | b'\\'));
    may_be_one
        && matches!(
            text,
            "" | "-"
                | "--"
                | "null"
                | "NULL"
                | "Null"
                | "(null)"
                | "nil"
                | "None"
                | "nan"
                | "NaN"
                | "NAN"
                | "NaT"
                | "<NA>"
                | "<null>"
                | "undefined"
                | "N/A"
                | "n/a"
                | "#N/A"
                | "\\N"
        )
}

/// Returns whether a value that is no free text is said to be unknown.
pub(super) fn is_unknown_word(text: &str) -> bool {
    ["unknown", "na", "none"].iter().any(|word| text.eq_ignore_ascii_case(word))
}
