//! Reading what zstd compressed, with bounded memory.

use std::io::{self, BufRead as _, BufReader, Error, ErrorKind, Read};

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// The bytes that mark a frame with content.
pub(super) const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// The first four bytes of frames that are to be skipped, as a number.
const SKIPPABLE: std::ops::RangeInclusive<u32> = 0x184D_2A50..=0x184D_2A5F;
/// The bit of a frame's fifth byte that says that the frame is one segment, whose window is its content.
const SINGLE_SEGMENT: u8 = 1 << 5;

/// Decompresses a source of zstd frames (RFC 8878) while it is read.
pub struct ZstdReader<R> {
    source: BufReader<R>,
    frame: FrameDecoder,
    largest_window: u64,
}

impl<R: Read> ZstdReader<R> {
    /// Makes the reader of a source. A frame that refers to more than `largest_window` bytes of earlier content is an
    /// error.
    pub fn new(source: R, largest_window: u64) -> Self {
        Self { source: BufReader::new(source), frame: FrameDecoder::new(), largest_window }
    }

    /// Reads the head of the next frame. Returns whether there is one.
    fn begin_frame(&mut self) -> io::Result<bool> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            let mut head = [0; 6];
            self.source.read_exact(&mut head)?;
            let [a, b, c, d, descriptor, window] = head;
            if SKIPPABLE.contains(&u32::from_le_bytes([a, b, c, d])) {
                self.skip([descriptor, window])?;
                continue;
            }
            self.frame = FrameDecoder::new(); // one that is used again reserves its memory before it is needed
            self.frame.init((&head[..]).chain(&mut self.source)).map_err(Error::other)?;
            let is_single = descriptor & SINGLE_SEGMENT != 0;
            let window = if is_single { self.frame.content_size() } else { window_size(window) };
            if window > self.largest_window {
                let told = format!("a window of {window} bytes is larger than {}", self.largest_window);
                return Err(Error::new(ErrorKind::InvalidData, told));
            }
            return Ok(true);
        }
    }

    /// Skips a frame of which the first two bytes of its length were read.
    fn skip(&mut self, [first, second]: [u8; 2]) -> io::Result<()> {
        let mut rest = [0; 2];
        self.source.read_exact(&mut rest)?;
        let length = u32::from_le_bytes([first, second, rest[0], rest[1]]);
        let skipped = io::copy(&mut (&mut self.source).take(length.into()), &mut io::sink())?;
        if skipped < length.into() { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}

impl<R: Read> Read for ZstdReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.frame.can_collect() == 0 {
            if self.frame.is_finished() {
                if !self.begin_frame()? {
                    return Ok(0);
                }
            } else {
                let some = BlockDecodingStrategy::UptoBytes(buffer.len());
                self.frame.decode_blocks(&mut self.source, some).map_err(Error::other)?;
            }
        }
        self.frame.read(buffer)
    }
}

/// Returns the size of a window from the byte that says it: powers of two, and eighths of them.
fn window_size(descriptor: u8) -> u64 {
    let base = 1_u64 << (10 + (descriptor >> 3));
    base + base / 8 * u64::from(descriptor & 7)
}

#[cfg(test)]
mod tests {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn read(packed: &[u8]) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        ZstdReader::new(packed, 8 << 20).read_to_end(&mut plain).map(|_| plain)
    }

    #[test]
    fn frames_follow_each_other_and_what_is_to_be_skipped_is() {
        let text: Vec<u8> = (0..100_000_u32).flat_map(|number| format!("{number},").into_bytes()).collect();
        let frame = compress_to_vec(&text[..], CompressionLevel::Fastest);
        let skipped = [&0x184D_2A53_u32.to_le_bytes()[..], &3_u32.to_le_bytes(), b"any"].concat();
        assert_eq!(read(&[&skipped[..], &frame, &skipped, &frame].concat()).expect("it is sound"), text.repeat(2));
        assert_eq!(read(b"").expect("there is nothing"), b"");
    }

    #[test]
    fn what_is_cut_off_or_no_frame_is_an_error() {
        let frame = compress_to_vec(&b"some text"[..], CompressionLevel::Fastest);
        for cut in 1..frame.len() {
            assert!(read(&frame[..cut]).is_err(), "{cut} bytes");
        }
        assert!(read(b"no frame at all").is_err());
    }

    #[test]
    fn a_window_that_would_take_much_memory_is_refused() {
        let magic = 0xFD2F_B528_u32.to_le_bytes();
        let [eight_mib, sixteen_mib, terabyte] = [13 << 3, 14 << 3, 30 << 3];
        let head = |window: u8| [&magic[..], &[0, window], &[1, 0, 0]].concat(); // and an empty last block
        assert_eq!(read(&head(eight_mib)).expect("it is taken"), b"");
        let refused = read(&head(sixteen_mib)).expect_err("it is too large");
        assert!(refused.to_string().starts_with("a window of 16777216 bytes"), "{refused}");
        assert!(read(&head(terabyte)).is_err());
    }
}
