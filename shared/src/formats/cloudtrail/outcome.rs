//! How a call ended, as far as its record says.

use crate::{event::Outcome, formats::value::Object};

/// Codes for calls that were only to say whether they would have been allowed, and were: of EC2 and of KMS. A call that
/// would not have been allowed has the code of the refusal.
const WOULD_HAVE_SUCCEEDED: [&str; 2] = ["Client.DryRunOperation", "DryRunOperationException"];

/// Returns how the call `native_action` ended, and the record's words for it.
///
/// A call that failed has an error's code, whichever it is. A sign-in has none: its answer holds `Success` or `Failure`
/// under the name of the call, such as `ConsoleLogin`. Where nothing of that is told, the call was answered.
pub(super) fn outcome<'a>(record: &'a Object<'_>, native_action: &str) -> (Outcome, Option<&'a str>) {
    if let Some(code) = record.text("errorCode") {
        let has_succeeded = WOULD_HAVE_SUCCEEDED.contains(&code);
        return (if has_succeeded { Outcome::Success } else { Outcome::Failure }, Some(code));
    }
    let answer = |part| record.object(part)?.text(native_action);
    match answer("responseElements").or_else(|| answer("serviceEventDetails")) {
        Some(answer @ "Failure") => (Outcome::Failure, Some(answer)),
        Some(answer @ "Success") => (Outcome::Success, Some(answer)),
        _ => match record.text("errorMessage") {
            Some(message) => (Outcome::Failure, Some(message)),
            None => (Outcome::Success, None),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::formats::object;

    fn of(native_action: &str, record: &Value) -> (Outcome, Option<String>) {
        let record = record.to_string();
        let record = object::parse(record.as_bytes()).expect("an object");
        let (outcome, text) = outcome(&record, native_action);
        (outcome, text.map(str::to_owned))
    }

    #[test]
    fn a_call_with_the_code_of_an_error_has_failed_whatever_the_code_says() {
        for code in [
            "AccessDenied",
            "AccessDeniedException",
            "Client.UnauthorizedOperation",
            "Client.InvalidInstanceID.NotFound",
            "Client.RequestLimitExceeded",
            "Server.InsufficientInstanceCapacity",
            "NoSuchBucket",
            "NoSuchEntityException",
            "Throttling",
            "ThrottlingException",
            "LimitExceeded",
            "EntityAlreadyExists",
            "ExpiredToken",
            "VpceAccessDenied",
        ] {
            assert_eq!(of("X", &json!({"errorCode": code})), (Outcome::Failure, Some(code.to_owned())));
        }
    }

    #[test]
    fn a_call_without_one_has_succeeded() {
        for record in [
            json!({}),
            json!({"errorCode": null, "errorMessage": null, "responseElements": null}),
            json!({"errorCode": ""}),
            json!({"responseElements": {"_return": true}}),
            json!({"responseElements": {"RunInstances": "pending"}}),
        ] {
            assert_eq!(of("RunInstances", &record), (Outcome::Success, None), "{record}");
        }
    }

    #[test]
    fn a_dry_run_that_would_have_been_allowed_is_no_failure() {
        let code = |code: &str| of("RunInstances", &json!({"errorCode": code})).0;
        assert_eq!(code("Client.DryRunOperation"), Outcome::Success);
        assert_eq!(code("DryRunOperationException"), Outcome::Success);
        assert_eq!(code("Client.UnauthorizedOperation"), Outcome::Failure);
    }

    #[test]
    fn a_sign_in_says_under_its_own_name_how_it_ended() {
        for (name, part) in [
            ("ConsoleLogin", "responseElements"),
            ("SwitchRole", "responseElements"),
            ("CheckMfa", "responseElements"),
            ("PasswordRecoveryRequested", "responseElements"),
            ("CredentialVerification", "serviceEventDetails"), // IAM Identity Center
            ("UserAuthentication", "serviceEventDetails"),
        ] {
            for (answer, outcome) in [("Success", Outcome::Success), ("Failure", Outcome::Failure)] {
                let record = json!({part: {name: answer}, "additionalEventData": {"MFAUsed": "No"}});
                assert_eq!(of(name, &record), (outcome, Some(answer.to_owned())), "{name}");
                assert_eq!(of("Other", &record), (Outcome::Success, None), "not the answer of this call");
            }
        }
    }

    #[test]
    fn a_failed_sign_in_whose_answer_is_not_in_the_record_is_told_by_its_message() {
        let record = json!({"errorMessage": "Failed authentication"});
        assert_eq!(of("ConsoleLogin", &record), (Outcome::Failure, Some("Failed authentication".to_owned())));
    }
}
