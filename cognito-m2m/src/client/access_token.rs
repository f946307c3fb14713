use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

use super::requested_token::RequestedToken;
use super::scopes::RequestedScopes;
use crate::scope::ScopeSet;

/// An access token from the token endpoint, with its lifetime and scopes.
///
/// It is cheap to clone, and `Debug` does not print the secret.
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::client::TokenClient;
///
/// # async fn call(tokens: TokenClient) -> Result<(), cognito_m2m::client::TokenClientError> {
/// let token = tokens.token("widgets/read").await?;
/// let header = format!("Bearer {}", token.secret());
///
/// println!("requested {}, granted {:?}", token.requested_scopes(), token.granted_scopes());
/// println!("expires {:?} after it was requested", token.lifetime());
/// assert!(token.missing_scopes().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AccessToken(Arc<Parts>);

struct Parts {
    secret: SecretString,
    header: HeaderValue,
    requested: RequestedToken,
    granted: Option<ScopeSet>,
    lifetime: Option<Duration>,
}

impl AccessToken {
    /// Creates a token. Returns `None` if the text is not a bearer token (RFC 6750 section 2.1),
    /// since other characters could break out of the header.
    pub(super) fn new(
        secret: &str,
        requested: RequestedToken,
        granted: Option<ScopeSet>,
        lifetime: Option<Duration>,
    ) -> Option<Self> {
        if !is_b64token(secret) {
            return None;
        }
        let mut header = HeaderValue::from_str(&format!("Bearer {secret}")).ok()?;
        header.set_sensitive(true);
        Some(Self(Arc::new(Parts {
            secret: secret.into(),
            header,
            requested,
            granted,
            lifetime,
        })))
    }

    /// Returns the token in clear text, for the `Authorization` header. Do not log it.
    #[must_use]
    pub fn secret(&self) -> &str {
        self.0.secret.expose_secret()
    }

    /// Returns the lifetime of the token, measured from when it was requested, or `None` if it is
    /// unknown.
    ///
    /// It ends when `expires_in` minus the `Age` of the response has passed, at the token's `exp`,
    /// or after 24 hours, whichever comes first. It is unknown if the response had no `expires_in`
    /// and the token has no readable `exp`. This is the whole lifetime, not the time that is left.
    #[must_use]
    pub fn lifetime(&self) -> Option<Duration> {
        self.0.lifetime
    }

    /// Returns the scopes that were requested.
    #[must_use]
    pub fn requested_scopes(&self) -> &RequestedScopes {
        &self.0.requested.scopes
    }

    /// Returns the key of the token in the cache.
    pub(super) fn requested(&self) -> &RequestedToken {
        &self.0.requested
    }

    /// Returns the scopes that were granted, or `None` if neither the token nor the response lists
    /// them.
    ///
    /// They are read from the token without verifying it.
    #[must_use]
    pub fn granted_scopes(&self) -> Option<&ScopeSet> {
        self.0.granted.as_ref()
    }

    /// Returns the requested scopes that were not granted, or an empty list if the granted scopes
    /// are unknown.
    ///
    /// Cognito omits scopes without an error if a pre token generation Lambda trigger suppresses
    /// them.
    #[must_use]
    pub fn missing_scopes(&self) -> Vec<&str> {
        let Some(granted) = self.granted_scopes() else {
            return Vec::new();
        };
        let requested = self.requested_scopes().iter();
        requested.filter(|scope| !granted.contains(scope)).collect()
    }

    /// Returns the value of the `Authorization` header, marked as sensitive.
    pub(super) fn header(&self) -> &HeaderValue {
        &self.0.header
    }

    /// Returns `true` if both have the same text, even if they came in two responses, because a
    /// cache in front of the token endpoint sends one token many times.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.secret() == other.secret()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("secret", &"[redacted]")
            .field("requested_scopes", self.requested_scopes())
            .field("granted_scopes", &self.0.granted)
            .field("lifetime", &self.0.lifetime)
            .finish()
    }
}

/// Returns `true` if the text is a `b64token` (RFC 6750 section 2.1).
///
/// The grammar is `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !body.is_empty() && body.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(secret: &str, requested: &str, granted: Option<&str>) -> Option<AccessToken> {
        let requested = RequestedToken {
            scopes: RequestedScopes::new(requested).unwrap(),
            ..RequestedToken::default()
        };
        AccessToken::new(secret, requested, granted.map(ScopeSet::parse), None)
    }

    #[test]
    fn only_bearer_tokens_are_accepted() {
        for text in ["a.b.c", "opaque~+/==", "-_"] {
            assert!(token(text, "", None).is_some(), "{text:?}");
        }
        for text in ["", "=", "a b", "a\r\nb", "a=b", "é", "a,b", "\"a\""] {
            assert!(token(text, "", None).is_none(), "{text:?}");
        }
    }

    #[test]
    fn missing_scopes_are_those_requested_but_not_granted() {
        let missing = |granted| {
            let token = token("t", "a b", granted).unwrap();
            token.missing_scopes().join(" ")
        };
        assert_eq!(missing(Some("b c")), "a");
        assert_eq!(missing(Some("a b")), "");
        assert_eq!(missing(None), "");
    }
}
