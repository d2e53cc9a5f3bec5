//! `uba serve`: the web page and the API.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use anyhow::Context as _;
use tokio::{net::TcpListener, signal, time::timeout};
use tracing::info;

use super::runtime::run;
use crate::{
    config::{Config, Settings},
    loading::load_demo,
    start::{MadeSecrets, Running},
};

/// How long what was taken may take to be written, and the database to close.
const CLOSING: Duration = Duration::from_secs(30);

/// Serve the web page and the API
///
/// Creates the database where there is none, and secrets where none are set: they are printed once. Ends cleanly on
/// SIGTERM and Ctrl-C.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba serve
  uba serve --demo
  uba serve --bind 0.0.0.0:8080 --database rocksdb:///var/lib/uba")]
pub(super) struct Serve {
    /// Fills an empty database with the sample log
    #[arg(long)]
    demo: bool,

    #[command(flatten)]
    settings: Settings,
}

impl Serve {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = self.settings.check()?;
        run(move || serve(config, self.demo))
    }
}

async fn serve(config: Config, demo: bool) -> anyhow::Result<()> {
    let running = Running::start(&config).await?;
    let listener =
        TcpListener::bind(&config.bind).await.with_context(|| format!("cannot listen on {}", config.bind))?;
    let address = format!("http://{}", listener.local_addr()?);
    announce(&address, &running.made).context("cannot print the address")?;
    info!("ready on {address}");

    let loading = demo.then(|| tokio::spawn(load_demo(running.service.clone())));
    crate::serve(listener, running.service.clone(), told_to_stop()).await?;
    if let Some(loading) = loading {
        loading.abort();
        loading.await.ok(); // it is over, one way or the other
    }
    timeout(CLOSING, running.stop()).await.context("the database is still in use")?;
    info!("stopped");
    Ok(())
}

/// Prints where the server is, and the secrets that were made for it: nobody can read them again.
fn announce(address: &str, MadeSecrets { password, api_key }: &MadeSecrets) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "Cloud UBA is on {address}")?;
    if password.is_some() || api_key.is_some() {
        writeln!(out, "These are shown this once:")?;
    }
    if let Some(password) = password {
        writeln!(out, "  password {password}")?;
    }
    if let Some(api_key) = api_key {
        writeln!(out, "  API key  {api_key}")?;
    }
    out.flush()
}

/// Waits for Ctrl-C or SIGTERM.
async fn told_to_stop() {
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
