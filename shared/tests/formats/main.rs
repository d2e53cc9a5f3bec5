//! Log files in every shape, from their bytes to events.

#![cfg(not(target_family = "wasm"))] // the samples are files

mod cloudtrail;
mod damage;
mod own;
mod properties;
mod samples;

use std::io::{self, Read, Write};

use flate2::{Compression, write::GzEncoder};
use shared::{
    event::{Event, Faults},
    formats::{Record, read},
};

/// Reads all records of a source.
fn records(input: impl AsRef<[u8]>) -> Vec<Record> {
    read(input.as_ref(), None, None).collect()
}

/// Reads a source in which every record is right.
fn events(input: impl AsRef<[u8]>) -> Vec<Event> {
    records(input)
        .into_iter()
        .map(|record| record.event.unwrap_or_else(|faults| panic!("{}: {faults}", record.index)))
        .collect()
}

/// Reads a source that is at fault as a whole.
fn only_fault(input: impl AsRef<[u8]>) -> String {
    let records = records(input);
    let [Record { index: 0, event: Err(faults) }] = &records[..] else {
        panic!("one fault is expected, not {records:?}")
    };
    faults.to_string()
}

/// Tells for each record who acted, or that it is a fault.
fn users(input: impl AsRef<[u8]>) -> Vec<String> {
    let user = |event: Result<Event, Faults>| event.map_or("fault".to_owned(), |event| event.user.to_string());
    records(input).into_iter().map(|record| user(record.event)).collect()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// A source that gives its bytes in parts of the given sizes, over and over.
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
