use std::collections::HashMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::invalid_token_response::InvalidTokenResponse;
use crate::json::{JsonFault, Members};

/// The names of the members of a response.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResponseFormat {
    /// The member that contains the others, if they are not at the top level.
    result: Option<&'static str>,
    pub(super) error: &'static str,
    pub(super) access_token: &'static str,
    pub(super) token_type: &'static str,
    pub(super) expires_in: &'static str,
}

impl ResponseFormat {
    /// The format of a token endpoint (RFC 6749 sections 5.1 and 5.2).
    pub(super) const OAUTH: Self = Self {
        result: None,
        error: "error",
        access_token: "access_token",
        token_type: "token_type",
        expires_in: "expires_in",
    };

    /// The format of `GetClientToken` (Amazon Cognito API reference). AWS sends no exception with
    /// status 200, but a gateway may.
    pub(super) const API: Self = Self {
        result: Some("ClientAuthenticationResult"),
        error: "__type",
        access_token: "AccessToken",
        token_type: "TokenType",
        expires_in: "ExpiresIn",
    };

    pub(super) fn is_api(self) -> bool {
        self.result.is_some()
    }

    /// Returns the object that contains the token, and checks that none of its members occurs twice.
    pub(super) fn result_in<'r>(
        self,
        text: &str,
        raw: &'r Map<String, Value>,
    ) -> Result<&'r Map<String, Value>, InvalidTokenResponse> {
        let Some(name) = self.result else {
            return Ok(raw);
        };
        let result = raw.get(name).ok_or(InvalidTokenResponse::AccessToken)?;
        let members: HashMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
        let inner = members.get(name);
        check_duplicates(inner.map_or("", |inner| inner.get()))?;
        result.as_object().ok_or(InvalidTokenResponse::NotAnObject)
    }
}

/// Checks that no member occurs twice. RFC 6749 section 3.2: a parameter of a response must not
/// occur more than once.
pub(super) fn check_duplicates(text: &str) -> Result<(), InvalidTokenResponse> {
    match Members::parse(text, &[]) {
        Err(JsonFault::DuplicateMember) => Err(InvalidTokenResponse::DuplicateMember),
        _ => Ok(()),
    }
}
