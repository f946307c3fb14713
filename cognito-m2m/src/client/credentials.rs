use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::Value;
use url::form_urlencoded;

use crate::client_id::ClientId;

/// The part of a token request that carries the client ID and the secret.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::{CredentialPlacement, TokenClient};
///
/// let builder = TokenClient::builder().credential_placement(CredentialPlacement::Form);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialPlacement {
    /// In an `Authorization: Basic` header (RFC 6749 section 2.3.1). This is the default, since
    /// bodies are logged more often than that header.
    #[default]
    Basic,
    /// As `client_id` and `client_secret` in the form, for gateways that drop the header.
    Form,
}

impl CredentialPlacement {
    /// Returns the placement with this name in settings, or the problem, without the text.
    pub(super) fn from_name(name: &str) -> Result<Self, &'static str> {
        match name {
            "basic" => Ok(Self::Basic),
            "form" => Ok(Self::Form),
            _ => Err("expected `basic` or `form`"),
        }
    }
}

/// Deserializes `basic` or `form`. The errors of a derived implementation would quote the text.
impl<'de> Deserialize<'de> for CredentialPlacement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer);
        let name = value.as_ref().ok().and_then(Value::as_str);
        Self::from_name(name.unwrap_or_default()).map_err(D::Error::custom)
    }
}

/// A client ID, and the placement of the credentials in a request.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) client_id: ClientId,
    placement: CredentialPlacement,
}

/// A client ID and a secret, encoded for a request.
pub(super) enum EncodedCredentials {
    Header(HeaderValue),
    Form {
        client_id: String,
        client_secret: SecretString,
    },
}

impl Credentials {
    pub(super) fn new(client_id: ClientId, placement: CredentialPlacement) -> Self {
        Self {
            client_id,
            placement,
        }
    }

    /// Encodes the client ID and a secret for a form request.
    pub(super) fn encode(&self, secret: &SecretString) -> Option<EncodedCredentials> {
        match self.placement {
            CredentialPlacement::Basic => self.basic(secret).map(EncodedCredentials::Header),
            CredentialPlacement::Form => Some(EncodedCredentials::Form {
                client_id: self.client_id.as_str().to_owned(),
                client_secret: secret.clone(),
            }),
        }
    }

    // Both parts are form-encoded before base64: RFC 6749 section 2.3.1.
    fn basic(&self, secret: &SecretString) -> Option<HeaderValue> {
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let client_id: String = encoded(self.client_id.as_str());
        let secret: String = encoded(secret.expose_secret());
        let pair = STANDARD.encode(format!("{client_id}:{secret}"));
        let mut header = HeaderValue::from_str(&format!("Basic {pair}")).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_header_is_sensitive_and_form_encodes_both_parts() {
        let client_id = ClientId::new("re+porting").unwrap();
        let credentials = Credentials::new(client_id, CredentialPlacement::Basic);
        let encoded = credentials.encode(&"s3c:r e%t+é".into());
        let Some(EncodedCredentials::Header(header)) = encoded else {
            panic!("the credentials are not in a header");
        };
        assert!(header.is_sensitive());
        let pair = header.to_str().unwrap().strip_prefix("Basic ").unwrap();
        let pair = String::from_utf8(STANDARD.decode(pair).unwrap()).unwrap();
        assert_eq!(pair, "re%2Bporting:s3c%3Ar+e%25t%2B%C3%A9");
    }
}
