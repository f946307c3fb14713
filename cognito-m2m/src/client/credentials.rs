use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::form_urlencoded;

use crate::client_id::ClientId;

/// Where a token request carries the client id and secret.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::CredentialPlacement;
///
/// assert_eq!(CredentialPlacement::default(), CredentialPlacement::Basic);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CredentialPlacement {
    /// In an `Authorization: Basic` header (RFC 6749 section 2.3.1). The default: bodies are
    /// logged more often than that header.
    #[default]
    Basic,
    /// As `client_id` and `client_secret` of the form, for gateways that drop the header.
    Form,
}

/// A client id with one secret, or with two while one of them is rotated out.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) client_id: ClientId,
    secrets: Vec<SecretString>,
    placement: CredentialPlacement,
    // The secret that was accepted last, so that a withdrawn one costs one request in all.
    preferred: AtomicUsize,
}

/// One secret, in the form in which a request carries it.
pub(super) enum Presented {
    Header(HeaderValue),
    Form {
        client_id: String,
        client_secret: SecretString,
    },
}

impl Credentials {
    pub(super) fn new(
        client_id: ClientId,
        secrets: Vec<SecretString>,
        placement: CredentialPlacement,
    ) -> Self {
        Self {
            client_id,
            secrets,
            placement,
            preferred: AtomicUsize::new(0),
        }
    }

    /// The secrets to try, by number, the one that was accepted last first.
    pub(super) fn order(&self) -> impl Iterator<Item = usize> {
        let count = self.secrets.len();
        let first = self.preferred.load(Ordering::Relaxed);
        (first..count).chain(0..first.min(count))
    }

    pub(super) fn prefer(&self, number: usize) {
        if self.preferred.swap(number, Ordering::Relaxed) != number {
            tracing::warn!(
                client_id = %self.client_id,
                secret_number = number.saturating_add(1),
                "the other client secret was refused, this one holds"
            );
        }
    }

    pub(super) fn present(&self, number: usize) -> Option<Presented> {
        let secret = self.secrets.get(number)?;
        match self.placement {
            CredentialPlacement::Basic => self.basic(secret).map(Presented::Header),
            CredentialPlacement::Form => Some(Presented::Form {
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

    fn credentials(secrets: &[&str], placement: CredentialPlacement) -> Credentials {
        let secrets = secrets.iter().map(|&secret| secret.into()).collect();
        Credentials::new(ClientId::new("re+porting").unwrap(), secrets, placement)
    }

    #[test]
    fn basic_parts_are_percent_encoded_before_base64_and_sensitive() {
        let credentials = credentials(&["s3c:r e%t+é"], CredentialPlacement::Basic);
        let Some(Presented::Header(header)) = credentials.present(0) else {
            panic!("expected a header");
        };
        assert!(header.is_sensitive());
        let pair = header.to_str().unwrap().strip_prefix("Basic ").unwrap();
        let pair = String::from_utf8(STANDARD.decode(pair).unwrap()).unwrap();
        assert_eq!(pair, "re%2Bporting:s3c%3Ar+e%25t%2B%C3%A9");
    }

    #[test]
    fn accepted_secret_is_tried_first_from_then_on() {
        let credentials = credentials(&["one", "two"], CredentialPlacement::Basic);
        assert_eq!(credentials.order().collect::<Vec<_>>(), [0, 1]);
        credentials.prefer(1);
        assert_eq!(credentials.order().collect::<Vec<_>>(), [1, 0]);
    }

    #[test]
    fn debug_shows_no_secret() {
        let credentials = credentials(&["hush"], CredentialPlacement::Form);
        assert!(!format!("{credentials:?}").contains("hush"));
    }
}
