//! The async runtime of commands with a database.

use std::{future::Future, thread};

use anyhow::Context as _;
use tokio::runtime::Builder;

/// Stack of a thread: SurrealQL is parsed and run by deep recursion.
const STACK_BYTES: usize = 16 << 20;

/// Runs `work` to its end on threads with large stacks, since the main thread of a program has a small one.
pub(super) fn run<F>(work: impl FnOnce() -> F + Send + 'static) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>>,
{
    let runtime = Builder::new_multi_thread().thread_stack_size(STACK_BYTES).enable_all().build();
    let runtime = runtime.context("cannot start the threads")?;
    let main = thread::Builder::new().stack_size(STACK_BYTES).spawn(move || runtime.block_on(work()));
    main.context("cannot start the threads")?.join().map_err(|_| anyhow::anyhow!("the program broke down"))?
}
