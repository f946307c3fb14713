use serde_json::Value;

use crate::inventory::least::{Caller, Rules};
use crate::policy::value::Rule;
use crate::policy::{ClaimValue, ClientSelector, ExpectedClaim};
use crate::pool::PoolName;
use crate::qualified_client_id::QualifiedClientId;

/// The client of tests that need no particular one.
pub(super) const ANY_CLIENT: &str = "cognito-m2m-test";

/// A client that no list contains.
pub(super) const UNLISTED_CLIENT: &str = "cognito-m2m-unlisted";

/// The claims whose value is the ID of the client.
pub(super) const CLIENT_CLAIMS: [&str; 2] = ["client_id", "sub"];

/// Returns the clients that the guards admit, those of the default pool first.
pub(super) fn admitted_clients(rules: &Rules<'_>) -> Vec<QualifiedClientId> {
    let mut admitted: Vec<QualifiedClientId> = Vec::new();
    for client in candidates(rules) {
        if !admitted.contains(&client) && admits_client(rules, &client) {
            admitted.push(client);
        }
    }
    admitted.sort_by_key(|client| client.pool() != PoolName::DEFAULT);
    admitted
}

/// Returns a client that is on no list, or `None` if the guards list no clients.
pub(super) fn unlisted_client(rules: &Rules<'_>) -> Option<QualifiedClientId> {
    let unlisted = QualifiedClientId::from_static(UNLISTED_CLIENT);
    (!admits_client(rules, &unlisted)).then_some(unlisted)
}

fn candidates(rules: &Rules<'_>) -> Vec<QualifiedClientId> {
    let mut candidates = Vec::new();
    for selector in rules.selectors() {
        match selector {
            ClientSelector::Client(client) => candidates.push(client.clone()),
            ClientSelector::Group(name) => candidates.extend(rules.defaults.groups.members(name)),
        }
    }
    for rule in rules.claim_rules() {
        if let (true, ExpectedClaim::OneOf(values)) =
            (CLIENT_CLAIMS.contains(&rule.name()), rule.expected())
        {
            let values = values.iter().map(ClaimValue::to_json);
            let ids = values.filter_map(|value| match value {
                Value::String(id) => QualifiedClientId::new(id).ok(),
                _ => None,
            });
            candidates.extend(ids);
        }
    }
    if candidates.is_empty() {
        candidates.push(QualifiedClientId::from_static(ANY_CLIENT));
    }
    if let Some(allowed) = &rules.defaults.allowed_clients {
        candidates.extend(allowed.iter());
    }
    candidates
}

fn admits_client(rules: &Rules<'_>, client: &QualifiedClientId) -> bool {
    let caller = Caller {
        client: client.clone(),
        scopes: Default::default(),
        claims: Default::default(),
    };
    let is_of_client = |rule: &&Rule| match rule {
        Rule::Clients(_) => true,
        Rule::Claim(rule) => CLIENT_CLAIMS.contains(&rule.name()),
        _ => false,
    };
    let is_allowed = match &rules.defaults.allowed_clients {
        Some(allowed) if rules.has_default_allowlist() => allowed.iter().any(|it| it == *client),
        _ => true,
    };
    is_allowed
        && rules
            .rules()
            .filter(is_of_client)
            .all(|rule| rules.evaluate_rule(rule, &caller).is_ok())
}
