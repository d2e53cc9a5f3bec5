//! Properties that hold for every input.

use proptest::prelude::*;
use shared::formats::read;

use crate::{InParts, packed, records};

/// Texts that resemble logs, valid and damaged.
fn log_like() -> impl Strategy<Value = Vec<u8>> {
    let parts = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\n",
        "\r\n",
        " ",
        "\t",
        ";",
        "12",
        "null",
        "\u{FEFF}",
        "ä",
        "\"\"",
        "\"Records\":[",
        "\"user_id\":\"ann\"",
        "\"timestamp\":\"2024-01-15T14:30:00Z\"",
        "\"action_type\":\"login\"",
        "{\"user_id\":\"ann\",\"timestamp\":\"2024-01-15T14:30:00Z\",\"action_type\":\"login\"}",
        "\"eventName\":\"GetObject\"",
        "\"userIdentity\":{\"type\":\"AssumedRole\"}",
        "\"eventSource\":\"s3\"",
        "user_id,timestamp,action_type\n",
        "ann,2024-01-15T14:30:00Z,login\n",
        "\"ann\",2024-01-15T14:30:00Z,login\n",
        "Event Name,User ID,Event DateTime\n",
        "GetObject,{'type': 'AWSAccount'},2024-01-15T14:30:00Z\n",
    ]);
    let part = prop_oneof![9 => parts.prop_map(|part| part.as_bytes().to_vec()), 1 => prop::collection::vec(any::<u8>(), 1..4)];
    prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn any_bytes_are_read_to_their_end(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let records = records(&bytes);
        prop_assert!(records.len() <= bytes.len() + 1);
        prop_assert!(records.iter().zip(0..).all(|(record, index)| record.index == index));
    }

    #[test]
    fn the_parts_in_which_a_source_comes_do_not_matter(
        bytes in log_like(),
        sizes in prop::collection::vec(1_usize..20, 1..4),
    ) {
        let whole = records(&bytes);
        let in_parts: Vec<_> = read(InParts::new(&bytes, &sizes), None, None).collect();
        prop_assert_eq!(&in_parts, &whole);
        prop_assume!(!bytes.starts_with(b"\x1F\x8B"), "it is not packed already");
        prop_assert_eq!(records(packed(&bytes)), whole);
    }
}
