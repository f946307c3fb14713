//! The errors of this crate that a handler may return.

use std::error::Error as StdError;

use actix_web::http::StatusCode;
use actix_web::{Error, HttpResponse, ResponseError};

use crate::error::{Misconfiguration, Refusal};
use crate::policy::{Denial, InvalidQualifiedClientId};
use crate::scope::InvalidScope;
use crate::web::responder::DefaultResponder;

/// The response to `principal.authorize(&policy)?` in a handler. Inside the middleware, the app's
/// responder replaces it.
impl ResponseError for Denial {
    fn status_code(&self) -> StatusCode {
        Refusal::from(self.clone()).status_code()
    }

    fn error_response(&self) -> HttpResponse {
        DefaultResponder::default().response(&self.clone().into())
    }
}

/// The response to `Policy::scopes(..)?` in a handler: 500 without details. The middleware logs the
/// error.
impl ResponseError for InvalidScope {
    fn error_response(&self) -> HttpResponse {
        DefaultResponder::default().response(&Misconfiguration::InvalidPolicy.into())
    }
}

/// The response to `Policy::allow_client_ids(..)?` in a handler: 500 without details. The middleware
/// logs the error.
impl ResponseError for InvalidQualifiedClientId {
    fn error_response(&self) -> HttpResponse {
        DefaultResponder::default().response(&Misconfiguration::InvalidPolicy.into())
    }
}

/// Returns the refusal that a handler returned as its error, and that error.
pub(in crate::web) fn returned_refusal(
    error: &Error,
) -> Option<(Refusal, &(dyn StdError + 'static))> {
    if let Some(denial) = find_error::<Denial>(error) {
        return Some((denial.clone().into(), denial));
    }
    let invalid = match find_error::<InvalidScope>(error) {
        Some(invalid) => invalid as &(dyn StdError + 'static),
        None => find_error::<InvalidQualifiedClientId>(error)?,
    };
    Some((Misconfiguration::InvalidPolicy.into(), invalid))
}

/// Returns the error of type `E` that Actix holds, also inside of a `Box<dyn Error>`.
pub(in crate::web) fn find_error<E: ResponseError + StdError + 'static>(
    error: &Error,
) -> Option<&E> {
    error.as_error::<E>().or_else(|| {
        let boxed = error.as_error::<Box<dyn StdError>>()?;
        boxed
            .downcast_ref::<E>()
            .or_else(|| find_error(boxed.downcast_ref::<Error>()?))
    })
}
