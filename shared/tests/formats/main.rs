//! Reading logs of every format and layout, from bytes to events.

#![cfg(not(target_family = "wasm"))] // the samples are files

mod cloudtrail;
mod coverage;
mod damage;
mod envelopes;
mod identities;
mod look_alikes;
mod own;
mod properties;
mod samples;
mod texts;
mod values;
mod vendors;

use std::io::{self, Read, Write};

use flate2::{Compression, write::GzEncoder};
use shared::{
    event::{Event, ValidationErrors},
    formats::{Record, read},
};

/// Reads all records of a source.
fn records(input: impl AsRef<[u8]>) -> Vec<Record> {
    read(input.as_ref(), None, None).collect()
}

/// Reads a source in which every record is valid.
fn events(input: impl AsRef<[u8]>) -> Vec<Event> {
    records(input)
        .into_iter()
        .map(|record| record.event.unwrap_or_else(|errors| panic!("{}: {errors}", record.index)))
        .collect()
}

/// Reads a source that as a whole is one error.
fn only_error(input: impl AsRef<[u8]>) -> String {
    let records = records(input);
    let [Record { index: 0, event: Err(errors), .. }] = &records[..] else {
        panic!("one error is expected, not {records:?}")
    };
    errors.to_string()
}

/// Returns the user of each record, or `error`.
fn users(input: impl AsRef<[u8]>) -> Vec<String> {
    let user =
        |event: Result<Event, ValidationErrors>| event.map_or("error".to_owned(), |event| event.user.to_string());
    records(input).into_iter().map(|record| user(record.event)).collect()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// A source whose reads return parts of the given sizes, in turn.
struct InParts<'a> {
    bytes: &'a [u8],
    sizes: std::iter::Cycle<std::slice::Iter<'a, usize>>,
}

impl<'a> InParts<'a> {
    fn new(bytes: &'a [u8], sizes: &'a [usize]) -> Self {
        Self { bytes, sizes: sizes.iter().cycle() }
    }
}

impl Read for InParts<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes.next().copied().unwrap_or(1).min(buffer.len());
        self.bytes.read(&mut buffer[..size])
    }
}
