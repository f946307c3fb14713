use syn::{Attribute, Ident, LitStr, Path, Token, Type, Visibility};

/// A module with the scopes of a resource server.
pub(super) struct Server {
    pub(super) attrs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) mod_token: Token![mod],
    pub(super) ident: Ident,
    /// The attributes at the beginning of the module.
    pub(super) inner_attrs: Vec<Attribute>,
    /// The identifier of the resource server, unless it is missing or invalid.
    pub(super) identifier: Option<LitStr>,
    /// `crate = path`
    pub(super) krate: Option<Path>,
    pub(super) scopes: Vec<Scope>,
}

/// A constant in the module.
pub(super) struct Scope {
    pub(super) attrs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) const_token: Token![const],
    pub(super) ident: Ident,
    pub(super) ty: Type,
    /// The name of the scope in its resource server, unless it is missing or invalid.
    pub(super) name: Option<LitStr>,
}

impl Scope {
    /// Returns the scope as tokens contain it, given the identifier of the resource server.
    pub(super) fn full(&self, identifier: Option<&LitStr>) -> Option<LitStr> {
        let (identifier, name) = (identifier?, self.name.as_ref()?);
        let full = format!("{}/{}", identifier.value(), name.value());
        Some(LitStr::new(&full, name.span()))
    }
}
