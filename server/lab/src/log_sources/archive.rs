//! Archives of log files, whose members are unpacked while they are read.

use std::{
    io::{self, Cursor, Read, Seek},
    path::Path,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use shared::formats::Decompressed;
use zip::ZipArchive;

use super::is_hidden;

/// The first bytes of a zip archive.
const ZIP: &[u8] = b"PK\x03\x04";
/// The place and the text of the mark of a tar archive.
const TAR: (usize, &[u8]) = (257, b"ustar");
/// The length of the header of a member of a tar archive.
const TAR_HEADER: usize = 512;
/// The member that only workbooks and documents of Office have.
const OFFICE: &str = "[Content_Types].xml";
/// The folder of members that only computers of Apple need.
const APPLE: &str = "__MACOSX";
/// The size of the parts in which a member is handed over, and how many may wait.
const CHUNK_BYTES: usize = 64 << 10;
const CHUNKS: usize = 4;

/// A kind of archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Archive {
    Zip,
    /// Compressed or not.
    Tar,
}

impl Archive {
    /// Returns the kind of archive that a file is; none if it is none, or is a workbook.
    pub(super) fn of(file: &mut (impl Read + Seek)) -> io::Result<Option<Self>> {
        let mut head = Vec::with_capacity(TAR_HEADER);
        file.by_ref().take(TAR_HEADER as u64).read_to_end(&mut head)?;
        if head.starts_with(ZIP) {
            file.rewind()?;
            let is_office = ZipArchive::new(file)?.index_for_name(OFFICE).is_some();
            return Ok((!is_office).then_some(Self::Zip));
        }
        file.rewind()?;
        let mut head = Vec::with_capacity(TAR_HEADER);
        // What is damaged is no archive, and its own error says so.
        let is_read = Decompressed::new(file).take(TAR_HEADER as u64).read_to_end(&mut head).is_ok();
        let is_tar = is_read && head.get(TAR.0..).is_some_and(|behind| behind.starts_with(TAR.1));
        Ok(is_tar.then_some(Self::Tar))
    }

    /// Unpacks the members of a file on a thread of its own, which stops when nobody reads them any more.
    pub(super) fn unpack(self, file: impl Read + Seek + Send + 'static) -> io::Result<Receiver<Member>> {
        let (members, received) = sync_channel(0);
        let unpack = move || {
            let outcome = match self {
                Self::Zip => unpack_zip(file, &members),
                Self::Tar => unpack_tar(file, &members),
            };
            if let Err(error) = outcome {
                hand_over(Broken(Some(error)), &members);
            }
        };
        thread::Builder::new().name("unpacking".to_owned()).spawn(unpack)?;
        Ok(received)
    }
}

/// The content of a member of an archive, as a thread unpacks it.
pub struct Member {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Cursor<Vec<u8>>,
}

impl Read for Member {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = self.chunk.read(buffer)?;
        while count == 0
            && let Ok(chunk) = self.chunks.recv()
        {
            self.chunk = Cursor::new(chunk?);
            count = self.chunk.read(buffer)?;
        }
        Ok(count)
    }
}

/// A source that cannot be read.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

fn unpack_zip(file: impl Read + Seek, members: &SyncSender<Member>) -> io::Result<()> {
    let mut archive = ZipArchive::new(file)?;
    for index in 0..archive.len() {
        let member = archive.by_index(index)?;
        let is_log = member.is_file() && is_log(Path::new(member.name()?.as_ref()));
        if is_log && !hand_over(member, members) {
            break;
        }
    }
    Ok(())
}

fn unpack_tar(file: impl Read, members: &SyncSender<Member>) -> io::Result<()> {
    for member in tar::Archive::new(Decompressed::new(file)).entries()? {
        let member = member?;
        let is_log = member.header().entry_type().is_file() && is_log(&member.path()?);
        if is_log && !hand_over(member, members) {
            break;
        }
    }
    Ok(())
}

fn is_log(path: &Path) -> bool {
    !path.ancestors().any(is_hidden) && !path.starts_with(APPLE)
}

/// Hands a member over in parts; returns false if nobody waits for members any more.
fn hand_over(mut content: impl Read, members: &SyncSender<Member>) -> bool {
    let (sender, chunks) = sync_channel(CHUNKS);
    if members.send(Member { chunks, chunk: Cursor::default() }).is_err() {
        return false;
    }
    loop {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        let outcome = content.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut chunk);
        let is_end = chunk.is_empty() || outcome.is_err();
        let is_wanted = chunk.is_empty() || sender.send(Ok(chunk)).is_ok();
        if let Err(error) = outcome {
            sender.send(Err(error)).ok(); // a reader that has left needs no error
        }
        if is_end || !is_wanted {
            return true;
        }
    }
}
