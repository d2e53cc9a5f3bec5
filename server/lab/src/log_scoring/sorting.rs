//! Sorting byte strings by a key: in memory as long as there are not too many, else on disk.

use std::{
    cmp::Ordering,
    io::{self, Read, Write},
    iter,
    ops::Range,
    vec,
};

use extsort::{ExternalSorter, PushExternalSorter, Sortable, SortedIterator};
use rayon::slice::ParallelSliceMut as _;

/// The maximum number of items that are sorted in memory.
const ITEMS_IN_MEMORY: usize = 5_000_000;
/// The number of items that are sorted at once if all are sorted on disk.
const ITEMS_OF_SEGMENT: usize = 500_000;

/// The key by which items are sorted: the first number, then the second.
pub(super) type Key = (i64, u64);

/// Some items, with their bytes in one piece of memory.
#[derive(Debug, Default)]
pub(super) struct Block {
    bytes: Vec<u8>,
    /// The keys, and where the bytes of each item end.
    items: Vec<(Key, usize)>,
}

impl Block {
    /// Makes a block with room for this number of bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), items: Vec::new() }
    }

    /// Adds an item, whose bytes `write` appends.
    pub(super) fn push(&mut self, key: Key, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.items.push((key, self.bytes.len()));
    }

    /// Adds `first` to the second number of every key.
    pub(super) fn number_from(&mut self, first: u64) {
        self.items.iter_mut().for_each(|((_, number), _)| *number += first);
    }

    fn items(&self) -> impl Iterator<Item = (Key, Range<usize>)> {
        let starts = iter::once(0).chain(self.items.iter().map(|(_, end)| *end));
        self.items.iter().zip(starts).map(|((key, end), start)| (*key, start..*end))
    }
}

/// The sort key of an item, and the block and range that hold its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct ItemRange {
    key: Key,
    block: u32,
    start: u32,
    length: u32,
}

/// Items that are to be sorted.
pub(super) struct Sorter {
    most_in_memory: usize,
    blocks: Vec<Box<[u8]>>,
    places: Vec<ItemRange>,
    /// The items, once there are more than fit into memory.
    on_disk: Option<PushExternalSorter<Item, Order>>,
    count: u64,
    latest: Key,
    is_in_order: bool,
}

type Order = fn(&Item, &Item) -> Ordering;

impl Default for Sorter {
    fn default() -> Self {
        Self::with_most_in_memory(ITEMS_IN_MEMORY)
    }
}

impl Sorter {
    fn with_most_in_memory(most_in_memory: usize) -> Self {
        let latest = (i64::MIN, 0);
        let (blocks, places) = (Vec::new(), Vec::new());
        Self { most_in_memory, blocks, places, on_disk: None, count: 0, latest, is_in_order: true }
    }

    /// Returns the number of items.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Returns whether the items were pushed in their order.
    pub(super) fn is_in_order(&self) -> bool {
        self.is_in_order
    }

    /// Adds the items of a block.
    ///
    /// # Errors
    ///
    /// Fails if the temporary folder cannot be written, where there are too many items for memory.
    pub(super) fn push(&mut self, block: Block) -> io::Result<()> {
        for (key, _) in &block.items {
            self.is_in_order &= *key >= self.latest;
            self.latest = *key;
        }
        self.count += block.items.len() as u64;
        if self.on_disk.is_none() && self.places.len() + block.items.len() > self.most_in_memory {
            self.move_to_disk()?;
        }
        if let Some(sorter) = &mut self.on_disk {
            return sorter.push_iter(block.items().map(|(key, range)| Item { key, bytes: block.bytes[range].into() }));
        }
        let number = u32::try_from(self.blocks.len()).expect("there are fewer blocks than items");
        self.places.extend(block.items().map(|(key, range)| ItemRange::new(key, number, &range)));
        self.blocks.push(block.bytes.into());
        Ok(())
    }

    fn move_to_disk(&mut self) -> io::Result<()> {
        let segment = ITEMS_OF_SEGMENT.min(self.most_in_memory);
        let mut sorter = ExternalSorter::new().with_segment_size(segment).pushed_by(Item::by_key as Order);
        let blocks = std::mem::take(&mut self.blocks);
        for place in std::mem::take(&mut self.places) {
            sorter.push(Item { key: place.key, bytes: place.bytes(&blocks).into() })?;
        }
        self.on_disk = Some(sorter);
        Ok(())
    }

