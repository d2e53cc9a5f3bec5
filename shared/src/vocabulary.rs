//! What the vendors' names of acts mean.

/// Words in the name of an act that gives something away to others.
const EXPORTING: [&str; 7] = ["export", "invite", "public", "publish", "publicize", "share", "shared"];

/// Tells whether an act gives something away, by the words of its native name: `ShareSnapshot`, `file.share`.
pub fn gives_away(native_action: &str) -> bool {
    words(native_action).any(|word| EXPORTING.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// Splits a name at what is no letter and before capitals that follow small letters.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let parts = name.split(|character: char| !character.is_ascii_alphabetic());
    parts.flat_map(|part| {
        let bytes = part.as_bytes();
        let starts =
            (1..bytes.len()).filter(|at| bytes[*at].is_ascii_uppercase() && bytes[*at - 1].is_ascii_lowercase());
        let ends: Vec<usize> = starts.chain([bytes.len()]).collect();
        let mut start = 0;
        ends.into_iter().map(move |end| &part[std::mem::replace(&mut start, end)..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_that_gives_something_away_is_told_by_its_words() {
        for act in ["share", "file.share", "ShareSnapshot", "ExportTable", "link_public"] {
            assert!(gives_away(act), "{act}");
        }
        for act in ["modify", "shareholder.view", "PutObject", ""] {
            assert!(!gives_away(act), "{act}");
        }
    }
}
