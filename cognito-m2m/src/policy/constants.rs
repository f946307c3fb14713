//! What the attributes expand to: policies that are built, and checked, while compiling.

use std::borrow::Cow;

use crate::policy::clients::is_client_selector;
use crate::policy::value::Rule;
use crate::policy::{ClientSelector, Policy, ScopeRule};
use crate::scope::Scope;

/// One scope.
#[must_use]
pub const fn scope(scope: &'static str) -> ScopeRule {
    ScopeRule::Scope(Scope::from_static(scope))
}

/// All of several rules.
#[must_use]
pub const fn all(rules: &'static [ScopeRule]) -> ScopeRule {
    ScopeRule::All(Cow::Borrowed(rules))
}

/// Any of several rules.
#[must_use]
pub const fn any(rules: &'static [ScopeRule]) -> ScopeRule {
    ScopeRule::Any(Cow::Borrowed(rules))
}

/// All or any of several rules, as the settings say.
#[must_use]
pub const fn default_match(rules: &'static [ScopeRule]) -> ScopeRule {
    ScopeRule::Default(Cow::Borrowed(rules))
}

/// The rule of one method.
pub type MethodRule = (Cow<'static, str>, ScopeRule);

/// A rule per method.
#[must_use]
pub const fn scope_map(entries: &'static [MethodRule]) -> Policy {
    Policy(Rule::Methods(Cow::Borrowed(entries)))
}

/// A method's name.
#[must_use]
pub const fn method(name: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(name)
}

/// One client.
///
/// # Panics
///
/// While compiling, when the text names no client.
#[must_use]
pub const fn client(entry: &'static str) -> ClientSelector {
    assert!(
        is_client_selector(entry),
        "a client is named by 1 to 128 characters of `A-Za-z0-9_+.-`, or by `pool:client_id`"
    );
    ClientSelector::Client(Cow::Borrowed(entry))
}

/// A named list of clients.
///
/// # Panics
///
/// While compiling, when the name is empty.
#[must_use]
pub const fn group(name: &'static str) -> ClientSelector {
    assert!(
        !name.is_empty(),
        "a group has a name: that of a list in the setting `client_groups`"
    );
    ClientSelector::Group(Cow::Borrowed(name))
}

/// A list of clients.
#[must_use]
pub const fn allow_clients(selectors: &'static [ClientSelector]) -> Policy {
    Policy(Rule::Clients(Cow::Borrowed(selectors)))
}
