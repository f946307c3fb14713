//! The client ID of a calling service.

use std::fmt;

use serde::Serialize;

use crate::error_report::debug_as_report;

/// The maximum length of a client ID, in characters (AWS `ClientIdType`).
pub(crate) const MAX_LENGTH: usize = 128;

/// A valid client ID: 1 to 128 characters of `A-Za-z0-9_+.-`.
///
/// This is the syntax of `ClientIdType` in the
/// [Amazon Cognito API reference](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html),
/// plus hyphen and dot, which local substitutes for Cognito use.
///
/// # Examples
///
/// ```
/// use cognito_m2m::ClientId;
///
/// let id = ClientId::new("7k2m9f3qexample")?;
/// assert_eq!(id.as_str(), "7k2m9f3qexample");
/// assert!(ClientId::new("two words").is_err());
/// # Ok::<(), cognito_m2m::InvalidClientId>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ClientId(Box<str>);

impl ClientId {
    /// Checks that a string is a valid client ID, and returns it as a `ClientId`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidClientId`] if the string is empty, is longer than 128 characters, or
    /// contains any other character.
    pub fn new(id: impl Into<Box<str>>) -> Result<Self, InvalidClientId> {
        let id = id.into();
        if is_client_id(&id) {
            Ok(Self(id))
        } else {
            Err(InvalidClientId { id: id.into() })
        }
    }

    /// Returns the client ID as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for ClientId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for ClientId {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for ClientId {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

/// The error returned for text that is not a valid app client ID.
///
/// # Examples
///
/// ```
/// use cognito_m2m::ClientId;
///
/// let error = ClientId::new("two words").unwrap_err();
/// assert!(error.to_string().contains("is not a client ID"));
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{id:?} is not a client ID: use 1 to 128 characters of `A-Za-z0-9_+.-`")]
pub struct InvalidClientId {
    id: String,
}

debug_as_report!(InvalidClientId);

pub(crate) const fn is_client_id(text: &str) -> bool {
    let mut rest = text.as_bytes();
    if rest.is_empty() || rest.len() > MAX_LENGTH {
        return false;
    }
    while let [byte, tail @ ..] = rest {
        if !matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'+' | b'.' | b'-') {
            return false;
        }
        rest = tail;
    }
    true
}

/// Returns `true` for text that can be the ID of an app client of Cognito: `[\w+]+`, and at most 128
/// characters (AWS `ClientIdType`).
pub(crate) fn is_cognito_client_id(text: &str) -> bool {
    is_client_id(text) && !text.contains(['.', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_ids_have_a_limited_length_and_alphabet() {
        assert!(is_client_id("a"));
        assert!(is_client_id(&"a".repeat(128)));
        assert!(is_client_id("sync-worker_1.eu+x"));
        assert!(!is_client_id(&"a".repeat(129)));
        assert!(is_cognito_client_id("7k2m9f3qexample_+A"));
        for text in ["my-api", "api.example.com", "https://api", ""] {
            assert!(!is_cognito_client_id(text), "{text:?}");
        }
        for text in ["", " ", "a b", "a:b", "a/b", "é", "a\0"] {
            assert!(!is_client_id(text), "{text:?}");
        }
    }
}
