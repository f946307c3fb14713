use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

use super::access_token::AccessToken;
use super::scopes::RequestedScopes;
use crate::base64url;
use crate::json::{JsonFault, Members};
use crate::scope::ScopeSet;

/// The longest lifetime that Cognito grants. A longer `expires_in` is capped to it.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A successful response of the token endpoint (RFC 6749 section 5.1).
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::client::TokenClient;
///
/// # async fn call(tokens: TokenClient) -> Result<(), cognito_m2m::client::TokenClientError> {
/// let response = tokens.fetch_token(["widgets/read"]).await?;
/// println!("{}", response.access_token().secret());
/// println!("expires in {:?}", response.expires_in());
/// assert_eq!(response.token_type(), "Bearer");
/// assert!(response.raw().contains_key("access_token"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TokenResponse {
    access_token: AccessToken,
    token_type: String,
    raw: Map<String, Value>,
}

impl TokenResponse {
    pub(super) fn parse(
        body: &[u8],
        requested: &RequestedScopes,
    ) -> Result<Self, InvalidTokenResponse> {
        // The parser's error could quote the body, so it is not kept as a source.
        let text = std::str::from_utf8(body).map_err(|_| InvalidTokenResponse::NotAnObject)?;
        let Ok(Value::Object(raw)) = serde_json::from_str(text) else {
            return Err(InvalidTokenResponse::NotAnObject);
        };
        // RFC 6749 section 3.2: a parameter of a response must not occur more than once.
        if let Err(JsonFault::DuplicateMember) = Members::parse(text, &[]) {
            return Err(InvalidTokenResponse::DuplicateMember);
        }
        if raw.get("error").is_some_and(|error| !error.is_null()) {
            return Err(InvalidTokenResponse::Error);
        }
        let Some(Value::String(secret)) = raw.get("access_token") else {
            return Err(InvalidTokenResponse::AccessToken);
        };
        let token_type = raw.get("token_type").and_then(Value::as_str);
        let token_type = token_type
            .filter(|name| name.eq_ignore_ascii_case("bearer"))
            .ok_or(InvalidTokenResponse::TokenType)?;
        let lifetime = raw.get("expires_in").map(lifetime).transpose()?;
        let granted = granted_scopes(secret, &raw);
        let access_token = AccessToken::new(secret, requested.clone(), granted, lifetime);
        Ok(Self {
            access_token: access_token.ok_or(InvalidTokenResponse::AccessToken)?,
            token_type: token_type.to_owned(),
            raw,
        })
    }

    /// Returns the access token.
    #[must_use]
    pub fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    /// Returns the lifetime of the token, measured from when it was requested and capped at 24
    /// hours, or `None` if the response had no `expires_in`.
    #[must_use]
    pub fn expires_in(&self) -> Option<Duration> {
        self.access_token.lifetime()
    }

    /// Returns the token type exactly as the server sent it: `Bearer`, in upper or lower case.
    #[must_use]
    pub fn token_type(&self) -> &str {
        &self.token_type
    }

    /// Returns the whole JSON object. Do not log it: it contains the token.
    #[must_use]
    pub fn raw(&self) -> &Map<String, Value> {
        &self.raw
    }
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse")
            .field("access_token", &self.access_token)
            .field("token_type", &"Bearer")
            .finish_non_exhaustive()
    }
}

/// Parses `expires_in`, a whole number of seconds of at least 1, such as `300` or `300.0`.
fn lifetime(expires_in: &Value) -> Result<Duration, InvalidTokenResponse> {
    let Value::Number(number) = expires_in else {
        return Err(InvalidTokenResponse::ExpiresIn);
    };
    let seconds = number.as_f64().ok_or(InvalidTokenResponse::ExpiresIn)?;
    if seconds < 1.0 || seconds.fract() != 0.0 {
        return Err(InvalidTokenResponse::ExpiresIn);
    }
    // Capped first, since `from_secs_f64` panics on a float beyond the range of `Duration`.
    let seconds = seconds.min(MAX_LIFETIME.as_secs_f64());
    Ok(Duration::from_secs_f64(seconds))
}

