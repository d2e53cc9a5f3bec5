//! Rules that tell the kind of an act from the vendor's name of it.

use crate::event::Action;

/// Patterns of names, and the kind of act that each stands for, in order of precedence.
pub(super) type ActRules = [(Action, &'static [&'static str])];

/// Returns the kind of the first rule that matches a name.
pub(super) fn first_of(rules: &ActRules, name: &str) -> Option<Action> {
    let rule = rules.iter().find(|(_, patterns)| patterns.iter().any(|pattern| matches(pattern, name)));
    rule.map(|(action, _)| *action)
}

/// Returns whether `name` matches `pattern`, in which up to two `*` match any text.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    name.strip_prefix(head).is_some_and(|name| match rest.rsplit_once('*') {
        None => name.ends_with(rest),
        Some((middle, tail)) => name.strip_suffix(tail).is_some_and(|name| name.contains(middle)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_met_by_what_stands_for_its_stars() {
        for (pattern, name) in
            [("Get*", "GetX"), ("*Grant", "CreateGrant"), ("Create*User", "CreateUser"), ("*Acl*", "PutAcl")]
        {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("Get", "GetX"), ("*Grant", "GrantX"), ("Create*User", "CreateUse"), ("ab*ba", "aba")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
