//! The API: the same in each mode.

use actix_web::{Responder, get, web::ServiceConfig};
use cognito_m2m::{MappedUser, RequestUser, require_authentication};
use cognito_m2m_examples::LegacyUser;

pub(crate) fn routes(app: &mut ServiceConfig) {
    app.service(seen).service(required);
}

/// For every machine: says who it is among the users.
#[get("/seen")]
#[require_authentication]
async fn seen(user: RequestUser<LegacyUser>) -> impl Responder {
    match user {
        RequestUser::Mapped(user) => format!("user {}", user.username),
        RequestUser::Proxy(user) => format!("proxy {}", user.username()),
        RequestUser::Anonymous => "anonymous".to_owned(),
    }
}

/// For machines that are users.
#[get("/required")]
#[require_authentication]
async fn required(user: MappedUser<LegacyUser>) -> impl Responder {
    user.username.clone()
}
