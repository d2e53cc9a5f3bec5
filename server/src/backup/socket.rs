//! The socket by which `uba backup` asks a running program for a backup. It lies in the folder of the database, which is
//! for its owner alone.

use std::{fs, io, os::unix::net::UnixStream as StdStream, path::Path, sync::Arc, time::Duration};

use anyhow::Context as _;
use tokio::{
    io::AsyncWriteExt as _,
    join,
    net::{UnixListener, UnixStream},
    sync::mpsc,
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::PARTS_AHEAD;
use crate::store::Store;

/// Name of the socket in the folder of a database.
const SOCKET: &str = "backup.socket";
/// How long a reader may take for a part. The engine keeps what the backup still needs while it is read.
const READER_PATIENCE: Duration = Duration::from_secs(30);

/// Asks the program that has the database open for a backup. Returns none where no program answers.
pub(super) fn ask(folder: &Path) -> Option<StdStream> {
    StdStream::connect(folder.join(SOCKET)).ok()
}

/// Gives a backup to everyone who asks, one after the other, until `stop` is cancelled.
pub(crate) async fn answer(store: Arc<Store>, stop: CancellationToken) {
    let Some(path) = store.folder().map(|folder| folder.path().join(SOCKET)) else { return };
    fs::remove_file(&path).ok(); // of a program that was killed
    let listener = match UnixListener::bind(&path) {
        Ok(listener) => listener,
        Err(error) => return warn!(%error, "backups can be taken only while the server is not running"),
    };
    stop.run_until_cancelled(answer_all(&store, &listener)).await;
    fs::remove_file(&path).ok();
}

async fn answer_all(store: &Store, listener: &UnixListener) {
    loop {
        let sent = match listener.accept().await {
            Ok((stream, _)) => send(store, stream).await,
            Err(error) => Err(error.into()),
        };
        match sent {
            Ok(bytes) => info!(bytes, "a backup was taken"),
            Err(error) => warn!(error = format!("{error:#}"), "a backup was not taken"),
        }
    }
}

async fn send(store: &Store, stream: UnixStream) -> anyhow::Result<usize> {
    let (sender, parts) = mpsc::channel(PARTS_AHEAD);
    let (sent, written) = join!(store.send_snapshot(sender), write_parts(parts, stream));
    sent?;
    written.context("the reader does not take it")
}

/// Writes the parts, and returns the number of their bytes.
async fn write_parts(mut parts: mpsc::Receiver<Vec<u8>>, mut stream: UnixStream) -> io::Result<usize> {
    let mut written = 0;
    while let Some(part) = parts.recv().await {
        timeout(READER_PATIENCE, stream.write_all(&part)).await??;
        written += part.len();
    }
    Ok(written)
}
