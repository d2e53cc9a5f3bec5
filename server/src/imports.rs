//! Imports of files that were uploaded: one after the other, in the background, and after a restart where they were
//! interrupted.

mod files;
mod job;
mod results;

pub use self::{
    files::ResultFormat,
    job::{ImportCounts, ImportJob, ImportOutcome, ImportState},
};

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use jiff::Timestamp;
use lab::place_tables::places;
use shared::{
    error::Error,
    formats::{self, Format},
    prediction::Prediction,
};
use tokio::{runtime::Handle, sync::Notify, task::spawn_blocking, time::sleep};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use self::{files::ImportFiles, results::ResultWriter};
use crate::{
    import::{ImportListener, ImportSummary, import_log, importer},
    jobs::{Progress, SharedProgress},
    service::Service,
    store::{Store, StoreError},
};

/// Number of imports that have ended and are kept; those that ended first give way.
const MOST_ENDED: usize = 100;
/// Number of imports that may wait.
const MOST_WAITING: usize = 100;
/// The pause after which an import begins anew that the database did not take.
const RETRY_PAUSE: Duration = Duration::from_secs(5);

/// All imports that are known. Its clones are the same imports.
#[derive(Clone)]
pub struct Imports(Arc<SharedImports>);

struct SharedImports {
    store: Arc<Store>,
    files: ImportFiles,
    entries: Mutex<BTreeMap<u64, Entry>>,
    /// The number of the next import.
    next: AtomicU64,
    /// Tells the one who imports that there is something to do.
    begun: Notify,
}

/// An import with what is not stored of it.
#[derive(Clone)]
struct Entry {
    job: ImportJob,
    progress: SharedProgress,
    cancelled: CancellationToken,
}

impl Entry {
    fn new(job: ImportJob) -> Self {
        Self { job, progress: SharedProgress::default(), cancelled: CancellationToken::new() }
    }
}

/// What is uploaded.
pub struct Upload<R> {
    /// The name that the sender gives the file.
    pub name: String,
    /// The format of the records; none where that of each is to be detected.
    pub format: Option<Format>,
    /// The content, which may be compressed by gzip.
    pub content: R,
}

impl Imports {
    /// Reads which imports are known. The files lie in the folder of the database, and leave `min_free` bytes of its disk
    /// free.
    pub async fn open(store: Arc<Store>, min_free: u64) -> Result<Self, StoreError> {
        let files = ImportFiles::open(store.folder(), min_free).map_err(|error| StoreError::Open(error.into()))?;
        let jobs = store.import_jobs().await?;
        let entries: BTreeMap<u64, Entry> = jobs.into_iter().map(|job| (job.number, Entry::new(job))).collect();
        files.remove_others(|number| entries.contains_key(&number)).map_err(|error| StoreError::Open(error.into()))?;
        let next = AtomicU64::new(entries.last_key_value().map_or(1, |(last, _)| last + 1));
        Ok(Self(Arc::new(SharedImports { store, files, entries: Mutex::new(entries), next, begun: Notify::new() })))
    }

    /// Keeps a file to be imported. It blocks while the content comes in.
    pub(crate) fn begin(&self, upload: Upload<impl Read>) -> Result<ImportJob, Error> {
        let Upload { name, format, content } = upload;
        if self.entries().values().filter(|entry| !entry.job.has_ended()).count() >= MOST_WAITING {
            return Err(Error::Busy);
        }
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let job = ImportJob { number, name, format, created: Timestamp::now(), state: ImportState::Waiting };
        self.0.files.keep(number, content).map_err(|error| not_kept(&error))?;
        Handle::current().block_on(self.0.store.put_import_job(&job)).map_err(|reason| self.not_stored(&reason))?;
        self.entries().insert(number, Entry::new(job.clone()));
        self.0.begun.notify_one();
        Ok(job)
    }

    /// Returns every import, the latest first, with its progress.
    pub(crate) fn list(&self) -> Vec<(ImportJob, Option<Progress>)> {
        self.entries().values().rev().map(|entry| (entry.job.clone(), entry.progress.unfinished())).collect()
    }

    /// Returns an import with its progress.
    pub(crate) fn get(&self, number: u64) -> Result<(ImportJob, Option<Progress>), Error> {
        let entry = self.entry(number)?;
        Ok((entry.job, entry.progress.unfinished()))
    }

    /// Opens the results of an import that has ended.
    pub(crate) fn results(&self, number: u64, format: ResultFormat) -> Result<File, Error> {
        let entry = self.entry(number)?;
        if !entry.job.has_ended() {
            return Err(Error::Conflict("the import has not ended yet".to_owned()));
        }
        self.0.files.open_results(number, format).map_err(|_| Error::NotFound(format!("results of import {number}")))
    }

    /// Cancels an import, or removes it where it has ended.
    pub(crate) async fn remove(&self, number: u64) -> Result<(), Error> {
        let entry = self.entry(number)?;
        if entry.job.has_ended() {
            self.0.store.delete_import_job(number).await.map_err(|reason| self.not_stored(&reason))?;
            self.entries().remove(&number);
            self.0.files.remove(number);
        } else {
            entry.cancelled.cancel();
            self.0.begun.notify_one();
        }
        Ok(())
    }

