//! The part of a role session's name that stays the same from session to session.
//!
//! Programs give each of their sessions a new name, with a clock, a build number, the name of a host or a random part in
//! it; people's sessions are called by their names. A user per session would be a stranger each time, and a workload
//! would never get a profile.
//!
//! | name of the session | what is kept |
//! | --- | --- |
//! | a mail address, or any name under a role of IAM Identity Center (`AWSReservedSSO_…`) | all of it |
//! | the id of a virtual machine: `i-0317f6c6b66ae9c40` | `i-*` |
//! | a word with up to eight digits behind it, or up to nine digits: `ann`, `jsmith2`, `u123456`, `901001` | all of it |
//! | anything else | its parts between punctuation without those that vary |
//!
//! These parts vary: numbers (`build-4711`, `ip-10-0-1-17`), clocks (`20240115T143000Z`), UUIDs, hexadecimal digits
//! (seven or more, with letters among them; five or more at the end), the hashes and suffixes that Kubernetes makes
//! (`7d9f8b6c5d-x2k4j`), and what is no word: the kind of character changes often, or many characters in a row are no
//! vowels. A short random text may look like a word, and stays.

use std::borrow::Cow;

/// The beginnings of the ids of virtual machines: instances of EC2, and machines that Systems Manager manages.
const MACHINES: [&str; 2] = ["i-", "mi-"];
/// The lengths of the hexadecimal part of a virtual machine's id.
const MACHINE_DIGITS: [usize; 2] = [8, 17];
/// The beginning of the names of roles that IAM Identity Center makes for people.
const ROLE_OF_PEOPLE: &str = "AWSReservedSSO_";
/// The positions of the hyphens in a UUID, and its length.
const UUID_HYPHENS: [usize; 4] = [8, 13, 18, 23];
const UUID_LENGTH: usize = 36;
/// What a UUID is replaced by: a part that varies.
const UUID_STANDS_FOR: &str = "0";
/// The characters of the hashes and suffixes that Kubernetes makes for the names of pods, and their lengths.
const KUBERNETES: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
const KUBERNETES_HASHES: [usize; 3] = [8, 9, 10];
const KUBERNETES_SUFFIX: usize = 5;
/// The number of digits from which on no number is that of an employee.
const CLOCK_DIGITS: usize = 10;

/// Returns what stays the same of the name of a session of `role`; empty if nothing does.
pub(super) fn stable_part<'a>(session: &'a str, role: &str) -> Cow<'a, str> {
    if role.contains(ROLE_OF_PEOPLE) || is_mail_address(session) || is_name_with_number(session) {
        return session.into();
    }
    if let Some(machine) = MACHINES.iter().find(|prefix| is_machine(session, prefix)) {
        return format!("{machine}*").into();
    }
    without_varying_parts(&with_short_uuids(session)).into()
}

