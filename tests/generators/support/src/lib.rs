//! Requests to the handlers of the test crates, and a user pool that issues tokens.

use std::sync::OnceLock;

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::{Error, test};
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::users::UserMappingError;
use cognito_m2m::{CognitoAuth, ServicePrincipal};

/// The scope that the guards require.
pub const SCOPE: &str = "widgets/write";

/// A row of a user table.
pub struct User {
    /// The client ID of the user.
    pub name: String,
}

fn cognito() -> &'static LocalCognito {
    static COGNITO: OnceLock<LocalCognito> = OnceLock::new();
    COGNITO.get_or_init(|| LocalCognito::start().expect("a local Cognito starts"))
}

async fn find(principal: ServicePrincipal) -> Result<Option<User>, UserMappingError> {
    let name = principal.client_id().to_string();
    Ok(Some(User { name }))
}

/// Returns a middleware that maps each client to a user.
pub fn auth() -> CognitoAuth {
    let settings = cognito().settings().user_mapping_enabled(true);
    let builder = CognitoAuth::builder().settings(settings);
    builder
        .user_mapper(find)
        .build()
        .expect("the settings are valid")
}

/// Returns a token with this scope.
pub fn token(scope: &str) -> String {
    cognito().token("reporting").scopes([scope]).sign()
}

/// Sends a request with a JSON body, and returns the status and the text of the response.
pub async fn send<B: MessageBody>(
    app: &impl Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
    method: Method,
    path: &str,
    scope: &str,
) -> (StatusCode, String) {
    let request = test::TestRequest::with_uri(path)
        .method(method)
        .insert_header(("Authorization", format!("Bearer {}", token(scope))))
        .set_json(serde_json::json!({ "name": "gear" }));
    let response = test::call_service(app, request.to_request()).await;
    let status = response.status();
    let body = test::read_body(response).await;
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// Checks that a route of a guarded handler refuses a token without the scope, and that the handler
/// runs with it.
pub async fn assert_guarded<B: MessageBody>(
    app: &impl Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
    method: Method,
    path: &str,
) {
    let (status, body) = send(app, method.clone(), path, "other").await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{path}: {body}");
    assert!(body.contains("Insufficient scope."), "{path}: {body}");
    let (status, body) = send(app, method, path, SCOPE).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
}
