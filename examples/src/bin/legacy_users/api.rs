//! The API, which is the same in every mode.

use actix_web::{Responder, get, web::ServiceConfig};
use cognito_m2m::{MappedUser, RequestUser, require_authentication};
use cognito_m2m_examples::LegacyUser;

pub(crate) fn routes(app: &mut ServiceConfig) {
    app.service(optional).service(required);
}

/// Serves every client with a token, unless its user is inactive. The response shows the user that
/// the handler sees.
#[get("/optional")]
#[require_authentication]
async fn optional(user: RequestUser<LegacyUser>) -> impl Responder {
    match user {
        RequestUser::Mapped(user) => format!("user {}", user.username),
        RequestUser::Proxy(user) => format!("proxy {}", user.username()),
        RequestUser::Anonymous => "anonymous".to_owned(),
    }
}

/// Serves only clients that are mapped to a user.
#[get("/required")]
#[require_authentication]
async fn required(user: MappedUser<LegacyUser>) -> impl Responder {
    user.username.clone()
}
