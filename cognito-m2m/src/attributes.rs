//! The attributes' pages: here the links resolve that the macros crate can't follow.

/// Only calls with a valid machine token reach the handler.
///
/// Every other attribute asks for that too; this one asks for nothing more
/// ([`which_attribute`](crate::guide::which_attribute) has them all in a table). The setting
/// `allowed_client_ids` holds for it, as for every handler that has no list of clients of its own.
///
/// # Arguments
///
/// - `error = path`: who answers a refusal of this handler, see [`require_scopes`].
/// - `crate = path`: where this crate is, if it is re-exported by another one.
///
/// # Where it stands
///
/// On an `async fn`, above or below `#[get]`, `#[post]`, `#[route]` and `#[routes]`, or with none
/// of them. Attributes add up: all must hold, the uppermost is judged first. The function gets one
/// more argument in front and is no longer called by other code. A method with `self` can't be an
/// Actix handler, and an associated function can't be guarded: write a free function, as
/// [`which_attribute`](crate::guide::which_attribute) shows.
///
/// # On a module
///
/// On an inline `mod`, an attribute guards each `async fn` in it, of any visibility, and each
/// function with an attribute that could make a handler of it; nested modules too. It is judged
/// before the handlers' own attributes. Paths in its arguments are those of the place where it
/// stands, outside of the module.
///
/// - `#[helper]` exempts what is no handler: a function, an associated function, an `impl`, a
///   module, a re-export, a macro call.
/// - `#[public(reason = "..")]` exempts a handler that is open to everybody, and says why.
/// - What could bring a handler in unseen is an error while compiling: a macro call, a `pub use`, a
///   plain function that returns a future, an associated function without `self` that is `async`, an
///   `async fn` in the body of another function, a module in a file of its own.
///
/// # Errors
///
/// A call without a token, or with one that is not valid, is answered with 401; while the keys
/// can't be had, with 503. In an app without the `CognitoAuth` middleware the handler never runs:
/// the answer is 500, and the log names the handler.
///
/// # Examples
///
/// ```
/// use actix_web::{HttpResponse, Responder, get};
/// use cognito_m2m::require_authentication;
///
/// #[get("/status")]
/// #[require_authentication]
/// async fn status() -> impl Responder {
///     HttpResponse::Ok()
/// }
/// # let _ = status;
/// ```
///
/// On a module:
///
/// ```
/// use cognito_m2m::require_authentication;
///
/// #[require_authentication]
/// mod api {
///     use actix_web::{HttpResponse, Responder, get};
///
///     #[get("/status")]
///     pub async fn status() -> impl Responder {
///         HttpResponse::Ok().json(load().await)
///     }
///
///     #[public(reason = "the load balancer asks, and has no token")]
///     #[get("/health")]
///     pub async fn health() -> impl Responder {
///         HttpResponse::Ok()
///     }
///
///     #[helper]
///     async fn load() -> u8 {
///         1
///     }
/// }
/// # let _ = (api::status, api::health);
/// ```
pub use cognito_m2m_macros::require_authentication;

/// The caller's token must have scopes.
///
/// # Arguments
///
/// - One or more scopes: string literals, or paths of `&'static str` constants, so that a team can
///   keep one catalogue of its scopes. Both are checked while compiling (RFC 6749 section 3.3).
/// - `any(..)` and `all(..)` group scopes, to any depth.
/// - `match = "all"` or `match = "any"`: how many of the scopes must be there. Without it the
///   setting `default_scope_match` decides, whose own default is `all`.
/// - `error = path`: who answers a refusal of this handler, in place of the app-wide responder: a
///   function `fn(&Refusal, &HttpRequest) -> HttpResponse`, see [`Refusal`](crate::error::Refusal).
///   A status below 400 is replaced by 500 and logged. It answers for all attributes of the handler
///   and its modules; of several, the one nearest to the function does.
/// - `crate = path`: where this crate is, if it is re-exported by another one.
///
/// It stands where [`require_authentication`] does, also on a module.
///
/// # Errors
///
/// As [`require_authentication`]; a token without the scopes is answered with 403 and
/// `Insufficient scope.`
///
/// # Examples
///
/// ```
/// use actix_web::{HttpResponse, Responder, get, post};
/// use cognito_m2m::require_scopes;
///
/// mod scopes {
///     pub const READ: &str = "widgets/read";
/// }
///
/// #[get("/widgets")]
/// #[require_scopes(scopes::READ)]
/// async fn list() -> impl Responder {
///     HttpResponse::Ok()
/// }
///
/// #[post("/widgets")]
/// #[require_scopes("widgets/write", "widgets/admin", match = "any")]
/// async fn create() -> impl Responder {
///     HttpResponse::Created()
/// }
///
/// #[post("/widgets/{id}/sale")]
/// #[require_scopes(any("widgets/admin", all("widgets/write", "sales/write")))]
/// async fn sell() -> impl Responder {
///     HttpResponse::Created()
/// }
/// # let _ = (list, create, sell);
/// ```
///
/// A refusal of its own:
///
/// ```
/// use actix_web::{HttpRequest, HttpResponse, Responder, get};
/// use cognito_m2m::{error::Refusal, require_scopes};
///
/// fn not_found(_: &Refusal, _: &HttpRequest) -> HttpResponse {
///     HttpResponse::NotFound().finish()
/// }
///
/// #[get("/secrets")]
/// #[require_scopes("secrets/read", error = not_found)]
/// async fn secrets() -> impl Responder {
///     HttpResponse::Ok()
/// }
/// # let _ = secrets;
/// ```
pub use cognito_m2m_macros::require_scopes;

