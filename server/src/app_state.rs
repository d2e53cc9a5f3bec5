//! The state that every handler may ask for.

use axum::extract::FromRef;
use leptos::config::LeptosOptions;

use crate::{limits::StreamSlots, service::Service};

/// What every handler can ask for.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    pub(crate) service: Service,
    streams: StreamSlots,
    /// Required by leptos. Only the name in it is used, since the files of the pages are embedded.
    leptos: LeptosOptions,
}

impl AppState {
    pub(crate) fn new(service: Service) -> Self {
        Self { service, streams: StreamSlots::default(), leptos: LeptosOptions::builder().output_name("uba").build() }
    }
}
