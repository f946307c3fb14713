use std::cell::Cell;
use std::error::Error as StdError;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError};

use super::refuse::{RefusedBy, log, respond, state_of};
use crate::error::Refusal;
use crate::policy::Layer;
use crate::web::responder::RefusalFn;

/// The error of an extractor that refused a request.
///
/// It is logged when Actix turns it into a response, and only once. A handler that takes an
/// `Option<ServicePrincipal>`, or that handles the error, serves the request, so nothing is logged.
pub(in crate::web) struct RefusedRequest {
    refusal: Refusal,
    request: HttpRequest,
    attribute: Option<&'static Layer>,
    custom_response: Option<RefusalFn>,
    is_logged: Cell<bool>,
}

/// Returns the error of an extractor that refuses a request.
pub(in crate::web) fn refusal_error(refusal: Refusal, request: &HttpRequest) -> Error {
    RefusedRequest {
        refusal,
        request: request.clone(),
        attribute: None,
        custom_response: None,
        is_logged: Cell::new(false),
    }
    .into()
}

/// Returns the error of the guard that an attribute added to a handler.
pub(in crate::web) fn guard_error(
    refusal: Refusal,
    request: &HttpRequest,
    attribute: &'static Layer,
    custom_response: Option<RefusalFn>,
) -> Error {
    RefusedRequest {
        refusal,
        request: request.clone(),
        attribute: Some(attribute),
        custom_response,
        is_logged: Cell::new(false),
    }
    .into()
}

impl RefusedRequest {
    pub(in crate::web) fn request(&self) -> &HttpRequest {
        &self.request
    }
}

impl ResponseError for RefusedRequest {
    fn status_code(&self) -> StatusCode {
        self.refusal.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let state = state_of(&self.request);
        let state = state.as_deref();
        if !self.is_logged.replace(true) {
            let by = match self.attribute {
                Some(layer) => RefusedBy::Attribute(layer),
                None => RefusedBy::Authentication,
            };
            log(state, &self.refusal, by, &self.request);
        }
        respond(state, &self.refusal, &self.request, self.custom_response)
    }
}

impl fmt::Display for RefusedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.refusal.reason())
    }
}

impl fmt::Debug for RefusedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.refusal.reason(), f)
    }
}

impl StdError for RefusedRequest {}
