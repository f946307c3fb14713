//! The scopes, methods and claims that a policy names, for the inventory of an app.

use crate::policy::value::Rule;
use crate::policy::{ClaimRule, Policy};
use crate::scope::Scope;

impl Policy {
    /// Returns all scopes that the policy names.
    pub(crate) fn named_scopes(&self) -> Vec<Scope> {
        let mut named = Vec::new();
        for rule in self.rules() {
            match rule {
                Rule::Scopes(rule) => named.extend(rule.named_scopes()),
                Rule::Methods(entries) => {
                    named.extend(entries.iter().flat_map(|(_, rule)| rule.named_scopes()));
                }
                _ => {}
            }
        }
        named
    }

    /// Returns the methods that the policy lists, in the order in which they are written.
    pub(crate) fn listed_methods(&self) -> impl Iterator<Item = &str> {
        self.rules().into_iter().flat_map(|rule| match rule {
            Rule::Methods(entries) => entries.iter().map(|(method, _)| method.as_ref()).collect(),
            _ => Vec::new(),
        })
    }

    pub(crate) fn claim_rules(&self) -> impl Iterator<Item = &ClaimRule> {
        self.rules().into_iter().flat_map(|rule| match rule {
            Rule::Claim(rule) => std::slice::from_ref(rule),
            Rule::Claims(rules) => rules,
            _ => &[],
        })
    }
}
