//! How an act ended, and the words and numbers in which senders of the product's own format say it.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

/// How an act ended.
///
/// Each format decides it from the fields in which its vendor says so. A text is never searched for words: a code such
/// as `NoSuchBucket` names a failure without the word, and `ErrorDocumentDeleted` would be a success with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Outcome {
    /// The act was done, at least in part.
    Success,
    /// The act was refused or went wrong.
    Failure,
    /// The record does not say how the act ended, or not in words that are known.
    #[default]
    Unknown,
}

/// Words for success, in lower case without spaces, hyphens and underscores.
const SUCCESSES: [&str; 22] = [
    "success", // ECS, OCSF, Okta, Microsoft Entra
    "successful",
    "succeeded",          // Microsoft 365, Azure
    "partiallysucceeded", // Microsoft 365: something was done
    "auditsuccess",       // Windows
    "true",               // Microsoft 365 (Exchange)
    "yes",                // Linux audit
    "ok",
    "allow", // Okta, firewalls
    "allowed",
    "permit",
    "permitted",
    "pass",
    "passed",
    "accept",
    "accepted",
    "grant",
    "granted",
    "approved",
    "authorized",
    "complete",
    "completed",
];

/// Words for failure, written as in [`SUCCESSES`].
const FAILURES: [&str; 23] = [
    "failure", // ECS, OCSF, Okta, Microsoft Entra
    "fail",
    "failed",       // Microsoft 365, Azure
    "auditfailure", // Windows
    "false",        // Microsoft 365 (Exchange)
    "no",           // Linux audit
    "error",
    "exception",
    "deny", // Okta, firewalls
    "denied",
    "accessdenied",
    "permissiondenied",
    "reject",
    "rejected",
    "refused",
    "block",
    "blocked",
    "drop",
    "dropped",
    "forbidden",
    "unauthorized",
    "unsuccessful",
    "invalid",
];

impl Outcome {
    /// Returns the name used in every format.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns the outcome that a whole text names in any case: a word such as `Succeeded` or `DENY`, or a status code
    /// such as `0`, `204` or `50126`. Every other text is [`Outcome::Unknown`].
    ///
    /// ```
    /// use shared::event::Outcome;
    ///
    /// assert_eq!(Outcome::of_text("PartiallySucceeded"), Outcome::Success);
    /// assert_eq!(Outcome::of_text("50126"), Outcome::Failure); // Microsoft Entra: wrong name or password
    /// assert_eq!(Outcome::of_text("CHALLENGE"), Outcome::Unknown); // Okta: not decided yet
    /// ```
    pub fn of_text(text: &str) -> Self {
        let is_word = |word: &&str| {
            let letters = text.bytes().filter(|byte| !matches!(byte, b' ' | b'-' | b'_'));
            letters.map(|byte| byte.to_ascii_lowercase()).eq(word.bytes())
        };
        if text.starts_with(|first: char| first.is_ascii_digit()) {
            text.parse().map_or(Self::Unknown, Self::of_code)
        } else if SUCCESSES.iter().any(&is_word) {
            Self::Success
        } else if FAILURES.iter().any(is_word) {
            Self::Failure
        } else {
            Self::Unknown
        }
    }

    /// Returns the outcome of a status code: of HTTP, of Microsoft Entra (`AADSTS` and five digits or more), of gRPC, or
    /// of a program.
    fn of_code(code: u64) -> Self {
        match code {
            0 | 200..=399 => Self::Success,
            1 | 100..=199 => Self::Unknown, // "true" to some and an error to others; HTTP's are no answers yet
            _ => Self::Failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_vendors_write_for_success_is_one() {
        for text in [
            "SUCCESS",
            "ALLOW", // Okta
            "Succeeded",
            "PartiallySucceeded",
            "True", // Microsoft 365
            "0",    // Microsoft Entra
            "success",
            "Success", // ECS, OCSF
            "200",
            "201",
            "204",
            "302",
            "304", // HTTP
            "Audit Success",
            "yes",
            "ok",
            "allowed",
            "pass",
            "Passed",
            "permit",
            "granted",
        ] {
            assert_eq!(Outcome::of_text(text), Outcome::Success, "{text}");
        }
    }

    #[test]
    fn what_vendors_write_for_failure_is_one() {
        for text in [
            "FAILURE",
            "DENY", // Okta
            "Failed",
            "False", // Microsoft 365
            "50126",
            "50053",
            "50076",
            "53003",
            "700016",
            "7000215", // Microsoft Entra
            "failure",
            "Failure", // ECS, OCSF
            "400",
            "401",
            "403",
            "404",
            "429",
            "500",
            "503", // HTTP
            "7",
            "16", // gRPC, as in Google Cloud: permission denied, unauthenticated
            "Audit Failure",
            "no",
            "error",
            "access_denied",
            "Access Denied",
            "blocked",
            "rejected",
            "Unauthorized",
        ] {
            assert_eq!(Outcome::of_text(text), Outcome::Failure, "{text}");
        }
    }

    #[test]
    fn what_says_neither_is_unknown() {
        for text in [
            "SKIPPED",
            "CHALLENGE",
            "UNKNOWN",
            "DEFERRED", // Okta
            "unknown",
            "Other", // ECS, OCSF
            "notApplied",
            "unknownFutureValue", // Microsoft Entra
            "Started",            // Azure
            "1",
            "100",
            "-1",
            "0.5",
            "1e3",
            "+0",
            "99999999999999999999999",
            "",
            "-",
        ] {
            assert_eq!(Outcome::of_text(text), Outcome::Unknown, "{text}");
        }
    }

    #[test]
    fn a_text_is_not_searched_for_words() {
        for text in
            ["no errors found", "error-free", "ErrorDocumentDeleted", "not allowed", "successor", "denial lifted"]
        {
            assert_eq!(Outcome::of_text(text), Outcome::Unknown, "{text}");
        }
    }

    #[test]
    fn an_outcome_is_found_by_its_name() {
        for outcome in [Outcome::Success, Outcome::Failure, Outcome::Unknown] {
            assert_eq!(Outcome::of_text(outcome.name()), outcome);
        }
    }
}
