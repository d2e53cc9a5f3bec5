//! Events of the product's own format, in every layout.

use jiff::tz::{Offset, TimeZone};
use shared::{
    event::{Action, Device, Outcome},
    formats::{self, Format, read},
    places::Places,
    travel::Coordinates,
};

use crate::{events, only_error, packed, records, users};

const ANN: &str = r#"{"user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "login"}"#;
const BOB: &str = r#"{"user_id": "bob", "timestamp": "2024-01-15T14:31:00Z", "action_type": "view"}"#;
const CSV: &str = "user_id,timestamp,action_type\nann,2024-01-15T14:30:00Z,login\nbob,2024-01-15T14:31:00Z,view\n";

#[test]
fn all_layouts_of_json_give_the_same_events() {
    let expected = events(CSV);
    for layout in [
        format!("{ANN}\n{BOB}"),
        format!("\u{FEFF}{ANN}\r\n\r\n{BOB}\r\n"),
        format!("[{ANN},{BOB}]"),
        format!("\n  [\n  {ANN},\n  {BOB}\n]\n"),
        format!("{ANN}{BOB}"),
        format!("{ANN},\n{BOB}"),
        format!("[{ANN}]\n[{BOB}]\n"),
        format!(r#"{{"instances": [{ANN}, {BOB}], "explain": false}}"#),
        format!(r#"{{"explain": {{"a": [1]}}, "instances": [{ANN}, {BOB}]}}"#),
        format!("[{},\n{}]", ANN.replace(", ", ",\n    "), BOB.replace(", ", ",\n    ").replace('{', "{\n    ")),
        ANN.replace('{', "{\n    ").replace('}', "\n}")
            + &BOB.replace('{', "{\n  ").replace(", ", ",\n  ").replace('}', "\n}"),
    ] {
        assert_eq!(events(&layout), expected, "{layout}");
        assert_eq!(events(packed(layout.as_bytes())), expected, "packed: {layout}");
    }
}

#[test]
fn one_object_is_read_as_in_a_log() {
    assert_eq!(formats::event(ANN.as_bytes(), None).map(|checked| checked.event), Ok(events(ANN).remove(0)));
}

#[test]
fn a_row_can_give_every_field_of_an_event() {
    let log = "timestamp;User ID;ACTION-TYPE;resource_id;ip_address;data_volume_mb;location;device_type;failed_attempts;\
               location_change;event_id;native_action;department;role;user_agent;outcome;native_outcome;Latitude;LONGITUDE;more\n\
               2024-01-15T16:30:00+02:00;ann;Download;\"a;b\n\"\"c\"\"\";2001:db8::1; 12.5 ;Paris;mobile;3;yes;e-7;get;r&d;dev;curl;ok;200 OK;48.8566; 2.3522;x\n";
    let event = events(log).remove(0);
    assert_eq!(event.time.to_string(), "2024-01-15T14:30:00Z");
    assert_eq!((event.user.as_str(), event.action, event.device), ("ann", Action::Download, Some(Device::Mobile)));
    assert_eq!(event.resource.as_deref(), Some("a;b␊\"c\""));
    assert_eq!(event.address.map(|address| address.to_string()).as_deref(), Some("2001:db8::1"));
    assert_eq!((event.volume_mb, event.failed_attempts, event.location_change), (Some(12.5), Some(3), Some(true)));
    assert_eq!((event.outcome, event.coordinates), (Outcome::Success, Coordinates::new(48.86, 2.35).ok()));
    let texts = [
        event.location,
        event.event_id,
        event.native_action,
        event.department,
        event.role,
        event.user_agent,
        event.native_outcome,
    ];
    assert_eq!(
        texts.each_ref().map(Option::as_deref),
        ["Paris", "e-7", "get", "r&d", "dev", "curl", "200 OK"].map(Some)
    );
}

#[test]
fn vendors_words_in_the_column_outcome_are_successes_failures_or_unknown() {
    let log = "user_id,timestamp,action_type,outcome\n".to_owned()
        + &["SUCCESS", "DENY", "CHALLENGE", "50126", "0", "404", "PartiallySucceeded", "NoSuchBucket", ""]
            .map(|outcome| format!("ann,2024-01-15T14:30:00Z,login,{outcome}\n"))
            .concat();
    let events = events(log);
    let outcomes: Vec<_> = events.iter().map(|event| (event.outcome, event.native_outcome.as_deref())).collect();
    assert_eq!(
        outcomes,
        [
            (Outcome::Success, Some("SUCCESS")),
            (Outcome::Failure, Some("DENY")),
            (Outcome::Unknown, Some("CHALLENGE")),
            (Outcome::Failure, Some("50126")),
            (Outcome::Success, Some("0")),
            (Outcome::Failure, Some("404")),
            (Outcome::Success, Some("PartiallySucceeded")),
            (Outcome::Unknown, Some("NoSuchBucket")),
            (Outcome::Unknown, None),
        ]
    );
}

#[test]
fn coordinates_of_a_record_win_over_those_of_its_location_and_address() {
    let packed = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../server/lab/assets/geo/ipv4-country.mmdb.gz"));
    let berlin = |name: &str| Coordinates::new(52.52, 13.41).ok().filter(|_| name == "Berlin");
    let places = Places::unpack(&packed.expect("the table is there"), berlin).expect("the table is sound");
    let located = |more: &str| {
        let record = ANN.replace('}', &format!(", {more}}}"));
        formats::event(record.as_bytes(), Some(&places)).expect("it is sound").event.coordinates
    };
    let [city, potsdam] = [(52.52, 13.41), (52.4, 13.06)].map(|(north, east)| Coordinates::new(north, east).ok());
    assert_eq!(located(r#""location": "Berlin""#), city);
    assert_eq!(located(r#""location": "Berlin", "latitude": 52.4, "longitude": 13.06"#), potsdam);
    assert_eq!(located(r#""ip_address": "8.8.8.8", "latitude": 52.4, "longitude": 13.06"#), potsdam);
    assert_eq!(located(r#""location": "Atlantis""#), None);
}

#[test]
fn a_table_may_be_separated_by_commas_semicolons_or_tabs_and_its_lines_end_in_any_way() {
    let expected = events(CSV);
    for table in
        [CSV.replace(',', ";"), CSV.replace(',', "\t"), CSV.replace('\n', "\r\n"), format!("\u{FEFF}{CSV}\n\n")]
    {
        assert_eq!(events(&table), expected, "{table:?}");
    }
    let indexed =
        CSV.replace("user_id", "\tuser_id").replace("ann", "0\tann").replace("bob", "1\tbob").replace(',', "\t");
    assert_eq!(events(&indexed), expected, "the first column has no name");
}

#[test]
fn blank_lines_and_rows_are_no_records() {
    let log = "user_id,timestamp,action_type\n\n,,\n  \nann,2024-01-15T14:30:00Z,login";
    assert_eq!(users(log), ["ann"]);
    assert_eq!(records(log)[0].index, 0);
}

#[test]
fn every_error_of_a_record_is_returned_with_the_records_number() {
    let log = format!("{ANN}\n{{\"user_id\": \"\", \"timestamp\": \"soon\", \"action_type\": \"fly\"}}\n{BOB}");
    let records = records(log);
    assert_eq!(records.iter().map(|record| record.index).collect::<Vec<_>>(), [0, 1, 2]);
    let errors = records[1].event.as_ref().expect_err("three fields are wrong");
    assert_eq!(errors.0.iter().map(|error| error.field).collect::<Vec<_>>(), ["user_id", "timestamp", "action_type"]);
}

#[test]
fn a_source_without_a_record_is_an_error_that_says_so() {
    for nothing in
        ["", "\n\n  \r\n", "\u{FEFF}", "[]", "{\"Records\": []}", " [ ]\n[ ]", "user_id,timestamp,action_type\n"]
    {
        assert_eq!(only_error(nothing), "no record: nothing, or only a header", "{nothing:?}");
    }
}

#[test]
fn the_error_of_an_unknown_source_names_what_was_expected_and_what_was_found() {
    let expected = "expected user_id, timestamp and action_type, or a record of AWS CloudTrail, Microsoft Entra, \
                    Microsoft 365, Azure, Google Cloud, Google Workspace, Kubernetes, Okta, GitHub, Slack, Box, Dropbox, \
                    Nextcloud, OCSF, ECS, CEF";
    assert_eq!(only_error("a,b\n1,2\n3,4"), format!("no known table: {expected}; found the columns a, b"));
    assert_eq!(only_error(r#"{"a": 1, "b": 2}"#), format!("no known record: {expected}; found the fields a, b"));
    assert_eq!(
        only_error([0x50, 0x4B, 0x03, 0x04, 0xFF, 0x00]),
        "a zip archive or an Excel workbook, not a log: unpack it, or save the sheet as CSV UTF-8"
    );
    assert_eq!(
        only_error("User;event_time;action_type;note\nann;2024-01-15T14:30:00Z;view;x\n"),
        format!(
            "no known table: {expected}; user_id is missing (rename the column User), timestamp is missing (rename the \
             column event_time); found the columns User, event_time, action_type, note"
        )
    );
}

#[test]
fn only_records_of_the_given_format_are_read() {
    let with = |input: &str, format| {
        let texts: Vec<_> = read(input.as_bytes(), Some(format), None)
            .map(|record| record.event.map(|event| event.user.to_string()))
            .collect();
        texts.into_iter().map(|text| text.unwrap_or_else(|errors| errors.to_string())).collect::<Vec<_>>()
    };
    assert_eq!(with(ANN, Format::Json), ["ann"]);
    assert_eq!(with(CSV, Format::Csv), ["ann", "bob"]);
    assert_eq!(with(ANN, Format::Csv), ["JSON, where a table is expected"]);
    assert_eq!(
        with(CSV, Format::Json),
        ["no known table: expected JSON; found the columns user_id, timestamp, action_type"]
    );
    assert!(with(ANN, Format::CloudTrail)[0].starts_with("no known record: expected eventName"));
}

#[test]
fn a_missing_field_is_told_with_the_one_that_may_be_meant() {
    let record = r#"{"user_id": 901001, "@timestamp": 1705329000000, "action": "repo.create"}"#;
    assert_eq!(
        only_error(record),
        "timestamp is missing (rename the field @timestamp); action_type is missing (rename the field action)"
    );
    let with_null = r#"{"user_id": null, "user": "ann", "timestamp": 1705329000000, "action_type": "view"}"#;
    assert_eq!(only_error(with_null), "user_id is missing", "the field is there, but has no value");
}

#[test]
fn a_field_with_several_values_cannot_be_read_but_the_same_value_may_stand_twice() {
    let time = "2024-01-15T14:30:00Z";
    let twice = format!(
        "user_id,timestamp,action_type,role,User ID,role\nann,{time},view,,ann,dev\n,{time},view,dev,bob,dev\n"
    );
    let read = events(twice);
    assert_eq!(read.iter().map(|event| event.user.as_str()).collect::<Vec<_>>(), ["ann", "bob"]);
    assert!(read.iter().all(|event| event.role.as_deref() == Some("dev")));
    let log = format!(
        "{}\n{}\n",
        ANN.replace('}', r#", "role": "a", "role": "b"}"#),
        BOB.replace('}', r#", "user_id": "eve"}"#)
    );
    let records = records(log);
    assert_eq!(records[0].unread[0].to_string(), "role has several values: \"a\" and \"b\"");
    assert_eq!(records[0].event.as_ref().map(|event| event.role.as_deref()), Ok(None));
    let errors = records[1].event.as_ref().expect_err("bob or eve");
    assert_eq!(errors.to_string(), "user_id has several values: \"bob\" and \"eve\"");
}

#[test]
fn what_other_languages_print_for_json_is_read_where_it_is_certain() {
    let with = |more: &str| ANN.replace('}', &format!(", {more}}}"));
    let nan = records(with(r#""data_volume_mb": NaN, "location_change": True, "role": None,"#)).remove(0);
    let event = nan.event.expect("NaN is no value");
    assert_eq!((event.volume_mb, event.location_change, event.role), (None, Some(true), None));
    assert_eq!(nan.unread, []);
    let odd = records(with(r#""data_volume_mb": Infinity, "failed_attempts": 1e999, "event_id": 007"#)).remove(0);
    assert_eq!(odd.event.expect("optional fields").event_id.as_deref(), Some("007"));
    assert_eq!(odd.unread.iter().map(|error| error.field).collect::<Vec<_>>(), ["data_volume_mb", "failed_attempts"]);
    let half = events(with(r#""location": "a\ud83d", "role": "\ud83d\ude00""#)).remove(0);
    assert_eq!((half.location.as_deref(), half.role.as_deref()), (Some("a\u{FFFD}"), Some("😀")));
    assert_eq!(
        records(ANN.replace("\"ann\"", "NaN"))[0].event.as_ref().map_err(ToString::to_string),
        Err("user_id is missing".to_owned())
    );
    let python =
        ANN.replace('"', "'").replace('}', ", 'location': 'K\\u00f6ln', 'role': nan, 'location_change': True}");
    let event = events(format!("{python}\n{python}\n")).remove(0);
    assert_eq!((event.user.as_str(), event.location.as_deref(), event.role), ("ann", Some("Köln"), None));
    let commented = ANN.replace('}', ", // nobody\n \"role\": 1}");
    let error = records(commented)[0].event.as_ref().expect_err("no JSON").to_string();
    assert!(error.starts_with("no valid JSON: ") && error.ends_with("JSON has no comments"), "{error}");
}

#[test]
fn a_format_is_chosen_by_its_name() {
    for (name, format) in [("csv", Format::Csv), ("JSON", Format::Json), ("cloudtrail", Format::CloudTrail)] {
        assert_eq!(name.parse(), Ok(format));
        assert_eq!(format.name(), name.to_ascii_lowercase());
    }
}

#[test]
fn a_time_that_names_no_zone_is_read_where_the_zone_is_given() {
    let zone = TimeZone::fixed(Offset::constant(1));
    let of = |log: &str, zone: Option<TimeZone>| {
        let times = read(log.as_bytes(), None, None).in_zone(zone).map(|record| record.event);
        times
            .map(|event| event.map_or_else(|errors| errors.0[0].problem.to_owned(), |event| event.time.to_string()))
            .collect::<Vec<_>>()
    };
    let table = "user_id,timestamp,action_type\nann,2024-01-15 15:30:00,view\nann,2024-01-15T14:30:00Z,view\n";
    let object = r#"{"user_id": "ann", "timestamp": "2024-01-15T15:30:00", "action_type": "view"}"#;
    let call =
        r#"{"eventTime": "2024-01-15T15:30:00", "eventName": "X", "userIdentity": {"type": "Root", "arn": "ann"}}"#;
    let line = "CEF:0|a|b|1|2|Login|3|suser=ann rt=Jan 15 2024 15:30:00";
    let moment = "2024-01-15T14:30:00Z";
    assert_eq!(of(table, None), ["has no zone", moment]);
    assert_eq!(of(table, Some(zone.clone())), [moment, moment]);
    for log in [object, call, line] {
        assert_eq!(of(log, None), ["has no zone"], "{log}");
        assert_eq!(of(log, Some(zone.clone())), [moment], "{log}");
    }
}
