//! The middleware around nested scopes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::App;
use cognito_m2m::BoxFuture;
use cognito_m2m::token::{BearerToken, Claims, InvalidToken};
use cognito_m2m::validator::{TokenError, TokenValidator};
use serde_json::json;

use super::*;

/// A validator that counts its calls, and accepts the token `good` as one of the client `client_id`.
struct CountingValidator {
    validations: Arc<AtomicUsize>,
    client_id: &'static str,
}

impl TokenValidator for CountingValidator {
    fn validate<'a>(&'a self, token: BearerToken<'a>) -> BoxFuture<'a, Result<Claims, TokenError>> {
        self.validations.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            match token.as_str() {
                "good" => Ok(Claims::from_value(json!({ "client_id": self.client_id }))
                    .expect("a JSON object")),
                _ => Err(InvalidToken::Custom.into()),
            }
        })
    }
}

#[actix_web::test]
async fn nested_scopes_validate_once_per_middleware() {
    let validations = Arc::new(AtomicUsize::new(0));
    let build = |client_id| {
        let validator = CountingValidator {
            validations: validations.clone(),
            client_id,
        };
        let auth = CognitoAuth::builder().validator(validator).build();
        auth.expect("a custom validator needs no settings")
    };
    let (outer, other) = (build("outer"), build("other"));
    let api = Api::at(serve!(move || {
        App::new()
            .wrap(outer.clone())
            .service(
                web::scope("/same")
                    .wrap(outer.clone())
                    .service(web::scope("/again").wrap(outer.clone()).service(me)),
            )
            .service(web::scope("/other").wrap(other.clone()).service(me))
    }));
    assert_eq!(api.get("/same/again/me", "good").await.body, "outer");
    assert_eq!(validations.swap(0, Ordering::SeqCst), 1);
    assert_eq!(api.get("/other/me", "good").await.body, "other");
    assert_eq!(validations.load(Ordering::SeqCst), 2);
}
