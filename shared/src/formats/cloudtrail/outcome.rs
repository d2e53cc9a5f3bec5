//! The outcome of a call.

use crate::{event::Outcome, formats::json_value::JsonObject};

/// The error codes of dry runs that would have been allowed, of EC2 and of KMS. A dry run that would have been refused
/// has the code of the refusal.
const ALLOWED_DRY_RUNS: [&str; 2] = ["Client.DryRunOperation", "DryRunOperationException"];

/// Returns the outcome of the call `native_action`, and the text in the record that says so.
///
/// A record with an error code is a failure, whatever the code. Sign-ins have no error code: their response holds
/// `Success` or `Failure` under the name of the call, such as `ConsoleLogin`. A record with neither an error nor such a
/// response is a success.
pub(super) fn outcome<'a>(record: &'a JsonObject<'_>, native_action: &str) -> (Outcome, Option<&'a str>) {
    if let Some(code) = record.text("errorCode") {
        let has_succeeded = ALLOWED_DRY_RUNS.contains(&code);
        return (if has_succeeded { Outcome::Success } else { Outcome::Failure }, Some(code));
    }
    let response = |part| record.object(part)?.text(native_action);
    match response("responseElements").or_else(|| response("serviceEventDetails")) {
        Some(text @ "Failure") => (Outcome::Failure, Some(text)),
        Some(text @ "Success") => (Outcome::Success, Some(text)),
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
    fn a_call_with_an_error_code_has_failed_whatever_the_code() {
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
    fn a_call_without_an_error_code_has_succeeded() {
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
                assert_eq!(of("Other", &record), (Outcome::Success, None), "not the response of this call");
            }
        }
    }

    #[test]
    fn a_failed_sign_in_without_a_response_is_recognised_by_its_error_message() {
        let record = json!({"errorMessage": "Failed authentication"});
        assert_eq!(of("ConsoleLogin", &record), (Outcome::Failure, Some("Failed authentication".to_owned())));
    }
}
