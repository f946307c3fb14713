use actix_web::web::ServiceConfig;
use serde_json::Value;

use super::left_out::LeaveOut;
use super::run::{Options, run};
use crate::error_chain::chain;
use crate::settings::Settings;
use crate::web::builder::CognitoAuthBuilder;
use crate::web::inventory::app::in_system;
use crate::web::inventory::probe::AppRoutesError;

/// Tests of the authorization of an app, generated from the guards of its routes.
///
/// For each guarded endpoint, the app must answer
///
/// - 401 to a request without a token, with an expired one, and with one of another issuer or another key;
/// - 403 to a token that lacks one of the required scopes, is of a client that is on no list, or has a
///   claim that is absent, has another value or another JSON type;
/// - anything but a refusal to a token with the least that the guards require. If several sets of scopes,
///   clients or values do, each of them is tried.
///
/// The refusal itself counts, not the status, so an app with a custom responder can be tested too. A route
/// without a guard that is not [`#[public]`](macro@crate::public) fails the test, and so does an app
/// without a guarded route.
///
/// The app is what a function with a `ServiceConfig` registers, as for `App::configure`. It runs in this
/// process, in a [`CognitoAuth`](crate::CognitoAuth) of its own, whose user pool exists only in the test.
/// The test works in a plain `#[test]` and in an `#[actix_web::test]`.
///
/// **Handlers run** when a token is admitted, without a body. Without the data that `main` adds to the app,
/// most of them answer 500, or panic; both count as admitted. [Leave out](Self::leave_out) a handler that must
/// not run in a test.
///
/// # Examples
///
/// ```
/// use actix_web::web::{self, ServiceConfig};
/// use actix_web::{HttpResponse, Responder, get};
/// use cognito_m2m::inventory::AuthorizationTests;
/// use cognito_m2m::{require_claim, require_scopes};
///
/// #[get("/tenants/{tenant_id}/widgets")]
/// #[require_scopes("widgets/read")]
/// #[require_claim("tenant", equals_path = "tenant_id")]
/// async fn list() -> impl Responder {
///     HttpResponse::Ok()
/// }
///
/// async fn legacy() -> impl Responder {
///     HttpResponse::Ok()
/// }
///
/// fn routes(app: &mut ServiceConfig) {
///     app.service(list).route("/legacy", web::get().to(legacy));
/// }
///
/// // In a `#[test]`:
/// AuthorizationTests::new(routes)
///     .path_parameter("tenant_id", "acme")
///     .leave_out("GET /legacy", "the gateway guards it until it is removed")
///     .run();
/// ```
#[must_use = "call `run` to run the tests"]
pub struct AuthorizationTests<F> {
    configure: F,
    options: Options,
}

impl<F: Fn(&mut ServiceConfig) + Send + Sync> AuthorizationTests<F> {
    /// Creates the tests of the app whose routes `configure` registers.
    pub fn new(configure: F) -> Self {
        Self {
            configure,
            options: Options::default(),
        }
    }

    /// Sets the value of a path parameter, in every path that has it.
    ///
    /// By default, a parameter gets a value that its regular expression matches, such as `1`, if one is found.
    pub fn path_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.values.insert(name.into(), value.into());
        self
    }

    /// Adds a claim to every token, for handlers that take
    /// [`TokenClaims<T>`](crate::TokenClaims). Claims that a rule names have a value that it admits.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.options.claims.insert(name.into(), value.into());
        self
    }

    /// Leaves out the endpoints of a handler or of a path, or a single endpoint. The reason is printed.
    ///
    /// The name is the path of the handler, such as `my_api::legacy::list` or the end of it, `legacy::list`;
    /// the path pattern, such as `/widgets/{id}`; or the method and the path pattern, such as
    /// `GET /widgets/{id}`. A name that matches no endpoint fails
    /// the test, and so does a blank reason.
    pub fn leave_out(mut self, name: impl Into<String>, reason: impl Into<String>) -> Self {
        self.options.leave_out.push(LeaveOut {
            name: name.into(),
            reason: reason.into(),
        });
        self
    }

    /// Changes the settings, for example `default_scope_match`, `resource_servers` or `header_name`.
    ///
    /// To test with the settings of production, return them. The user pools are replaced by those of the test,
    /// `fail_on_invalid_bearer` is off, so that the guard of each route is tested instead of the middleware, and
    /// `track_client_activity` is off. A client group that a rule names and the settings don't define gets a client of the test.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use actix_web::web::ServiceConfig;
    /// use cognito_m2m::ScopeMatch;
    /// use cognito_m2m::inventory::AuthorizationTests;
    ///
    /// # fn routes(_: &mut ServiceConfig) {}
    /// AuthorizationTests::new(routes)
    ///     .settings(|settings| settings.default_scope_match(ScopeMatch::Any))
    ///     .run();
    /// ```
    pub fn settings(mut self, change: impl FnOnce(Settings) -> Settings) -> Self {
        self.options.settings = change(self.options.settings);
        self
    }

    /// Changes the middleware, for example to add a user mapper. Settings that `change` sets are ignored.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use actix_web::web::ServiceConfig;
    /// use cognito_m2m::ServicePrincipal;
    /// use cognito_m2m::inventory::AuthorizationTests;
    /// use cognito_m2m::users::UserMappingError;
    ///
    /// async fn find(_: ServicePrincipal) -> Result<Option<u64>, UserMappingError> {
    ///     Ok(Some(1))
    /// }
    ///
    /// # fn routes(_: &mut ServiceConfig) {}
    /// AuthorizationTests::new(routes)
    ///     .settings(|settings| settings.user_mapping_enabled(true))
    ///     .auth(|auth| auth.user_mapper(find))
    ///     .run();
    /// ```
    pub fn auth(mut self, change: impl FnOnce(CognitoAuthBuilder) -> CognitoAuthBuilder) -> Self {
        self.options.auth = change(self.options.auth);
        self
    }

    /// Runs the tests and prints a summary.
    ///
    /// # Panics
    ///
    /// Panics with all failures, if there are any, or if the app can't be run.
    #[track_caller]
    #[expect(clippy::panic, reason = "for tests, which fail by panicking")]
    pub fn run(self) {
        let run = in_system(async move || run(&self.configure, self.options).await);
        match run.unwrap_or_else(|message| Err(AppRoutesError::Panic { message }.into())) {
            Ok(report) if report.is_passed() => println!("{report}"),
            Ok(report) => panic!("{report}"),
            Err(error) => panic!("{}", chain(&error)),
        }
    }
}

/// Tests the authorization of the app whose routes `configure` registers.
///
/// [`AuthorizationTests`] describes the tests and has options.
///
/// # Panics
///
/// Panics with all failures, if there are any, or if the app can't be run.
///
/// # Examples
///
/// ```
/// use actix_web::web::ServiceConfig;
/// use actix_web::{HttpResponse, Responder, get};
/// use cognito_m2m::inventory::check_authorization;
/// use cognito_m2m::require_scopes;
///
/// #[get("/widgets")]
/// #[require_scopes("widgets/read")]
/// async fn list() -> impl Responder {
///     HttpResponse::Ok()
/// }
///
/// fn routes(app: &mut ServiceConfig) {
///     app.service(list);
/// }
///
/// // In a `#[test]`:
/// check_authorization(routes);
/// ```
#[track_caller]
pub fn check_authorization(configure: impl Fn(&mut ServiceConfig) + Send + Sync) {
    AuthorizationTests::new(configure).run();
}
