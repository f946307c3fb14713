use std::any::type_name;

use actix_web::web::ServiceConfig;

use super::app::in_system;
use super::listing::{crate_of, inventory};
use super::path::Values;
use super::probe::{AppRoutesError, probe};
use crate::error_chain::chain;
use crate::error_report::debug_as_report;
use crate::inventory::{Inventory, RoutesFile, RoutesFileError, RoutesFileOutcome};

/// The routes of an app, found by sending requests to it in this process.
///
/// The app consists of what a function registers with a `ServiceConfig`, as for `App::configure`. It is wrapped
/// in a `CognitoAuth` of its own, and each path and method gets a request without a token. Guards refuse these
/// requests, so a guarded handler does not run.
///
/// **A handler without a guard runs**, a public one too, and one whose only guard is a policy around its scope,
/// since the request that finds it satisfies the policy. Without the data that `main` adds to the app, most of
/// them answer 500, but a handler that needs no data does the same as in production. So list the routes in an
/// environment without access to production systems, such as CI.
///
/// # Examples
///
/// ```
/// use actix_web::web::{self, ServiceConfig};
/// use actix_web::{HttpResponse, Responder};
/// use cognito_m2m::inventory::AppRoutes;
/// use cognito_m2m::require_scopes;
///
/// #[require_scopes("widgets/read")]
/// async fn read() -> impl Responder {
///     HttpResponse::Ok()
/// }
///
/// fn routes(app: &mut ServiceConfig) {
///     app.route("/widgets/{code:[A-Z]{2}-[0-9]+}", web::get().to(read));
/// }
///
/// let inventory = AppRoutes::new(routes).path_parameter("code", "AB-1").list()?;
/// assert!(inventory.to_table().contains("/widgets/{code:"));
/// # Ok::<(), cognito_m2m::inventory::AppRoutesError>(())
/// ```
#[derive(Clone, Debug)]
pub struct AppRoutes<F> {
    configure: F,
    values: Values,
}

impl<F: Fn(&mut ServiceConfig) + Send + Sync> AppRoutes<F> {
    /// Creates a description of the app whose routes `configure` registers. [`list`](Self::list) finds them.
    pub fn new(configure: F) -> Self {
        Self {
            configure,
            values: Values::new(),
        }
    }

    /// Sets the value of a path parameter, in every path that has it.
    ///
    /// By default, a parameter gets a value that its regular expression matches, such as `1`, if one is found.
    #[must_use]
    pub fn path_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    /// Returns the inventory of the app.
    ///
    /// It contains the endpoints of the app. Guarded and public handlers that no request reached have no
    /// endpoints; they are listed if they are from a crate of which the app has another handler, or from that of
    /// `configure`.
    ///
    /// # Errors
    ///
    /// Returns [`AppRoutesError`] if a path needs the value of a parameter, or if the app can't be run.
    pub fn list(&self) -> Result<Inventory, AppRoutesError> {
        let list = async || {
            let endpoints = probe(&self.configure, &self.values, &|_, _| false).await?;
            Ok(inventory(&endpoints, self.crate_name()))
        };
        in_system(list).unwrap_or_else(|message| Err(AppRoutesError::Panic { message }))
    }

    /// Compares the app with a routes file, or rewrites the file if `UPDATE_COGNITO_ROUTES` is set.
    ///
    /// [`check_routes_file`] does it in a test.
    ///
    /// # Errors
    ///
    /// Returns [`CheckError::File`] if the app and the file differ or if the file can't be used, and
    /// [`CheckError::Routes`] if the app can't be listed.
    pub fn check(&self, file: &RoutesFile) -> Result<RoutesFileOutcome, CheckError> {
        let inventory = self.list()?;
        let update = RoutesFile::is_update_requested();
        Ok(file.check(&inventory, self.missing_crate(&inventory), update)?)
    }

    /// Returns the crate of the app, unless the inventory has a handler that the app registers or that is from
    /// this crate.
    fn missing_crate(&self, inventory: &Inventory) -> Option<&'static str> {
        let crate_name = self.crate_name()?;
        let is_linked = inventory.into_iter().any(|route| {
            let handler = route.handler.as_deref();
            handler.is_some_and(|handler| {
                !route.endpoints.is_empty() || crate_of(handler) == crate_name
            })
        });
        (!is_linked).then_some(crate_name)
    }

    /// Returns the name of the crate that `configure` is from, or `None` for a function pointer.
    pub(super) fn crate_name(&self) -> Option<&'static str> {
        let name = type_name::<F>().trim_start_matches('&');
        let is_path = name.contains("::") && !name.starts_with("fn(");
        is_path.then(|| crate_of(name))
    }
}

/// The error returned if an app and its routes file differ, or can't be compared.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The routes of the app can't be listed.
    #[error(transparent)]
    Routes(#[from] AppRoutesError),
    /// The app and the file differ, or the file can't be used.
    #[error(transparent)]
    File(#[from] RoutesFileError),
}

debug_as_report!(CheckError);

/// Returns the inventory of the app whose routes `configure` registers.
///
/// See [`AppRoutes`] for what runs, and for paths that need the value of a parameter.
///
/// # Examples
///
/// ```
/// use actix_web::web::{self, ServiceConfig};
/// use actix_web::{HttpResponse, Responder};
/// use cognito_m2m::{inventory, require_scopes};
///
/// #[require_scopes("widgets/read")]
/// async fn list() -> impl Responder {
///     HttpResponse::Ok()
/// }
///
/// fn routes(app: &mut ServiceConfig) {
///     app.service(web::scope("/v1").route("/widgets", web::get().to(list)));
/// }
///
/// let table = inventory::routes_of(routes).to_table();
/// assert!(table.contains("/v1/widgets"));
/// ```
///
/// # Panics
///
/// Panics if [`AppRoutes::list`] fails.
#[must_use]
#[track_caller]
#[expect(clippy::panic, reason = "for tests, which fail by panicking")]
pub fn routes_of(configure: impl Fn(&mut ServiceConfig) + Send + Sync) -> Inventory {
    match AppRoutes::new(configure).list() {
        Ok(inventory) => inventory,
        Err(error) => panic!("{}", chain(&error)),
    }
}

/// Compares the app whose routes `configure` registers with `cognito-routes.json`, beside the `Cargo.toml` of
/// the package, in a test.
///
/// The file is in version control. If a route is added, removed, loosened or tightened, the test fails until
/// the file is rewritten, so that the change is visible in review:
///
/// ```sh
/// UPDATE_COGNITO_ROUTES=1 cargo test
/// ```
///
/// Handlers without a guard run, see [`AppRoutes`], which also takes the values of path parameters. To compare
/// with another file, pass it to [`AppRoutes::check`].
///
/// # Examples
///
/// ```no_run
/// # mod my_api { pub fn routes(_: &mut actix_web::web::ServiceConfig) {} }
/// // In a function with `#[test]`:
/// cognito_m2m::inventory::check_routes_file(my_api::routes);
/// ```
///
/// # Panics
///
/// Panics if the app and the file differ, if the file is missing or invalid, or if no handler of the app is
/// linked into the test. The message lists which changes loosen a route, and which tighten it.
#[track_caller]
#[expect(clippy::panic, reason = "for tests, which fail by panicking")]
pub fn check_routes_file(configure: impl Fn(&mut ServiceConfig) + Send + Sync) {
    if let Err(error) = AppRoutes::new(configure).check(&RoutesFile::of_package()) {
        panic!("{}", chain(&error));
    }
}
