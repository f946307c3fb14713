//! The macro `scopes!`, with its documentation.

/// Defines the scopes of a resource server as constants.
///
/// The constants are full scopes, for attributes, policies and the token client. So each scope is written
/// once, and a misspelled one is a compile error.
///
/// # Examples
///
/// ```
/// use actix_web::{HttpResponse, Responder, get};
/// use cognito_m2m::{Policy, require_scopes};
///
/// cognito_m2m::scopes! {
///     /// The scopes of the widgets API.
///     #[resource_server("widgets")]
///     pub mod scopes {
///         /// Lists and reads widgets.
///         pub const READ: &str = "read";
///         /// Creates and changes widgets.
///         pub const WRITE: &str = "write";
///     }
/// }
///
/// assert_eq!(scopes::READ, "widgets/read");
/// assert_eq!(scopes::ALL, ["widgets/read", "widgets/write"]);
///
/// #[get("/widgets")]
/// #[require_scopes(scopes::READ)]
/// async fn list() -> impl Responder {
///     HttpResponse::Ok()
/// }
///
/// const MAY_WRITE: Policy = Policy::scope(scopes::WRITE);
/// # let _ = (list, MAY_WRITE);
/// ```
///
/// # Syntax
///
/// The macro contains one module for each resource server. `#[resource_server("..")]` is the identifier of
/// the resource server in Cognito, and a constant is the name of one of its scopes. The macro replaces the
/// value by the full scope: identifier, slash, name. It also adds:
///
/// - the full scope to the documentation of the constant
/// - `ALL: &[&str]`, the list of the module's scopes
/// - the registration of each scope and its description, from which
///   [`inventory`](mod@crate::inventory) generates the resource server in Cognito. The description is the
///   first paragraph of the constant's documentation.
///
/// Everything else is Rust as usual: the visibility of the module and its constants, `#[cfg]`,
/// `#[deprecated]` and other attributes are kept. If another crate re-exports this one, write
/// `#[resource_server("..", crate = path)]`.
///
/// # Limits of Cognito
///
/// What Cognito would reject is a compile error: a name that is empty, contains `/`, whitespace, `"`, `\`
/// or a character outside of ASCII, or is longer than 256 characters; a description that is longer than 256
/// characters; more than 100 scopes in a resource server. The same scope in two constants is an error too,
/// unless `#[cfg]` decides which of them exists.
///
/// If the package has a [scope catalogue](macro@crate::require_scopes#scope-catalogue), each scope must also
/// be in it. Without the file, the scopes can be defined here first and created in Cognito later.
pub use cognito_m2m_macros::scopes;
