use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::scope::Scope;

/// The input of a trigger, set by [`LocalCognito::set_trigger`](super::LocalCognito::set_trigger).
///
/// It has the members of Cognito's event version 3 that differ between token requests of machines
/// (Amazon Cognito Developer Guide, "Pre token generation Lambda trigger").
#[derive(Clone, Debug)]
pub struct TokenEvent {
    pub(super) client_id: String,
    pub(super) scopes: Vec<String>,
    pub(super) client_metadata: Map<String, Value>,
}

impl TokenEvent {
    /// Returns the ID of the app client that requests the token, `callerContext.clientId` of the
    /// event.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Returns the scopes that the token has without changes, `request.scopes` of the event.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// Returns the metadata of the token request, `request.clientMetadata` of the event. It is empty
    /// if the request has none.
    #[must_use]
    pub fn client_metadata(&self) -> &Map<String, Value> {
        &self.client_metadata
    }
}

/// The changes of a trigger to an access token, set by
/// [`LocalCognito::set_trigger`](super::LocalCognito::set_trigger).
///
/// These are the members of `claimsAndScopeOverrideDetails.accessTokenGeneration` in Cognito's event
/// version 3 (Amazon Cognito Developer Guide, "Pre token generation Lambda trigger"). As in Cognito:
///
/// - If a claim or scope is both added and suppressed, it is suppressed.
/// - Claims that Cognito reserves keep their original value, if they have one. They are the claims of
///   every access token (such as `sub`, `client_id`, `iss`, `exp` and `scope`), those of users (such as
///   `username`), and names with the prefix `cognito:` or `dev:`.
/// - `aud` can be added, but its value must be the ID of the app client. Another value has no effect.
///
/// # Examples
///
/// ```
/// use cognito_m2m::testing::TokenChanges;
///
/// let changes = TokenChanges::new()
///     .claim("tenant", "blue")
///     .claim("limits", serde_json::json!({ "requests": 100 }))
///     .add_scope("widgets/extra")
///     .suppress_scope("widgets/write");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "the changes have no effect unless a trigger returns them"]
pub struct TokenChanges {
    claims: Vec<(String, Value)>,
    suppressed_claims: Vec<String>,
    scopes: Vec<String>,
    suppressed_scopes: Vec<String>,
}

impl TokenChanges {
    /// Creates an empty set of changes, which leaves the token unchanged.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a claim, or replaces its value (`claimsToAddOrOverride`).
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.push((name.into(), value.into()));
        self
    }

    /// Removes a claim (`claimsToSuppress`).
    ///
    /// The reserved claims cannot be removed, so this affects only a claim that the same changes add.
    pub fn suppress_claim(mut self, name: impl Into<String>) -> Self {
        self.suppressed_claims.push(name.into());
        self
    }

    /// Adds a scope (`scopesToAdd`), even one that the client is not configured with.
    ///
    /// # Panics
    ///
    /// Panics if the scope is empty or contains characters that RFC 6749 section 3.3 does not allow.
    /// Inside a trigger, the token request fails.
    #[track_caller]
    pub fn add_scope(mut self, scope: impl Into<String>) -> Self {
        let scope = scope.into();
        assert!(
            Scope::new(scope.clone()).is_ok(),
            "expected a scope, found {scope:?}"
        );
        self.scopes.push(scope);
        self
    }

    /// Removes a scope (`scopesToSuppress`).
    pub fn suppress_scope(mut self, scope: impl Into<String>) -> Self {
        self.suppressed_scopes.push(scope.into());
        self
    }

    /// Returns the scopes of the token after the changes.
    pub(super) fn scopes_after<'a>(&'a self, event: &'a TokenEvent) -> Vec<&'a str> {
        let mut scopes = Vec::new();
        for scope in event.scopes.iter().chain(&self.scopes) {
            if !self.suppressed_scopes.contains(scope) && !scopes.contains(&scope.as_str()) {
                scopes.push(scope.as_str());
            }
        }
        scopes
    }

    /// Returns the claims to set in the token of a client, without those that Cognito does not allow.
    pub(super) fn claims_for(&self, client_id: &str) -> impl Iterator<Item = (&str, &Value)> {
        let claims = self.claims.iter().filter(move |(name, value)| {
            !self.suppressed_claims.contains(name) && may_set(name, value, client_id)
        });
        claims.map(|(name, value)| (name.as_str(), value))
    }
}

// The table "Claims and scopes reference" of the Amazon Cognito Developer Guide.
fn may_set(name: &str, value: &Value, client_id: &str) -> bool {
    match name {
        "acr" | "amr" | "at_hash" | "auth_time" | "azp" | "client_id" | "device_key"
        | "event_id" | "exp" | "iat" | "identities" | "iss" | "jti" | "nbf" | "nonce"
        | "origin_jti" | "scope" | "sub" | "token_use" | "username" | "version" => false,
        "aud" => value == client_id,
        _ => !name.starts_with("cognito:") && !name.starts_with("dev:"),
    }
}

/// A trigger function. Clones share it.
#[derive(Clone)]
pub(super) struct Trigger(Arc<dyn Fn(&TokenEvent) -> TokenChanges + Send + Sync>);

impl Trigger {
    pub(super) fn new(
        function: impl Fn(&TokenEvent) -> TokenChanges + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(function))
    }

    /// Returns the changes, or `None` if the function panicked.
    pub(super) fn changes(&self, event: &TokenEvent) -> Option<TokenChanges> {
        catch_unwind(AssertUnwindSafe(|| (self.0)(event))).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_claims_cannot_be_set() {
        for name in [
            "sub",
            "client_id",
            "iss",
            "exp",
            "scope",
            "token_use",
            "username",
            "version",
            "cognito:groups",
            "dev:custom",
        ] {
            assert!(!may_set(name, &"x".into(), "x"), "{name}");
        }
        for name in ["tenant", "custom:tenant", "Sub", "cognito", "scopes"] {
            assert!(may_set(name, &"x".into(), "id"), "{name}");
        }
    }

    #[test]
    fn audience_can_only_be_the_client_itself() {
        assert!(may_set("aud", &"reporting".into(), "reporting"));
        for value in ["api".into(), vec!["reporting"].into(), Value::Null] {
            assert!(!may_set("aud", &value, "reporting"), "{value}");
        }
    }

    #[test]
    #[should_panic(expected = "expected a scope")]
    fn scope_with_a_space_cannot_be_added() {
        let _ = TokenChanges::new().add_scope("a b");
    }
}
