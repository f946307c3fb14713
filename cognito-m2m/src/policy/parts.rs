//! The rules of a policy, and the clients that it lists.

use crate::policy::value::Rule;
use crate::policy::{ClientSelector, Policy};
use crate::qualified_client_id::QualifiedClientId;

impl Policy {
    /// Returns the rules that must all be satisfied, with those of policies that [`and`](Policy::and)
    /// combined.
    pub(crate) fn rules(&self) -> Vec<&Rule> {
        match &self.0 {
            Rule::Both(both) => [both.0.rules(), both.1.rules()].concat(),
            rule => vec![rule],
        }
    }

    /// Returns the clients that the policy lists by their IDs.
    pub(crate) fn listed_clients(&self) -> impl Iterator<Item = &QualifiedClientId> {
        self.selectors().filter_map(|selector| match selector {
            ClientSelector::Client(client) => Some(client),
            ClientSelector::Group(_) => None,
        })
    }

    /// Returns the entries of all client lists.
    pub(crate) fn selectors(&self) -> impl Iterator<Item = &ClientSelector> {
        self.rules().into_iter().flat_map(|rule| match rule {
            Rule::Clients(selectors) => selectors.as_ref(),
            _ => &[],
        })
    }
}
