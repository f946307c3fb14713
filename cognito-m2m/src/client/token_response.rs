use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

use super::access_token::AccessToken;
use super::invalid_token_response::InvalidTokenResponse;
use super::requested_token::RequestedToken;
use super::response_format::{ResponseFormat, check_duplicates};
use super::response_times::ResponseTimes;
use super::token_life::{MAX_LIFETIME, TokenLife};
use crate::base64url;
use crate::scope::ScopeSet;

/// A successful response of the token endpoint (RFC 6749 section 5.1), or of Cognito's API operation
/// `GetClientToken`.
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
    expires_in: Option<Duration>,
    life: TokenLife,
    token_type: String,
    raw: Map<String, Value>,
}

impl TokenResponse {
    pub(super) fn parse(
        body: &[u8],
        format: ResponseFormat,
        requested: &RequestedToken,
        times: ResponseTimes,
    ) -> Result<Self, InvalidTokenResponse> {
        // The parser's error could quote the body, so it is not kept as a source.
        let text = std::str::from_utf8(body).map_err(|_| InvalidTokenResponse::NotAnObject)?;
        let Ok(Value::Object(raw)) = serde_json::from_str(text) else {
            return Err(InvalidTokenResponse::NotAnObject);
        };
        check_duplicates(text)?;
        if raw.get(format.error).is_some_and(|error| !error.is_null()) {
            return Err(InvalidTokenResponse::Error);
        }
        let result = format.result_in(text, &raw)?;
        let Some(Value::String(secret)) = result.get(format.access_token) else {
            return Err(InvalidTokenResponse::AccessToken);
        };
        let token_type = result.get(format.token_type).and_then(Value::as_str);
        let token_type = token_type
            .filter(|name| name.eq_ignore_ascii_case("bearer"))
            .ok_or(InvalidTokenResponse::TokenType)?;
        let expires_in = result.get(format.expires_in).map(lifetime).transpose()?;
        let claims = untrusted_claims(secret);
        let granted = granted_scopes(claims.as_ref(), result);
        let life = TokenLife::new(times, expires_in, claims.as_ref().and_then(untrusted_exp));
        let access_token = AccessToken::new(secret, requested.clone(), granted, life.lifetime());
        Ok(Self {
            access_token: access_token.ok_or(InvalidTokenResponse::AccessToken)?,
            expires_in,
            life,
            token_type: token_type.to_owned(),
            raw,
        })
    }

    /// Returns the access token.
    #[must_use]
    pub fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    /// Returns the `expires_in` of the response (`ExpiresIn` of the API), capped at 24 hours, or
    /// `None` if it had none.
    ///
    /// The token can expire earlier, if the response came from a cache:
    /// see [`AccessToken::lifetime`].
    #[must_use]
    pub fn expires_in(&self) -> Option<Duration> {
        self.expires_in
    }

    pub(super) fn life(&self) -> &TokenLife {
        &self.life
    }

    /// Returns the token type exactly as the server sent it: `Bearer`, in upper or lower case.
    #[must_use]
    pub fn token_type(&self) -> &str {
        &self.token_type
    }

