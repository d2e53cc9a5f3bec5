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
    import::import_sample,
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
    /// Fills an empty database with the sample log
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
    let limits = ConnectionLimits::of_process(config.max_connections, config.max_connections_per_address);
    let listener =
        TcpListener::bind(&config.bind).await.with_context(|| format!("cannot listen on {}", config.bind))?;
    let running = Running::start(&config, model).await?;
    let address = format!("http://{}", listener.local_addr()?);
    announce(&address, &running.generated).context("cannot print the address")?;
    info!("ready on {address}");

    if demo {
        let service = running.service.clone();
        running.jobs.spawn("sample import", |stop| import_sample(service, stop));
    }
    crate::serve(listener, running.service.clone(), limits, stop_signal()).await;
    timeout(CLOSING, running.stop()).await.context("the database is still in use")?;
    info!("stopped");
    Ok(())
}

/// Prints the address of the server, and the generated secrets.
fn announce(address: &str, generated: &GeneratedSecrets) -> io::Result<()> {
    writeln!(io::stdout(), "Cloud UBA is on {address}")?;
    print_secrets(generated)
}

/// Waits for Ctrl-C or SIGTERM.
async fn stop_signal() {
    let interrupt = async { signal::ctrl_c().await.expect("the handler of Ctrl-C is installed once") };
    #[cfg(unix)]
    let terminate = async {
        let mut signals = signal::unix::signal(signal::unix::SignalKind::terminate())
            .expect("the handler of SIGTERM is installed once");
        signals.recv().await;
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending();

    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
    info!("stopping");
}
