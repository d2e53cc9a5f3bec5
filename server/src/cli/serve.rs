//! `uba serve`: the web page and the API.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
    signal,
    time::timeout,
};
use tracing::info;

use crate::{config::Config, store::Store};

/// How long another program may take to let go of the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the database may take to close.
const CLOSING: Duration = Duration::from_secs(10);

/// SurrealQL is parsed and run by deep recursion.
const STACK_BYTES: usize = 16 << 20;

/// Serve the web page and the API
///
/// Creates the database where there is none. Ends cleanly on SIGTERM and Ctrl-C.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  uba serve
  uba serve --bind 0.0.0.0:8080 --database rocksdb:///var/lib/uba")]
pub(super) struct Serve {
    #[command(flatten)]
    config: Config,
}

impl Serve {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let runtime = runtime().context("cannot start the threads of the server")?;
        let serving = runtime.spawn(serve(self.config)); // on a thread of its own: the first has a small stack
        runtime.block_on(serving).context("the server broke down")?
    }
}

fn runtime() -> std::io::Result<Runtime> {
    Builder::new_multi_thread().thread_stack_size(STACK_BYTES).enable_all().build()
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let store = Arc::new(Store::open(&config.database, PATIENCE).await?);
    let listener =
        TcpListener::bind(&config.bind).await.with_context(|| format!("cannot listen on {}", config.bind))?;
    info!("ready on http://{}", listener.local_addr()?);

    crate::serve(listener, Arc::clone(&store), told_to_stop()).await?;
    timeout(CLOSING, store.close()).await.context("the database is still in use")?;
    info!("stopped");
    Ok(())
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