    /// Removes the results of all imports that have ended, which name users.
    pub(crate) fn forget_results(&self) {
        let ended: Vec<u64> =
            self.entries().values().filter(|entry| entry.job.has_ended()).map(|entry| entry.job.number).collect();
        for number in ended {
            self.0.files.remove(number);
        }
    }

    /// Imports what waits, until it is told to stop.
    pub(crate) async fn run(self, service: Service, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let waiting = self.entries().values().find(|entry| !entry.job.has_ended()).cloned();
            let Some(entry) = waiting else {
                tokio::select! {
                    () = self.0.begun.notified() => {}
                    () = stop.cancelled() => {}
                }
                continue;
            };
            if entry.cancelled.is_cancelled() {
                self.end(entry, ImportOutcome::Cancelled).await;
                continue;
            }
            let number = entry.job.number;
            match self.import(&service, &entry, &stop).await {
                Ok(Some(outcome)) => self.end(entry, outcome).await,
                Ok(None) => {} // it was interrupted
                Err(reason) => {
                    error!(number, reason = format!("{reason:#}"), "an import is interrupted and begins anew");
                    stop.run_until_cancelled(sleep(RETRY_PAUSE)).await;
                }
            }
        }
    }

    /// Imports a file. Returns how that ended, or none if it was interrupted.
    ///
    /// # Errors
    ///
    /// Fails if the database does not take events at the moment.
    async fn import(
        &self,
        service: &Service,
        entry: &Entry,
        stop: &CancellationToken,
    ) -> anyhow::Result<Option<ImportOutcome>> {
        let (files, service, entry, stop) = (self.0.files.clone(), service.clone(), entry.clone(), stop.clone());
        let work = move || {
            let importing = import_file(&files, &service, &entry);
            let importing = stop.run_until_cancelled(entry.cancelled.run_until_cancelled(importing));
            match Handle::current().block_on(importing) {
                None => Ok(None),
                Some(None) => Ok(Some(ImportOutcome::Cancelled)),
                Some(Some(Ok(outcome))) => Ok(Some(outcome)),
                Some(Some(Err(_))) if stop.is_cancelled() => Ok(None),
                Some(Some(Err(error))) => match error.downcast_ref::<Error>() {
                    Some(Error::Unavailable(_) | Error::Busy) => Err(error),
                    _ => Ok(Some(ImportOutcome::Failed(format!("{error:#}")))),
                },
            }
        };
        spawn_blocking(work).await.context("the import broke down")?
    }

    async fn end(&self, entry: Entry, outcome: ImportOutcome) {
        let number = entry.job.number;
        info!(number, ?outcome, "an import has ended");
        let job = ImportJob { state: ImportState::Ended { time: Timestamp::now(), outcome }, ..entry.job };
        if let Err(reason) = self.0.store.put_import_job(&job).await {
            error!(number, %reason, "the end of an import is not stored: it begins anew");
            sleep(RETRY_PAUSE).await;
            return;
        }
        entry.progress.set(Progress::default());
        self.0.files.remove_uploaded(number);
        let surplus: Vec<u64> = {
            let mut entries = self.entries();
            entries.insert(number, Entry { job, ..entry });
            let ended: Vec<u64> =
                entries.values().filter(|entry| entry.job.has_ended()).map(|entry| entry.job.number).collect();
            ended.iter().take(ended.len().saturating_sub(MOST_ENDED)).copied().collect()
        };
        for number in surplus {
            self.remove(number).await.ok(); // what could not be removed is tried again
        }
    }

    fn entry(&self, number: u64) -> Result<Entry, Error> {
        self.entries().get(&number).cloned().ok_or_else(|| Error::NotFound(format!("import {number}")))
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<u64, Entry>> {
        self.0.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn not_stored(&self, reason: &StoreError) -> Error {
        error!(%reason, "an import cannot be stored");
        self.0.store.note_failure(reason);
        Error::unanswered()
    }
}

/// Takes all events of a file, and writes what became of each record.
async fn import_file(files: &ImportFiles, service: &Service, entry: &Entry) -> anyhow::Result<ImportOutcome> {
    let number = entry.job.number;
    let file = files.open_uploaded(number).context("the uploaded file cannot be read")?;
    let mut records = formats::read(file, entry.job.format, Some(places()));
    let results = ResultWriter::create(files, number).context("the results cannot be written")?;
    let mut listener = JobListener { progress: entry.progress.clone(), results };
    let summary = import_log(service, &importer("imports"), records.by_ref(), &mut listener).await?;
    listener.results.finish().context("the results cannot be written")?;
    let ImportSummary { events, new, faulty, .. } = summary;
    if records.is_cut_off() {
        let told = format!("the file is cut off or damaged; {events} events up to there are taken");
        return Ok(ImportOutcome::Failed(told));
    }
    Ok(ImportOutcome::Done(ImportCounts { events, new, faulty }))
}

/// Keeps the progress and the results of an import.
struct JobListener {
    progress: SharedProgress,
    results: ResultWriter,
}

impl ImportListener for &mut JobListener {
    fn progressed(&mut self, progress: Progress) {
        self.progress.set(progress);
    }

    fn answered(&mut self, index: u64, answer: Result<&Prediction, &str>) -> io::Result<()> {
        self.results.write(index, answer)
    }
}

fn not_kept(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull => Error::Unavailable("the disk has no room for the file".to_owned()),
        _ => Error::Invalid(vec![format!("the file did not come to its end: {error}")]),
    }
}
