use std::fmt;

use crate::scope::Scope;

/// An app client of a [`LocalCognito`](super::LocalCognito).
///
/// As in Cognito, the client credentials grant requires a client with a secret and at least one
/// scope. The `Debug` output does not contain the secrets.
///
/// # Examples
///
/// ```
/// use cognito_m2m::testing::LocalClient;
///
/// let client = LocalClient::new("reporting")
///     .secret("first-secret")
///     .second_secret("secret-after-rotation")
///     .scopes(["widgets/read", "widgets/write"]);
/// assert!(!format!("{client:?}").contains("secret-after"));
/// ```
#[derive(Clone)]
pub struct LocalClient {
    id: String,
    secret: Option<String>,
    second_secret: Option<String>,
    scopes: Vec<String>,
}

impl LocalClient {
    /// Creates a client without a secret and without scopes.
    ///
    /// This is a public client, to which the token endpoint does not issue tokens.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secret: None,
            second_secret: None,
            scopes: Vec::new(),
        }
    }

    /// Sets the client secret, which authenticates the client at the token endpoint.
    #[must_use]
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// Sets a second client secret that the token endpoint also accepts, as during a secret
    /// rotation. [`LocalCognito::add_secret`](super::LocalCognito::add_secret) adds one later.
    #[must_use]
    pub fn second_secret(mut self, secret: impl Into<String>) -> Self {
        self.second_secret = Some(secret.into());
        self
    }

    /// Sets the scopes that the client may request.
    ///
    /// A request without `scope` is granted all of them.
    ///
    /// # Panics
    ///
    /// Panics if the list is empty, or if a scope is empty or contains characters that RFC 6749
    /// section 3.3 does not allow.
    #[must_use]
    #[track_caller]
    pub fn scopes<S: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes
            .into_iter()
            .map(|scope| scope.as_ref().to_owned())
            .collect();
        assert!(!self.scopes.is_empty(), "expected at least one scope");
        for scope in &self.scopes {
            assert!(
                Scope::new(scope.clone()).is_ok(),
                "expected a scope, found {scope:?}"
            );
        }
        self
    }

    #[track_caller]
    pub(super) fn add_secret(&mut self, secret: String) {
        let id = &self.id;
        assert!(
            !self.is_public(),
            "expected a client with a secret, found {id:?}"
        );
        assert!(
            self.secret.is_none() || self.second_secret.is_none(),
            "the client {id:?} already has two secrets: delete one of them first"
        );
        assert!(
            !self.has_secret(&secret),
            "the client {id:?} already has this secret"
        );
        let free = match &self.secret {
            None => &mut self.secret,
            Some(_) => &mut self.second_secret,
        };
        *free = Some(secret);
    }

    #[track_caller]
    pub(super) fn delete_secret(&mut self, secret: &str) {
        let id = &self.id;
        assert!(
            self.has_secret(secret),
            "the client {id:?} does not have this secret"
        );
        assert!(
            self.secret.is_some() && self.second_secret.is_some(),
            "the client {id:?} has no other secret: add one first"
        );
        for slot in [&mut self.secret, &mut self.second_secret] {
            if slot.as_deref() == Some(secret) {
                *slot = None;
            }
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn all_scopes(&self) -> &[String] {
        &self.scopes
    }

    pub(super) fn is_public(&self) -> bool {
        self.secret.is_none() && self.second_secret.is_none()
    }

    pub(super) fn has_secret(&self, presented: &str) -> bool {
        [&self.secret, &self.second_secret]
            .into_iter()
            .flatten()
            .any(|secret| secret == presented)
    }
}

impl fmt::Debug for LocalClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalClient")
            .field("id", &self.id)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_does_not_contain_the_secrets() {
        let client = LocalClient::new("id").secret("hush").second_secret("quiet");
        let shown = format!("{client:?}");
        assert!(!shown.contains("hush") && !shown.contains("quiet"));
    }

    #[test]
    fn both_secrets_are_accepted() {
        let client = LocalClient::new("id").secret("one").second_secret("two");
        assert!(client.has_secret("one") && client.has_secret("two"));
        assert!(!client.has_secret("") && !client.has_secret("three"));
    }

    #[test]
    fn secret_is_added_to_the_free_place() {
        let mut client = LocalClient::new("id").secret("one");
        client.add_secret("two".to_owned());
        client.delete_secret("one");
        client.add_secret("three".to_owned());
        assert!(client.has_secret("two") && client.has_secret("three"));
        assert!(!client.has_secret("one"));
        client.delete_secret("two");
        assert!(client.has_secret("three") && !client.has_secret("two"));
    }

    #[test]
    #[should_panic(expected = "at least one scope")]
    fn empty_list_of_scopes_is_rejected() {
        let _ = LocalClient::new("id").scopes([""; 0]);
    }

    #[test]
    #[should_panic(expected = "expected a scope")]
    fn scope_with_a_space_is_rejected() {
        let _ = LocalClient::new("id").scopes(["a b"]);
    }
}