    /// Sorts the items; of equal keys, none is first.
    ///
    /// # Errors
    ///
    /// Fails if the temporary folder cannot be written, where there are too many items for memory.
    pub(super) fn sorted(mut self) -> io::Result<Sorted> {
        if let Some(sorter) = self.on_disk {
            return Ok(Sorted::OnDisk { items: sorter.done()?, item: Item::default() });
        }
        if !self.is_in_order {
            self.places.par_sort_unstable_by_key(|place| place.key);
        }
        Ok(Sorted::InMemory { blocks: self.blocks, places: self.places.into_iter() })
    }
}

impl ItemRange {
    fn new(key: Key, block: u32, range: &Range<usize>) -> Self {
        let [start, length] =
            [range.start, range.len()].map(|n| u32::try_from(n).expect("a block has less than 4 GiB"));
        Self { key, block, start, length }
    }

    fn bytes<'a>(&self, blocks: &'a [Box<[u8]>]) -> &'a [u8] {
        let start = self.start as usize;
        &blocks[self.block as usize][start..start + self.length as usize]
    }
}

/// Sorted items.
pub(super) enum Sorted {
    InMemory { blocks: Vec<Box<[u8]>>, places: vec::IntoIter<ItemRange> },
    OnDisk { items: SortedIterator<Item, Order>, item: Item },
}

impl Sorted {
    /// Returns the next item's key and bytes; none at the end.
    ///
    /// # Errors
    ///
    /// Fails if a temporary file cannot be read.
    pub(super) fn next_item(&mut self) -> io::Result<Option<(Key, &[u8])>> {
        match self {
            Self::InMemory { blocks, places } => Ok(places.next().map(|place| (place.key, place.bytes(blocks)))),
            Self::OnDisk { items, item } => {
                let Some(next) = items.next() else { return Ok(None) };
                *item = next?;
                Ok(Some((item.key, &item.bytes)))
            }
        }
    }
}

/// An item that is sorted on disk.
#[derive(Debug, Default)]
pub(super) struct Item {
    key: Key,
    bytes: Box<[u8]>,
}

impl Item {
    fn by_key(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl Sortable for Item {
    fn encode<W: Write>(&self, writer: &mut W) -> io::Result<()> {
        let length = u32::try_from(self.bytes.len()).map_err(io::Error::other)?;
        writer.write_all(&self.key.0.to_le_bytes())?;
        writer.write_all(&self.key.1.to_le_bytes())?;
        writer.write_all(&length.to_le_bytes())?;
        writer.write_all(&self.bytes)
    }

    fn decode<R: Read>(reader: &mut R) -> io::Result<Self> {
        let (mut first, mut second, mut length) = ([0; 8], [0; 8], [0; 4]);
        reader.read_exact(&mut first)?;
        reader.read_exact(&mut second)?;
        reader.read_exact(&mut length)?;
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        reader.read_exact(&mut bytes)?;
        Ok(Self { key: (i64::from_le_bytes(first), u64::from_le_bytes(second)), bytes: bytes.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sorts 10,000 numbers that come in a jumble, and returns them.
    fn sort_numbers(mut sorter: Sorter) -> Vec<(i64, String)> {
        let numbers: Vec<i64> = (0..10_000).map(|number| number * 7919 % 10_000).collect();
        for some in numbers.chunks(70) {
            let mut block = Block::default();
            for number in some {
                block.push((*number, 0), |bytes| bytes.extend_from_slice(number.to_string().as_bytes()));
            }
            sorter.push(block).expect("the temporary folder can be written");
        }
        assert!(!sorter.is_in_order());
        let mut numbers = sorter.sorted().expect("the temporary folder can be written");
        let mut items = Vec::new();
        while let Some((key, bytes)) = numbers.next_item().expect("can be read back") {
            items.push((key.0, String::from_utf8_lossy(bytes).into_owned()));
        }
        items
    }

    #[test]
    fn items_come_out_whole_and_sorted_from_memory_and_from_disk() {
        let expected: Vec<_> = (0..10_000).map(|number: i64| (number, number.to_string())).collect();
        assert_eq!(sort_numbers(Sorter::default()), expected);
        assert_eq!(sort_numbers(Sorter::with_most_in_memory(1000)), expected);
    }

    #[test]
    fn items_in_their_order_are_noticed() {
        let mut sorter = Sorter::default();
        let mut block = Block::default();
        for key in [(1, 0), (1, 1), (2, 0)] {
            block.push(key, |_| {});
        }
        sorter.push(block).expect("memory takes them");
        assert!(sorter.is_in_order());
    }
}
