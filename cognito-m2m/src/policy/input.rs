use crate::policy::{ClientGroups, ClientList};
use crate::principal::ServicePrincipal;
use crate::scope::ScopeMatch;

/// All that a judgement depends on.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::{ClientGroups, Defaults, PolicyInput, Policy};
/// use cognito_m2m::token::Claims;
/// use cognito_m2m::ServicePrincipal;
/// use serde_json::json;
///
/// let claims = Claims::from_value(json!({ "client_id": "reporting", "scope": "widgets/read" }))?;
/// let input = PolicyInput {
///     principal: &ServicePrincipal::danger_from_claims(claims)?,
///     method: "GET",
///     groups: &ClientGroups::default(),
///     defaults: &Defaults::default(),
/// };
/// assert!(Policy::all_scopes(["widgets/read"])?.evaluate(&input).is_ok());
/// assert!(Policy::all_scopes(["widgets/write"])?.evaluate(&input).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PolicyInput<'a> {
    /// Who calls.
    pub principal: &'a ServicePrincipal,
    /// The request method, as it stands in the request line.
    pub method: &'a str,
    /// The named lists of clients.
    pub groups: &'a ClientGroups,
    /// What holds where a policy leaves a question open.
    pub defaults: &'a Defaults,
}

/// What the settings say about every judgement; each principal brings it along.
#[derive(Clone, Debug, Default)]
pub(crate) struct PolicyDefaults {
    pub(crate) groups: ClientGroups,
    pub(crate) defaults: Defaults,
}

impl PolicyDefaults {
    pub(crate) fn input<'a>(
        &'a self,
        principal: &'a ServicePrincipal,
        method: &'a str,
    ) -> PolicyInput<'a> {
        PolicyInput {
            principal,
            method,
            groups: &self.groups,
            defaults: &self.defaults,
        }
    }
}

/// What holds where a policy leaves a question open.
///
/// # Examples
///
/// ```
/// use cognito_m2m::ScopeMatch;
/// use cognito_m2m::policy::Defaults;
///
/// let defaults = Defaults { scope_match: ScopeMatch::Any, ..Defaults::default() };
/// assert!(defaults.allowed_clients.is_none());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// How several scopes combine where neither all nor any is asked for.
    pub scope_match: ScopeMatch,
    /// Who may call guarded handlers that have no list of clients of their own; `None`: anyone
    /// with a valid token.
    pub allowed_clients: Option<ClientList>,
}
