//! The kind of an act by the words in its name, for formats in which any vendor may name it.

use crate::event::Action;

/// Words, and the kind of act that each stands for, in order of precedence.
const WORDS: [(Action, &[&str]); 7] = [
    (Action::Logout, &["logout", "logoff", "signout", "loggedout"]),
    (Action::Login, &["login", "logon", "signin", "authentication", "authenticate", "loggedin", "authenticated"]),
    (Action::Download, &["download", "downloaded", "export", "exported", "exfiltrate"]),
    (Action::Delete, &["delete", "deleted", "deletion", "remove", "removed", "destroy", "purge", "trash"]),
    (
        Action::Admin,
        &[
            "grant",
            "revoke",
            "permission",
            "permissions",
            "policy",
            "role",
            "roles",
            "user",
            "group",
            "admin",
            "share",
            "shared",
            "password",
            "key",
            "credential",
            "mfa",
            "config",
            "configuration",
            "setting",
            "settings",
            "rule",
            "enable",
            "disable",
            "member",
        ],
    ),
    (
        Action::Upload,
        &[
            "upload", "uploaded", "create", "created", "creation", "write", "written", "modify", "modified", "update",
            "updated", "edit", "edited", "rename", "renamed", "move", "moved", "copy", "copied", "change", "changed",
            "put", "add", "added",
        ],
    ),
    (
        Action::View,
        &["view", "viewed", "read", "open", "opened", "access", "accessed", "list", "get", "preview", "search"],
    ),
];

/// Returns the kind of an act by the words in its name, such as `file-deleted` or `User Logon`; none if no word is known.
pub(super) fn action_by_words(name: &str) -> Option<Action> {
    let words: Vec<String> = words_of(name).map(str::to_ascii_lowercase).collect();
    let pairs: Vec<String> = words.windows(2).map(<[String]>::concat).collect();
    let has = |known: &&str| words.iter().chain(&pairs).any(|word| word == known);
    WORDS.iter().find(|(_, known)| known.iter().any(has)).map(|(action, _)| *action)
}

/// Splits a name at characters that are no letters, and before capitals that follow small letters.
fn words_of(name: &str) -> impl Iterator<Item = &str> {
    let parts = name.split(|character: char| !character.is_ascii_alphabetic()).filter(|part| !part.is_empty());
    parts.flat_map(|part| {
        let bytes = part.as_bytes();
        let is_start = |at: &usize| bytes[*at].is_ascii_uppercase() && bytes[*at - 1].is_ascii_lowercase();
        let starts: Vec<usize> = std::iter::once(0).chain((1..bytes.len()).filter(is_start)).collect();
        let ends: Vec<usize> = starts.iter().skip(1).copied().chain([bytes.len()]).collect();
        starts.into_iter().zip(ends).map(|(start, end)| &part[start..end]).collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_is_told_by_the_words_in_its_name() {
        for (name, action) in [
            ("User Logon", Action::Login),
            ("sign-in", Action::Login),
            ("user.session.logout", Action::Logout),
            ("fileDownloaded", Action::Download),
            ("file-deleted", Action::Delete),
            ("AddRoleMember", Action::Admin),
            ("file_written", Action::Upload),
            ("open document", Action::View),
        ] {
            assert_eq!(action_by_words(name), Some(action), "{name}");
        }
        for name in ["", "Blocked connection", "heartbeat", "4711"] {
            assert_eq!(action_by_words(name), None, "{name}");
        }
    }
}
