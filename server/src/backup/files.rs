//! Taking a backup into a file, and restoring one into a folder.

use std::{
    fs::{self, File},
    io::{self, BufReader, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail, ensure};
use jiff::Timestamp;
use shared::model::Model;
use tempfile::NamedTempFile;
use tokio::{join, sync::mpsc};

use super::{PARTS_AHEAD, Parts};
use crate::{
    config::DatabaseUri,
    start::{OPEN_PATIENCE, recover},
    store::{Opening, Store, StoreError, restore_entries},
};

/// Takes a backup of the database in a folder, from the program that has it open where there is one, and returns the
/// number of its entries. The file takes its name when it has been read again and is whole.
///
/// # Errors
///
/// Fails if there is such a file already.
pub async fn take(folder: &Path, file: &Path) -> anyhow::Result<u64> {
    ensure!(!file.exists(), "{} is there already: name another file", file.display());
    ensure!(folder.join("CURRENT").exists(), "there is no database in {}", folder.display());
    let beside = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut part = NamedTempFile::new_in(beside).with_context(|| format!("cannot write to {}", beside.display()))?;
    write_backup(folder, part.as_file_mut()).await?;
    part.as_file().sync_all().context("cannot write the backup to the disk")?;
    let entries = Parts::of(BufReader::new(part.reopen()?)).and_then(Parts::check);
    let entries = entries.context("the backup was not written as it should be")?;
    part.persist_noclobber(file).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(entries)
}

async fn write_backup(folder: &Path, file: &mut File) -> anyhow::Result<()> {
    #[cfg(unix)]
    if let Some(mut running) = super::socket::ask(folder) {
        io::copy(&mut running, file).context("cannot take over the backup")?;
        return Ok(());
    }
    let opening = Opening { patience: OPEN_PATIENCE, accepts_loss: false };
    let store = Store::open(&DatabaseUri::RocksDb(folder.to_owned()), opening).await?;
    let (sender, parts) = mpsc::channel(PARTS_AHEAD);
    let (sent, written) = join!(store.send_snapshot(sender), write_parts(parts, file));
    store.close().await;
    sent?;
    written.context("cannot write the backup")
}

async fn write_parts(mut parts: mpsc::Receiver<Vec<u8>>, file: &mut File) -> io::Result<()> {
    while let Some(part) = parts.recv().await {
        file.write_all(&part)?;
    }
    Ok(())
}

/// Restores a backup into a folder, and returns the number of its events and the folder to which a database that was
/// there was moved. The folder is in its place when the restored database has been opened and read.
///
/// # Errors
///
/// Fails if there is a database already, unless that is forced, or if a program has it open.
pub async fn restore(
    file: &Path,
    folder: &Path,
    model: Arc<Model>,
    force: bool,
) -> anyhow::Result<(u64, Option<PathBuf>)> {
    let is_free = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !is_free && !force {
        bail!("there is a database in {}: name another folder, or replace it with --force", folder.display());
    }
    let open = || File::open(file).with_context(|| format!("cannot read {}", file.display()));
    let refused = || format!("{} cannot be restored", file.display());
    Parts::of(BufReader::new(open()?)).and_then(Parts::check).with_context(refused)?;
    if !is_free {
        check_unused(folder).await?;
    }
    let new = beside(folder, "restoring");
    if new.exists() {
        fs::remove_dir_all(&new).context("cannot remove what an earlier restore left")?;
    }
    restore_entries(&new, Parts::of(BufReader::new(open()?)).with_context(refused)?).await?;
    let events = read_all(&new, model).await.context("the restored database is not sound")?;
    let replaced = if is_free { None } else { Some(move_away(folder)?) };
    fs::remove_dir(folder).ok(); // it is empty, or not there
    fs::rename(&new, folder).with_context(|| format!("the restored database is in {}", new.display()))?;
    Ok((events, replaced))
}

/// Fails if another program has the database open.
async fn check_unused(folder: &Path) -> anyhow::Result<()> {
    match Store::open(&DatabaseUri::RocksDb(folder.to_owned()), Opening::default()).await {
        Ok(store) => store.close().await,
        Err(error @ StoreError::Locked(_)) => return Err(error.into()),
        Err(_) => {} // a damaged database is what a backup replaces
    }
    Ok(())
}

/// Reads the state of a database and every row, and returns the number of its events.
async fn read_all(folder: &Path, model: Arc<Model>) -> anyhow::Result<u64> {
    let store = Store::open(&DatabaseUri::RocksDb(folder.to_owned()), Opening::default()).await?;
    let recovered = recover(&store, model).await;
    let findings: Vec<String> =
        store.examine().await.into_iter().filter_map(|(_, rows)| Some(rows.err()?.what)).collect();
    store.close().await;
    ensure!(findings.is_empty(), "{}", findings.join("; "));
    Ok(recovered?.events())
}

fn move_away(folder: &Path) -> anyhow::Result<PathBuf> {
    let replaced = beside(folder, &Timestamp::now().strftime("replaced-%Y-%m-%dT%H-%M-%SZ").to_string());
    fs::rename(folder, &replaced).context("cannot move the database that is there")?;
    Ok(replaced)
}

/// Returns the folder with another ending behind its name.
fn beside(folder: &Path, ending: &str) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(format!(".{ending}"));
    name.into()
}
