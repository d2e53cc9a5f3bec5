//! Files that are no logs, recognised by their first bytes.

/// The first bytes of kinds of files, what these are called, and what to do instead.
const KINDS: [(&[u8], &str, &str); 17] = [
    (b"PK\x03\x04", "a zip archive or an Excel workbook", UNPACK_OR_SAVE),
    (b"\xD0\xCF\x11\xE0", "an old Excel workbook", SAVE),
    (b"PAR1", "a Parquet file", CONVERT),
    (b"Obj\x01", "an Avro file", CONVERT),
    (b"ORC", "an ORC file", CONVERT),
    (b"SQLite format 3", "an SQLite database", CONVERT),
    (b"ElfFile\0", "a Windows event log", CONVERT),
    (b"%PDF", "a PDF document", DATA),
    (b"\x89PNG", "an image", DATA),
    (b"\xFF\xD8\xFF", "an image", DATA),
    (b"GIF8", "an image", DATA),
    (b"BZh", "a bzip2 file", UNPACK),
    (b"\xFD7zXZ", "an xz file", UNPACK),
    (b"\x04\x22\x4D\x18", "an LZ4 file", UNPACK),
    (b"7z\xBC\xAF", "a 7z archive", UNPACK),
    (b"\xFF\xFE\0\0", "UTF-32 text", ENCODE),
    (b"\0\0\xFE\xFF", "UTF-32 text", ENCODE),
];

/// The place and the text of the mark of a tar archive.
const TAR: (usize, &[u8]) = (257, b"ustar");
/// The number of bytes that show what a file is.
pub(super) const HEAD: usize = 262;

const UNPACK_OR_SAVE: &str = "unpack it, or save the sheet as CSV UTF-8";
const SAVE: &str = "save the sheet as CSV UTF-8";
const CONVERT: &str = "export its records as CSV or JSON";
const UNPACK: &str = "unpack it, or pack it by gzip or Zstandard";
const DATA: &str = "export the data as CSV or JSON";
const ENCODE: &str = "save it as UTF-8";

/// Returns what a file is that begins with `head`, and what to do instead; none if it may be a log.
pub(super) fn described(head: &[u8]) -> Option<(&'static str, &'static str)> {
    let binary = KINDS.iter().find(|(start, ..)| head.starts_with(start)).map(|(_, kind, way_out)| (*kind, *way_out));
    let is_tar = head.get(TAR.0..).is_some_and(|behind| behind.starts_with(TAR.1));
    let tar = is_tar.then_some(("a tar archive", "give the files in it"));
    binary.or(tar).or_else(|| markup(head).map(|kind| (kind, DATA)))
}

/// Returns which markup a text is in.
fn markup(head: &[u8]) -> Option<&'static str> {
    let begins = |start: &[u8]| head.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    if begins(b"<!doctype html") || begins(b"<html") {
        Some("a web page")
    } else if begins(b"<?xml") || head.first() == Some(&b'<') && head.get(1).is_some_and(u8::is_ascii_alphabetic) {
        Some("XML")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_log_is_named() {
        for (head, kind) in [
            (&b"PK\x03\x04\x14\0"[..], "a zip archive or an Excel workbook"),
            (b"PAR1\x15", "a Parquet file"),
            (b"%PDF-1.7", "a PDF document"),
            (b"<!DOCTYPE HTML><html>", "a web page"),
            (b"<HTML>", "a web page"),
            (b"<?xml version=\"1.0\"?>", "XML"),
            (b"<Events>", "XML"),
            (b"\x89PNG\r\n", "an image"),
            (&[&b"log.json"[..], &[0; 249], b"ustar\0"].concat(), "a tar archive"),
        ] {
            assert_eq!(described(head).map(|(kind, _)| kind), Some(kind));
        }
        for log in [&b"user_id,timestamp"[..], b"{\"a\": 1}", b"[", b"", b"<", b"<34>1 2024-01-15T14:30:00Z"] {
            assert_eq!(described(log), None, "{log:?}");
        }
    }
}
