use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use tracing::Level;

use crate::cutoff::{CutoffRefusal, CutoffsUnavailable};
use crate::error::{AuthenticationError, Refusal};
use crate::jwks::KeysUnavailable;
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
/// Callers depend on the status and on the headers `WWW-Authenticate` and `Retry-After`.
/// [`Refusal`] returns all three ([`status_code`](Refusal::status_code),
/// [`challenge`](Refusal::challenge), [`retry_after`](Refusal::retry_after)), and
/// [`detail`](Refusal::detail) returns the text for the caller. Its `Display` text and its sources
/// are for logs only.
///
/// # Examples
///
/// A responder that replaces the body:
///
/// ```
/// use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
/// use actix_web::{HttpRequest, HttpResponse};
/// use cognito_m2m::error::Refusal;
///
/// fn problem(refusal: &Refusal, _: &HttpRequest) -> HttpResponse {
///     let mut response = HttpResponse::build(refusal.status_code());
///     if let Some(challenge) = refusal.challenge() {
///         response.insert_header((WWW_AUTHENTICATE, challenge));
///     }
///     if let Some(retry_after) = refusal.retry_after() {
///         response.insert_header((RETRY_AFTER, retry_after.as_secs()));
///     }
///     response.content_type("application/problem+json");
///     response.body(format!(r#"{{"title": "{}"}}"#, refusal.detail()))
/// }
/// ```
///
/// A responder that adds a header to the default response:
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
    realm: Realm,
    json: bool,
}

impl DefaultResponder {
    /// Creates a responder with this `realm`. Its responses are JSON if `json` is `true`, and plain
    /// text otherwise.
    ///
    /// Characters that RFC 6750 section 3 does not allow in a challenge are removed from the realm.
    #[must_use]
    pub fn new(realm: impl Into<String>, json: bool) -> Self {
        let realm = Realm::new(realm);
        Self { realm, json }
    }

    pub(super) fn response(&self, refusal: &Refusal) -> HttpResponse {
        let mut builder = HttpResponse::build(refusal.status_code());
        if let Some(challenge) = self.realm.apply(|| refusal.challenge()) {
            builder.insert_header((WWW_AUTHENTICATE, challenge));
        }
        if let Some(retry_after) = refusal.retry_after() {
            builder.insert_header((RETRY_AFTER, retry_after.as_secs()));
        }
        let detail = refusal.detail();
        if self.json {
            builder.json(Body { detail })
        } else {
            builder.content_type(ContentType::plaintext()).body(detail)
        }
    }
}

impl Default for DefaultResponder {
    fn default() -> Self {
        Self::new(DEFAULT_REALM, true)
    }
}

impl RefusalResponder for DefaultResponder {
    fn respond(&self, refusal: &Refusal, _: &HttpRequest) -> HttpResponse {
        self.response(refusal)
    }
}

#[derive(Serialize)]
struct Body {
    detail: &'static str,
}

/// The parts of the default response, for custom responders.
impl Refusal {
    /// Returns the status of the response: 401, 403, 500 or 503.
    #[must_use]
    pub fn status_code(&self) -> StatusCode {
        Answer::from_refusal(self).status
    }

    /// Returns the text for the caller, such as `Insufficient scope.`
    ///
    /// It is one of a few fixed texts and reveals no details. The texts of `Display` and of the
    /// error's sources do, and may quote claims of the token, so they belong only in logs.
    #[must_use]
    pub fn detail(&self) -> &'static str {
        Answer::from_refusal(self).detail
    }

    /// Returns the value of the `WWW-Authenticate` header (RFC 6750 section 3), or `None` if the
    /// response has no such header.
    ///
    /// In a [`RefusalResponder`] and in the function of an attribute's `error` argument, its realm is
    /// the setting `realm`. Elsewhere, it is the default of that setting, `api`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::error::{AuthenticationError, Refusal};
    ///
    /// let refusal = Refusal::from(AuthenticationError::Expired);
    /// assert_eq!(refusal.status_code(), 401);
    /// assert_eq!(refusal.detail(), "Bearer token has expired.");
    /// let challenge = refusal.challenge().unwrap();
    /// assert_eq!(challenge, r#"Bearer realm="api", error="invalid_token""#);
    /// assert_eq!(refusal.retry_after(), None);
    /// ```
    #[must_use]
    pub fn challenge(&self) -> Option<HeaderValue> {
        Answer::from_refusal(self).challenge.header()
    }

    /// Returns the value of the `Retry-After` header, or `None` if the response has no such header.
    ///
    /// It is in whole seconds, rounded up, and at least 1 (RFC 9110 section 10.2.3).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        Answer::from_refusal(self).retry_after.map(whole_seconds)
    }

    /// Returns the level at which the refusal is logged.
    pub(super) fn log_level(&self) -> Level {
        Answer::from_refusal(self).level
    }
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

