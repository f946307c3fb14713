//! What happens to routes that answer without a guard.

/// What the middleware does with the response of a route that has no guard and is not public.
///
/// A guard is
///
/// - an attribute, such as [`require_scopes`](crate::require_scopes),
/// - a handler argument: [`ServicePrincipal`](crate::ServicePrincipal),
///   [`TokenClaims`](crate::TokenClaims), [`MappedUser`](crate::MappedUser) or
///   [`RequestUser`](crate::RequestUser),
/// - a [`Policy`](crate::Policy) in `.wrap(..)`,
/// - a call of [`ServicePrincipal::authorize`](crate::ServicePrincipal::authorize), on a principal of
///   the request.
///
/// It counts as soon as it is evaluated, whether it admits the request or refuses it.
///
/// What lets a request without a token pass is no guard: an
/// [`OptionalPrincipal`](crate::OptionalPrincipal), an `Option` or a `Result` around an argument, the
/// methods of [`RequestPrincipal`](crate::RequestPrincipal), and a `Policy` that chooses a route
/// (`.guard(policy)`). Nor is [`CognitoAuth::validate_token`](crate::CognitoAuth::validate_token).
///
/// [`public`](crate::public) marks a handler as public, and [`PublicRoutes`](crate::PublicRoutes) all
/// routes of a scope, a resource or an `App`.
///
/// Responses with the status 404 or 405 pass, and so does the error of a middleware. Everything else
/// that answers inside [`CognitoAuth`](crate::CognitoAuth) is judged, even if it is no handler: a default
/// service, which is reported as `(default)`, or a middleware for CORS or rate limits. Wrap such a
/// middleware around `CognitoAuth` instead. With one `CognitoAuth` in a scope of another, the response
/// has to pass both.
///
/// # Examples
///
/// ```
/// use cognito_m2m::Settings;
/// use cognito_m2m::settings::UnguardedRoutes;
///
/// let settings = Settings::default()
///     .user_pool_id("us-east-1_AbCdEfGhI")
///     .unguarded_routes(UnguardedRoutes::Deny);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnguardedRoutes {
    /// Logs a warning, once for each route pattern and standard method. All other methods count as
    /// one.
    #[default]
    Warn,
    /// Replaces the response by 500 and logs an error, with the reason code `unguarded_route`.
    ///
    /// The handler has run by then. This hides its response, but does not undo its effects.
    Deny,
    /// Does nothing.
    Allow,
}
