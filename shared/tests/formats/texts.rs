//! Tables and texts as spreadsheets, databases and old programs save them.

use shared::event::Event;

use crate::{InParts, events, only_error, packed, records, users};

const TABLE: &str = "user_id;timestamp;action_type;data_volume_mb;location\n\
    jörg;2024-01-15T14:30:00Z;download;12,5;München\nann;2024-01-15T14:31:00Z;view;;\"Zürich; Kreis 4\"\n";

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn a_table_is_the_same_in_every_encoding_and_with_every_line_end() {
    let expected = events(TABLE);
    assert_eq!(expected[0].volume_mb, Some(12.5));
    assert_eq!(expected[1].location.as_deref(), Some("Zürich; Kreis 4"));
    let marked = format!("\u{FEFF}{TABLE}");
    for encoded in [
        utf16(&marked, u16::to_le_bytes),
        utf16(&marked, u16::to_be_bytes),
        utf16(TABLE, u16::to_le_bytes),
        utf16(TABLE, u16::to_be_bytes),
        utf16(&TABLE.replace('\n', "\r\n"), u16::to_le_bytes),
        utf16(&TABLE.replace('\n', "\r"), u16::to_le_bytes),
        marked.into_bytes(),
        TABLE.replace('\n', "\r").into_bytes(),
        format!("{}\n", TABLE.replace('\n', "\r")).into_bytes(),
        TABLE.replace('\n', "\r\n").into_bytes(),
    ] {
        assert_eq!(events(&encoded), expected, "{:?}", &encoded[..8]);
        assert_eq!(events(packed(&encoded)), expected, "packed: {:?}", &encoded[..8]);
        let in_parts = shared::formats::read(InParts::new(&encoded, &[1, 2, 7]), None, None);
        let in_parts: Vec<Event> = in_parts.map(|record| record.event.expect("it is sound")).collect();
        assert_eq!(in_parts, expected, "in parts: {:?}", &encoded[..8]);
    }
}

#[test]
fn json_may_be_utf16_or_have_old_line_ends() {
    let log = "{\"user_id\": \"jörg\", \"timestamp\": \"2024-01-15T14:30:00Z\", \"action_type\": \"view\"}\n".repeat(3);
    assert_eq!(users(utf16(&log, u16::to_be_bytes)), ["jörg"; 3]);
    assert_eq!(users(log.replace('\n', "\r")), ["jörg"; 3]);
}

#[test]
fn a_table_may_name_its_separator_in_a_line_before_the_header() {
    for line in ["sep=;\r\n", "SEP=;\n", "\u{FEFF}sep=;\n", "\"sep=;\"\n"] {
        assert_eq!(events(format!("{line}{TABLE}")), events(TABLE), "{line:?}");
    }
    let bars = TABLE.replace(';', "|").replace("Zürich|", "Zürich;");
    assert_eq!(events(&bars), events(TABLE));
    assert_eq!(events(format!("sep=#\n{}", bars.replace('|', "#"))), events(TABLE));
}

#[test]
fn of_a_row_that_is_no_utf8_text_the_fields_that_are_ascii_are_read() {
    let log = b"user_id,timestamp,action_type,location,gr\xF6\xDFe\n\
        ann,2024-01-15T14:30:00Z,view,Z\xFCrich,\n\
        j\xF6rg,2024-01-15T14:31:00Z,view,Berlin,\n\
        bob,2024-01-15T14:32:00Z,view,Berlin,\n";
    let records = records(log);
    let ann = records[0].event.as_ref().expect("her name is ASCII");
    assert_eq!((ann.user.as_str(), ann.location.as_deref()), ("ann", None));
    let told: Vec<_> = records[0].unread.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["location is no UTF-8 text: \"Z\u{FFFD}rich\"; save the file as UTF-8 (in Excel: CSV UTF-8)"],
        "a name in another encoding is never guessed"
    );
    let nobody = records[1].event.as_ref().expect_err("his name is not");
    assert_eq!((nobody.0[0].field, nobody.0[0].problem), ("user_id", "is no UTF-8 text"));
    assert!(records[2].event.is_ok() && records[2].unread.is_empty());
}

