//! The documentation of the attributes. It is here because links from the macros crate to this one
//! would not resolve.

mod claims;
mod clients;

pub use claims::require_claim;
pub use clients::allow_client_ids;

/// Requires a valid machine token.
///
/// With the setting [`resource_servers`](crate::Settings::resource_servers), it must be a token for this
/// API. Without it, every client of the user pool is admitted.
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
/// On a module, the attribute guards every handler in it:
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
///     #[public(reason = "the load balancer has no token")]
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
///
/// All other attributes require a valid token too, and add another requirement. The page
/// [`which_attribute`](crate::guide::which_attribute) compares them.
///
/// If the setting `allowed_client_ids` is set, the client must also be in that list. This applies to
/// every attribute, unless the handler has its own list ([`allow_client_ids`]).
///
/// # Arguments
///
/// | argument | meaning |
/// | --- | --- |
/// | `error = path` | a function that creates the response to a refused request, see [`require_scopes`] |
/// | `crate = path` | the path of this crate, if another crate re-exports it |
///
/// # On a function
///
/// The function must be an `async fn`. The attribute can be above or below `#[get]`, `#[post]`,
/// `#[route]` and `#[routes]`, and also works without them.
///
/// A handler can have several attributes. A request must meet all of them, and they are evaluated
/// from top to bottom.
///
/// An attribute adds an argument to the function, so other code can no longer call the function.
/// Tests send a request instead, or call a function that the handler calls, as shown in
/// `guide::testing` (feature `testing`). Methods and associated functions can't be guarded: write a
/// free function instead, as shown in
/// [`which_attribute`](crate::guide::which_attribute#methods-and-associated-functions).
///
/// # On a module
///
/// On an inline module, the attribute guards every `async fn`, whether it is public or not, and every
/// function with an attribute that may turn it into a handler. This includes nested modules. The
/// attribute is evaluated before the attributes of the handlers. Paths in its arguments are resolved
/// outside of the module, where the attribute is.
///
/// Two attributes exempt items:
///
/// | attribute | exempts |
/// | --- | --- |
/// | `#[helper]` | an item that contains no handler, such as a function, a constant, an `impl`, a module, a re-export, or a macro call |
/// | [`#[public(reason = "..")]`](macro@crate::public) | a handler that requires no token |
///
/// These items are compile errors unless they are exempt, because the attribute could not guard a
/// handler in them:
///
/// - a macro call, a `pub use`, an `extern` block, and a module in another file
/// - a function that is not `async` and returns a future, or something that Actix accepts as a handler
/// - an `async fn` in an `impl` or a `trait`, unless it takes `&self` or `&mut self`
/// - an implementation of Actix's `Handler`, `ServiceFactory` or `HttpServiceFactory`
/// - in functions that are not `async`, and in the values of constants and statics: `async` code,
///   closures that return a future or are passed to a route, and functions that return a future or
///   have a route attribute
/// - in the same places, a call of a macro other than the well-known ones of std (not `include!`),
///   tracing and log
/// - a macro with the name of a well-known one, or a `use` that gives a macro such a name
///
/// The compiler decides whether a function returns a future. If one does, the error names
/// `PlainFunctionsHereMustNotReturnAFuture`. The compiler can't decide about generic functions, functions
/// with `impl Trait` arguments, and functions of a `trait` or of a generic `impl`. They are errors if the
/// name of the returned type ends with `Future`, or if it stands for a future of std or of the module.
///
/// Functions with `#[test]`, `#[actix_web::test]` or `#[tokio::test]` are compiled only for tests. In items with
/// `#[cfg(test)]`, this also applies to the test attributes of other crates, and nothing is a compile
/// error.
///
/// # What a module does not show
///
/// An attribute sees only the tokens of the module. These handlers in a guarded module stay open, without
/// an error. The setting [`unguarded_routes`](crate::Settings::unguarded_routes) reports or denies them when
/// they respond:
///
/// - an item with `#[helper]`
/// - `async` code and closures in the body of a handler or of an `async` method, and an `impl` in such a
///   body
/// - a closure without `async` that returns a future of another module, unless it is the argument of a
///   route, as in `.to(|| ..)`
/// - a generic function, or a function of a `trait` or of a generic `impl`, that returns a future of
///   another module whose name does not end with `Future`
/// - such a function, or an `impl`, in the body of another function or in the value of a constant
/// - a method with `&self`, if another module implements `FromRequest` for references to the type
/// - an implementation of a trait of Actix that another module exports under another name
/// - an implementation of `Service` or `Transform`, which can respond to requests itself
/// - code that is generated by a derive macro, or by an attribute macro, apart from the function with the
///   attribute
/// - code that is generated by a macro that another module defines with the name of a well-known one,
///   if the macro is in scope without a `use` of its name
/// - code that is compiled only for tests
///
/// # Errors
///
/// A request without a valid token is answered with 401, and with 503 if the signing keys are
/// unavailable. In an app without the [`CognitoAuth`](crate::CognitoAuth) middleware, every request is
/// answered with 500, and the log names the handler. The handler runs in none of these cases.
pub use cognito_m2m_macros::require_authentication;

