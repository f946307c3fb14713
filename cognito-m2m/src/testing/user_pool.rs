use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::client::LocalClient;
use super::fault::{Endpoint, Fault};
use super::jwks::Jwks;
use super::keys::SigningKey;
use crate::time::Clock;

/// The state of a local Cognito, shared by the handle, the server and the token builders.
pub(super) struct UserPool {
    pub(super) issuer: String,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) token_lifetime: Duration,
    // A blocking lock suffices: it is held only to copy or replace values, never across an await.
    state: Mutex<State>,
    jwks_requests: AtomicU64,
    token_requests: AtomicU64,
}

pub(super) struct State {
    pub(super) jwks: Jwks,
    pub(super) clients: HashMap<String, LocalClient>,
    jwks_fault: Option<Fault>,
    token_fault: Option<Fault>,
}

impl UserPool {
    pub(super) fn new(
        issuer: String,
        clock: Arc<dyn Clock>,
        token_lifetime: Duration,
        keys: [SigningKey; 2],
    ) -> Self {
        Self {
            issuer,
            clock,
            token_lifetime,
            state: Mutex::new(State {
                jwks: Jwks::new(keys),
                clients: HashMap::new(),
                jwks_fault: None,
                token_fault: None,
            }),
            jwks_requests: AtomicU64::new(0),
            token_requests: AtomicU64::new(0),
        }
    }

    // Ignores poisoning: a panic in one test must not fail others that share the user pool.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request and returns the current fault of its endpoint.
    pub(super) fn record_request(&self, endpoint: Endpoint) -> Option<Fault> {
        self.counter(endpoint).fetch_add(1, Ordering::SeqCst);
        self.state().fault(endpoint).clone()
    }

    pub(super) fn requests(&self, endpoint: Endpoint) -> u64 {
        self.counter(endpoint).load(Ordering::SeqCst)
    }

    fn counter(&self, endpoint: Endpoint) -> &AtomicU64 {
        match endpoint {
            Endpoint::Jwks => &self.jwks_requests,
            Endpoint::Token => &self.token_requests,
        }
    }
}

impl State {
    pub(super) fn signing_key(&self) -> SigningKey {
        let [current, _] = &self.jwks.keys;
        current.clone()
    }

    pub(super) fn fault(&mut self, endpoint: Endpoint) -> &mut Option<Fault> {
        match endpoint {
            Endpoint::Jwks => &mut self.jwks_fault,
            Endpoint::Token => &mut self.token_fault,
        }
    }
}
