use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::aws_exception::{self, THROTTLING, exception_name, known_name};
use super::response_format::ResponseFormat;

/// The code of a refusal of the client itself (RFC 6749 section 5.2).
const INVALID_CLIENT: &str = "invalid_client";

/// The codes that `Display` and `Debug` print, in addition to the exceptions of AWS: RFC 6749
/// sections 4.1.2.1 and 5.2.
const KNOWN_CODES: [&str; 8] = [
    "invalid_request",
    INVALID_CLIENT,
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
];

/// An OAuth error response (RFC 6749 section 5.2), or an exception of Cognito's API operation
/// `GetClientToken`.
///
/// `Display` and `Debug` print the status and, if it is a well-known one, the error code. They
/// print nothing else that the server sent, because a server may echo secrets.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::OAuthError;
///
/// fn report(error: &OAuthError) {
///     eprintln!("{} with status {}", error.error(), error.status());
///     eprintln!("details: {:?}", error.description());
/// }
/// ```
#[derive(Clone)]
pub struct OAuthError(Arc<Parts>);

struct Parts {
    status: u16,
    error: String,
    description: Option<String>,
    body: ResponseBody,
    retry_after: Option<Duration>,
    refuses_client: bool,
}

/// The parts of an error response, apart from its body, that show what was refused.
#[derive(Clone, Copy, Default)]
pub(super) struct RefusalHeaders<'h> {
    /// The exception of AWS: the value of `x-amzn-errortype`.
    pub(super) exception: Option<&'h str>,
    /// `true` for a 401 that asks for the credentials of a client.
    pub(super) refuses_client: bool,
}

impl OAuthError {
    /// Parses a response. Returns `None` if it is neither an OAuth error or an exception of the API,
    /// nor a refusal of the client, nor throttling.
    ///
    /// A response of the API that names no exception comes from a gateway, and is parsed like that
    /// of a token endpoint.
    pub(super) fn parse(
        format: ResponseFormat,
        status: u16,
        body: &ResponseBody,
        refusal: RefusalHeaders<'_>,
        retry_after: Option<Duration>,
    ) -> Option<Self> {
        let exception = format
            .is_api()
            .then(|| Self::parse_exception(status, body, refusal, retry_after));
        exception
            .flatten()
            .or_else(|| Self::parse_oauth(status, body, refusal, retry_after))
    }

    fn parse_oauth(
        status: u16,
        body: &ResponseBody,
        refusal: RefusalHeaders<'_>,
        retry_after: Option<Duration>,
    ) -> Option<Self> {
        let members: Map<String, Value> =
            serde_json::from_slice(body.as_bytes()).unwrap_or_default();
        let text = |name| members.get(name).and_then(Value::as_str).map(str::to_owned);
        let error = text("error").filter(|code| !code.is_empty());
        let is_refusal = error
            .as_deref()
            .is_some_and(|code| KNOWN_CODES.contains(&code) && !is_transient_status(status));
        // AWS front ends name the exception in `__type`, `code`, `message` or a header, with a
        // namespace in front of it or a URL after it.
        let names = |name: &&str| {
            let exception = refusal.exception.unwrap_or_default();
            exception.contains(name) || contains(body.as_bytes(), name.as_bytes())
        };
        let error = match THROTTLING.into_iter().find(names) {
            Some(exception) if !is_refusal => exception.to_owned(),
            _ if refusal.refuses_client => error.unwrap_or_else(|| INVALID_CLIENT.to_owned()),
            _ => error?,
        };
        let mut known = KNOWN_CODES.iter().chain(&THROTTLING);
        let is_known = known.any(|code| **code == error);
        let refuses_client = error == INVALID_CLIENT || (refusal.refuses_client && !is_known);
        Some(Self(Arc::new(Parts {
            status,
            error,
            description: text("error_description"),
            body: body.clone(),
            retry_after,
            refuses_client,
        })))
    }

