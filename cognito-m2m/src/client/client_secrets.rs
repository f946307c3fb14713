use secrecy::{ExposeSecret as _, SecretString};

use super::secret_error::SecretError;
use crate::setting_text;

/// One or two secrets of an app client, returned by the callback of
/// [`TokenClientBuilder::client_secret_from`](super::TokenClientBuilder::client_secret_from).
///
/// A callback that knows one secret can return it as a `String`, a `&str` or a
/// `secrecy::SecretString`. `Debug` does not print the secrets.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::ClientSecrets;
///
/// // During a rotation: the secret in use, and the one that replaces it.
/// let secrets = ClientSecrets::new("current-secret").with_second("pending-secret");
/// assert!(!format!("{secrets:?}").contains("pending-secret"));
/// ```
#[derive(Clone, Debug)]
pub struct ClientSecrets {
    first: SecretString,
    second: Option<SecretString>,
}

impl ClientSecrets {
    /// Creates a value with one secret.
    #[must_use]
    pub fn new(secret: impl Into<SecretString>) -> Self {
        Self {
            first: secret.into(),
            second: None,
        }
    }

    /// Sets a second secret, which is tried if the first one is refused.
    #[must_use]
    pub fn with_second(mut self, secret: impl Into<SecretString>) -> Self {
        self.second = Some(secret.into());
        self
    }

    /// Returns the secrets in the order in which they are tried.
    ///
    /// # Errors
    ///
    /// Fails if a secret is empty, or has surrounding whitespace or control characters.
    pub(super) fn into_checked(self) -> Result<Vec<SecretString>, SecretError> {
        let secrets: Vec<_> = std::iter::once(self.first).chain(self.second).collect();
        for secret in &secrets {
            check_secret(secret.expose_secret()).map_err(SecretError::invalid)?;
        }
        Ok(secrets)
    }
}

impl From<String> for ClientSecrets {
    fn from(secret: String) -> Self {
        Self::new(secret)
    }
}

impl From<&str> for ClientSecrets {
    fn from(secret: &str) -> Self {
        Self::new(secret)
    }
}

impl From<SecretString> for ClientSecrets {
    fn from(secret: SecretString) -> Self {
        Self::new(secret)
    }
}

/// Checks a secret from a file or a callback like one from a setting. The error describes the
/// problem without the text.
pub(super) fn check_secret(text: &str) -> Result<(), &'static str> {
    if text.trim().is_empty() {
        return Err("expected a secret, found an empty text");
    }
    setting_text::check(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_secrets_are_checked() {
        let checked = |secrets: ClientSecrets| secrets.into_checked().map(|secrets| secrets.len());
        assert_eq!(checked("one".into()).unwrap(), 1);
        assert_eq!(
            checked(ClientSecrets::new("one").with_second("two")).unwrap(),
            2
        );
        for wrong in [
            "",
            " ",
            "\n",
            "m4rker\n",
            " m4rker",
            "m4r\0ker",
            "\u{feff}m4rker",
        ] {
            for secrets in [
                ClientSecrets::new(wrong),
                ClientSecrets::new("one").with_second(wrong),
            ] {
                let error = checked(secrets).unwrap_err().to_string();
                assert!(error.contains("expected"), "{error}");
                assert!(!error.contains("m4r"), "{error}");
            }
        }
    }
}
