use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::grant::{GrantError, GrantRequest};
use super::user_pool::UserPool;

/// A request to `POST /oauth2/token`.
pub(super) struct TokenRequest<'a> {
    pub(super) content_type: Option<&'a str>,
    pub(super) authorization: Option<&'a str>,
    pub(super) form: &'a [u8],
}

/// Returns the access token for a request, with the same checks as Cognito:
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html>.
pub(super) fn grant(pool: Arc<UserPool>, request: &TokenRequest<'_>) -> Result<String, GrantError> {
    let form = Form::parse(request)?;
    match form.value("grant_type") {
        Some("client_credentials") => {}
        Some(_) => return Err(GrantError::UnsupportedGrantType),
        None => return Err(GrantError::InvalidRequest),
    }
    let client_metadata = form.client_metadata()?;
    let credentials = Credentials::from_request(request, &form)?;
    let request = GrantRequest {
        client_id: &credentials.client_id,
        secret: credentials.secret.as_deref(),
        scopes: form.value("scope").map(|scopes| {
            scopes
                .split(' ')
                .filter(|scope| !scope.is_empty())
                .collect()
        }),
        client_metadata: &client_metadata,
    };
    request.grant(pool)
}

struct Form(HashMap<String, String>);

impl Form {
    fn parse(request: &TokenRequest<'_>) -> Result<Self, GrantError> {
        let media_type = request.content_type.unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(GrantError::InvalidRequest);
        }
        let mut parameters = HashMap::new();
        for (name, value) in form_urlencoded::parse(request.form).into_owned() {
            // RFC 6749 section 3.2: parameters must not be included more than once.
            if parameters.insert(name, value).is_some() {
                return Err(GrantError::InvalidRequest);
            }
        }
        Ok(Self(parameters))
    }

    // RFC 6749 section 3.2: a parameter without a value is treated as if it were omitted.
    fn value(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name)?;
        (!value.is_empty()).then_some(value)
    }

    // Cognito passes the metadata to a Lambda trigger, which requires it to be a JSON object.
    fn client_metadata(&self) -> Result<Map<String, Value>, GrantError> {
        let Some(metadata) = self.value("aws_client_metadata") else {
            return Ok(Map::new());
        };
        serde_json::from_str(metadata).map_err(|_| GrantError::InvalidRequest)
    }
}

struct Credentials {
    client_id: String,
    secret: Option<String>,
}

impl Credentials {
    fn from_request(request: &TokenRequest<'_>, form: &Form) -> Result<Self, GrantError> {
        let in_form = form.value("client_id");
        let Some(authorization) = request.authorization else {
            return Ok(Self {
                client_id: in_form.ok_or(GrantError::InvalidRequest)?.to_owned(),
                secret: form.value("client_secret").map(str::to_owned),
            });
        };
        let basic = Self::basic(authorization).ok_or(GrantError::InvalidClient)?;
        // RFC 6749 section 2.3: one authentication method per request.
        if form.value("client_secret").is_some() {
            return Err(GrantError::InvalidRequest);
        }
        // The examples of AWS repeat the client ID in the form.
        if in_form.is_some_and(|id| id != basic.client_id) {
            return Err(GrantError::InvalidClient);
        }
        Ok(basic)
    }

    // RFC 7617, with both parts form-encoded (RFC 6749 section 2.3.1).
    fn basic(authorization: &str) -> Option<Self> {
        let (scheme, encoded) = authorization.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let pair = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (client_id, secret) = pair.split_once(':')?;
        Some(Self {
            client_id: form_decoded(client_id)?,
            secret: form_decoded(secret).filter(|secret| !secret.is_empty()),
        })
    }
}

fn form_decoded(part: &str) -> Option<String> {
    // `&` would end the value. Every other character is part of it.
    let form = format!("={}", part.replace('&', "%26"));
    let (_, value) = form_urlencoded::parse(form.as_bytes()).next()?;
    Some(value.into_owned())
}
