/// Requires claims with certain values.
///
/// A pre token generation trigger of Cognito can put claims into machine tokens, such as the tenant or
/// the environment of the client.
///
/// # Examples
///
/// ```
/// use actix_web::{HttpResponse, Responder, get, post, web};
/// use cognito_m2m::{require_claim, require_scopes};
///
/// #[get("/status")]
/// #[require_claim("environment" = ["prod", "staging"], "internal" = true)]
/// async fn status() -> impl Responder {
///     HttpResponse::Ok()
/// }
///
/// // The tenant in the path must be the tenant in the token.
/// #[require_claim("tenant", equals_path = "tenant_id")]
/// #[require_scopes("widgets/read")]
/// #[get("/tenants/{tenant_id}/widgets")]
/// async fn widgets(tenant_id: web::Path<String>) -> impl Responder {
///     format!("the widgets of {tenant_id}")
/// }
/// # let _ = (status, widgets);
/// ```
///
/// # Arguments
///
/// | argument | meaning |
/// | --- | --- |
/// | `"claim" = value` | the claim has this value |
/// | `"claim" = [value, ..]` | the claim has one of these values |
/// | `"claim", equals_path = "parameter"` | the claim is the value of this path parameter |
/// | `error = path`, `danger_report_only`, `crate = path` | the same as for [`require_scopes`](crate::require_scopes) |
///
/// At least one claim is required. If the attribute lists several, all of them must match.
///
/// Names are string literals, or paths of `&'static str` constants. A name refers to a claim at the top
/// level of the token: `a.b` is the claim named `a.b`. Values are string literals, `true` and `false`,
/// integer literals of at most 64 bits, and paths of constants of such types. Write the name of a constant
/// in upper case or with its module, as in `self::tenant`.
///
/// For the scopes and the client of a token, use the other attributes: the claim `scope` is one string with
/// all scopes, in any order.
///
/// The attribute can be used on functions and modules, like
/// [`require_authentication`](crate::require_authentication). It does not list clients, so
/// `allowed_client_ids` still applies. A value that is known only in the handler is compared with a
/// [`Policy::claim`](crate::Policy::claim), or read from [`TokenClaims`](crate::TokenClaims).
///
/// # Which claims are equal?
///
/// | value | equal claims |
/// | --- | --- |
/// | `"prod"` | the JSON string `"prod"`, compared by code point: neither `"Prod"` nor `["prod"]` |
/// | `true` | the JSON value `true`: neither `"true"` nor `1` |
/// | `3` | the JSON number `3`: neither `"3"` nor `3.0` nor `3e0` |
///
/// A claim that is absent, `null`, an array or an object is never equal.
///
/// # Path parameters
///
/// Only a string claim can equal a path parameter. The value of the parameter is the one in Actix's
/// [`match_info`](actix_web::HttpRequest::match_info), compared exactly. The request is refused if that
/// value:
///
/// - is empty,
/// - still contains `%`, because Actix does not decode `%2F`, `%25`, `%2B` and invalid escapes, while
///   `web::Path` and your own code may do so later,
/// - or contains U+FFFD, which Actix puts in place of invalid UTF-8.
///
/// The request is also refused if the name of the parameter occurs twice, as nested scopes with the same
/// parameter allow.
///
/// If the attribute is above a route attribute (`#[get]`, `#[route]`, `#[routes]`), or on a module, a route
/// without the parameter is a compile error. Below the route attribute, this check is not possible, and a
/// request without the parameter is refused. Put the attribute there if a surrounding `web::scope` has the
/// parameter, because an attribute can't see the path of a scope:
///
/// ```
/// use actix_web::{App, HttpResponse, Responder, get, web};
/// use cognito_m2m::require_claim;
///
/// #[get("/widgets")]
/// #[require_claim("tenant", equals_path = "tenant_id")]
/// async fn widgets() -> impl Responder {
///     HttpResponse::Ok()
/// }
///
/// let app = App::new().service(web::scope("/tenants/{tenant_id}").service(widgets));
/// # let _ = app;
/// ```
///
/// [`guide::multi_tenant`](crate::guide::multi_tenant) shows a whole API.
///
/// # Errors
///
/// In addition to the errors of [`require_authentication`](crate::require_authentication), a token without
/// the required claims is answered with 403 and `Claim is not allowed.` The log line names the claim.
/// Neither the response nor the log contains its value.
pub use cognito_m2m_macros::require_claim;
