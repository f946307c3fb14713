//! The settings that explanations refer to, from the environment.

use std::env;

use cognito_m2m::{ServicePrincipal, policy::ClientList};

/// The settings that select the user pools and the clients. `CognitoAuth::from_env` has checked them.
#[derive(Debug, Default)]
pub(crate) struct Configured {
    pub(crate) user_pool_id: Option<String>,
    /// `pools`.
    pub(crate) additional_pool_ids: Vec<String>,
    /// `true` if `issuer` is set, which replaces the issuers of the user pool.
    pub(crate) has_issuer: bool,
    /// `true` if `jwks_fetch` is off.
    pub(crate) has_only_configured_keys: bool,
    /// `allowed_client_ids`.
    pub(crate) allowed_clients: Option<ClientList>,
}

impl Configured {
    pub(crate) fn from_env() -> Self {
        Self {
            user_pool_id: env::var("COGNITO_M2M_USER_POOL_ID").ok(),
            additional_pool_ids: list("COGNITO_M2M_POOLS"),
            has_only_configured_keys: env::var("COGNITO_M2M_JWKS_FETCH")
                .is_ok_and(|text| text == "false"),
            has_issuer: env::var_os("COGNITO_M2M_ISSUER").is_some(),
            allowed_clients: match list("COGNITO_M2M_ALLOWED_CLIENT_IDS") {
                ids if ids.is_empty() => None,
                ids => ClientList::new(ids).ok(),
            },
        }
    }

    pub(crate) fn pool_ids(&self) -> impl Iterator<Item = &String> {
        self.user_pool_id.iter().chain(&self.additional_pool_ids)
    }

    /// Returns `true` if the default allowlist of handlers admits the client.
    pub(crate) fn lists_client(&self, principal: &ServicePrincipal) -> bool {
        let clients = self.allowed_clients.as_ref();
        clients.is_none_or(|list| list.contains(principal.pool(), principal.client_id()))
    }
}

/// Returns the entries of a variable, which are separated by commas.
fn list(variable: &str) -> Vec<String> {
    let text = env::var(variable).unwrap_or_default();
    let entries = text.split(',').map(str::trim);
    let entries = entries.filter(|entry| !entry.is_empty());
    entries.map(str::to_owned).collect()
}
