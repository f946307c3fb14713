use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

use super::scopes::RequestedScopes;
use crate::scope::ScopeSet;

/// An access token: cheap to clone, and never shown by `Debug`.
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
/// println!("asked for {}, got {:?}", token.requested_scopes(), token.granted_scopes());
/// println!("good for {:?}", token.lifetime());
/// assert!(token.missing_scopes().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AccessToken(Arc<Parts>);

struct Parts {
    secret: SecretString,
    header: HeaderValue,
    requested: RequestedScopes,
    granted: Option<ScopeSet>,
    lifetime: Option<Duration>,
}

impl AccessToken {
    /// Takes the characters of RFC 6750 section 2.1 only, so that a token is one header value.
    pub(super) fn new(
        secret: &str,
        requested: RequestedScopes,
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

    /// The token itself, for the one place that needs it.
    #[must_use]
    pub fn secret(&self) -> &str {
        self.0.secret.expose_secret()
    }

    /// How long it was good for when it was granted, at most 24 h; none where the answer did not
    /// say.
    #[must_use]
    pub fn lifetime(&self) -> Option<Duration> {
        self.0.lifetime
    }

    /// The scopes that were asked for.
    #[must_use]
    pub fn requested_scopes(&self) -> &RequestedScopes {
        &self.0.requested
    }

    /// The scopes that were granted, where the token or the answer says so.
    #[must_use]
    pub fn granted_scopes(&self) -> Option<&ScopeSet> {
        self.0.granted.as_ref()
    }

    /// The scopes that were asked for and not granted, as far as the token says: Cognito leaves
    /// scopes out without an error when a pre-token trigger suppresses them.
    #[must_use]
    pub fn missing_scopes(&self) -> Vec<&str> {
        let Some(granted) = self.granted_scopes() else {
            return Vec::new();
        };
        let requested = self.0.requested.iter();
        requested.filter(|scope| !granted.contains(scope)).collect()
    }

    /// `Bearer` and the token, marked as sensitive.
    pub(super) fn header(&self) -> &HeaderValue {
        &self.0.header
    }

    /// Whether both come from the very same answer.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("secret", &"[redacted]")
            .field("requested_scopes", &self.0.requested)
            .field("granted_scopes", &self.0.granted)
            .field("lifetime", &self.0.lifetime)
            .finish()
    }
}

/// `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`, RFC 6750 section 2.1.
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !body.is_empty() && body.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(secret: &str, requested: &str, granted: Option<&str>) -> Option<AccessToken> {
        let requested = RequestedScopes::new(requested).unwrap();
        AccessToken::new(secret, requested, granted.map(ScopeSet::parse), None)
    }

    #[test]
    fn only_what_fits_a_bearer_header_is_a_token() {
        for text in ["a.b.c", "opaque~+/==", "-_"] {
            assert!(token(text, "", None).is_some(), "{text:?}");
        }
        for text in ["", "=", "a b", "a\r\nb", "a=b", "é", "a,b", "\"a\""] {
            assert!(token(text, "", None).is_none(), "{text:?}");
        }
    }

    #[test]
    fn dropped_scopes_are_named() {
        let missing = |granted| {
            let token = token("t", "a b", granted).unwrap();
            token.missing_scopes().join(" ")
        };
        assert_eq!(missing(Some("b c")), "a");
        assert_eq!(missing(Some("a b")), "");
        assert_eq!(missing(None), "");
    }
}
