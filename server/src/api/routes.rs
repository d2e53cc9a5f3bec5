//! Routes that can be listed, so that a test can see that none is open to those who may not use it.

use axum::{
    Router,
    handler::Handler,
    http::Method,
    routing::{MethodFilter, on},
};

use crate::app_state::AppState;

/// Routes, and the list of their methods and paths.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<AppState>,
    listed: Vec<(Method, &'static str)>,
}

impl Routes {
    /// Adds a route. A path may have several methods.
    ///
    /// # Panics
    ///
    /// Panics if the path has the method already.
    pub(super) fn add<H, T>(mut self, method: Method, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone()).expect("the methods of routes are those of HTTP");
        self.listed.push((method, path));
        Self { router: self.router.route(path, on(filter, handler)), ..self }
    }

    /// Adds the routes of another resource.
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.listed.extend(other.listed);
        Self { router: self.router.merge(other.router), ..self }
    }

    /// Returns the router.
    pub(super) fn into_router(self) -> Router<AppState> {
        self.router
    }

    /// Returns the method and the path of each route.
    pub(super) fn into_list(self) -> Vec<(Method, &'static str)> {
        self.listed
    }
}
