use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::client::LocalClient;
use super::fault::{Endpoint, Fault};
use super::issuers::{Issuers, Issuing};
use super::jwks::Jwks;
use super::keys::SigningKey;
use super::trigger::Trigger;
use crate::issuer_type::IssuerType;
use crate::time::Clock;

/// The state of a local Cognito, shared by the handle, the server and the token builders.
pub(super) struct UserPool {
    pub(super) issuers: Issuers,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) token_lifetime: Duration,
    // A blocking lock suffices: it is held only to copy or replace values, never across an await.
    state: Mutex<State>,
}

pub(super) struct State {
    pub(super) issuing: Issuing,
    /// Whether the UPDATED issuer publishes keys. In Cognito, it responds with 403 until the pool is
    /// switched to it for the first time.
    pub(super) publishes_updated: bool,
    pub(super) jwks: Jwks,
    pub(super) clients: HashMap<String, LocalClient>,
    /// The scopes that no resource server has anymore.
    pub(super) deleted_scopes: HashSet<String>,
    pub(super) trigger: Option<Trigger>,
    pub(super) faults: HashMap<Endpoint, Fault>,
    requests: HashMap<Endpoint, u64>,
}

impl UserPool {
    pub(super) fn new(
        issuers: Issuers,
        issuer_type: IssuerType,
        clock: Arc<dyn Clock>,
        token_lifetime: Duration,
        keys: [SigningKey; 2],
    ) -> Self {
        Self {
            issuers,
            clock,
            token_lifetime,
            state: Mutex::new(State {
                issuing: Issuing {
                    issuer_type,
                    replica_region: None,
                },
                publishes_updated: issuer_type == IssuerType::Updated,
                jwks: Jwks::new(keys),
                clients: HashMap::new(),
                deleted_scopes: HashSet::new(),
                trigger: None,
                faults: HashMap::new(),
                requests: HashMap::new(),
            }),
        }
    }

    // Ignores poisoning: a panic in one test must not fail others that share the user pool.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the issuer of new tokens from the primary Region.
    pub(super) fn primary_issuer(&self) -> &str {
        let issuer_type = self.state().issuing.issuer_type;
        self.issuers.primary(issuer_type)
    }

    /// Returns the issuer of a new token. `replica_region` overrides the Region that issues tokens.
    pub(super) fn issuer_of_token(&self, replica_region: Option<&str>) -> Cow<'_, str> {
        let mut issuing = self.state().issuing.clone();
        if let Some(region) = replica_region {
            issuing.replica_region = Some(region.to_owned());
        }
        self.issuers.of_token(&issuing)
    }

    /// Counts a request and returns the current fault of its endpoint.
    pub(super) fn record_request(&self, endpoint: Endpoint) -> Option<Fault> {
        let mut state = self.state();
        let requests = state.requests.entry(endpoint).or_default();
        *requests = requests.saturating_add(1);
        state.faults.get(&endpoint).cloned()
    }

    pub(super) fn requests(&self, endpoint: Endpoint) -> u64 {
        let state = self.state();
        state.requests.get(&endpoint).copied().unwrap_or_default()
    }
}

impl State {
    pub(super) fn signing_key(&self) -> SigningKey {
        let [current, _] = &self.jwks.keys;
        current.clone()
    }

    /// Returns the scopes of a client without the deleted ones.
    pub(super) fn active_scopes<'a>(
        &'a self,
        client: &'a LocalClient,
    ) -> impl Iterator<Item = &'a str> {
        let scopes = client.all_scopes().iter();
        let active = scopes.filter(|scope| !self.deleted_scopes.contains(*scope));
        active.map(String::as_str)
    }

    /// Returns the active scopes of all clients.
    pub(super) fn all_scopes(&self) -> BTreeSet<String> {
        let clients = self.clients.values();
        let scopes = clients.flat_map(|client| self.active_scopes(client));
        scopes.map(str::to_owned).collect()
    }
}