    fn parse_exception(
        status: u16,
        body: &ResponseBody,
        refusal: RefusalHeaders<'_>,
        retry_after: Option<Duration>,
    ) -> Option<Self> {
        let members: Map<String, Value> =
            serde_json::from_slice(body.as_bytes()).unwrap_or_default();
        let error = exception_name(&members, refusal.exception)?;
        let description = members.get("message").or_else(|| members.get("Message"));
        Some(Self(Arc::new(Parts {
            status,
            // A 401 without a well-known exception comes from a gateway.
            refuses_client: aws_exception::refuses_client(&error)
                || (refusal.refuses_client && known_name(&error).is_none()),
            error,
            description: description.and_then(Value::as_str).map(str::to_owned),
            body: body.clone(),
            retry_after,
        })))
    }

    /// Returns the HTTP status.
    ///
    /// Cognito sends 400. Other servers may send 401 for `invalid_client`, or 200.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// Returns the error code exactly as the server sent it, such as `invalid_client`.
    ///
    /// If the request was throttled, or sent to Cognito's API, the code is the exception of AWS,
    /// such as `TooManyRequestsException` or `NotAuthorizedException`, without a namespace. For a
    /// 401 without a code that asks for HTTP Basic credentials, or has no challenge, it is
    /// `invalid_client`.
    #[must_use]
    pub fn error(&self) -> &str {
        &self.0.error
    }

    /// Returns the server's `error_description`, or the `message` of an exception, if any. Do not
    /// log it unless you trust the server.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Returns the whole body.
    #[must_use]
    pub fn body(&self) -> &ResponseBody {
        &self.0.body
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns `true` if the client itself is refused, so that another secret may be accepted.
    ///
    /// A 401 with a `Basic` challenge is such a refusal even if its error code is missing or not a
    /// registered one, as in `{"error":"unauthorized"}`.
    pub(super) fn refuses_client(&self) -> bool {
        self.0.refuses_client
    }

    /// Returns `true` if a firewall blocks the client, whatever its secret.
    pub(super) fn is_forbidden(&self) -> bool {
        aws_exception::is_forbidden(&self.0.error)
    }

    pub(super) fn is_transient(&self) -> bool {
        self.is_throttling()
            || is_transient_status(self.0.status)
            || aws_exception::is_transient(&self.0.error)
    }

    pub(super) fn is_throttling(&self) -> bool {
        self.0.status == 429 || aws_exception::is_throttling(&self.0.error)
    }

    fn printable_code(&self) -> &'static str {
        let mut codes = KNOWN_CODES.into_iter();
        let code = codes.find(|code| *code == self.0.error);
        let code = code.or_else(|| known_name(&self.0.error));
        code.unwrap_or("unknown error code")
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (status {})", self.printable_code(), self.0.status)
    }
}

impl fmt::Debug for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthError")
            .field("status", &self.0.status)
            .field("error", &self.printable_code())
            .finish_non_exhaustive()
    }
}

impl Error for OAuthError {}

/// The body of an error response.
///
/// It can contain anything, even secrets, so `Debug` prints its length only.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::TokenClientError;
///
/// fn body_of(error: &TokenClientError) -> Option<String> {
///     match error {
///         TokenClientError::Status { body, .. } => Some(body.to_text()),
///         TokenClientError::OAuth(refusal) => Some(refusal.body().to_text()),
///         _ => None,
///     }
/// }
/// ```
#[derive(Clone, Default)]
pub struct ResponseBody(Arc<[u8]>);

impl ResponseBody {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }

    /// Returns the bytes of the body. Do not log them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the body as text, with U+FFFD for invalid UTF-8. Do not log it.
    #[must_use]
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponseBody({} bytes)", self.0.len())
    }
}

