//! Fuzzing: random inputs and damaged real ones, some hundred in a usual run, as many as fit in
//! `UBA_FUZZ_SECONDS` (seconds for each test) in a long one.

use std::time::{Duration, Instant};

use proptest::{collection::vec, prelude::*, sample::Index, test_runner::TestRunner};

/// The number of inputs between two looks at the clock, and the minimum.
const CASES: u32 = 256;

/// Passes inputs to `test`, which must not panic.
///
/// # Panics
///
/// Panics with the smallest input found for which `test` fails.
pub(crate) fn fuzz<S: Strategy>(inputs: &S, test: impl Fn(S::Value)) {
    let seconds = std::env::var("UBA_FUZZ_SECONDS").map_or(0, |seconds| seconds.parse().expect("a number of seconds"));
    let (started, length) = (Instant::now(), Duration::from_secs(seconds));
    loop {
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) };
        let result = TestRunner::new(config).run(inputs, |input| {
            test(input);
            Ok(())
        });
        if let Err(failure) = result {
            panic!("{failure}");
        }
        if started.elapsed() >= length {
            return;
        }
    }
}

/// A change of some bytes.
#[derive(Debug, Clone)]
enum Edit {
    Set(Index, u8),
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
    Truncate(Index),
    Join(Index, Index),
}

/// What readers of logs, JSON, CSV, forms and numbers are likely to stumble over.
const ODD: [&str; 34] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "\r\n",
    "\t",
    "\0",
    " ",
    "'",
    "%",
    "%00",
    "&",
    "=",
    "-",
    "-0",
    "1e999",
    "NaN",
    "18446744073709551616",
    "9999-12-31T23:59:59Z",
    "-009999-01-01T00:00:00Z",
    "null",
    "true",
    "\u{202E}",
    "\u{FEFF}",
    "\\ud800",
    "\\u0000",
    "ÄÖ",
    "[[[[[[[[[[[[[[[[",
    "{\"a\":{\"a\":{\"a\":",
];

fn edit() -> impl Strategy<Value = Edit> {
    let odd = prop::sample::select(&ODD[..]).prop_map(|odd| odd.as_bytes().to_vec());
    let inserted = prop_oneof![3 => odd, 1 => vec(any::<u8>(), 1..9)];
    prop_oneof![
        3 => (any::<Index>(), any::<u8>()).prop_map(|(place, byte)| Edit::Set(place, byte)),
        3 => (any::<Index>(), 0..8_u8).prop_map(|(place, bit)| Edit::Flip(place, bit)),
        4 => (any::<Index>(), inserted).prop_map(|(place, bytes)| Edit::Insert(place, bytes)),
        2 => (any::<Index>(), 1..40_usize).prop_map(|(place, length)| Edit::Remove(place, length)),
        1 => (any::<Index>(), 1..400_usize).prop_map(|(place, length)| Edit::Repeat(place, length)),
        1 => any::<Index>().prop_map(Edit::Truncate),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(sample, place)| Edit::Join(sample, place)),
    ]
}

/// Returns real inputs after some damage, and random bytes.
pub(crate) fn damaged(samples: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let chosen = (any::<Index>(), vec(edit(), 0..8)).prop_map(move |(sample, edits)| {
        let mut bytes = sample.get(&samples).clone();
        for edit in &edits {
            apply(edit, &mut bytes, &samples);
        }
        bytes
    });
    prop_oneof![9 => chosen, 1 => vec(any::<u8>(), 0..300)]
}

fn apply(edit: &Edit, bytes: &mut Vec<u8>, samples: &[Vec<u8>]) {
    let at = |place: &Index, bytes: &[u8]| place.index(bytes.len() + 1);
    let stretch = |place: &Index, length: &usize, bytes: &[u8]| {
        let start = at(place, bytes);
        start..(start + length).min(bytes.len())
    };
    match edit {
        Edit::Set(place, byte) if !bytes.is_empty() => *place.get_mut(bytes) = *byte,
        Edit::Flip(place, bit) if !bytes.is_empty() => *place.get_mut(bytes) ^= 1 << bit,
        Edit::Set(..) | Edit::Flip(..) => {}
        Edit::Insert(place, more) => {
            let start = at(place, bytes);
            bytes.splice(start..start, more.iter().copied());
        }
        Edit::Remove(place, length) => {
            bytes.drain(stretch(place, length, bytes));
        }
        Edit::Repeat(place, length) => {
            let range = stretch(place, length, bytes);
            let (end, again) = (range.end, bytes[range].to_vec());
            bytes.splice(end..end, again);
        }
        Edit::Truncate(place) => bytes.truncate(at(place, bytes)),
        Edit::Join(sample, place) => {
            let other = sample.get(samples);
            bytes.extend_from_slice(&other[at(place, other).min(other.len())..]);
        }
    }
}
