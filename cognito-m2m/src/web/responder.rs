use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use tracing::Level;

use crate::error::{AuthenticationError, Refusal};
use crate::policy::Denial;
use crate::scope::Scope;
use crate::users::UserMappingError;

/// A function that creates the response to a refusal, for one handler.
///
/// Pass its path to an attribute as the `error` argument.
pub type RefusalFn = fn(&Refusal, &HttpRequest) -> HttpResponse;

/// Creates the HTTP responses to refused requests.
///
/// A custom responder applies to the whole app. If it returns a status below 400, which would make
/// a refused request look successful, the response is replaced by 500 and an error is logged.
///
/// # Examples
///
/// ```
/// use actix_web::{HttpRequest, HttpResponse};
/// use cognito_m2m::error::Refusal;
/// use cognito_m2m::{DefaultResponder, RefusalResponder};
///
/// struct WithRequestId(DefaultResponder);
///
/// impl RefusalResponder for WithRequestId {
///     fn respond(&self, refusal: &Refusal, request: &HttpRequest) -> HttpResponse {
///         let mut response = self.0.respond(refusal, request);
///         if let Some(id) = request.headers().get("x-request-id") {
///             let name = actix_web::http::header::HeaderName::from_static("x-request-id");
///             response.headers_mut().insert(name, id.clone());
///         }
///         response
///     }
/// }
/// ```
pub trait RefusalResponder: Send + Sync + 'static {
    /// Creates the response to a refused request. The response must not contain any part of the
    /// token.
    fn respond(&self, refusal: &Refusal, request: &HttpRequest) -> HttpResponse;
}

impl<F> RefusalResponder for F
where
    F: Fn(&Refusal, &HttpRequest) -> HttpResponse + Send + Sync + 'static,
{
    fn respond(&self, refusal: &Refusal, request: &HttpRequest) -> HttpResponse {
        self(refusal, request)
    }
}

/// The default responder: `{"detail": ".."}` or plain text, with the headers of RFC 6750.
///
/// # Examples
///
/// ```
/// use cognito_m2m::DefaultResponder;
///
/// let responder = DefaultResponder::new("widgets", true);
/// ```
#[derive(Clone, Debug)]
pub struct DefaultResponder {
    realm: String,
    json: bool,
}

impl DefaultResponder {
    /// Creates a responder with this `realm`. Its responses are JSON if `json` is `true`, and plain
    /// text otherwise.
    ///
    /// Characters that RFC 6750 section 3 does not allow in a challenge are removed from the realm.
    #[must_use]
    pub fn new(realm: impl Into<String>, json: bool) -> Self {
        let mut realm = realm.into();
        realm.retain(|character| matches!(character, ' '..='!' | '#'..='[' | ']'..='~'));
        Self { realm, json }
    }

    fn response(&self, refusal: &Refusal) -> HttpResponse {
        let answer = Answer::from_refusal(refusal);
        let mut builder = HttpResponse::build(answer.status);
        if let Some(challenge) = self.challenge(&answer.challenge) {
            builder.insert_header((WWW_AUTHENTICATE, challenge));
        }
        if let Some(retry_after) = answer.retry_after {
            builder.insert_header((RETRY_AFTER, whole_seconds(retry_after)));
        }
        let detail = answer.detail;
        if self.json {
            builder.json(Body { detail })
        } else {
            builder.content_type(ContentType::plaintext()).body(detail)
        }
    }

    /// Formats a challenge (RFC 6750 section 3) with quoted parameters (RFC 9110 section 11.2). The
    /// realm and the scopes need no escaping, because neither can contain `"` or `\`.
    fn challenge(&self, challenge: &Challenge<'_>) -> Option<HeaderValue> {
        let realm = &self.realm;
        let text = match challenge {
            Challenge::None => return None,
            Challenge::WithoutError => format!("Bearer realm=\"{realm}\""),
            Challenge::Error(error) => format!("Bearer realm=\"{realm}\", error=\"{error}\""),
            Challenge::InsufficientScope(scopes) => {
                let scopes: Vec<_> = scopes.iter().map(Scope::as_str).collect();
                let scopes = scopes.join(" ");
                format!(
                    "Bearer realm=\"{realm}\", error=\"insufficient_scope\", scope=\"{scopes}\""
                )
            }
        };
        HeaderValue::from_str(&text).ok()
    }
}

impl Default for DefaultResponder {
    fn default() -> Self {
        Self::new("api", true)
    }
}

impl RefusalResponder for DefaultResponder {
    fn respond(&self, refusal: &Refusal, _: &HttpRequest) -> HttpResponse {
        self.response(refusal)
    }
}

/// The response to `principal.authorize(&policy)?` in a handler. Inside the middleware, the app's
/// responder replaces it.
impl ResponseError for Denial {
    fn status_code(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }

    fn error_response(&self) -> HttpResponse {
        DefaultResponder::default().response(&self.clone().into())
    }
}

#[derive(Serialize)]
struct Body {
    detail: &'static str,
}

/// The response to a refusal and the level at which the refusal is logged.
struct Answer<'r> {
    status: StatusCode,
    detail: &'static str,
    challenge: Challenge<'r>,
    retry_after: Option<Duration>,
    level: Level,
}

