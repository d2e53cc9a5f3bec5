//! Texts in cells of CSV files that spreadsheets open: none of them is taken for a formula.

use std::borrow::Cow;

/// The characters with which a spreadsheet begins a formula, in both widths.
const FORMULA_SIGNS: [char; 8] = ['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];

/// Returns a text as a cell holds it: with an apostrophe in front where a spreadsheet would take it for a formula
/// ([OWASP: CSV injection](https://owasp.org/www-community/attacks/CSV_Injection)).
///
/// ```
/// use shared::spreadsheet::{neutralised, restored};
///
/// assert_eq!(neutralised("=1+1"), "'=1+1");
/// assert_eq!(neutralised("ann"), "ann");
/// assert_eq!(restored("'=1+1"), "=1+1");
/// ```
pub fn neutralised(text: &str) -> Cow<'_, str> {
    if may_be_formula(text) { format!("'{text}").into() } else { text.into() }
}

/// Returns the text of which [`neutralised`] made a cell.
pub fn restored(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| may_be_formula(text)).unwrap_or(cell)
}

/// Returns whether a text begins with a sign of a formula. White space in front of it is ignored as by some
/// spreadsheets, and apostrophes are, so that every text can be restored.
fn may_be_formula(text: &str) -> bool {
    let is_ignored = |letter: char| letter.is_whitespace() || letter == '\'';
    text.trim_start_matches(is_ignored).starts_with(FORMULA_SIGNS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_restored_from_its_cell() {
        for text in
            ["", "ann", "'", "'ann'", "=", "+49 30", "-x", "@SUM(1)", "\t=1", " '=1", "''=1", "＝1", "a=b", "1-2"]
        {
            let cell = neutralised(text);
            assert_eq!(restored(&cell), text);
            assert!(!cell.starts_with(FORMULA_SIGNS) && !cell.starts_with('\t'), "{text}");
        }
        assert_eq!(neutralised(" '=1"), "' '=1");
    }
}
