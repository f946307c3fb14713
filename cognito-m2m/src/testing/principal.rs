use std::sync::OnceLock;

use actix_web::HttpMessage;

use crate::box_future::BoxFuture;
use crate::principal::ServicePrincipal;
use crate::token::{BearerToken, Claims, InvalidToken};
use crate::validator::{TokenError, TokenValidator};
use crate::web::{CognitoAuth, preset};

/// An extension trait that adds a principal to a test request, in place of a token.
///
/// Guards, extractors and policies treat the principal like one from a verified token, so a handler
/// can be tested without the middleware. If the app has the middleware, its settings apply, such as
/// client groups, the default allowlist and `resource_servers`.
///
/// # Examples
///
/// ```
/// use actix_web::{App, test, web};
/// use cognito_m2m::ServicePrincipal;
/// use cognito_m2m::testing::TestPrincipal;
/// use cognito_m2m::token::Claims;
/// use serde_json::json;
///
/// async fn greet(principal: ServicePrincipal) -> String {
///     format!("hello, {}", principal.client_id())
/// }
///
/// # actix_web::rt::System::new().block_on(async {
/// let app = test::init_service(App::new().route("/", web::get().to(greet))).await;
/// let claims = Claims::from_value(json!({ "client_id": "reporting" }))?;
/// let principal = ServicePrincipal::danger_from_claims(claims)?;
/// let request = test::TestRequest::get().uri("/").to_request().with_principal(principal);
/// assert_eq!(test::call_and_read_body(&app, request).await, "hello, reporting");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub trait TestPrincipal: HttpMessage + Sized {
    /// Returns the request with the principal added.
    #[must_use]
    fn with_principal(self, principal: ServicePrincipal) -> Self {
        if let Some(auth) = default_auth() {
            preset(&mut self.extensions_mut(), auth, principal);
        }
        self
    }
}

impl<T: HttpMessage> TestPrincipal for T {}

/// Returns the `CognitoAuth` for apps without the middleware, or `None` if its background thread
/// could not be spawned. In that case, guards respond with status 500.
fn default_auth() -> Option<&'static CognitoAuth> {
    static DEFAULT_AUTH: OnceLock<Option<CognitoAuth>> = OnceLock::new();
    let build = || {
        let builder = CognitoAuth::builder().validator(RejectAll);
        builder.allow_undefined_groups().build().ok()
    };
    DEFAULT_AUTH.get_or_init(build).as_ref()
}

/// A validator that rejects every token.
pub(crate) struct RejectAll;

impl TokenValidator for RejectAll {
    fn validate<'a>(&'a self, _: BearerToken<'a>) -> BoxFuture<'a, Result<Claims, TokenError>> {
        Box::pin(async { Err(InvalidToken::Custom.into()) })
    }
}
