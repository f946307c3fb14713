//! The functions that attributes expand to. They create and check policies at compile time.

use std::borrow::Cow;

use crate::policy::value::Rule;
use crate::policy::{ClaimRule, ClientSelector, Policy, ScopeRule};
use crate::qualified_client_id::QualifiedClientId;
use crate::scope::Scope;

/// Creates a rule that requires one scope.
///
/// # Panics
///
/// Panics, at compile time, if the scope is invalid.
#[must_use]
pub const fn scope(scope: &'static str) -> ScopeRule {
    ScopeRule::Scope(Scope::from_static(scope))
}

/// Creates a rule that requires all of its parts.
#[must_use]
pub const fn all(rules: &'static [ScopeRule]) -> ScopeRule {
    ScopeRule::All(Cow::Borrowed(rules))
}

/// Creates a rule that requires at least one of its parts.
#[must_use]
pub const fn any(rules: &'static [ScopeRule]) -> ScopeRule {
    ScopeRule::Any(Cow::Borrowed(rules))
}

/// Creates a rule that combines its parts as the setting `default_scope_match` specifies.
#[must_use]
pub const fn default_match(rules: &'static [ScopeRule]) -> ScopeRule {
    ScopeRule::Default(Cow::Borrowed(rules))
}

/// The rule for an HTTP method.
pub type MethodRule = (Cow<'static, str>, ScopeRule);

/// Creates a policy with one rule per HTTP method.
#[must_use]
pub const fn scope_map(entries: &'static [MethodRule]) -> Policy {
    Policy(Rule::Methods(Cow::Borrowed(entries)))
}

/// Returns the name of an HTTP method as a key of a scope map.
#[must_use]
pub const fn method(name: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(name)
}

/// Creates the selector of one client.
///
/// # Panics
///
/// Panics, at compile time, if the text is neither `client_id` nor `pool:client_id`.
#[must_use]
pub const fn client(entry: &'static str) -> ClientSelector {
    ClientSelector::Client(QualifiedClientId::from_static(entry))
}

/// Creates the selector of a group of clients.
///
/// # Panics
///
/// Panics, at compile time, if the name is empty.
#[must_use]
pub const fn group(name: &'static str) -> ClientSelector {
    assert!(
        !name.is_empty(),
        "expected the name of a list in the setting `client_groups`"
    );
    ClientSelector::Group(Cow::Borrowed(name))
}

/// Creates a policy that admits only the selected clients.
#[must_use]
pub const fn allow_clients(selectors: &'static [ClientSelector]) -> Policy {
    Policy(Rule::Clients(Cow::Borrowed(selectors)))
}

/// Returns the name of a claim.
///
/// # Panics
///
/// Panics, at compile time, if the name is empty.
#[must_use]
pub const fn claim_name(name: &'static str) -> &'static str {
    assert!(!name.is_empty(), "expected the name of a claim");
    name
}

/// Returns the name of a path parameter.
///
/// # Panics
///
/// Panics, at compile time, if the name is empty.
#[must_use]
pub const fn parameter_name(name: &'static str) -> &'static str {
    assert!(!name.is_empty(), "expected the name of a path parameter");
    name
}

/// Creates a policy that requires all of these claims.
#[must_use]
pub const fn claims(rules: &'static [ClaimRule]) -> Policy {
    Policy(Rule::Claims(Cow::Borrowed(rules)))
}
