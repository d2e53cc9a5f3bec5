//! Values of fields as data frames, spreadsheets and programs write them.

use jiff::{Timestamp, tz::Offset};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use shared::{
    event::{Action, CheckedEvent, Event, Outcome, UncheckedEvent, ValidationErrors},
    formats,
    travel::Coordinates,
};

fn check(event: &Value) -> Result<CheckedEvent, ValidationErrors> {
    formats::event(event.to_string().as_bytes(), None)
}

/// Reads an event with the given fields beside the required ones, and returns it with all errors in one text.
fn check_with(mut fields: Value) -> (Event, String) {
    for (name, value) in [("user_id", "ann"), ("timestamp", "2024-01-15T14:30:00Z"), ("action_type", "view")] {
        fields[name] = value.into();
    }
    let CheckedEvent { event, unread } = check(&fields).expect("an event");
    (event, ValidationErrors(unread).to_string())
}

#[test]
fn what_data_frames_write_for_no_value_is_unknown_and_no_error() {
    for placeholder in ["", "-", " ", "NaN", "nan", "None", "null", "NULL", "<NA>", "\\N"] {
        let names = UncheckedEvent::FIELDS[3..].iter().map(|field| ((*field).to_owned(), json!(placeholder)));
        let (event, errors) = check_with(names.collect::<Map<_, _>>().into());
        assert_eq!(event, Event::new(event.user.clone(), event.time, Action::View), "{placeholder}");
        assert_eq!(errors, "", "{placeholder}");
        let nobody = json!({"user_id": placeholder, "timestamp": "2024-01-15T14:30:00Z", "action_type": "view"});
        let errors = check(&nobody).expect_err("nobody");
        assert_eq!((errors.0[0].field, errors.0[0].problem), ("user_id", "is missing"), "{placeholder}");
    }
    let (event, errors) = check_with(json!({"location": "NA", "role": "Nan", "department": "none of them"}));
    assert_eq!(event.location.as_deref(), Some("NA"), "Namibia");
    assert_eq!((event.role.as_deref(), event.department.as_deref()), (Some("Nan"), Some("none of them")));
    assert_eq!(errors, "");
}

#[test]
fn a_number_is_an_id_by_its_digits_and_a_damaged_one_is_refused() {
    let user = |id: Value| {
        let event = json!({"user_id": id, "timestamp": "2024-01-15T14:30:00Z", "action_type": "view"});
        check(&event).map(|checked| checked.event.user.to_string())
    };
    for (id, expected) in [
        (json!(901_001), "901001"),
        (json!("901001"), "901001"),
        (json!(" 901001 "), "901001"),
        (json!(901_001.0), "901001"),
        (json!("901001.0"), "901001"),
        (json!("v1.0"), "v1.0"),
        (json!(1e3), "1000"),
        (json!(9_007_199_254_740_993_u64), "9007199254740993"),
        (json!(u64::MAX), "18446744073709551615"),
    ] {
        assert_eq!(user(id.clone()).as_deref(), Ok(expected), "{id}");
    }
    for (id, problem) in [
        (json!(1.5), "is no whole number"),
        (json!(1e20), "is no whole number"),
        (json!("9.01001E+11"), "is a shortened number"),
        (json!(true), "is no text"),
        (json!([1]), "is no text"),
    ] {
        assert_eq!(user(id.clone()).expect_err("no id").0[0].problem, problem, "{id}");
    }
    let (event, errors) = check_with(json!({"resource_id": 7, "event_id": 9_007_199_254_740_993_u64, "role": 2.5}));
    assert_eq!((event.resource.as_deref(), event.event_id.as_deref()), (Some("7"), Some("9007199254740993")));
    assert_eq!(errors, "role is 2.5, a number that may have lost digits; write it as a text");
}

#[test]
fn an_outcome_is_a_word_a_number_or_a_boolean_and_its_text_is_kept_unless_it_is_the_name_itself() {
    for (given, outcome, native) in [
        (json!("success"), Outcome::Success, None),
        (json!("failure"), Outcome::Failure, None),
        (json!("SUCCESS"), Outcome::Success, Some("SUCCESS")),
        (json!("Failed"), Outcome::Failure, Some("Failed")),
        (json!(true), Outcome::Success, Some("true")),
        (json!(false), Outcome::Failure, Some("false")),
        (json!(0), Outcome::Success, Some("0")),
        (json!(50126), Outcome::Failure, Some("50126")),
        (json!("403"), Outcome::Failure, Some("403")),
        (json!("NoSuchBucket"), Outcome::Unknown, Some("NoSuchBucket")),
        (json!(-1.5), Outcome::Unknown, Some("-1.5")),
        (json!("unknown"), Outcome::Unknown, Some("unknown")),
        (json!(""), Outcome::Unknown, None),
        (json!(null), Outcome::Unknown, None),
    ] {
        let (event, errors) = check_with(json!({"outcome": given}));
        assert_eq!((event.outcome, event.native_outcome.as_deref()), (outcome, native), "{given}");
        assert_eq!(errors, "");
    }
    let (_, errors) = check_with(json!({"outcome": {"result": "SUCCESS"}}));
    assert_eq!(errors, "outcome must be a text, not a list or object");
}

