//! The middleware that records the guards of an app.

use std::collections::BTreeSet;

use super::found::{Found, ProbedEndpoint};
use super::satisfying::GROUP_MEMBER;
use crate::policy::{Policy, guarded_handlers};
use crate::pool::PoolName;
use crate::settings::Settings;
use crate::testing::RejectAll;
use crate::web::builder::BuildError;
use crate::web::cognito_auth::CognitoAuth;

/// The groups and the clients that policies name.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    groups: BTreeSet<String>,
    clients: BTreeSet<String>,
}

impl Named {
    pub(super) fn registered() -> Self {
        let mut named = Self::default();
        guarded_handlers().for_each(|layer| named.extend(&layer.policy));
        named
    }

    fn extend(&mut self, policy: &Policy) {
        self.groups.extend(policy.groups().map(ToOwned::to_owned));
        // Only those of the default user pool, since no other one is configured.
        let listed = policy.listed_clients();
        let clients = listed.filter(|client| client.pool() == PoolName::DEFAULT);
        self.clients.extend(clients.map(ToString::to_string));
    }

    pub(super) fn extend_from(&mut self, endpoints: &[ProbedEndpoint]) {
        for endpoint in endpoints {
            if let Found::Guarded { wraps, .. } = &endpoint.found {
                wraps.iter().for_each(|policy| self.extend(policy));
            }
        }
    }
}

/// Returns a middleware that records the guards, and rejects every token, since the inventory sends none.
///
/// Each group has all clients, so that a client on a list can be in a group too.
pub(super) fn recording_auth(named: &Named) -> Result<CognitoAuth, BuildError> {
    let members = || {
        named
            .clients
            .iter()
            .map(String::as_str)
            .chain([GROUP_MEMBER])
    };
    let mut settings = Settings::default().fail_on_invalid_bearer(false);
    for group in &named.groups {
        settings = settings.client_group(group, members());
    }
    let mut builder = CognitoAuth::builder()
        .settings(settings)
        .validator(RejectAll)
        .allow_undefined_groups();
    builder.records_guards = true;
    builder.build()
}
