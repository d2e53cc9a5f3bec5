//! Routes that can be listed, so that a test can see that none is open to those who may not use it, and what is told
//! about each.

use axum::{
    Router,
    handler::Handler,
    http::Method,
    routing::{MethodFilter, on},
};

use super::operation::Operation;
use crate::app_state::AppState;

/// A route, and what is told about it.
pub(super) type Told = (Method, &'static str, Operation);

/// Routes, and the list of their methods and paths, with what is told about each.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<AppState>,
    listed: Vec<(Method, &'static str, Option<Operation>)>,
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
        self.listed.push((method, path, None));
        Self { router: self.router.route(path, on(filter, handler)), ..self }
    }

    /// Tells about the route that was added last.
    pub(super) fn told(mut self, operation: Operation) -> Self {
        if let Some((_, _, told)) = self.listed.last_mut() {
            *told = Some(operation);
        }
        self
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
        self.listed.into_iter().map(|(method, path, _)| (method, path)).collect()
    }

    /// Returns what is told about the routes.
    pub(super) fn into_told(self) -> Vec<Told> {
        self.listed.into_iter().filter_map(|(method, path, told)| Some((method, path, told?))).collect()
    }
}
