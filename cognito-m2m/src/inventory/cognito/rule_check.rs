use crate::inventory::cognito::app_client::AppClient;
use crate::inventory::cognito::existing_user_pool::ExistingUserPool;
use crate::inventory::cognito::required_scopes::{Call, guards, scope_rules_for};
use crate::inventory::{Access, Route};
use crate::policy::value::Rule;
use crate::policy::{ClientSelector, Policy, ScopeRule};
use crate::pool::PoolName;
use crate::scope::ScopeSet;
use crate::scope_match::ScopeMatch;

/// The enforced rules of a route for one method.
pub(super) struct EnforcedRules<'r> {
    policies: Vec<&'r Policy>,
    scopes: Vec<&'r ScopeRule>,
}

impl<'r> EnforcedRules<'r> {
    /// Returns the rules that apply to a call.
    ///
    /// Returns `None` if the route is open, or if its rules per method refuse this method on purpose.
    pub(super) fn of(route: &'r Route, call: Call<'_>) -> Option<Self> {
        if !matches!(route.access, Access::Guarded(_)) {
            return None;
        }
        let enforced = guards(route).iter().filter(|guard| !guard.report_only);
        let policies: Vec<_> = enforced.map(|guard| &guard.policy).collect();
        let scopes = policies
            .iter()
            .map(|policy| scope_rules_for(policy, call.method))
            .collect::<Option<Vec<_>>>()?
            .concat();
        Some(Self { policies, scopes })
    }

    /// Returns `true` if the rules list clients of other user pools, about which the documents of one user
    /// pool contain nothing.
    pub(super) fn list_other_pools(&self) -> bool {
        let mut pools = self.policies.iter().flat_map(|policy| policy.pools());
        pools.any(|pool| pool != PoolName::DEFAULT)
    }

    /// Returns the scopes that the rules name.
    pub(super) fn named_scopes(&self) -> Vec<String> {
        let scopes = self.scopes.iter().flat_map(|rule| rule.named_scopes());
        let mut scopes: Vec<_> = scopes.map(|scope| scope.to_string()).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    /// Returns `true` if each list of clients has the ID of this client, in any pool, or a group, whose clients are unknown.
    pub(super) fn list(&self, client: &AppClient) -> bool {
        self.policies.iter().all(|policy| lists(policy, client))
    }

    /// Returns `true` if the granted scopes satisfy the rules, with either of the default matches.
    pub(super) fn are_met_by(&self, granted: &ScopeSet) -> bool {
        [ScopeMatch::All, ScopeMatch::Any]
            .into_iter()
            .any(|default_match| {
                let mut rules = self.scopes.iter();
                rules.all(|rule| rule.is_met_by(granted, default_match))
            })
    }
}

/// Returns `true` unless the policy lists other clients. A Pre token generation trigger can add any claim.
fn lists(policy: &Policy, client: &AppClient) -> bool {
    policy.rules().into_iter().all(|rule| match rule {
        Rule::Clients(selectors) => selectors.iter().any(|selector| match selector {
            ClientSelector::Client(listed) => {
                // The documents don't contain the name by which the settings call their user pool.
                listed.client_id() == client.id
            }
            ClientSelector::Group(_) => true,
        }),
        _ => true,
    })
}

/// Returns the scopes that a client-credentials token of the client can have, or `None` if the client can't
/// get such a token.
///
/// The token has only custom scopes of resource servers («[Machine-to-machine authorization]» in the Amazon
/// Cognito developer guide), and those that a trigger adds. That a client without custom scopes gets no
/// token, and that scopes without a resource server are left out, is an assumption which the guide does not
/// state.
///
/// [Machine-to-machine authorization]: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html
pub(super) fn granted(client: &AppClient, existing: &ExistingUserPool) -> Option<ScopeSet> {
    if !client.client_credentials || client.custom_scopes().next().is_none() {
        return None;
    }
    let scopes = client.custom_scopes();
    let defined: Vec<_> = scopes.filter(|scope| existing.may_define(scope)).collect();
    let all: Vec<_> = defined
        .into_iter()
        .chain(existing.trigger_scopes())
        .collect();
    Some(ScopeSet::parse(&all.join(" ")))
}
