//! The attribute `#[public]`, with its documentation.

/// Marks a handler as open to everyone.
///
/// With the setting [`unguarded_routes`](crate::Settings::unguarded_routes), a handler without a guard is
/// reported or denied. The attribute states that it needs none, and why.
///
/// # Examples
///
/// ```
/// use actix_web::{HttpResponse, Responder, get};
/// use cognito_m2m::public;
///
/// #[get("/health")]
/// #[public(reason = "the load balancer has no token")]
/// async fn health() -> impl Responder {
///     HttpResponse::Ok()
/// }
/// # let _ = health;
/// ```
///
/// # Arguments
///
/// | argument | meaning |
/// | --- | --- |
/// | `reason = ".."` | why the handler is public, for readers of the program: a string literal that is not blank, or the path of a `&'static str` constant |
/// | `crate = path` | the path of this crate, if another crate re-exports it |
///
/// The attribute works on every function that Actix can mount, above and below `#[get]` and the like. It
/// adds an argument in front of the others, like the attributes that guard a handler, so other code can
/// no longer call the function. It refuses no request: an invalid token is still answered with 401 by
/// [`CognitoAuth`](crate::CognitoAuth), unless `fail_on_invalid_bearer` is off. In an app without
/// `CognitoAuth`, it does nothing.
///
/// A function can't be both guarded and public: that is a compile error. But a handler that takes a
/// [`ServicePrincipal`](crate::ServicePrincipal) still requires a token, and a
/// [`Policy`](crate::Policy) around its scope still holds.
///
/// # In a guarded module
///
/// In a module with an attribute such as [`require_scopes`](crate::require_scopes), the attribute exempts
/// the handler from the module's guard. There, it needs no import:
///
/// ```
/// use cognito_m2m::require_scopes;
///
/// #[require_scopes("reports/read")]
/// mod reports {
///     use actix_web::{HttpResponse, Responder, get};
///
///     #[get("/reports")]
///     pub async fn list() -> impl Responder {
///         HttpResponse::Ok()
///     }
///
///     #[get("/reports/formats")]
///     #[public(reason = "the formats are part of the documentation")]
///     pub async fn formats() -> impl Responder {
///         "csv, json"
///     }
/// }
/// # let _ = (reports::list, reports::formats);
/// ```
///
/// On a module itself, it is an error. To open all routes of a scope, wrap it in
/// [`PublicRoutes`](crate::PublicRoutes).
pub use cognito_m2m_macros::public;
