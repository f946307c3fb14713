use crate::scope::Scope;

/// Why a principal may not do what it asked for.
///
/// It answers a request as a refusal does: in a handler, `principal.authorize(&policy)?` is enough.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::Denial;
///
/// assert_eq!(Denial::Client.reason(), "client_not_allowed");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Denial {
    /// The token lacks a scope.
    #[error("the token lacks a scope that is asked for")]
    Scope {
        /// What is asked for: each scope once, in written order, all alternatives of an `any`.
        required: Vec<Scope>,
    },
    /// The scope map does not list the method, so nobody may use it.
    #[error("the scope map does not list the method")]
    Method,
    /// The client is on no list that applies.
    #[error("the client is not on the list of allowed clients")]
    Client,
}

impl Denial {
    /// The stable code that logs carry.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Scope { .. } => "insufficient_scope",
            Self::Method => "method_not_listed",
            Self::Client => "client_not_allowed",
        }
    }
}
