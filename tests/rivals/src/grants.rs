//! The extractor of `actix-web-httpauth` finds the token, and `actix-web-grants` checks the scope.

use std::collections::HashSet;

use actix_web::dev::ServiceRequest;
use actix_web::web::Data;
use actix_web::{Error, get};
use actix_web_grants::protect;
use actix_web_httpauth::extractors::bearer::BearerAuth;

use crate::verification::Verification;

/// Returns the scopes of a valid token. For `GrantsMiddleware::with_extractor`.
pub(crate) async fn scopes(request: &mut ServiceRequest) -> Result<HashSet<String>, Error> {
    let credentials = request.extract::<BearerAuth>().await?;
    let verification: Option<&Data<Verification>> = request.app_data();
    let verification = verification.expect("the app has the key");
    let claims = verification.claims(credentials.token())?;
    Ok(claims.scopes().map(str::to_owned).collect())
}

#[get("/")]
#[protect("widgets/read")]
pub(crate) async fn guarded() -> &'static str {
    "ok"
}
