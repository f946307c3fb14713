use std::sync::OnceLock;

use actix_web::HttpMessage;

use crate::principal::ServicePrincipal;
use crate::token::{BearerToken, Claims, InvalidToken};
use crate::validator::{BoxFuture, TokenError, TokenValidator};
use crate::web::{CognitoAuth, preset};

/// Puts a principal into a test request, with no token at all.
///
/// Guards, extractors and policies judge it as they judge a verified one. A handler can be tested
/// without the middleware this way; where there is one, its settings (groups, default allowlist)
/// hold.
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
    /// Attaches the principal.
    #[must_use]
    fn with_principal(self, principal: ServicePrincipal) -> Self {
        if let Some(auth) = bystander() {
            preset(&mut self.extensions_mut(), auth, principal);
        }
        self
    }
}

impl<T: HttpMessage> TestPrincipal for T {}

/// The settings that hold where a test has no middleware.
///
/// `None` when the machine has no thread to give, and then every guard answers 500.
fn bystander() -> Option<&'static CognitoAuth> {
    static BYSTANDER: OnceLock<Option<CognitoAuth>> = OnceLock::new();
    let build = || {
        let builder = CognitoAuth::builder().validator(Nobody);
        builder.allow_undefined_groups().build().ok()
    };
    BYSTANDER.get_or_init(build).as_ref()
}

struct Nobody;

impl TokenValidator for Nobody {
    fn validate<'a>(&'a self, _: BearerToken<'a>) -> BoxFuture<'a, Result<Claims, TokenError>> {
        Box::pin(async { Err(InvalidToken::Custom.into()) })
    }
}