pub(super) fn is_transient_status(status: u16) -> bool {
    status == 429 || (500..600).contains(&status)
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(status: u16, body: &str) -> Option<OAuthError> {
        parse_with(status, body, RefusalHeaders::default())
    }

    fn parse_with(status: u16, body: &str, refusal: RefusalHeaders<'_>) -> Option<OAuthError> {
        let format = ResponseFormat::OAUTH;
        OAuthError::parse(
            format,
            status,
            &ResponseBody::new(body.into()),
            refusal,
            None,
        )
    }

    fn exception(header: &str) -> RefusalHeaders<'_> {
        RefusalHeaders {
            exception: Some(header),
            ..RefusalHeaders::default()
        }
    }

    #[test]
    fn unauthorized_response_without_a_registered_code_refuses_the_client() {
        let refusal = RefusalHeaders {
            refuses_client: true,
            ..RefusalHeaders::default()
        };
        for (body, code, refuses_client) in [
            ("", "invalid_client", true),
            ("<html>", "invalid_client", true),
            (r#"{"message":"Unauthorized"}"#, "invalid_client", true),
            (r#"{"error":"unauthorized"}"#, "unauthorized", true),
            (r#"{"error":"invalid_client"}"#, "invalid_client", true),
            (r#"{"error":"invalid_scope"}"#, "invalid_scope", false),
            (
                r#"{"error":"unauthorized_client"}"#,
                "unauthorized_client",
                false,
            ),
            (
                "TooManyRequestsException",
                "TooManyRequestsException",
                false,
            ),
        ] {
            let error = parse_with(401, body, refusal).unwrap();
            assert_eq!(error.error(), code, "{body}");
            assert_eq!(error.refuses_client(), refuses_client, "{body}");
        }
        assert!(parse(401, "").is_none());
        let unregistered = parse(401, r#"{"error":"unauthorized"}"#).unwrap();
        assert!(!unregistered.refuses_client());
    }

    #[test]
    fn throttling_is_transient_wherever_the_exception_is_named() {
        for body in [
            r#"{"error":"TooManyRequestsException"}"#,
            r#"{"__type":"com.amazonaws#TooManyRequestsException","message":"Rate exceeded"}"#,
            r#"{"error":"odd","code":"TooManyRequestsException"}"#,
            "TooManyRequestsException: Rate exceeded",
        ] {
            assert!(parse(400, body).unwrap().is_transient(), "{body}");
        }
    }

    #[test]
    fn every_throttling_exception_is_recognized() {
        for name in THROTTLING {
            for text in [name.to_owned(), format!("com.amazonaws#{name}")] {
                let body = format!(r#"{{"__type":"{text}","message":"Rate exceeded"}}"#);
                let error = parse(400, &body).unwrap();
                assert!(error.is_throttling(), "{body}");
                assert_eq!(error.to_string(), format!("{name} (status 400)"));

                let header = format!("{text}:http://internal.amazon.com/coral/");
                let error = parse_with(400, "", exception(&header)).unwrap();
                assert_eq!(error.error(), name);
            }
        }
        let body = r#"{"__type":"NotAuthorizedException"}"#;
        assert!(parse(400, body).is_none());
        let header = "InternalFailure:http://internal.amazon.com/";
        assert!(parse_with(400, "", exception(header)).is_none());
    }

    #[test]
    fn refusal_is_not_transient_even_if_the_description_names_throttling() {
        let body = r#"{"error":"invalid_client","error_description":"TooManyRequestsException"}"#;
        let error = parse(400, body).unwrap();
        assert_eq!(error.error(), "invalid_client");
        assert!(!error.is_transient());
    }

    #[test]
    fn display_and_debug_print_no_text_from_the_server() {
        let body = r#"{"error":"marker","error_description":"marker marker"}"#;
        let error = parse(400, body).unwrap();
        assert_eq!(error.description(), Some("marker marker"));
        assert!(!format!("{error} {error:?} {:?}", error.body()).contains("marker"));
    }

    #[test]
    fn response_without_an_error_code_is_not_an_oauth_error() {
        for body in ["", "<html>", "[]", r#"{"error":""}"#, r#"{"error":{}}"#] {
            assert!(parse(400, body).is_none(), "{body}");
        }
    }
}
