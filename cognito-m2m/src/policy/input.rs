use crate::client_id::ClientId;
use crate::policy::{ClientGroups, ClientList, Denial, PathParameters, ResourceServers};
use crate::pool::PoolName;
use crate::scope::ScopeSet;
use crate::scope_match::ScopeMatch;
use crate::token::Claims;

/// The input of [`Policy::evaluate`](crate::Policy::evaluate): the caller, the request, and the
/// configured defaults.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::{PathParameters, PolicyDefaults, PolicyInput};
/// use cognito_m2m::scope::ScopeSet;
/// use cognito_m2m::token::Claims;
/// use cognito_m2m::{ClientId, Policy, PoolName};
/// use serde_json::json;
///
/// let input = PolicyInput {
///     pool: &PoolName::default(),
///     client_id: &ClientId::new("reporting")?,
///     scopes: &ScopeSet::parse("widgets/read"),
///     claims: &Claims::from_value(json!({ "tenant": "acme" }))?,
///     method: "GET",
///     path_parameters: PathParameters::from_pairs(&[("tenant_id", "acme")]),
///     defaults: &PolicyDefaults::default(),
/// };
/// assert!(Policy::scope("widgets/read").evaluate(&input).is_ok());
/// assert!(Policy::scope("widgets/write").evaluate(&input).is_err());
/// assert!(Policy::claim("tenant", "acme").evaluate(&input).is_ok());
/// assert!(Policy::claim_equals_path("tenant", "tenant_id").evaluate(&input).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PolicyInput<'a> {
    /// The user pool that issued the token.
    pub pool: &'a PoolName,
    /// The client that the token was issued to.
    pub client_id: &'a ClientId,
    /// The scopes that the token grants.
    pub scopes: &'a ScopeSet,
    /// The claims of the token.
    pub claims: &'a Claims,
    /// The request method, as in the request line.
    pub method: &'a str,
    /// The path parameters of the request, or none where its route is unknown.
    pub path_parameters: PathParameters<'a>,
    /// The configured defaults for options that a policy does not specify.
    pub defaults: &'a PolicyDefaults,
}

impl PolicyInput<'_> {
    /// Denies a token without a scope of the API's resource servers, if the settings list them. Every
    /// other rule is evaluated after this one.
    #[inline]
    pub(crate) fn evaluate_resource_servers(&self) -> Result<(), Denial> {
        match &self.defaults.resource_servers {
            Some(servers) if !servers.admit(self.scopes) => Err(Denial::OtherResourceServer),
            _ => Ok(()),
        }
    }
}

/// The configured defaults for options that a policy does not specify.
///
/// # Examples
///
/// ```
/// use cognito_m2m::ScopeMatch;
/// use cognito_m2m::policy::PolicyDefaults;
///
/// let defaults = PolicyDefaults { scope_match: ScopeMatch::Any, ..PolicyDefaults::default() };
/// assert!(defaults.allowed_clients.is_none());
/// ```
#[derive(Clone, Debug, Default)]
pub struct PolicyDefaults {
    /// How several scopes combine in a policy that does not specify whether all or any are
    /// required: the setting `default_scope_match`.
    pub scope_match: ScopeMatch,
    /// The client allowlist for handlers whose attributes list no clients: the setting
    /// `allowed_client_ids`. `None` admits every client.
    pub allowed_clients: Option<ClientList>,
    /// The named lists of clients: the setting `client_groups`.
    pub groups: ClientGroups,
    /// The resource servers that the API is: the setting `resource_servers`. A token without a scope
    /// of one of them is denied before any rule is evaluated. `None` admits the tokens of every
    /// resource server.
    pub resource_servers: Option<ResourceServers>,
}