/// The `WWW-Authenticate` header of a response.
enum Challenge<'r> {
    None,
    WithoutError,
    Error(&'static str),
    InsufficientScope(&'r [Scope]),
}

impl<'r> Answer<'r> {
    /// Returns the status, text, challenge, retry time and log level for a refusal.
    fn from_refusal(refusal: &'r Refusal) -> Self {
        use AuthenticationError as Failed;
        use UserMappingError as User;
        match refusal {
            Refusal::Authentication(Failed::Missing) => Self::unauthorized(
                "Authentication credentials were not provided.",
                Challenge::WithoutError,
            ),
            Refusal::Authentication(Failed::Malformed(_)) => Self::unauthorized(
                "Malformed Authorization header.",
                Challenge::Error("invalid_request"),
            ),
            Refusal::Authentication(Failed::Expired) => Self::unauthorized(
                "Bearer token has expired.",
                Challenge::Error("invalid_token"),
            ),
            Refusal::Authentication(Failed::Invalid(_)) => {
                Self::unauthorized("Invalid bearer token.", Challenge::Error("invalid_token"))
            }
            Refusal::Authorization(Denial::Scope { required }) if !required.is_empty() => {
                Self::forbidden(
                    "Insufficient scope.",
                    Challenge::InsufficientScope(required),
                )
            }
            Refusal::Authorization(Denial::Scope { .. } | Denial::Method) => Self::forbidden(
                "Insufficient scope.",
                Challenge::Error("insufficient_scope"),
            ),
            Refusal::Authorization(Denial::Client) => {
                Self::forbidden("Client is not allowed.", Challenge::None)
            }
            Refusal::UserMapping(User::NotMapped | User::Inactive) => {
                Self::forbidden("Client is not mapped to a user.", Challenge::None)
            }
            Refusal::Unavailable(keys) => Self::unavailable(
                "Authentication is temporarily unavailable.",
                keys.retry_after,
            ),
            // Every request queries the user store again, so a retry may succeed immediately.
            Refusal::UserMapping(User::Unavailable(_) | User::TimedOut(_)) => {
                Self::unavailable("User lookup is temporarily unavailable.", Duration::ZERO)
            }
            Refusal::UserMapping(User::Ambiguous(_) | User::Failed(_))
            | Refusal::Misconfigured(_) => Self::internal_error(),
        }
    }

    fn unauthorized(detail: &'static str, challenge: Challenge<'r>) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            detail,
            challenge,
            retry_after: None,
            level: Level::INFO,
        }
    }

    fn forbidden(detail: &'static str, challenge: Challenge<'r>) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            ..Self::unauthorized(detail, challenge)
        }
    }

    fn unavailable(detail: &'static str, retry_after: Duration) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            detail,
            challenge: Challenge::None,
            retry_after: Some(retry_after),
            level: Level::WARN,
        }
    }

    fn internal_error() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            detail: "Internal server error.",
            challenge: Challenge::None,
            retry_after: None,
            level: Level::ERROR,
        }
    }
}

/// Returns the level at which a refusal is logged.
pub(super) fn log_level(refusal: &Refusal) -> Level {
    Answer::from_refusal(refusal).level
}

/// Returns the value of `Retry-After`: whole seconds, rounded up, at least 1 (RFC 9110 section
/// 10.2.3).
fn whole_seconds(duration: Duration) -> u64 {
    let rounded_up = duration
        .as_secs()
        .saturating_add(u64::from(duration.subsec_nanos() > 0));
    rounded_up.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Misconfiguration;
    use crate::jwks::KeysUnavailable;
    use crate::token::{InvalidToken, MalformedHeader};

    fn answer(refusal: impl Into<Refusal>) -> (u16, Option<String>) {
        let response = DefaultResponder::new("r", true).response(&refusal.into());
        let challenge = response.headers().get(WWW_AUTHENTICATE);
        let challenge = challenge.map(|value| value.to_str().unwrap_or_default().to_owned());
        (response.status().as_u16(), challenge)
    }

    #[test]
    fn every_refusal_has_its_status_and_challenge() {
        let scope = |text| Scope::new(text).expect("a valid scope");
        let required = vec![scope("b"), scope("a")];
        let challenge = |text: &str| Some(format!("Bearer realm=\"r\"{text}"));
        assert_eq!(answer(AuthenticationError::Missing), (401, challenge("")));
        assert_eq!(
            answer(MalformedHeader::NotAToken),
            (401, challenge(", error=\"invalid_request\""))
        );
        assert_eq!(
            answer(AuthenticationError::Expired),
            (401, challenge(", error=\"invalid_token\""))
        );
        let invalid = AuthenticationError::Invalid(InvalidToken::Signature);
        assert_eq!(
            answer(invalid),
            (401, challenge(", error=\"invalid_token\""))
        );
        let lacking = Denial::Scope { required };
        assert_eq!(
            answer(lacking),
            (
                403,
                challenge(", error=\"insufficient_scope\", scope=\"b a\"")
            )
        );
        assert_eq!(
            answer(Denial::Method),
            (403, challenge(", error=\"insufficient_scope\""))
        );
        assert_eq!(answer(Denial::Client), (403, None));
        assert_eq!(answer(Misconfiguration::MiddlewareMissing), (500, None));
        assert_eq!(answer(UserMappingError::NotMapped), (403, None));
        assert_eq!(answer(UserMappingError::Inactive), (403, None));
        assert_eq!(answer(UserMappingError::Ambiguous(2)), (500, None));
        assert_eq!(answer(UserMappingError::failed("why")), (500, None));
        assert_eq!(answer(UserMappingError::unavailable("why")), (503, None));
        let retry_after = Duration::from_millis(1_200);
        assert_eq!(answer(UserMappingError::TimedOut(retry_after)), (503, None));
        assert_eq!(answer(KeysUnavailable { retry_after }), (503, None));
    }

    #[test]
    fn retry_after_is_in_whole_seconds_and_at_least_one() {
        for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (59_999, 60)] {
            assert_eq!(whole_seconds(Duration::from_millis(millis)), seconds);
        }
    }
}
