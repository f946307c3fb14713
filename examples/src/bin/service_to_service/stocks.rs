//! The API that is called: it asks for a token.

use actix_web::{
    Responder, get,
    web::{Json, Path, ServiceConfig, scope},
};
use cognito_m2m::{CognitoAuth, ServicePrincipal, require_scopes};
use serde_json::json;

/// What a caller needs.
pub(crate) const READ: &str = "stocks/read";

pub(crate) fn routes(app: &mut ServiceConfig, auth: &CognitoAuth) {
    app.service(scope("").wrap(auth.clone()).service(stock));
}

#[get("/stocks/{item}")]
#[require_scopes(READ)]
async fn stock(caller: ServicePrincipal, item: Path<String>) -> impl Responder {
    Json(json!({
        "item": *item,
        "left": 7,
        "asked_by": caller.client_id(),
    }))
}