#[test]
fn the_vendors_words_for_an_outcome_may_stand_beside_it() {
    let (event, _) = check_with(json!({"outcome": "failure", "native_outcome": "AccessDenied"}));
    assert_eq!((event.outcome, event.native_outcome.as_deref()), (Outcome::Failure, Some("AccessDenied")));
    let (event, _) = check_with(json!({"native_outcome": "success"}));
    assert_eq!((event.outcome, event.native_outcome.as_deref()), (Outcome::Unknown, Some("success")));
}

#[test]
fn coordinates_are_two_numbers_in_their_ranges() {
    let (berlin, _) = check_with(json!({"latitude": 52.52, "longitude": "13.41"}));
    assert_eq!(berlin.coordinates, Coordinates::new(52.52, 13.41).ok());
    let (nowhere, errors) = check_with(json!({"latitude": null, "longitude": null}));
    assert_eq!((nowhere.coordinates, errors.as_str()), (None, ""));
    for (fields, error) in [
        (json!({"latitude": 1}), "longitude is missing, where there is a latitude"),
        (json!({"longitude": 1}), "latitude is missing, where there is a longitude"),
        (json!({"latitude": 90.5, "longitude": 1}), "latitude is 90.5, must be a number from -90 to 90 degrees"),
        (
            json!({"latitude": 1, "longitude": "-181"}),
            "longitude is \"-181\", must be a number from -180 to 180 degrees",
        ),
        (json!({"latitude": "NaN", "longitude": 1}), "latitude is missing, where there is a longitude"),
        (json!({"latitude": "north", "longitude": 1}), "latitude is \"north\", must be a number without a unit"),
    ] {
        let (event, errors) = check_with(fields);
        assert_eq!((event.coordinates, errors.as_str()), (None, error));
    }
}

/// Writes a moment in ways that can mean this moment only.
fn spellings(seconds: i64) -> Vec<Value> {
    let time = Timestamp::from_second(seconds).expect("in range");
    let ahead = Offset::from_seconds(19_800).expect("in range").to_datetime(time);
    let texts = [
        time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        time.strftime("%Y-%m-%d %H:%M:%S,000000 UTC").to_string(),
        time.strftime("%Y%m%dT%H%M%SZ").to_string(),
        time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        time.strftime("%a %b %e %H:%M:%S UTC %Y").to_string(),
        ahead.strftime("%Y/%m/%d %H:%M:%S +0530").to_string(),
        ahead.strftime("%d/%b/%Y:%H:%M:%S +0530").to_string(),
        seconds.to_string(),
        format!("/Date({seconds}000)/"),
    ];
    let numbers = [1, 1_000, 1_000_000, 1_000_000_000].map(|scale| json!(seconds * scale));
    texts.map(Value::from).into_iter().chain(numbers).collect()
}

/// Any value of JSON.
fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<String>().prop_map(Value::from),
        "[0-9.,:/+eE \\-\\[\\]%a-f]{0,20}".prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(json!([{"a": null}])),
        Just(Value::Null),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn every_spelling_of_a_time_is_the_same_time(seconds in 1_000_000_000..2_000_000_000_i64) {
        for spelling in spellings(seconds) {
            let event = json!({"user_id": "ann", "timestamp": spelling, "action_type": "view"});
            let read = check(&event).map(|checked| checked.event.time.as_second());
            prop_assert_eq!(read, Ok(seconds), "{}", spelling);
        }
    }

    #[test]
    fn no_value_of_an_optional_field_costs_the_event(
        values in prop::collection::vec(any_value(), UncheckedEvent::FIELDS.len() - 3),
    ) {
        let fields = UncheckedEvent::FIELDS[3..].iter().map(|field| (*field).to_owned()).zip(values);
        let (event, _) = check_with(fields.collect::<Map<_, _>>().into());
        prop_assert_eq!((event.user.as_str(), event.action), ("ann", Action::View));
    }

    #[test]
    fn no_damaged_number_is_a_time_of_another_magnitude(number in 0..100_000_000_000_000_000_u64) {
        let event = json!({"user_id": "ann", "timestamp": number, "action_type": "view"});
        if let Ok(CheckedEvent { event, .. }) = check(&event) {
            prop_assert!([10, 13, 16].contains(&number.to_string().len()), "{} is {}", number, event.time);
            prop_assert!((2001..2100).contains(&event.time.to_string()[..4].parse::<i32>().expect("a year")));
        }
    }
}
