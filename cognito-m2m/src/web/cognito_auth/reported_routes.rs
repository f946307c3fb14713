use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// A route pattern and a method.
pub(in crate::web) type Route = (String, &'static str);

/// The unguarded routes that have been reported.
///
/// Patterns come from the program and methods from a fixed list, so callers can't make the set grow.
#[derive(Default)]
pub(in crate::web) struct ReportedRoutes(Mutex<HashSet<Route>>);

impl ReportedRoutes {
    /// Adds a route, and returns `true` if it is new.
    pub(super) fn insert(&self, route: Route) -> bool {
        // Taken once for each route and worker: a worker remembers the routes that it has seen.
        let mut routes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        routes.insert(route)
    }
}
