use std::fmt;

use serde_json::Value;

use crate::inventory::least::Caller;
use crate::scope::Scope;

/// A caller that lacks one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefusedCaller {
    pub(crate) caller: Caller,
    pub(crate) lacking: Lacking,
}

/// The one thing in which a token differs from one that is admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lacking {
    /// The token has every scope of a minimal set but this one.
    Scope(Scope),
    /// The client is on no list.
    Client,
    /// A claim is absent.
    Claim(String),
    /// A claim has another value.
    Value(String, Value),
    /// A claim has the right value as another JSON type.
    Type(String, Value),
}

impl Lacking {
    /// Returns `true` if the token may be invalid too, because the claim is one that every token needs.
    pub(crate) fn may_be_invalid(&self) -> bool {
        const OF_EVERY_TOKEN: [&str; 7] = ["iss", "exp", "iat", "token_use", "scope", "aud", "nbf"];
        match self {
            Self::Scope(_) | Self::Client => false,
            Self::Claim(name) | Self::Value(name, _) | Self::Type(name, _) => {
                OF_EVERY_TOKEN.contains(&name.as_str())
            }
        }
    }
}

impl fmt::Display for Lacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scope(scope) => write!(f, "without the scope `{scope}`"),
            Self::Client => f.write_str("of a client that is on no list"),
            Self::Claim(name) => write!(f, "without the claim `{name}`"),
            Self::Value(name, value) => write!(f, "with another value of `{name}`, {value}"),
            Self::Type(name, value) => {
                write!(f, "with another JSON type of `{name}`, {value}")
            }
        }
    }
}