impl Challenge<'_> {
    /// Formats a challenge (RFC 6750 section 3) with quoted parameters (RFC 9110 section 11.2). The
    /// realm and the scopes need no escaping, because neither can contain `"` or `\`.
    fn header(&self) -> Option<HeaderValue> {
        let realm = Realm::current();
        let realm = &realm.0;
        let text = match self {
            Self::None => return None,
            Self::WithoutError => format!("Bearer realm=\"{realm}\""),
            Self::Error(error) => format!("Bearer realm=\"{realm}\", error=\"{error}\""),
            Self::InsufficientScope(scopes) => {
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
            Refusal::Authentication(Failed::Invalid(_))
            | Refusal::CutOff(CutoffRefusal {
                is_shut_out: false, ..
            }) => Self::unauthorized("Invalid bearer token.", Challenge::Error("invalid_token")),
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
            Refusal::Authorization(Denial::Client)
            | Refusal::CutOff(CutoffRefusal {
                is_shut_out: true, ..
            }) => Self::forbidden("Client is not allowed.", Challenge::None),
            Refusal::Authorization(Denial::Claim { .. } | Denial::Claims(_)) => {
                Self::forbidden("Claim is not allowed.", Challenge::None)
            }
            Refusal::Authorization(Denial::OtherResourceServer) => {
                Self::forbidden("Token is not for this API.", Challenge::None)
            }
            Refusal::UserMapping(User::NotMapped | User::Inactive) => {
                Self::forbidden("Client is not mapped to a user.", Challenge::None)
            }
            Refusal::Unavailable(KeysUnavailable { retry_after })
            | Refusal::CutoffsUnavailable(CutoffsUnavailable { retry_after }) => {
                Self::unavailable("Authentication is temporarily unavailable.", *retry_after)
            }
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

/// Returns a number of whole seconds, rounded up, that is at least 1.
fn whole_seconds(duration: Duration) -> Duration {
    let rounded_up = duration
        .as_secs()
        .saturating_add(u64::from(duration.subsec_nanos() > 0));
    Duration::from_secs(rounded_up.max(1))
}

/// The default of the setting `realm`.
const DEFAULT_REALM: &str = "api";

/// The `realm` of a challenge.
#[derive(Clone, Debug)]
pub(super) struct Realm(Arc<str>);

thread_local! {
    /// The realm of the responder that runs on this thread. A responder receives only the refusal
    /// and the request, and neither contains the realm.
    static CURRENT_REALM: RefCell<Option<Realm>> = const { RefCell::new(None) };
}

impl Realm {
    pub(super) fn new(text: impl Into<String>) -> Self {
        let mut text = text.into();
        text.retain(|character| matches!(character, ' '..='!' | '#'..='[' | ']'..='~'));
        Self(text.into())
    }

    /// Calls `respond`, with this realm in the challenges of refusals.
    pub(super) fn apply<T>(&self, respond: impl FnOnce() -> T) -> T {
        let _outer = OuterRealm(CURRENT_REALM.replace(Some(self.clone())));
        respond()
    }

    fn current() -> Self {
        CURRENT_REALM.with_borrow(|realm| realm.clone().unwrap_or_else(|| Self::new(DEFAULT_REALM)))
    }
}

/// The previous realm, which is restored on drop, even if the responder panics.
struct OuterRealm(Option<Realm>);

impl Drop for OuterRealm {
    fn drop(&mut self) {
        CURRENT_REALM.set(self.0.take());
    }
}