    /// Returns the whole JSON object, whose members have the names that the server uses. Do not log
    /// it: it contains the token.
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
fn granted_scopes(
    claims: Option<&Map<String, Value>>,
    response: &Map<String, Value>,
) -> Option<ScopeSet> {
    let claim = claims.and_then(|claims| claims.get("scope")?.as_str());
    let granted = claim.or_else(|| response.get("scope")?.as_str());
    // A JWT without a scope claim grants no scope, unless its server names the claim `scp`.
    let no_scope = || (!claims?.contains_key("scp")).then_some("");
    granted.or_else(no_scope).map(ScopeSet::parse)
}

fn untrusted_claims(token: &str) -> Option<Map<String, Value>> {
    let payload = base64url::decode(token.split('.').nth(1)?.as_bytes())?;
    serde_json::from_slice(&payload).ok()
}

/// Returns the `exp` of a token, without verifying it.
pub(super) fn untrusted_exp_of(token: &str) -> Option<Duration> {
    untrusted_claims(token).as_ref().and_then(untrusted_exp)
}

/// Returns `exp`, a number of seconds since the Unix epoch, possibly with a fraction (RFC 7519
/// section 2, `NumericDate`).
fn untrusted_exp(claims: &Map<String, Value>) -> Option<Duration> {
    let exp = claims.get("exp")?.as_f64()?.max(0.0);
    // Fails on numbers beyond the range of `Duration`.
    Some(Duration::try_from_secs_f64(exp).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;
    use crate::client::RequestedScopes;

    fn parse_for(requested: &str, body: &str) -> Result<TokenResponse, InvalidTokenResponse> {
        let requested = RequestedToken {
            scopes: RequestedScopes::new(requested).unwrap(),
            ..RequestedToken::default()
        };
        let times = ResponseTimes::default();
        TokenResponse::parse(body.as_bytes(), ResponseFormat::OAUTH, &requested, times)
    }

    fn parse(body: &Value) -> Result<TokenResponse, InvalidTokenResponse> {
        parse_for("", &body.to_string())
    }

    fn jwt(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
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
            assert_eq!(
                parse_for("", body).unwrap_err(),
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
            let response = parse_for("", body);
            let error = response.unwrap_err();
            assert_eq!(error, InvalidTokenResponse::DuplicateMember, "{body}");
        }
        let nested = json!({"access_token": "a", "token_type": "Bearer", "other": {}});
        let nested = nested.to_string().replace("{}", r#"{"x":1,"x":2}"#);
        let response = parse_for("", &nested);
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
        let token = jwt(r#"{"scope":"a"}"#);
        let body = json!({"access_token": token, "token_type": "Bearer", "scope": "a b"});
        let response = parse_for("a b", &body.to_string()).unwrap();
        assert_eq!(response.access_token().missing_scopes(), ["b"]);

        let body = json!({"access_token": "opaque", "token_type": "Bearer", "scope": "b"});
        let response = parse_for("a b", &body.to_string()).unwrap();
        assert_eq!(response.access_token().missing_scopes(), ["a"]);
    }

    #[test]
    fn token_without_a_scope_claim_grants_no_scope() {
        let granted = |claims: &str| {
            let body = json!({"access_token": jwt(claims), "token_type": "Bearer"});
            let response = parse_for("a b", &body.to_string()).unwrap();
            response.access_token().granted_scopes().cloned()
        };
        assert_eq!(granted("{}"), Some(ScopeSet::default()));
        assert_eq!(granted(r#"{"scp":["a"]}"#), None);
        assert_eq!(granted("[]"), None);
    }

    #[test]
    fn lifetime_ends_at_exp_if_it_can_be_read() {
        let lifetime = |token: &str| {
            let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": 300});
            let response = parse(&body).unwrap();
            assert_eq!(response.expires_in(), Some(Duration::from_secs(300)));
            response.access_token().lifetime().unwrap().as_secs_f64()
        };
        // The token is requested at the Unix epoch.
        assert_eq!(lifetime(&jwt(r#"{"exp":7}"#)), 7.0);
        assert_eq!(lifetime(&jwt(r#"{"exp":7.5}"#)), 7.5);
        assert_eq!(lifetime(&jwt(r#"{"exp":-7}"#)), 0.0);
        assert_eq!(lifetime(&jwt(r#"{"exp":1e300}"#)), 300.0);
        for other in [r#"{"exp":"7"}"#, r#"{"exp":null}"#, "{}", "[7]", "exp"] {
            assert_eq!(lifetime(&jwt(other)), 300.0, "{other}");
        }
        for opaque in ["opaque", "a.b.c", "a.e30.c.d.e", ".."] {
            assert_eq!(lifetime(opaque), 300.0, "{opaque}");
        }
    }

    #[test]
    fn exp_replaces_a_missing_expires_in() {
        let body = json!({"access_token": jwt(r#"{"exp":7}"#), "token_type": "Bearer"});
        let response = parse(&body).unwrap();
        assert_eq!(response.expires_in(), None);
        let lifetime = response.access_token().lifetime();
        assert_eq!(lifetime, Some(Duration::from_secs(7)));
    }

    #[test]
    fn debug_does_not_print_the_token() {
        let body = json!({"access_token": "marker", "token_type": "Bearer", "id_token": "marker"});
        assert!(!format!("{:?}", parse(&body).unwrap()).contains("marker"));
    }
}
