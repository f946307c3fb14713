use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::unverified::decode_payload;
use crate::json::all_members;

/// The claims of a token: the members of its payload.
///
/// The payload is parsed on first access. Members that `serde_json` cannot
/// represent (more than 128 levels of nesting, numbers beyond an `f64`) are omitted.
///
/// # Examples
///
/// ```
/// use cognito_m2m::token::Claims;
/// use serde_json::json;
///
/// let claims = Claims::from_value(json!({ "client_id": "reporting", "tenant": "acme" }))?;
/// assert_eq!(claims.find("tenant"), Some(&json!("acme")));
/// assert_eq!(claims.find("absent"), None);
/// assert_eq!(claims.as_map().len(), 2);
/// # Ok::<(), cognito_m2m::token::InvalidClaims>(())
/// ```
pub struct Claims {
    source: Source,
    members: OnceLock<Map<String, Value>>,
}

/// The text that the claims are read from.
enum Source {
    Payload(String),
    /// A verified token. Its payload is decoded again for each use, because a copy of it in each cached
    /// token would need as much memory as the token.
    Token(Arc<str>),
}

impl Claims {
    /// Creates claims from a JSON object, for a custom
    /// [`TokenValidator`](crate::validator::TokenValidator) or a test.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidClaims`] if the value is not a JSON object.
    pub fn from_value(claims: Value) -> Result<Self, InvalidClaims> {
        let Value::Object(members) = claims else {
            return Err(InvalidClaims);
        };
        Ok(Self::from_members(members))
    }

    pub(crate) fn from_members(members: Map<String, Value>) -> Self {
        // A map with text as keys can always be written.
        let payload = serde_json::to_string(&members).unwrap_or_default();
        Self {
            source: Source::Payload(payload),
            members: OnceLock::from(members),
        }
    }

    /// Returns the claims of a token that has been verified.
    pub(crate) fn from_verified_token(token: Arc<str>) -> Self {
        Self {
            source: Source::Token(token),
            members: OnceLock::new(),
        }
    }

    /// Returns the claims as JSON.
    pub(crate) fn payload(&self) -> Cow<'_, str> {
        match &self.source {
            Source::Payload(payload) => payload.into(),
            // The parts of a verified token can be decoded.
            Source::Token(token) => decode_payload(token).unwrap_or_default().into(),
        }
    }

    /// Hashes the payload, unless it is part of a token, which the caller hashes.
    pub(crate) fn hash_without_token<H: Hasher>(&self, state: &mut H) {
        if let Source::Payload(payload) = &self.source {
            payload.hash(state);
        }
    }

    /// Returns `true` if the two have the same text.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        match (&self.source, &other.source) {
            (Source::Token(one), Source::Token(other)) => one == other,
            _ => self.payload() == other.payload(),
        }
    }

    /// Deserializes all claims.
    pub(crate) fn deserialize<T: DeserializeOwned>(&self) -> Result<T, ClaimsMismatch> {
        // From the text, since `members` omits values that `serde_json` can't represent.
        serde_json::from_str(&self.payload()).map_err(|error| ClaimsMismatch {
            message: error.to_string().into(),
        })
    }

    /// Returns the claim with this name, or `None` if it is absent.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Value> {
        self.as_map().get(name)
    }

    /// Returns all claims, by name.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        self.members.get_or_init(|| all_members(&self.payload()))
    }
}

impl Serialize for Claims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_map().serialize(serializer)
    }
}

impl fmt::Debug for Claims {
    /// Prints only the names, since values may be confidential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.as_map().keys()).finish()
    }
}

/// The error returned if claims are not a JSON object.
///
/// # Examples
///
/// ```
/// use cognito_m2m::token::{Claims, InvalidClaims};
///
/// assert_eq!(Claims::from_value("text".into()).err(), Some(InvalidClaims));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected claims to be a JSON object")]
pub struct InvalidClaims;

/// The error returned if claims do not fit the type that a handler requires.
///
/// Its text may quote the claims, so it belongs only in logs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ClaimsMismatch {
    message: Arc<str>,
}

/// The `aud` claim: one audience or several (RFC 7519 section 4.1.3).
///
/// # Examples
///
/// ```
/// use cognito_m2m::token::Audience;
///
/// let audience = Audience::One("7k2m9f3qexample".into());
/// assert!(audience.contains("7k2m9f3qexample"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Audience {
    /// A single string.
    One(Box<str>),
    /// An array of strings.
    Many(Box<[Box<str>]>),
}

impl Audience {
    /// Returns `true` if `name` is one of the audiences. The comparison is exact.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Self::One(only) => &**only == name,
            Self::Many(names) => names.iter().any(|one| &**one == name),
        }
    }
}