/// The caller's token must have one of several scopes.
///
/// [`require_scopes`] with `match = "any"`, spelled out: the same arguments without `match`, the
/// same answers.
///
/// # Errors
///
/// As [`require_scopes`].
///
/// # Examples
///
/// ```
/// use actix_web::{HttpResponse, Responder};
/// use cognito_m2m::require_any_scope;
///
/// #[require_any_scope("widgets/write", "widgets/admin")]
/// async fn create() -> impl Responder {
///     HttpResponse::Created()
/// }
/// # let _ = actix_web::web::post().to(create);
/// ```
pub use cognito_m2m_macros::require_any_scope;

/// The caller's token must have all of several scopes.
///
/// [`require_scopes`] with `match = "all"`, spelled out: the same arguments without `match`, the
/// same answers.
///
/// # Errors
///
/// As [`require_scopes`].
///
/// # Examples
///
/// ```
/// use actix_web::{HttpResponse, Responder};
/// use cognito_m2m::require_all_scopes;
///
/// #[require_all_scopes("widgets/write", "sales/write")]
/// async fn sell() -> impl Responder {
///     HttpResponse::Created()
/// }
/// # let _ = actix_web::web::post().to(sell);
/// ```
pub use cognito_m2m_macros::require_all_scopes;

/// The caller's token must have scopes that depend on the HTTP method.
///
/// # Arguments
///
/// - `METHOD = scopes`, at least one: a standard method, or any other token in upper case (one that
///   is no Rust identifier stands in quotes: `"M-SEARCH" = "upnp/search"`). The scopes are one
///   scope, a list `["a", "b"]`, or a group `any(..)` or `all(..)`, as [`require_scopes`] has them.
/// - `match = "all"` or `match = "any"`: how many scopes of a list must be there. Without it the
///   setting `default_scope_match` decides.
/// - `error = path` and `crate = path`, as [`require_scopes`] has them.
///
/// A method that is not listed is refused. `HEAD` falls back to `GET`, where a handler takes it.
///
/// It stands where [`require_authentication`] does. Above a route attribute (`#[get]`, `#[route]`,
/// `#[routes]`) it compares itself with the route: a method that only one of them has is an error
/// while compiling. Below it the route attribute is gone, and what is not listed is refused. On a
/// module, where several handlers share the map, every method of the map must be some route's.
///
/// # Errors
///
/// As [`require_scopes`]; a method that is not listed is answered with 403 too.
///
/// # Examples
///
/// ```
/// use actix_web::{HttpResponse, Responder, route};
/// use cognito_m2m::scope_map;
///
/// #[scope_map(
///     GET = "widgets/read",
///     POST = ["widgets/write", "widgets/admin"],
///     match = "any",
/// )]
/// #[route("/widgets", method = "GET", method = "HEAD", method = "POST")]
/// async fn widgets() -> impl Responder {
///     HttpResponse::Ok()
/// }
/// # let _ = widgets;
/// ```
pub use cognito_m2m_macros::scope_map;

/// The caller's token must have scopes that depend on the handler, in a module of handlers.
///
/// It stands on an inline `mod`, as [`require_authentication`] does there.
///
/// # Arguments
///
/// - `handler = scopes`, for every handler of the module: its name, with `::` for one in a nested
///   module (`admin::list = ".."`), and the scopes as [`scope_map`] has them. A handler of the name
///   `match`, `error` or `crate` is written `r#match`, `r#error`, and so on.
/// - `match = "all"` or `match = "any"`: how many scopes of a list must be there. Without it the
///   setting `default_scope_match` decides.
/// - `error = path` and `crate = path`, as [`require_scopes`] has them.
///
/// A handler that is not listed, and a name that no handler has, are errors while compiling.
///
/// # Errors
///
/// As [`require_scopes`].
///
/// # Examples
///
/// ```
/// use cognito_m2m::action_scope_map;
///
/// #[action_scope_map(list = "widgets/read", create = ["widgets/write", "widgets/admin"])]
/// mod widgets {
///     use actix_web::{HttpResponse, Responder, get, post};
///
///     #[get("/widgets")]
///     pub async fn list() -> impl Responder {
///         HttpResponse::Ok()
///     }
///
///     #[post("/widgets")]
///     pub async fn create() -> impl Responder {
///         HttpResponse::Created()
///     }
/// }
/// # let _ = (widgets::list, widgets::create);
/// ```
pub use cognito_m2m_macros::action_scope_map;

/// The caller must be one of the listed clients.
///
/// # Arguments
///
/// - Client ids: string literals, or paths of `&'static str` constants. `client_id` is a client of
///   the default user pool, `pool:client_id` one of the pool with that name in the settings; a
///   warning at start-up tells of a pool that is not there.
/// - `group = "name"`, also several times: the clients of that list in the setting `client_groups`,
///   since client ids differ per environment. A group that no setting defines is an error when
///   `CognitoAuth` is built.
/// - `error = path` and `crate = path`, as [`require_scopes`] has them.
///
/// The list takes the place of the setting `allowed_client_ids` for the whole stack of attributes
/// it belongs to. It stands where [`require_authentication`] does.
///
/// # Errors
///
/// As [`require_authentication`]; another client is answered with 403 and `Client is not allowed.`
///
/// # Examples
///
/// ```standalone_crate
/// use actix_web::{HttpResponse, Responder, get};
/// use cognito_m2m::{allow_client_ids, require_scopes};
///
/// #[get("/reports")]
/// #[allow_client_ids("7k2m9f3qexample", group = "reporting")]
/// #[require_scopes("reports/read")]
/// async fn reports() -> impl Responder {
///     HttpResponse::Ok()
/// }
/// # let _ = reports;
/// ```
pub use cognito_m2m_macros::allow_client_ids;