fn is_mail_address(name: &str) -> bool {
    let domain = name.split_once('@').and_then(|(_, host)| host.rsplit_once('.'));
    domain.is_some_and(|(_, end)| end.len() >= 2 && end.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// Returns whether a name is a word, a number as employees have one, or a word with such a number behind it.
fn is_name_with_number(name: &str) -> bool {
    let word = name.trim_end_matches(|character: char| character.is_ascii_digit());
    let digits = name.len() - word.len();
    let most = if word.is_empty() { CLOCK_DIGITS } else { CLOCK_DIGITS - 1 };
    let is_digest = name.len() >= 8 && word.len() > 1 && digits > 0 && is_hex(name.as_bytes());
    word.chars().all(char::is_alphabetic) && digits < most && !is_digest && !is_random(name.as_bytes())
}

fn is_machine(session: &str, prefix: &str) -> bool {
    let id = session.strip_prefix(prefix).unwrap_or_default().as_bytes();
    MACHINE_DIGITS.contains(&id.len()) && id.iter().all(u8::is_ascii_hexdigit)
}

/// Replaces each UUID by a number, so that its hyphens do not split it.
fn with_short_uuids(name: &str) -> Cow<'_, str> {
    let uuid = name.as_bytes().windows(UUID_LENGTH).position(|bytes| {
        let is_due = |(place, byte): (usize, &u8)| {
            if UUID_HYPHENS.contains(&place) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
        };
        bytes.iter().enumerate().all(is_due)
    });
    uuid.map_or(name.into(), |start| {
        let rest = &name[start + UUID_LENGTH..];
        format!("{}{UUID_STANDS_FOR}{}", &name[..start], with_short_uuids(rest)).into()
    })
}

/// Returns the parts of a name that do not vary, each with the punctuation before it.
fn without_varying_parts(name: &str) -> String {
    let is_punctuation = |character: char| !character.is_alphanumeric();
    let mut stable = String::with_capacity(name.len());
    let (mut rest, mut has_varied) = (name, false);
    while !rest.is_empty() {
        let text = rest.trim_start_matches(is_punctuation);
        let punctuation = &rest[..rest.len() - text.len()];
        let part = &text[..text.find(is_punctuation).unwrap_or(text.len())];
        rest = &text[part.len()..];
        let can_be_suffix = punctuation == "-" && !stable.is_empty();
        let part_bytes = part.as_bytes();
        has_varied = varies(part_bytes) || can_be_suffix && is_suffix(part_bytes, rest.is_empty(), has_varied);
        if !has_varied && !part.is_empty() {
            if !stable.is_empty() {
                stable.push_str(punctuation);
            }
            stable.push_str(part);
        }
    }
    stable
}

/// Returns whether a part of a name is one that varies wherever it stands.
fn varies(part: &[u8]) -> bool {
    let digits = part.iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_number = digits > 0 && digits == part.len();
    let is_mostly_digits = digits >= 4 && digits * 2 >= part.len();
    let is_digest = is_hex(part) && (part.len() >= 7 && digits > 0 || part.len() >= 16);
    let is_hash = KUBERNETES_HASHES.contains(&part.len()) && is_of_kubernetes(part);
    is_number || is_mostly_digits || is_digest || is_hash || is_random(part)
}

/// Returns whether a part that stands behind others is a suffix that was made up.
fn is_suffix(part: &[u8], is_last: bool, is_behind_varying: bool) -> bool {
    let has_digits = part.iter().any(u8::is_ascii_digit);
    let is_of_pod = part.len() == KUBERNETES_SUFFIX && is_of_kubernetes(part);
    let is_made_up = part.len() >= 5 && (is_hex(part) || is_of_kubernetes(part));
    let is_unspeakable = part.len() >= 6 && has_digits && without_vowels(part) >= 5;
    is_made_up && (is_behind_varying || is_last && has_digits) || is_of_pod && is_last || is_unspeakable
}

fn is_hex(part: &[u8]) -> bool {
    part.iter().all(u8::is_ascii_hexdigit)
}

/// Returns whether a part is made of the characters of the suffixes that Kubernetes makes. They have no vowels, so that
/// they are no words.
fn is_of_kubernetes(part: &[u8]) -> bool {
    part.iter().all(|byte| KUBERNETES.contains(byte))
}

/// Returns whether a part is no word nor words that are written together: the kind of its characters changes often, from
/// letters to digits and back or from small letters to capitals, or many of its characters in a row are no vowels.
fn is_random(part: &[u8]) -> bool {
    let pairs = || part.windows(2).map(|pair| [pair[0], pair[1]]);
    let changes = pairs().filter(|[one, next]| {
        one.is_ascii_digit() != next.is_ascii_digit() || one.is_ascii_lowercase() && next.is_ascii_uppercase()
    });
    let begins_number = |[one, next]: &[u8; 2]| !one.is_ascii_digit() && next.is_ascii_digit();
    let has_inner_digit = pairs().any(|[one, next]| one.is_ascii_digit() && next.is_ascii_alphabetic());
    let (changes, length, unspeakable) = (changes.count(), part.len(), without_vowels(part));
    let numbers = pairs().filter(begins_number).count() + usize::from(part.first().is_some_and(u8::is_ascii_digit));
    let is_small = !part.iter().any(u8::is_ascii_uppercase);
    changes >= 3 && (changes * 3 >= length || numbers >= 2 && changes * 4 >= length)
        || has_inner_digit && (is_small && length >= 6 && numbers >= 2 || length >= 8 && unspeakable >= 6)
        || length >= 20 && unspeakable >= 7
}

/// Returns the greatest number of characters in a row that are no vowels.
fn without_vowels(part: &[u8]) -> usize {
    let is_vowel = |byte: &u8| b"aeiouy".contains(&byte.to_ascii_lowercase());
    part.split(is_vowel).map(<[u8]>::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "arn:aws:iam::1:role/ops";

    #[test]
    fn the_names_of_people_and_of_stable_programs_stay() {
        for name in [
            "ann",
            "ann.lee",
            "jsmith2",
            "abe2024",
            "u123456",
            "901001",
            "ann.lee@example.com",
            "x9k2@mail.example.org",
            "Ann_Lee",
            "GitHubActions",
            "AutoScaling",
            "AWSCloudFormation",
            "process-orders",
            "resizeImagesV2",
            "EC2ContainerServiceTask",
            "k8s-backup",
            "prod-s3sync",
            "myV2ApiGatewayRole",
            "krzysztof.szczepanski",
            "i-am",
            "jürgen",
        ] {
            assert_eq!(stable_part(name, ROLE), name);
        }
        let of_people = "arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0a1b2c3d4e5f6071";
        assert_eq!(stable_part("contractor-17", of_people), "contractor-17");
    }

    #[test]
    fn what_varies_from_session_to_session_is_left_out() {
        for (session, stable) in [
            ("botocore-session-1722375070", "botocore-session"),
            ("aws-go-sdk-1722375070115152000", "aws-go-sdk"),
            ("aws-sdk-java-1700000000000", "aws-sdk-java"),
            ("1722375070115152000", ""),
            ("session1722375070", ""),
            ("i-0317f6c6b66ae9c40", "i-*"),
            ("mi-0317f6c6b66ae9c40", "mi-*"),
            ("build-4711", "build"),
            ("github-run-123456789", "github-run"),
            ("terraform-20240115T143000Z", "terraform"),
            ("nightly_2024-01-15_14.30", "nightly"),
            ("pod-7d9f8b6c5d-x2k4j", "pod"),
            ("web-bcdfghjkl-zqxwv", "web"),
            ("eks-cluster-app-6c9b7", "eks-cluster-app"),
            ("eks-shop-cart-0a85b806-deeea-9d5e6a13-9dbe-594d-9b17-802649d5e6a1", "eks-shop-cart"),
            ("api-243ce", "api"),
            ("ip-10-0-1-17", "ip"),
            ("ip-10-0-1-17.eu-west-1.compute.internal", "ip.eu-west.compute.internal"),
            ("eee65f53e9421ce50211670eae679f02", ""),
            ("0f8fad5b-d9cb-469f-a165-70867728950e", ""),
            ("task-0f8fad5b-d9cb-469f-a165-70867728950e-main", "task-main"),
            ("session-ab12cd34", "session"),
            ("deploy-9f3c2ab", "deploy"),
            ("aGVsbG8gd29ybGQ", ""),
            ("job-Zk3x9QpL7vB2", "job"),
            ("ab12cd34", ""),
            ("FZ2RKQ7TXWLBN4HDVYJGPMSC", ""),
            ("job-zqxwv", "job"),
            ("run-qk7wzrtx", "run"),
            ("ann@laptop-123", "ann@laptop"),
        ] {
            assert_eq!(stable_part(session, ROLE), stable, "{session}");
        }
    }
}
