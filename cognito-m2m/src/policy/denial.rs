use std::borrow::Cow;

use crate::scope::Scope;
use crate::token::ClaimsMismatch;

/// The reason why a policy denies a request.
///
/// It is also an Actix error: `principal.authorize(&policy)?` in a handler responds with 403 and is
/// logged, like the refusal of an attribute.
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
    /// The token has no scope of the API's resource servers, which the setting `resource_servers`
    /// lists.
    #[error("the token has no scope of a resource server in `resource_servers`")]
    OtherResourceServer,
    /// The token lacks a required scope.
    #[error("the token lacks a required scope")]
    Scope {
        /// The scopes that the unsatisfied rule names, without duplicates and in the order in which
        /// they are written. Every alternative of an `any` is included.
        required: Vec<Scope>,
    },
    /// The scope map does not list the request method.
    #[error("the scope map does not list the request method")]
    Method,
    /// The client is not on an allowlist that applies to the request.
    #[error("the client is not on the allowlist")]
    Client,
    /// A claim of the token does not have a value that the policy allows.
    #[error("the claim {name:?} is absent, or its value is not allowed")]
    Claim {
        /// The name of the claim in the policy.
        name: Cow<'static, str>,
    },
    /// The claims of the token do not fit the type `T` of a [`TokenClaims<T>`](crate::TokenClaims).
    #[error("the claims of the token do not fit the type that the handler requires")]
    Claims(#[from] ClaimsMismatch),
}

impl Denial {
    /// Returns the stable reason code that appears in logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::OtherResourceServer => "other_resource_server",
            Self::Scope { .. } => "insufficient_scope",
            Self::Method => "method_not_listed",
            Self::Client => "client_not_allowed",
            Self::Claim { .. } => "claim",
            Self::Claims(_) => "claims",
        }
    }
}
