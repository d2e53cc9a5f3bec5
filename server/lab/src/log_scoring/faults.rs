//! The records that cannot be read: the first reasons are kept in memory, the rest in a temporary file.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek as _, Write as _},
    vec,
};

/// The number of reasons that are kept in memory.
const IN_MEMORY: usize = 1000;

/// The numbers of the records that cannot be read, each with the reason, in the order of the input.
#[derive(Debug, Default)]
pub(super) struct Faults {
    count: u64,
    first: Vec<(u64, String)>,
    rest: Option<BufWriter<File>>,
}

impl Faults {
    /// Returns the number of records.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Returns the reason of the first record.
    pub(super) fn first(&self) -> Option<&str> {
        self.first.first().map(|(_, reason)| reason.as_str())
    }

    /// Adds a record, which must be behind all others.
    ///
    /// # Errors
    ///
    /// Fails if the temporary file cannot be written.
    pub(super) fn push(&mut self, index: u64, reason: String) -> io::Result<()> {
        self.count += 1;
        if self.first.len() < IN_MEMORY {
            self.first.push((index, reason));
            return Ok(());
        }
        let rest = match &mut self.rest {
            Some(rest) => rest,
            none => none.insert(BufWriter::new(tempfile::tempfile()?)),
        };
        let length = u32::try_from(reason.len()).map_err(io::Error::other)?;
        rest.write_all(&index.to_le_bytes())?;
        rest.write_all(&length.to_le_bytes())?;
        rest.write_all(reason.as_bytes())
    }

    /// Returns the records one by one.
    ///
    /// # Errors
    ///
    /// Fails if the temporary file cannot be read from its beginning.
    pub(super) fn read(self) -> io::Result<ReadFaults> {
        let rest = self.rest.map(|rest| -> io::Result<_> {
            let mut file = rest.into_inner()?;
            file.rewind()?;
            Ok(BufReader::new(file))
        });
        let in_file = self.count - self.first.len() as u64;
        Ok(ReadFaults { first: self.first.into_iter(), rest: rest.transpose()?, in_file })
    }
}

/// An iterator over [`Faults`].
#[derive(Debug)]
pub(super) struct ReadFaults {
    first: vec::IntoIter<(u64, String)>,
    rest: Option<BufReader<File>>,
    /// The number of records that are still to be read from the file.
    in_file: u64,
}

impl Iterator for ReadFaults {
    type Item = io::Result<(u64, String)>;

    fn next(&mut self) -> Option<io::Result<(u64, String)>> {
        if let Some(fault) = self.first.next() {
            return Some(Ok(fault));
        }
        let file = self.rest.as_mut()?;
        self.in_file = self.in_file.checked_sub(1)?;
        Some(read_fault(file))
    }
}

fn read_fault(file: &mut impl Read) -> io::Result<(u64, String)> {
    let (mut index, mut length) = ([0; 8], [0; 4]);
    file.read_exact(&mut index)?;
    file.read_exact(&mut length)?;
    let mut reason = vec![0; u32::from_le_bytes(length) as usize];
    file.read_exact(&mut reason)?;
    Ok((u64::from_le_bytes(index), String::from_utf8(reason).map_err(io::Error::other)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_comes_back_though_few_are_kept_in_memory() {
        for count in [0, 3, IN_MEMORY as u64, 5 * IN_MEMORY as u64] {
            let expected: Vec<_> = (0..count).map(|number| (2 * number, format!("reason {number}"))).collect();
            let mut faults = Faults::default();
            for (index, reason) in &expected {
                faults.push(*index, reason.clone()).expect("the temporary folder can be written");
            }
            assert_eq!(faults.count(), count);
            assert!(faults.first.len() <= IN_MEMORY);
            let read: io::Result<Vec<_>> = faults.read().expect("the file can be read").collect();
            assert_eq!(read.expect("the file can be read"), expected);
        }
    }
}
