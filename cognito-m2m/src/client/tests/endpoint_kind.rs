use super::*;

/// The two endpoints that issue tokens. Tests are written for a token endpoint, and this adapts them
/// to the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EndpointKind {
    OAuth,
    Api,
}

/// The members and error codes of a token endpoint, and their counterparts of the API.
const COUNTERPARTS: [(&str, &str); 11] = [
    ("access_token", "AccessToken"),
    ("token_type", "TokenType"),
    ("expires_in", "ExpiresIn"),
    ("error_description", "message"),
    ("invalid_client", "NotAuthorizedException"),
    ("invalid_scope", "InvalidParameterException"),
    ("invalid_grant", "OperationNotEnabledException"),
    ("unauthorized_client", "UserLambdaValidationException"),
    ("server_error", "InternalErrorException"),
    ("odd", "OddException"),
    ("\"error\":", "\"__type\":"),
];

impl EndpointKind {
    pub(super) fn url_of(self, cognito: &LocalCognito) -> String {
        match self {
            Self::OAuth => cognito.token_url(),
            Self::Api => cognito.api_url(),
        }
    }

    pub(super) fn configure(self, builder: TokenClientBuilder, url: &str) -> TokenClientBuilder {
        match self {
            Self::OAuth => builder.token_url(url),
            Self::Api => builder.api_url(url),
        }
    }

    /// Translates the body of a response. The text is not parsed, since it may be malformed.
    pub(super) fn body(self, body: &str) -> String {
        if self == Self::OAuth {
            return body.to_owned();
        }
        let (body, error) = without_error(&body.replace("\\u0065rror", "error"));
        let result = body.replace("\\u0061ccess_token", "\\u0041ccessToken");
        let is_grant = result.contains("_token")
            || result.contains("token_type")
            || result.contains("ccessToken");
        let body = match (is_grant && result.starts_with('{'), error) {
            (true, Some(error)) => format!(r#"{{"ClientAuthenticationResult":{result},{error}}}"#),
            (true, None) => {
                let end = result.rfind('}').map_or(result.len(), |end| end + 1);
                let (object, rest) = result.split_at(end);
                format!(r#"{{"ClientAuthenticationResult":{object}}}{rest}"#)
            }
            (false, Some(error)) if result.len() > 2 => {
                format!("{{{error},{}", &result[1..])
            }
            (false, Some(error)) => format!("{{{error}}}"),
            (false, None) => result,
        };
        COUNTERPARTS
            .iter()
            .fold(body, |body, (oauth, api)| body.replace(oauth, api))
    }

    /// Returns the code with which a token endpoint sends this error.
    pub(super) fn oauth_code(self, code: &str) -> &str {
        let mut counterparts = COUNTERPARTS.iter();
        let counterpart = counterparts.find(|(_, api)| self == Self::Api && *api == code);
        counterpart.map_or(code, |(oauth, _)| oauth)
    }
}

/// Takes the member `error` out of an object.
fn without_error(body: &str) -> (String, Option<String>) {
    let Some(start) = body.find("\"error\":") else {
        return (body.to_owned(), None);
    };
    let length = body[start..].find([',', '}']).unwrap();
    let (before, error) = body.split_at(start);
    let (error, after) = error.split_at(length);
    let rest = match after.strip_prefix(',') {
        Some(after) => format!("{before}{after}"),
        None => format!("{}{after}", before.trim_end_matches(',')),
    };
    (rest, Some(error.to_owned()))
}

#[test]
fn bodies_are_translated() {
    let body = |body| EndpointKind::Api.body(body);
    for (oauth, api) in [
        ("", ""),
        ("<html>", "<html>"),
        ("access_token", "AccessToken"),
        (
            r#"{"error":"invalid_client"}"#,
            r#"{"__type":"NotAuthorizedException"}"#,
        ),
        (
            r#"{"error":"odd","error_description":"no"}"#,
            r#"{"__type":"OddException","message":"no"}"#,
        ),
        (
            r#"{"access_token":"t","expires_in":3,"token_type":"Bearer"}"#,
            r#"{"ClientAuthenticationResult":{"AccessToken":"t","ExpiresIn":3,"TokenType":"Bearer"}}"#,
        ),
        (
            r#"{"access_token":"t","error":7}"#,
            r#"{"ClientAuthenticationResult":{"AccessToken":"t"},"__type":7}"#,
        ),
        (
            r#"{"error":"invalid_scope","access_token":"t"}"#,
            r#"{"ClientAuthenticationResult":{"AccessToken":"t"},"__type":"InvalidParameterException"}"#,
        ),
    ] {
        assert_eq!(body(oauth), api, "{oauth}");
        assert_eq!(EndpointKind::OAuth.body(oauth), oauth);
    }
}
