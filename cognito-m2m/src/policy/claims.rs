use std::borrow::Cow;

use crate::policy::value::Rule;
use crate::policy::{ClaimRule, ClaimValue, Policy};

/// Policies about the claims of the token. Every claim that a pre token generation trigger of Cognito adds
/// can be named.
impl Policy {
    /// Creates a policy that requires a claim with this value: a string, a boolean or an integer.
    ///
    /// The claim must have the same JSON type ([`ClaimValue`]).
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Policy;
    ///
    /// let policy = Policy::claim("environment", "prod").and(Policy::claim("internal", true));
    /// ```
    #[must_use]
    pub fn claim(name: impl Into<Cow<'static, str>>, value: impl Into<ClaimValue>) -> Self {
        Self::claim_one_of(name, [value])
    }

    /// Creates a policy that requires a claim with one of these values.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Policy;
    ///
    /// let policy = Policy::claim_one_of("environment", ["prod", "staging"]);
    /// ```
    #[must_use]
    pub fn claim_one_of<V: Into<ClaimValue>>(
        name: impl Into<Cow<'static, str>>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self::claim_rule(ClaimRule::new(name.into(), values))
    }

    /// Creates a policy that requires a claim that equals a path parameter of the route.
    ///
    /// Only a string claim can be equal. The value of the parameter is the one in Actix's
    /// [`match_info`](actix_web::HttpRequest::match_info), compared exactly. The policy denies if that
    /// value is empty, still contains `%`, which Actix leaves in place of an encoded slash, or contains
    /// U+FFFD, which replaces invalid UTF-8. It also denies if the route has no parameter with this name,
    /// or has two, as nested scopes can.
    ///
    /// There are parameters only where the route is known: in a handler's attribute, and in a policy that
    /// wraps a `web::resource`. Around an `App` or a `web::scope`, a part of the path is yet to be
    /// matched, and routing guards and [`authorize`](crate::ServicePrincipal::authorize) have no
    /// parameters at all. The policy denies there.
    ///
    /// # Panics
    ///
    /// Panics if one of the names is empty. In a constant, that is a compile error.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::{App, HttpResponse, web};
    /// use cognito_m2m::Policy;
    ///
    /// const OWN_TENANT: Policy = Policy::claim_equals_path("tenant", "tenant_id");
    ///
    /// async fn list() -> HttpResponse {
    ///     HttpResponse::Ok().finish()
    /// }
    ///
    /// let widgets = web::resource("/tenants/{tenant_id}/widgets").wrap(OWN_TENANT).get(list);
    /// # let _ = App::new().service(widgets);
    /// ```
    #[must_use]
    pub const fn claim_equals_path(name: &'static str, parameter: &'static str) -> Self {
        Self::claim_rule(ClaimRule::equals_path(name, parameter))
    }

    /// Creates a policy from a rule for a claim, which can be a constant.
    #[must_use]
    pub const fn claim_rule(rule: ClaimRule) -> Self {
        Self(Rule::Claim(rule))
    }
}