/// Requires a token with all or any of the listed scopes.
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
/// With a custom response to refused requests:
///
/// ```
/// use actix_web::{HttpRequest, HttpResponse, Responder, get};
/// use cognito_m2m::{DefaultResponder, RefusalResponder, error::Refusal, require_scopes};
///
/// /// Hides the route from clients without the scope.
/// fn not_found(refusal: &Refusal, request: &HttpRequest) -> HttpResponse {
///     match refusal {
///         Refusal::Authorization(_) => HttpResponse::NotFound().finish(),
///         _ => DefaultResponder::default().respond(refusal, request),
///     }
/// }
///
/// #[get("/secrets")]
/// #[require_scopes("secrets/read", error = not_found)]
/// async fn secrets() -> impl Responder {
///     HttpResponse::Ok()
/// }
/// # let _ = secrets;
/// ```
///
/// # Arguments
///
/// | argument | meaning |
/// | --- | --- |
/// | one or more scopes | string literals, or paths of constants of the type `&'static str` or [`Scope`](crate::scope::Scope) |
/// | `any(..)`, `all(..)` | a group of scopes; groups can be nested |
/// | `match = "all"`, `match = "any"` | whether the token needs all of the scopes, or one of them; defaults to the setting `default_scope_match`, which defaults to `all` |
/// | `error = path` | a function that creates the response to a refused request |
/// | `danger_report_only` | a request that the attribute denies is served, and logged as `would_refuse`, see [`which_attribute`](crate::guide::which_attribute#a-rule-that-only-reports) |
/// | `crate = path` | the path of this crate, if another crate re-exports it |
///
/// Scopes are validated at compile time, in literals and in constants (RFC 6749 section 3.3). A
/// literal that looks like several scopes, such as `"widgets/read,widgets/write"`, is a compile error. If a
/// scope of your API does contain such a comma, define a constant for it.
///
/// The function of `error` has the signature `fn(&Refusal, &HttpRequest) -> HttpResponse`, and
/// replaces the responder of the app. The methods of [`Refusal`](crate::error::Refusal) return the
/// status, text and headers of the default response. The function applies to all attributes of the
/// handler and of its modules. If several of them have an `error`, the one closest to the function
/// is used. If the function returns a status below 400, the response is 500 instead, and the
/// mistake is logged.
///
/// The attribute can be used on functions and modules, like [`require_authentication`].
///
/// # Scope catalogue
///
/// A file `cognito-scopes.json` beside your `Cargo.toml` lists the scopes of the user pool. If it exists, a
/// scope that it doesn't list is a compile error: `the scope "widgets/raed" is not in cognito-scopes.json; did
/// you mean "widgets/read"?` Scopes in constants are compared too. Without the file, nothing is compared.
/// [`which_attribute`](crate::guide::which_attribute#a-catalogue-of-scopes) explains how to create the file.
///
/// # Errors
///
/// In addition to the errors of [`require_authentication`], a token without the required scopes is
/// answered with 403 and `Insufficient scope.`
pub use cognito_m2m_macros::require_scopes;

/// Requires a token with at least one of several scopes.
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
///
/// This is [`require_scopes`] with `match = "any"`. The other arguments are the same.
///
/// # Errors
///
/// The same as those of [`require_scopes`].
pub use cognito_m2m_macros::require_any_scope;

/// Requires a token with all of several scopes.
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
///
/// This is [`require_scopes`] with `match = "all"`. The other arguments are the same.
///
/// # Errors
///
/// The same as those of [`require_scopes`].
pub use cognito_m2m_macros::require_all_scopes;

/// Requires a token with scopes that depend on the HTTP method.
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
///
/// # Arguments
///
/// | argument | meaning |
/// | --- | --- |
/// | `METHOD = scopes`, one or more | the scopes for a method |
/// | `match = "all"`, `match = "any"` | whether the token needs all scopes of a list in brackets, or one of them; defaults to the setting `default_scope_match` |
/// | `error = path`, `danger_report_only`, `crate = path` | the same as for [`require_scopes`] |
///
/// A method is a standard method or any other token in upper case. Quote a method that is not a Rust
/// identifier: `"M-SEARCH" = "upnp/search"`. A method that looks like a misspelled standard method,
/// such as `DELTE`, is a compile error, unless it is quoted.
///
/// The scopes of a method are a single scope, a list `["a", "b"]`, or a group `any(..)` or `all(..)`.
///
/// # Methods that are not listed
///
/// Requests with a method that is not in the map are refused. A `HEAD` request uses the entry for
/// `GET` if there is no entry for `HEAD`.
///
/// If the attribute is above a route attribute (`#[get]`, `#[route]`, `#[routes]`), it is compared
/// with the route: a method that only one of them lists is a compile error. Below the route
/// attribute, this check is not possible. On a module, the handlers share the map. If all of them
/// have route attributes, each method of the map must be a method of at least one route.
///
/// The attribute can be used on functions and modules, like [`require_authentication`].
///
/// # Errors
///
/// The same as those of [`require_scopes`]. A request with a method that is not listed is answered with
/// 403.
pub use cognito_m2m_macros::scope_map;

/// Requires a token with scopes that depend on which handler of a module is called.
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
///
/// The attribute can only be used on an inline module. See [`require_authentication`] for the rules
/// for modules.
///
/// # Arguments
///
/// | argument | meaning |
/// | --- | --- |
/// | `handler = scopes`, one for each handler | the scopes for a handler, written as for [`scope_map`] |
/// | `match = "all"`, `match = "any"` | whether the token needs all scopes of a list in brackets, or one of them; defaults to the setting `default_scope_match` |
/// | `error = path`, `danger_report_only`, `crate = path` | the same as for [`require_scopes`] |
///
/// Write the path of a handler in a nested module with `::`, as in `admin::list = ".."`. A handler
/// named `match`, `error` or `danger_report_only` needs the prefix `r#`, as in `r#match = ".."`.
///
/// A handler that is missing from the map, and a name without a handler, are compile errors.
///
/// # Errors
///
/// The same as those of [`require_scopes`].
pub use cognito_m2m_macros::action_scope_map;
