//! `uba serve`: serves the pages and the API.

use std::{
    io::{self, Write as _},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use lab::cli::ModelChoice;
use shared::model::Model;
use tokio::{net::TcpListener, signal, time::timeout};
use tracing::info;

use super::{init::print_secrets, runtime::run};
use crate::{
    config::{Config, Settings},
    connections::ConnectionLimits,
    credentials::GeneratedSecrets,
    import::import_demonstration,
    start::Running,
};

/// How long jobs may take to finish and the database to close.
const CLOSING: Duration = Duration::from_secs(30);

/// Serve the web page and the API
///
/// Creates the database where there is none, and generates secrets where none are set: they are printed once. Ends
/// cleanly on SIGTERM and Ctrl-C.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba serve
  uba serve --demo
  uba serve --model own.json
  uba serve --bind 0.0.0.0:8080 --database rocksdb:///var/lib/uba")]
pub(super) struct Serve {
    /// Fills an empty database with the log of a made-up organisation
    #[arg(long)]
    demo: bool,

    #[command(flatten)]
    model: ModelChoice,

    #[command(flatten)]
    settings: Settings,
}

impl Serve {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = self.settings.check()?;
        let model = self.model.load()?;
        run(move || serve(config, model, self.demo))
    }
}

async fn serve(config: Config, model: Arc<Model>, demo: bool) -> anyhow::Result<()> {
    let stopping = stop_signal().context("cannot listen for signals")?; // before anybody can know the address
    let limits = ConnectionLimits::of_process(config.max_connections, config.max_connections_per_address);
    let listener =
        TcpListener::bind(&config.bind).await.with_context(|| format!("cannot listen on {}", config.bind))?;
    let running = Running::start(&config, model).await?;
    let address = format!("http://{}", listener.local_addr()?);
    announce(&address, &running.generated).context("cannot print the address")?;
    info!("ready on {address}");

    if demo {
        let service = running.service.clone();
        running.jobs.spawn("demonstration", |stop| import_demonstration(service, stop));
    }
    crate::serve(listener, running.service.clone(), limits, stopping).await;
    timeout(CLOSING, running.stop()).await.context("the database is still in use")?;
    info!("stopped");
    Ok(())
}

/// Prints the address of the server, and the generated secrets.
fn announce(address: &str, generated: &GeneratedSecrets) -> io::Result<()> {
    writeln!(io::stdout(), "Cloud UBA is on {address}")?;
    print_secrets(generated)
}

/// Begins to listen for SIGTERM and Ctrl-C, and returns what waits for the first of them, which may have come before.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        info!("stopping");
    })
}

/// Begins to listen for Ctrl-C, and returns what waits for it; it may have come before.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
        info!("stopping");
    })
}
