use crate::inventory::Route;

/// The routes of a program, sorted by path, method and handler.
///
/// [`routes`](crate::inventory::routes) returns those that are linked into the program, whose paths are known
/// only in part. With the feature `inventory`, `routes_of` returns those of an app, with complete paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    routes: Vec<Route>,
    is_of_app: bool,
}

impl Inventory {
    /// Creates an inventory of handlers, with the paths that their items show.
    pub(crate) fn of_items(routes: Vec<Route>) -> Self {
        Self::new(routes, false)
    }

    /// Creates an inventory of an app, whose paths are complete.
    pub(crate) fn of_app(routes: Vec<Route>) -> Self {
        Self::new(routes, true)
    }

    fn new(mut routes: Vec<Route>, is_of_app: bool) -> Self {
        for route in &mut routes {
            route.endpoints.sort_unstable();
            route.endpoints.dedup();
        }
        routes.sort_by(|a, b| (&a.endpoints, &a.handler).cmp(&(&b.endpoints, &b.handler)));
        Self { routes, is_of_app }
    }

    /// Returns the routes.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Returns `true` if the paths are those of an app, complete with the paths of its scopes.
    #[must_use]
    pub fn is_of_app(&self) -> bool {
        self.is_of_app
    }
}

impl<'a> IntoIterator for &'a Inventory {
    type Item = &'a Route;
    type IntoIter = std::slice::Iter<'a, Route>;

    fn into_iter(self) -> Self::IntoIter {
        self.routes.iter()
    }
}
