use crate::client_id::ClientId;
use crate::inventory::least::Caller;
use crate::inventory::{GuardSource, RouteGuard};
use crate::policy::value::{Rule, rule_for};
use crate::policy::{
    ClaimRule, ClientSelector, Denial, PathParameters, Policy, PolicyDefaults, PolicyInput,
    ScopeRule, evaluate_defaults,
};
use crate::pool::PoolName;
use crate::scope::ScopeSet;

/// The guards of an endpoint, and what they are evaluated with.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    /// The guards, outermost first. Those that only report are not enforced.
    pub(crate) guards: &'a [RouteGuard],
    pub(crate) method: &'a str,
    /// The names and values of the path parameters.
    pub(crate) path_parameters: &'a [(String, String)],
    pub(crate) defaults: &'a PolicyDefaults,
}

impl<'a> Rules<'a> {
    /// Returns `Ok` if all guards admit a token of this caller, or the first denial.
    pub(crate) fn evaluate(&self, caller: &Caller) -> Result<(), Denial> {
        self.with_input(caller, |input| {
            for policy in self.wraps() {
                policy.evaluate(input)?;
            }
            if self.has_handler_guard() {
                evaluate_defaults(|| self.handler_lists_clients(), input)?;
            }
            let mut attributes = self.attributes();
            attributes.try_for_each(|policy| policy.evaluate_rule(input))
        })
    }

    /// Returns `Ok` if this rule alone admits a token of this caller.
    pub(super) fn evaluate_rule(&self, rule: &Rule, caller: &Caller) -> Result<(), Denial> {
        let policy = Policy(rule.clone());
        self.with_input(caller, |input| policy.evaluate_rule(input))
    }

    /// Returns the scope rules that apply to the method.
    ///
    /// # Errors
    ///
    /// Returns [`Denial::Method`] if a scope map does not list the method.
    pub(super) fn scope_rules(&self) -> Result<Vec<&'a ScopeRule>, Denial> {
        let mut rules = Vec::new();
        for rule in self.rules() {
            match rule {
                Rule::Scopes(rule) => rules.push(rule),
                Rule::Methods(entries) => rules.push(rule_for(entries, self.method)?),
                _ => {}
            }
        }
        Ok(rules)
    }

    /// Returns the rules for claims.
    pub(crate) fn claim_rules(&self) -> impl Iterator<Item = &'a ClaimRule> {
        self.enforced().flat_map(Policy::claim_rules)
    }

    /// Returns the entries of all client lists.
    pub(super) fn selectors(&self) -> impl Iterator<Item = &'a ClientSelector> {
        self.enforced().flat_map(Policy::selectors)
    }

    /// Returns the rules that must all be satisfied.
    pub(super) fn rules(&self) -> impl Iterator<Item = &'a Rule> {
        self.enforced().flat_map(Policy::rules)
    }

    /// Returns the policies that are enforced.
    pub(super) fn enforced(&self) -> impl Iterator<Item = &'a Policy> {
        let enforced = self.guards.iter().filter(|guard| !guard.report_only);
        enforced.map(|guard| &guard.policy)
    }

    /// Returns `true` if the default allowlist applies.
    pub(super) fn has_default_allowlist(&self) -> bool {
        self.has_handler_guard() && !self.handler_lists_clients()
    }

    fn wraps(&self) -> impl Iterator<Item = &'a Policy> {
        let wraps = self.guards.iter();
        let wraps = wraps.filter(|guard| guard.source == GuardSource::Wrap);
        wraps.map(|guard| &guard.policy)
    }

    /// Returns the policies of the handler's attributes that are enforced.
    fn attributes(&self) -> impl Iterator<Item = &'a Policy> {
        let attributes = self.guards.iter();
        let attributes =
            attributes.filter(|guard| guard.source != GuardSource::Wrap && !guard.report_only);
        attributes.map(|guard| &guard.policy)
    }

    /// Returns `true` if the handler itself requires a principal.
    fn has_handler_guard(&self) -> bool {
        let mut guards = self.guards.iter();
        guards.any(|guard| guard.source != GuardSource::Wrap)
    }

    fn handler_lists_clients(&self) -> bool {
        self.attributes().any(Policy::lists_clients)
    }

    /// Calls `evaluate` with the input of a token. A token whose client has no valid ID is denied.
    fn with_input(
        &self,
        caller: &Caller,
        evaluate: impl FnOnce(&PolicyInput<'_>) -> Result<(), Denial>,
    ) -> Result<(), Denial> {
        let claims = caller.all_claims();
        let text = |name: &str| claims.find(name).and_then(|value| value.as_str());
        let client_id = text("client_id").and_then(|id| ClientId::new(id).ok());
        let client_id = client_id.ok_or(Denial::Client)?;
        let pool = PoolName::new_additional(caller.client.pool()).unwrap_or_default();
        let scopes = ScopeSet::parse(text("scope").unwrap_or_default());
        let parameters: Vec<_> = self
            .path_parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        evaluate(&PolicyInput {
            pool: &pool,
            client_id: &client_id,
            scopes: &scopes,
            claims: &claims,
            method: self.method,
            path_parameters: PathParameters::from_pairs(&parameters),
            defaults: self.defaults,
        })
    }
}
