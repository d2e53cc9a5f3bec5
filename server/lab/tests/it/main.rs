//! The crate as its users meet it: through its public functions, and through its commands as processes.

mod evaluation;
mod inject;
mod scoring;
mod training;
mod travel;
mod world;
