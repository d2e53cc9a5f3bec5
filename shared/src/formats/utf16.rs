//! UTF-16 text, decoded piece by piece.

/// The order of the bytes of UTF-16 text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteOrder {
    LittleEndian,
    BigEndian,
}

impl ByteOrder {
    /// Returns the order of UTF-16 text that begins with `head`, by its byte order mark or by two ASCII characters; none
    /// if it is no such text.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let is_text = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
        match *head {
            [0xFF, 0xFE, 0, 0, ..] => None, // UTF-32
            [0xFF, 0xFE, ..] => Some(Self::LittleEndian),
            [0xFE, 0xFF, ..] => Some(Self::BigEndian),
            [first, 0, second, 0, ..] if is_text(first) && is_text(second) => Some(Self::LittleEndian),
            [0, first, 0, second, ..] if is_text(first) && is_text(second) => Some(Self::BigEndian),
            _ => None,
        }
    }
}

/// A decoder of UTF-16 to UTF-8 that keeps what the end of a piece cuts.
#[derive(Debug)]
pub(super) struct Utf16Decoder {
    order: ByteOrder,
    /// The first byte of a unit.
    half: Option<u8>,
    /// The first unit of a surrogate pair.
    high: Option<u16>,
}

impl Utf16Decoder {
    pub(super) fn new(order: ByteOrder) -> Self {
        Self { order, half: None, high: None }
    }

    /// Decodes the next bytes. A surrogate without its other half becomes U+FFFD.
    pub(super) fn decode(&mut self, bytes: &[u8]) -> String {
        let all = self.half.take().into_iter().chain(bytes.iter().copied()).collect::<Vec<_>>();
        let (pairs, rest) = all.as_chunks();
        self.half = rest.first().copied();
        let unit = |pair: &[u8; 2]| match self.order {
            ByteOrder::LittleEndian => u16::from_le_bytes(*pair),
            ByteOrder::BigEndian => u16::from_be_bytes(*pair),
        };
        let mut units: Vec<u16> = self.high.take().into_iter().chain(pairs.iter().map(unit)).collect();
        self.high = units.pop_if(|last| (0xD800..0xDC00).contains(last));
        String::from_utf16_lossy(&units)
    }

    /// Returns U+FFFD in place of what the end of the text cuts; none if it cuts nothing.
    pub(super) fn finish(&mut self) -> Option<char> {
        let is_cut = self.half.take().is_some() | self.high.take().is_some();
        is_cut.then_some(char::REPLACEMENT_CHARACTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str, order: ByteOrder) -> Vec<u8> {
        let pair = |unit: u16| match order {
            ByteOrder::LittleEndian => unit.to_le_bytes(),
            ByteOrder::BigEndian => unit.to_be_bytes(),
        };
        text.encode_utf16().flat_map(pair).collect()
    }

    #[test]
    fn a_text_is_the_same_in_pieces_of_any_size() {
        for order in [ByteOrder::LittleEndian, ByteOrder::BigEndian] {
            let encoded = bytes("jörg 👩‍💻 東京\n", order);
            for size in 1..8 {
                let mut decoder = Utf16Decoder::new(order);
                let text: String = encoded.chunks(size).map(|piece| decoder.decode(piece)).collect();
                assert_eq!((text.as_str(), decoder.finish()), ("jörg 👩‍💻 東京\n", None), "{size}");
            }
        }
    }

    #[test]
    fn what_the_end_cuts_is_shown() {
        let mut decoder = Utf16Decoder::new(ByteOrder::LittleEndian);
        assert_eq!(decoder.decode(b"a\0\x3D\xD8"), "a");
        assert_eq!((decoder.finish(), decoder.finish()), (Some('\u{FFFD}'), None));
    }

    #[test]
    fn the_order_is_that_of_the_mark_or_of_ascii() {
        for order in [ByteOrder::LittleEndian, ByteOrder::BigEndian] {
            assert_eq!(ByteOrder::of(&bytes("\u{FEFF}ä", order)), Some(order));
            assert_eq!(ByteOrder::of(&bytes("user", order)), Some(order));
        }
        for other in [&b"user"[..], b"", b"u", b"\xFF\xFE\0\0u\0\0\0", b"\0\0\0u", b"u\0\0\0", b"\xEF\xBB\xBFu"] {
            assert_eq!(ByteOrder::of(other), None, "{other:?}");
        }
    }
}
