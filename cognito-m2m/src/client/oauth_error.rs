use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

/// What Cognito calls its throttling, in a 400 (quotas of Amazon Cognito: category
/// `ClientAuthentication`).
const THROTTLED: &str = "TooManyRequestsException";

/// The codes that may be shown: of RFC 6749 sections 4.1.2.1 and 5.2, and Cognito's throttling.
const KNOWN_CODES: [&str; 9] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
    THROTTLED,
];

/// An OAuth error answer (RFC 6749 section 5.2).
///
/// `Display` and `Debug` show a code of the RFC by name, and nothing else of what the server
/// wrote: a server may echo what it was sent.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::OAuthError;
///
/// fn tell(error: &OAuthError) {
///     println!("{} with status {}", error.error(), error.status());
///     println!("what the server says: {:?}", error.description());
/// }
/// ```
#[derive(Clone)]
pub struct OAuthError(Arc<OAuthAnswer>);

struct OAuthAnswer {
    status: u16,
    error: String,
    description: Option<String>,
    body: ResponseBody,
    retry_after: Option<Duration>,
}

impl OAuthError {
    /// Reads an answer, where it is an OAuth error or Cognito's throttling.
    pub(super) fn read(
        status: u16,
        body: &ResponseBody,
        is_throttled: bool,
        retry_after: Option<Duration>,
    ) -> Option<Self> {
        let answer: Map<String, Value> =
            serde_json::from_slice(body.as_bytes()).unwrap_or_default();
        let text = |name| answer.get(name).and_then(Value::as_str).map(str::to_owned);
        let error = text("error").filter(|code| !code.is_empty());
        let is_refusal = error.as_deref().is_some_and(|code| {
            code != THROTTLED && KNOWN_CODES.contains(&code) && !is_transient_status(status)
        });
        // AWS front ends name it in `__type`, `code`, `message` or a header.
        let is_throttled = is_throttled || contains(body.as_bytes(), THROTTLED.as_bytes());
        let error = if is_throttled && !is_refusal {
            THROTTLED.to_owned()
        } else {
            error?
        };
        Some(Self(Arc::new(OAuthAnswer {
            status,
            error,
            description: text("error_description"),
            body: body.clone(),
            retry_after,
        })))
    }

    /// The HTTP status: 400 from Cognito, 401 from others for `invalid_client`.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// The code as the server wrote it, such as `invalid_client`.
    #[must_use]
    pub fn error(&self) -> &str {
        &self.0.error
    }

    /// The server's `error_description`, as it wrote it.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The whole answer.
    #[must_use]
    pub fn body(&self) -> &ResponseBody {
        &self.0.body
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    pub(super) fn is_transient(&self) -> bool {
        self.0.error == THROTTLED || is_transient_status(self.0.status)
    }

    fn shown_code(&self) -> &'static str {
        let known = KNOWN_CODES.iter().find(|code| **code == self.0.error);
        known.copied().unwrap_or("a code of its own")
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (status {})", self.shown_code(), self.0.status)
    }
}

impl fmt::Debug for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthError")
            .field("status", &self.0.status)
            .field("error", &self.shown_code())
            .finish_non_exhaustive()
    }
}

impl Error for OAuthError {}

/// The body of an answer, kept apart: it may hold anything, so `Debug` shows its length only.
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
///
/// fn length(body: &cognito_m2m::client::ResponseBody) -> usize {
///     body.as_bytes().len()
/// }
/// ```
#[derive(Clone, Default)]
pub struct ResponseBody(Arc<[u8]>);

impl ResponseBody {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }

    /// The body as it came; not for logs.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The body as text, with U+FFFD for what is not UTF-8; not for logs.
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

    fn read(status: u16, body: &str) -> Option<OAuthError> {
        OAuthError::read(status, &ResponseBody::new(body.into()), false, None)
    }

    #[test]
    fn throttling_is_transient_wherever_it_is_named() {
        for body in [
            r#"{"error":"TooManyRequestsException"}"#,
            r#"{"__type":"com.amazonaws#TooManyRequestsException","message":"Rate exceeded"}"#,
            r#"{"error":"odd","code":"TooManyRequestsException"}"#,
            "TooManyRequestsException: Rate exceeded",
        ] {
            assert!(read(400, body).unwrap().is_transient(), "{body}");
        }
    }

    #[test]
    fn refusal_is_not_transient_whatever_else_it_says() {
        let body = r#"{"error":"invalid_client","error_description":"TooManyRequestsException"}"#;
        let error = read(400, body).unwrap();
        assert_eq!(error.error(), "invalid_client");
        assert!(!error.is_transient());
    }

    #[test]
    fn text_of_the_server_is_kept_apart() {
        let body = r#"{"error":"hush","error_description":"hush hush"}"#;
        let error = read(400, body).unwrap();
        assert_eq!(error.description(), Some("hush hush"));
        assert!(!format!("{error} {error:?} {:?}", error.body()).contains("hush"));
    }

    #[test]
    fn answer_without_a_code_is_no_oauth_error() {
        for body in ["", "<html>", "[]", r#"{"error":""}"#, r#"{"error":{}}"#] {
            assert!(read(400, body).is_none(), "{body}");
        }
    }
}