#[test]
fn of_an_object_that_is_no_utf8_text_the_fields_that_are_ascii_are_read() {
    let log = b"{\"user_id\": \"ann\", \"timestamp\": \"2024-01-15T14:30:00Z\", \"action_type\": \"view\", \"location\": \"Z\xFCrich\"}\n\
        {\"user_id\": \"j\xF6rg\", \"timestamp\": \"2024-01-15T14:30:00Z\", \"action_type\": \"view\"}\n\
        {\"eventName\": \"GetObject\", \"eventTime\": \"2024-01-15T14:30:00Z\", \"userIdentity\": {\"arn\": \"j\xF6rg\"}}\n";
    let records = records(log);
    assert_eq!(
        records[0].event.as_ref().map(|event| (event.user.as_str(), event.location.as_deref())),
        Ok(("ann", None))
    );
    assert_eq!((records[0].unread[0].field, records[0].unread[0].problem), ("location", "is no UTF-8 text"));
    for (record, start) in records[1..].iter().zip(["user_id is no UTF-8 text: \"j", "no UTF-8 text: \""]) {
        let error = record.event.as_ref().expect_err("an id is never guessed").to_string();
        assert!(error.starts_with(start) && error.contains("save the file as UTF-8"), "{error}");
    }
}

#[test]
fn a_backslash_before_a_quote_is_understood() {
    let log = "userIdentity,eventName,eventTime,userAgent\n\
        \"{\\\"type\\\":\\\"IAMUser\\\",\\\"arn\\\":\\\"arn:aws:iam::1:user/ann\\\"}\",GetObject,2024-01-15T14:30:00Z,\"a \\\"b\\\", \"\"c\"\"\"\n";
    let event = events(log).remove(0);
    assert_eq!(event.user.as_str(), "arn:aws:iam::1:user/ann");
    assert_eq!(event.user_agent.as_deref(), Some("a \"b\", \"c\""));
    let folder = "user_id,timestamp,action_type,resource_id\nann,2024-01-15T14:30:00Z,view,\"C:\\plans\\\"\n";
    assert_eq!(events(folder)[0].resource.as_deref(), Some("C:\\plans\\"), "a backslash alone is a backslash");
}

#[test]
fn tables_that_were_joined_are_read_each_under_its_own_header() {
    let header = "user_id,timestamp,action_type,location,role\n";
    let [ann, bob] = ["ann,2024-01-15T14:30:00Z,view,Oslo,dev\n", "bob,2024-01-15T14:30:00Z,view,Oslo,dev\n"];
    let turned = "user_id,timestamp,action_type,role,location\nbob,2024-01-15T14:30:00Z,view,dev,Oslo\n";
    let expected = events(format!("{header}{ann}{bob}"));
    for joined in [
        format!("{header}{ann}{header}{bob}"),
        format!("\u{FEFF}{header}{ann}\u{FEFF}{header}{bob}"),
        format!("{header}{ann}{turned}"),
        format!("{header}{header}{ann}\u{FEFF}{bob}{header}"),
    ] {
        assert_eq!(events(&joined), expected, "{joined}");
        assert!(records(&joined).iter().map(|record| record.index).eq(0..2), "{joined}");
    }
    let json = r#"{"user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "view"}"#;
    for joined in [format!("{json}\n\u{FEFF}{json}\n"), format!("[{json}]\u{FEFF}[{json}]")] {
        assert_eq!(users(&joined), ["ann", "ann"], "{joined}");
    }
}

#[test]
fn empty_cells_at_the_end_of_a_row_are_no_cells() {
    let log = "user_id;timestamp;action_type;;;\nann;2024-01-15T14:30:00Z;view\nbob;2024-01-15T14:30:00Z;view;;;;;\n\
        cid;2024-01-15T14:30:00Z;view;x;y;z;more\neve;2024-01-15T14:30:00Z\n";
    assert_eq!(users(log), ["ann", "bob", "error", "error"]);
    let problems: Vec<_> =
        records(log).into_iter().filter_map(|record| record.event.err()).map(|errors| errors.0[0].problem).collect();
    assert_eq!(problems, ["has too many cells", "has too few cells"]);
}

#[test]
fn a_file_that_is_no_log_is_named_for_what_it_is() {
    for (head, sentence) in [
        (&b"%PDF-1.7 ..."[..], "a PDF document, not a log: export the data as CSV or JSON"),
        (b"PAR1\x15\x04\x15", "a Parquet file, not a log: export its records as CSV or JSON"),
        (b"\n<!doctype html>\n<html></html>", "a web page, not a log: export the data as CSV or JSON"),
        (b"BZh91AY", "a bzip2 file, not a log: unpack it, or pack it by gzip or Zstandard"),
        (b"\xFF\xFE\0\0u\0\0\0", "UTF-32 text, not a log: save it as UTF-8"),
    ] {
        assert_eq!(only_error(head), sentence);
        assert_eq!(only_error(packed(head)), sentence, "packed");
    }
}
