/// Allows only requests from the listed clients and client groups.
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
///
/// # Arguments
///
/// | argument | meaning |
/// | --- | --- |
/// | `"client_id"` | a client of the default user pool |
/// | `"pool:client_id"` | a client of the user pool with this name in the settings |
/// | `group = "name"` | the clients of a list in the setting `client_groups` |
/// | `error = path`, `danger_report_only`, `crate = path` | the same as for [`require_scopes`](crate::require_scopes) |
///
/// At least one client or group is required. Client IDs and names of groups are string literals, or
/// paths of `&'static str` constants.
///
/// Use groups for client IDs that differ between environments. If the settings don't define a group,
/// building `CognitoAuth` fails, unless
/// [`allow_undefined_groups`](crate::CognitoAuthBuilder::allow_undefined_groups) is called on the
/// builder. If they don't define a pool, a warning is logged at start-up.
///
/// The list replaces the setting `allowed_client_ids` for the handler, including all other attributes
/// of the handler and of its modules, unless it is `danger_report_only`.
///
/// The attribute can be used on functions and modules, like [`require_authentication`](crate::require_authentication).
///
/// # Errors
///
/// In addition to the errors of [`require_authentication`](crate::require_authentication), a client that is not in the list is
/// answered with 403 and `Client is not allowed.`
pub use cognito_m2m_macros::allow_client_ids;
