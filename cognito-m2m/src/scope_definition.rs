//! The scopes that the program defines with `scopes!`.

/// A scope that `scopes!` defines, with its description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeDefinition {
    /// The scope, such as `widgets/read`.
    pub scope: &'static str,
    /// The documentation of the constant, or an empty text.
    pub description: &'static str,
}

::inventory::collect!(ScopeDefinition);

/// Returns the scopes that the program defines with `scopes!`, in no particular order.
pub(crate) fn scope_definitions() -> impl Iterator<Item = &'static ScopeDefinition> {
    ::inventory::iter::<ScopeDefinition>.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::scopes! {
        #[resource_server("https://defined.example", crate = crate)]
        mod defined {
            /// Reads
            /// everything.
            ///
            /// Not part of the description.
            pub(super) const READ: &str = "read";
            pub(super) const WRITE: &str = "write";
            #[cfg(any())]
            pub(super) const NEVER: &str = "never";
        }
    }

    #[test]
    fn each_scope_is_registered_with_the_first_paragraph_of_its_documentation() {
        let mut registered: Vec<_> = scope_definitions()
            .filter(|definition| definition.scope.starts_with("https://defined.example/"))
            .map(|definition| (definition.scope, definition.description))
            .collect();
        registered.sort_unstable();
        let expected = [(defined::READ, "Reads everything."), (defined::WRITE, "")];
        assert_eq!(registered, expected);
        assert_eq!(defined::ALL, [defined::READ, defined::WRITE]);
    }
}
