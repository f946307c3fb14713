use std::sync::Arc;

use serde_json::{Map, Value};

use super::client::LocalClient;
use super::token::TokenBuilder;
use super::trigger::{TokenChanges, TokenEvent};
use super::user_pool::UserPool;

/// A request for an access token, whichever endpoint received it.
pub(super) struct GrantRequest<'a> {
    pub(super) client_id: &'a str,
    pub(super) secret: Option<&'a str>,
    /// `None` requests all scopes of the client.
    pub(super) scopes: Option<Vec<&'a str>>,
    /// The metadata of the request, which Cognito passes to the pre token generation trigger.
    pub(super) client_metadata: &'a Map<String, Value>,
}

/// The error code of a refused token request (RFC 6749 section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GrantError {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    UnsupportedGrantType,
    /// The pre token generation trigger failed, `UserLambdaValidationException` in Cognito's API.
    TriggerFailed,
}

impl GrantError {
    pub(super) fn code(self) -> &'static str {
        match self {
            // Cognito reports a failed trigger with the same code.
            Self::InvalidRequest | Self::TriggerFailed => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidScope => "invalid_scope",
            Self::UnsupportedGrantType => "unsupported_grant_type",
        }
    }
}

impl GrantRequest<'_> {
    /// Returns the access token, with the same checks as Cognito.
    pub(super) fn grant(&self, pool: Arc<UserPool>) -> Result<String, GrantError> {
        let state = pool.state();
        let client = state.clients.get(self.client_id).cloned();
        let deleted_scopes = state.deleted_scopes.clone();
        let trigger = state.trigger.clone();
        // The trigger may use the `LocalCognito`.
        drop(state);

        let client = client.ok_or(GrantError::InvalidClient)?;
        self.check_secret(&client)?;
        if client.all_scopes().is_empty() {
            return Err(GrantError::InvalidGrant);
        }
        let scopes = self.granted_scopes(&client)?;
        let event = TokenEvent {
            client_id: client.id().to_owned(),
            scopes: scopes
                .into_iter()
                .filter(|scope| !deleted_scopes.contains(*scope))
                .map(str::to_owned)
                .collect(),
            client_metadata: self.client_metadata.clone(),
        };
        let changes = match trigger {
            Some(trigger) => trigger.changes(&event).ok_or(GrantError::TriggerFailed)?,
            None => TokenChanges::new(),
        };
        let token = TokenBuilder::new(pool, client.id()).scopes(changes.scopes_after(&event));
        let token = changes
            .claims_for(client.id())
            .fold(token, |token, (name, value)| {
                token.claim(name, value.clone())
            });
        Ok(token.sign())
    }

    fn check_secret(&self, client: &LocalClient) -> Result<(), GrantError> {
        match self.secret {
            Some(secret) if client.has_secret(secret) => Ok(()),
            // The ID identifies a public client, but this grant is for confidential clients.
            None if client.is_public() => Err(GrantError::InvalidGrant),
            _ => Err(GrantError::InvalidClient),
        }
    }

    // Includes deleted scopes: a request for them is valid.
    fn granted_scopes<'c>(&self, client: &'c LocalClient) -> Result<Vec<&'c str>, GrantError> {
        let allowed = client.all_scopes().iter().map(String::as_str);
        let Some(requested) = &self.scopes else {
            return Ok(allowed.collect());
        };
        let mut granted = Vec::new();
        for requested in requested {
            let scope = allowed
                .clone()
                .find(|scope| scope == requested)
                .ok_or(GrantError::InvalidScope)?;
            if !granted.contains(&scope) {
                granted.push(scope);
            }
        }
        if granted.is_empty() {
            return Err(GrantError::InvalidScope);
        }
        Ok(granted)
    }
}
