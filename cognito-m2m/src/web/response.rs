use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;

use crate::error::{AuthenticationError, Refusal};
use crate::policy::Denial;
use crate::scope::Scope;
use crate::users::UserMappingError;

/// Who answers a refusal.
///
/// A responder of the team's own replaces every answer of the app. A status below 400 would let a
/// refused request look served: it is replaced by 500, and logged.
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
    /// Makes the answer to a refused request. Nothing of the token belongs into it.
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

/// The answers of this crate: `{"detail": ".."}` or plain text, and the headers of RFC 6750.
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
    /// Answers with this `realm`, as JSON or as plain text. Characters that RFC 6750 section 3
    /// does not allow in a challenge are left out of it.
    #[must_use]
    pub fn new(realm: impl Into<String>, json: bool) -> Self {
        let mut realm = realm.into();
        realm.retain(|character| matches!(character, ' '..='!' | '#'..='[' | ']'..='~'));
        Self { realm, json }
    }

    fn answer(&self, refusal: &Refusal) -> HttpResponse {
        let mut builder = HttpResponse::build(status_of(refusal));
        if let Some(challenge) = self.challenge(refusal) {
            builder.insert_header((WWW_AUTHENTICATE, challenge));
        }
        if let Some(retry_after) = retry_after(refusal) {
            builder.insert_header((RETRY_AFTER, whole_seconds(retry_after)));
        }
        let detail = detail_of(refusal);
        if self.json {
            builder.json(Body { detail })
        } else {
            builder.content_type(ContentType::plaintext()).body(detail)
        }
    }

    /// RFC 6750 section 3, quoted as RFC 9110 section 11.2 has it. Realm and scopes hold no
    /// character that needs an escape: both are checked where they come in.
    fn challenge(&self, refusal: &Refusal) -> Option<HeaderValue> {
        let realm = &self.realm;
        let challenge = match refusal {
            Refusal::Authentication(AuthenticationError::Missing) => {
                format!("Bearer realm=\"{realm}\"")
            }
            Refusal::Authentication(AuthenticationError::Malformed(_)) => {
                format!("Bearer realm=\"{realm}\", error=\"invalid_request\"")
            }
            Refusal::Authentication(_) => {
                format!("Bearer realm=\"{realm}\", error=\"invalid_token\"")
            }
            Refusal::Authorization(Denial::Scope { required }) if !required.is_empty() => {
                let scopes: Vec<_> = required.iter().map(Scope::as_str).collect();
                let scopes = scopes.join(" ");
                format!(
                    "Bearer realm=\"{realm}\", error=\"insufficient_scope\", scope=\"{scopes}\""
                )
            }
            Refusal::Authorization(Denial::Scope { .. } | Denial::Method) => {
                format!("Bearer realm=\"{realm}\", error=\"insufficient_scope\"")
            }
            Refusal::Authorization(Denial::Client)
            | Refusal::Unavailable(_)
            | Refusal::UserMapping(_)
            | Refusal::Wiring(_) => return None,
        };
        HeaderValue::from_str(&challenge).ok()
    }
}

impl Default for DefaultResponder {
    fn default() -> Self {
        Self::new("api", true)
    }
}

impl RefusalResponder for DefaultResponder {
    fn respond(&self, refusal: &Refusal, _: &HttpRequest) -> HttpResponse {
        self.answer(refusal)
    }
}

/// `principal.authorize(&policy)?` in a handler: inside of the middleware the app's responder
/// answers in place of this.
impl ResponseError for Denial {
    fn status_code(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }

    fn error_response(&self) -> HttpResponse {
        DefaultResponder::default().answer(&self.clone().into())
    }
}

#[derive(Serialize)]
struct Body {
    detail: &'static str,
}

fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Authentication(_) => StatusCode::UNAUTHORIZED,
        Refusal::Authorization(_) | Refusal::UserMapping(UserMappingError::NotMapped) => {
            StatusCode::FORBIDDEN
        }
        Refusal::Unavailable(_)
        | Refusal::UserMapping(UserMappingError::Unavailable(_) | UserMappingError::TimedOut(_)) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Refusal::UserMapping(UserMappingError::Ambiguous(_) | UserMappingError::Failed(_))
        | Refusal::Wiring(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn detail_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Authentication(AuthenticationError::Missing) => {
            "Authentication credentials were not provided."
        }
        Refusal::Authentication(AuthenticationError::Malformed(_)) => {
            "Malformed Authorization header."
        }
        Refusal::Authentication(AuthenticationError::Expired) => "Bearer token has expired.",
        Refusal::Authentication(AuthenticationError::Invalid(_)) => "Invalid bearer token.",
        Refusal::Authorization(Denial::Client) => "Client is not allowed.",
        Refusal::Authorization(Denial::Scope { .. } | Denial::Method) => "Insufficient scope.",
        Refusal::Unavailable(_) => "Authentication is temporarily unavailable.",
        Refusal::UserMapping(UserMappingError::NotMapped) => "Client is not mapped to a user.",
        Refusal::UserMapping(UserMappingError::Unavailable(_) | UserMappingError::TimedOut(_)) => {
            "User lookup is temporarily unavailable."
        }
        Refusal::UserMapping(UserMappingError::Ambiguous(_) | UserMappingError::Failed(_))
        | Refusal::Wiring(_) => "Internal server error.",
    }
}

/// When it is worth to come again. The store of the users is asked anew by every request.
fn retry_after(refusal: &Refusal) -> Option<Duration> {
    match refusal {
        Refusal::Unavailable(unavailable) => Some(unavailable.retry_after),
        Refusal::UserMapping(UserMappingError::Unavailable(_) | UserMappingError::TimedOut(_)) => {
            Some(Duration::ZERO)
        }
        Refusal::UserMapping(_)
        | Refusal::Authentication(_)
        | Refusal::Authorization(_)
        | Refusal::Wiring(_) => None,
    }
}

/// `Retry-After` in whole seconds, rounded up, at least 1 (RFC 9110 section 10.2.3).
fn whole_seconds(duration: Duration) -> u64 {
    let rounded_up = duration
        .as_secs()
        .saturating_add(u64::from(duration.subsec_nanos() > 0));
    rounded_up.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::WiringFault;
    use crate::jwks::KeysUnavailable;
    use crate::token::{InvalidToken, MalformedHeader};

    fn answer(refusal: impl Into<Refusal>) -> (u16, Option<String>) {
        let response = DefaultResponder::new("r", true).answer(&refusal.into());
        let challenge = response.headers().get(WWW_AUTHENTICATE);
        let challenge = challenge.map(|value| value.to_str().unwrap_or_default().to_owned());
        (response.status().as_u16(), challenge)
    }

    #[test]
    fn each_refusal_has_its_status_and_challenge() {
        let scope = |text| Scope::new(text).expect("a scope");
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
        assert_eq!(answer(WiringFault::MiddlewareMissing), (500, None));
        assert_eq!(answer(UserMappingError::NotMapped), (403, None));
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
