use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::Inventory;
use crate::inventory::cognito::required_scopes::required_scopes;
use crate::scope_definition::{ScopeDefinition, scope_definitions};

/// The scopes that the rules of an app require, and those that its code defines with `scopes!`.
///
/// The resource servers of the app are those of which a rule requires a scope. Definitions for another
/// resource server belong to an API that the app calls.
pub(super) struct CodeScopes {
    /// The places of the routes by the scope that they require.
    required: BTreeMap<String, Vec<String>>,
    /// The descriptions of the defined scopes. One without a description has an empty text.
    defined: BTreeMap<&'static str, &'static str>,
}

impl CodeScopes {
    /// Returns the scopes of an app and of the program.
    pub(super) fn of(inventory: &Inventory) -> Self {
        Self::with_definitions(inventory, scope_definitions())
    }

    pub(super) fn with_definitions<'d>(
        inventory: &Inventory,
        definitions: impl IntoIterator<Item = &'d ScopeDefinition>,
    ) -> Self {
        let required = required_scopes(inventory).into_iter();
        let mut defined = BTreeMap::new();
        for definition in definitions {
            let description = defined.entry(definition.scope).or_default();
            // Definitions have no order. Any description is greater than an empty one.
            *description = definition.description.max(*description);
        }
        Self {
            required: required
                .map(|(scope, places)| (scope.to_string(), places))
                .collect(),
            defined,
        }
    }

    /// Returns the required scopes with the places of the routes.
    pub(super) fn required(&self) -> impl Iterator<Item = (&str, &[String])> {
        let required = self.required.iter();
        required.map(|(scope, places)| (scope.as_str(), places.as_slice()))
    }

    /// Returns the defined scopes of the app's resource servers with their descriptions.
    pub(super) fn defined(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let required = self.required_servers();
        let defined = self.defined.iter().filter(move |(scope, _)| {
            identifier(scope).is_some_and(|identifier| required.contains(identifier))
        });
        defined.map(|(scope, description)| (*scope, *description))
    }

    /// Returns the resource servers of which a rule requires a scope.
    pub(super) fn required_servers(&self) -> BTreeSet<&str> {
        let required = self.required.keys();
        required.filter_map(|scope| identifier(scope)).collect()
    }

    /// Returns `true` if a rule requires the scope, if `scopes!` defines it, or if `scopes!` defines other
    /// scopes of a resource server of which no rule requires one.
    pub(super) fn explain(&self, scope: &str) -> bool {
        let is_called = |server| {
            let mut defined = self.defined.keys();
            !self.required_servers().contains(server)
                && defined.any(|defined| identifier(defined) == Some(server))
        };
        self.required.contains_key(scope)
            || self.defined.contains_key(scope)
            || identifier(scope).is_some_and(is_called)
    }
}

/// Returns the resource server of a custom scope.
pub(super) fn identifier(scope: &str) -> Option<&str> {
    scope.rsplit_once('/').map(|(identifier, _)| identifier)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::inventory::cognito::required_scopes::tests::{route, scope};

    pub(in crate::inventory::cognito) const fn definition(
        scope: &'static str,
        description: &'static str,
    ) -> ScopeDefinition {
        ScopeDefinition { scope, description }
    }

    const DEFINITIONS: [ScopeDefinition; 4] = [
        definition("a/y", ""),
        definition("a/y", "Reads y."),
        definition("a/y", ""),
        definition("called/x", "Reads x of another API."),
    ];

    #[test]
    fn definitions_for_resource_servers_that_no_rule_requires_are_left_out() {
        let inventory = Inventory::of_items(vec![route("x::one", &[scope("a/x")])]);
        let scopes = CodeScopes::with_definitions(&inventory, &DEFINITIONS);
        let required: Vec<_> = scopes.required().map(|(scope, _)| scope).collect();
        assert_eq!(required, ["a/x"]);
        let defined: Vec<_> = scopes.defined().collect();
        assert_eq!(defined, [("a/y", "Reads y.")]);
    }

    #[test]
    fn code_explains_required_and_defined_scopes_and_those_of_called_apis() {
        let inventory = Inventory::of_items(vec![route("x::one", &[scope("a/x")])]);
        let scopes = CodeScopes::with_definitions(&inventory, &DEFINITIONS);
        for (scope, expected) in [
            ("a/x", true),
            ("a/y", true),
            ("a/z", false),
            ("called/x", true),
            ("called/y", true),
            ("b/x", false),
            ("openid", false),
        ] {
            assert_eq!(scopes.explain(scope), expected, "{scope}");
        }
    }
}
