use syn::Path;

/// An attribute of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    RequireAuthentication,
    RequireScopes,
    RequireAnyScope,
    RequireAllScopes,
    ScopeMap,
    ActionScopeMap,
    AllowClientIds,
    RequireClaim,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::RequireAuthentication,
        Self::RequireScopes,
        Self::RequireAnyScope,
        Self::RequireAllScopes,
        Self::ScopeMap,
        Self::ActionScopeMap,
        Self::AllowClientIds,
        Self::RequireClaim,
    ];

    /// Returns the attribute that the last segment of the path names, or `None`.
    ///
    /// A macro can't resolve paths, so an attribute of another crate with the same name matches
    /// too.
    pub(crate) fn from_path(path: &Path) -> Option<Self> {
        let name = &path.segments.last()?.ident;
        Self::ALL.into_iter().find(|kind| name == kind.name())
    }

    /// Returns the name of the attribute in source code.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RequireAuthentication => "require_authentication",
            Self::RequireScopes => "require_scopes",
            Self::RequireAnyScope => "require_any_scope",
            Self::RequireAllScopes => "require_all_scopes",
            Self::ScopeMap => "scope_map",
            Self::ActionScopeMap => "action_scope_map",
            Self::AllowClientIds => "allow_client_ids",
            Self::RequireClaim => "require_claim",
        }
    }

    /// Returns `true` if the attribute requires scopes.
    pub(crate) fn requires_scopes(self) -> bool {
        match self {
            Self::RequireScopes
            | Self::RequireAnyScope
            | Self::RequireAllScopes
            | Self::ScopeMap
            | Self::ActionScopeMap => true,
            Self::RequireAuthentication | Self::AllowClientIds | Self::RequireClaim => false,
        }
    }
}