/// Returns the scopes in the token's claims or, if they have none, in the response.
///
/// The claims are not verified. They are good enough for a warning, never for a decision.
fn granted_scopes(token: &str, response: &Map<String, Value>) -> Option<ScopeSet> {
    let claims = untrusted_claims(token);
    let claim = claims
        .as_ref()
        .and_then(|claims| claims.get("scope")?.as_str());
    let granted = claim.or_else(|| response.get("scope")?.as_str());
    // A JWT without a scope claim grants no scope, unless its server names the claim `scp`.
    let no_scope = || (!claims.as_ref()?.contains_key("scp")).then_some("");
    granted.or_else(no_scope).map(ScopeSet::parse)
}

fn untrusted_claims(token: &str) -> Option<Map<String, Value>> {
    let payload = base64url::decode(token.split('.').nth(1)?.as_bytes())?;
    serde_json::from_slice(&payload).ok()
}

/// The reason that a response with status 200 contains no usable token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTokenResponse {
    /// The body is larger than this limit, in bytes.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// The body is not a JSON object.
    #[error("expected a JSON object")]
    NotAnObject,
    /// A member of the JSON object occurs more than once, so that parsers could read different
    /// tokens.
    #[error("expected each member to occur once")]
    DuplicateMember,
    /// The response has an `error`, which is not an OAuth error code.
    #[error("expected no `error` in a response with status 200")]
    Error,
    /// `access_token` is missing, empty, or can't be sent in a header.
    #[error("expected `access_token` to be a bearer token (RFC 6750 section 2.1)")]
    AccessToken,
    /// `token_type` is missing or is not `Bearer`.
    #[error("expected `token_type` to be `Bearer`")]
    TokenType,
    /// `expires_in` is present but is not a whole number of seconds above 0.
    #[error("expected `expires_in` to be a whole number of seconds above 0, or absent")]
    ExpiresIn,
    /// The token had expired when the response arrived.
    #[error("the token expired before it arrived")]
    ExpiredOnArrival,
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;

    fn parse(body: &Value) -> Result<TokenResponse, InvalidTokenResponse> {
        TokenResponse::parse(body.to_string().as_bytes(), &RequestedScopes::default())
    }

    fn lifetime_of(expires_in: &Value) -> Result<Option<u64>, InvalidTokenResponse> {
        let body = json!({"access_token": "t", "token_type": "Bearer", "expires_in": expires_in});
        parse(&body).map(|response| response.expires_in().map(|lifetime| lifetime.as_secs()))
    }

    #[test]
    fn expires_in_is_a_whole_number_of_seconds_capped_at_24_hours() {
        assert_eq!(lifetime_of(&json!(300)), Ok(Some(300)));
        assert_eq!(lifetime_of(&json!(300.0)), Ok(Some(300)));
        assert_eq!(lifetime_of(&json!(86_401)), Ok(Some(86_400)));
        assert_eq!(lifetime_of(&json!(u64::MAX)), Ok(Some(86_400)));
        assert_eq!(lifetime_of(&json!(1e300)), Ok(Some(86_400)));
        for wrong in [
            json!(0),
            json!(-1),
            json!(-0.0),
            json!(1.5),
            json!(0.5),
            json!("300"),
            json!(null),
            json!(true),
            json!([300]),
            json!({}),
        ] {
            assert_eq!(
                lifetime_of(&wrong),
                Err(InvalidTokenResponse::ExpiresIn),
                "{wrong}"
            );
        }
    }

    #[test]
    fn response_without_expires_in_has_no_lifetime() {
        let response = parse(&json!({"access_token": "t", "token_type": "Bearer"})).unwrap();
        assert_eq!(response.expires_in(), None);
    }

    #[test]
    fn token_type_is_case_insensitive() {
        for name in ["Bearer", "bearer", "BEARER"] {
            let response = parse(&json!({"access_token": "t", "token_type": name})).unwrap();
            assert_eq!(response.token_type(), name);
        }
        for wrong in [
            json!("mac"),
            json!("Bearer "),
            json!(""),
            json!(1),
            json!(null),
        ] {
            let response = parse(&json!({"access_token": "t", "token_type": wrong}));
            assert_eq!(response.unwrap_err(), InvalidTokenResponse::TokenType);
        }
        let response = parse(&json!({"access_token": "t"}));
        assert_eq!(response.unwrap_err(), InvalidTokenResponse::TokenType);
    }

    #[test]
    fn access_token_must_be_a_bearer_token() {
        for wrong in [
            json!(""),
            json!(1),
            json!(null),
            json!(["t"]),
            json!("a\nb"),
        ] {
            let response = parse(&json!({"access_token": wrong, "token_type": "Bearer"}));
            assert_eq!(response.unwrap_err(), InvalidTokenResponse::AccessToken);
        }
        let response = parse(&json!({"token_type": "Bearer"}));
        assert_eq!(response.unwrap_err(), InvalidTokenResponse::AccessToken);
    }

    #[test]
    fn body_must_be_one_json_object() {
        for body in [
            "",
            "[]",
            "\"t\"",
            "null",
            "{",
            "{} {}",
            "<html>",
            "\u{feff}{}",
            "a=b",
        ] {
            let response = TokenResponse::parse(body.as_bytes(), &RequestedScopes::default());
            assert_eq!(
                response.unwrap_err(),
                InvalidTokenResponse::NotAnObject,
                "{body:?}"
            );
        }
    }

    #[test]
    fn duplicate_members_are_refused() {
        for body in [
            r#"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#,
            r#"{"access_token":"a","access_token":"a","token_type":"Bearer"}"#,
            r#"{"access_token":"a","access\u005ftoken":"b","token_type":"Bearer"}"#,
            r#"{"access_token":"a","token_type":"mac","token_type":"Bearer"}"#,
            r#"{"access_token":"a","token_type":"Bearer","expires_in":1,"expires_in":300}"#,
            r#"{"access_token":"a","token_type":"Bearer","scope":"a","\u0073cope":"b"}"#,
            r#"{"access_token":"a","token_type":"Bearer","error":null,"error":"x"}"#,
            r#"{"access_token":"a","token_type":"Bearer","other":1,"other":2}"#,
        ] {
            let response = TokenResponse::parse(body.as_bytes(), &RequestedScopes::default());
            let error = response.unwrap_err();
            assert_eq!(error, InvalidTokenResponse::DuplicateMember, "{body}");
        }
        let nested = json!({"access_token": "a", "token_type": "Bearer", "other": {}});
        let nested = nested.to_string().replace("{}", r#"{"x":1,"x":2}"#);
        let response = TokenResponse::parse(nested.as_bytes(), &RequestedScopes::default());
        assert!(response.is_ok(), "a member of a member is not a parameter");
    }

    #[test]
    fn response_with_an_error_has_no_token() {
        let parse_with_error = |error: Value| {
            parse(&json!({"access_token": "t", "token_type": "Bearer", "error": error}))
        };
        for error in [json!("invalid_client"), json!(""), json!(1), json!({})] {
            let response = parse_with_error(error.clone());
            assert_eq!(
                response.unwrap_err(),
                InvalidTokenResponse::Error,
                "{error}"
            );
        }
        assert!(parse_with_error(Value::Null).is_ok());
    }

    #[test]
    fn scopes_of_the_token_take_precedence_over_those_of_the_response() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"scope":"a"}"#);
        let token = format!("e30.{payload}.c2ln");
        let body = json!({"access_token": token, "token_type": "Bearer", "scope": "a b"});
        let requested = RequestedScopes::new("a b").unwrap();
        let response = TokenResponse::parse(body.to_string().as_bytes(), &requested).unwrap();
        assert_eq!(response.access_token().missing_scopes(), ["b"]);

        let body = json!({"access_token": "opaque", "token_type": "Bearer", "scope": "b"});
        let response = TokenResponse::parse(body.to_string().as_bytes(), &requested).unwrap();
        assert_eq!(response.access_token().missing_scopes(), ["a"]);
    }

    #[test]
    fn token_without_a_scope_claim_grants_no_scope() {
        let requested = RequestedScopes::new("a b").unwrap();
        let granted = |claims: &str| {
            let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
            let body = json!({"access_token": token, "token_type": "Bearer"});
            let response = TokenResponse::parse(body.to_string().as_bytes(), &requested);
            response.unwrap().access_token().granted_scopes().cloned()
        };
        assert_eq!(granted("{}"), Some(ScopeSet::default()));
        assert_eq!(granted(r#"{"scp":["a"]}"#), None);
        assert_eq!(granted("[]"), None);
    }

    #[test]
    fn debug_does_not_print_the_token() {
        let body = json!({"access_token": "marker", "token_type": "Bearer", "id_token": "marker"});
        assert!(!format!("{:?}", parse(&body).unwrap()).contains("marker"));
    }
}
