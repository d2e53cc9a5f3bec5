//! Labelled events: what detectors are trained and evaluated with.

mod labelled_event;
mod labelled_log;
mod write;

pub use labelled_event::{Label, LabelledEvent};
pub use labelled_log::{IndexedEvent, LabelError, LabelledLog};
pub use write::{write_csv, write_legacy_csv};
