//! The middleware of `actix-web-httpauth` verifies the token, and the handler checks the scope.

use actix_web::dev::ServiceRequest;
use actix_web::web::{Data, ReqData};
use actix_web::{Error, HttpMessage, get};
use actix_web_httpauth::extractors::bearer::BearerAuth;

use crate::verification::{Claims, Verification};

/// Leaves the claims of a valid token in the request. For `HttpAuthentication::bearer`.
pub(crate) async fn verify(
    request: ServiceRequest,
    credentials: BearerAuth,
) -> Result<ServiceRequest, (Error, ServiceRequest)> {
    let verification: Option<&Data<Verification>> = request.app_data();
    let verification = verification.expect("the app has the key");
    match verification.claims(credentials.token()) {
        Ok(claims) => {
            request.extensions_mut().insert(claims);
            Ok(request)
        }
        Err(error) => Err((error, request)),
    }
}

#[get("/")]
pub(crate) async fn guarded(claims: ReqData<Claims>) -> Result<&'static str, Error> {
    claims.require_scope()?;
    Ok("ok")
}
