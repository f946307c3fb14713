//! The settings that explanations refer to, from the environment.

use std::env;

use cognito_m2m::{ServicePrincipal, policy::ClientList};

/// The settings that select the user pools and the clients. `CognitoAuth::from_env` has checked them.
#[derive(Debug, Default)]
pub(crate) struct Configured {
    /// `user_pool_id` and `pools`.
    pub(crate) user_pool_ids: Vec<String>,
    /// `true` if `issuer` is set, which replaces the issuers of the user pool.
    pub(crate) has_issuer: bool,
    /// `allowed_client_ids`.
    pub(crate) allowed_clients: Option<ClientList>,
}

impl Configured {
    pub(crate) fn from_env() -> Self {
        let ids = list("COGNITO_M2M_USER_POOL_ID").into_iter();
        Self {
            user_pool_ids: ids.chain(list("COGNITO_M2M_POOLS")).collect(),
            has_issuer: env::var_os("COGNITO_M2M_ISSUER").is_some(),
            allowed_clients: match list("COGNITO_M2M_ALLOWED_CLIENT_IDS") {
                ids if ids.is_empty() => None,
                ids => ClientList::new(ids).ok(),
            },
        }
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
