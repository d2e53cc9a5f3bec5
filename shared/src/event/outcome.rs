//! The outcome of an act, and the words and status codes for it in the product's own format.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

/// The outcome of an act.
///
/// The mapping of each format decides it from the vendor's own fields. Texts are never searched for words: the error
/// code `NoSuchBucket` contains no word for a failure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Outcome {
    /// The act was carried out, at least in part.
    Success,
    /// The act was refused, or an error occurred.
    Failure,
    /// The record does not say how the act ended, or says it in unknown words.
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
    /// Returns the name of the outcome in every format.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns the outcome that a text stands for: a word such as `Succeeded` or `DENY` in any case, or a status code
    /// such as `0`, `204` or `50126`. Every other text is [`Outcome::Unknown`].
    ///
    /// ```
    /// use shared::event::Outcome;
    ///
    /// assert_eq!(Outcome::of_text("PartiallySucceeded"), Outcome::Success);
    /// assert_eq!(Outcome::of_text("50126"), Outcome::Failure); // Microsoft Entra: wrong name or password
    /// assert_eq!(Outcome::of_text("CHALLENGE"), Outcome::Unknown); // Okta: a factor was asked for
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

    /// Returns the outcome of a status code of HTTP, Microsoft Entra (`AADSTS` and five or more digits), gRPC or a
    /// process.
    fn of_code(code: u64) -> Self {
        match code {
            0 | 200..=399 => Self::Success,
            1 | 100..=199 => Self::Unknown, // 1 is true or an error; 100 to 199 are provisional responses of HTTP
            _ => Self::Failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vendors_words_and_codes_for_success_are_successes() {
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
    fn vendors_words_and_codes_for_failure_are_failures() {
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
    fn other_words_and_codes_are_unknown() {
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
