use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::{Error, HttpRequest};

use crate::error::Refusal;
use crate::web::request::refusal_error;
use crate::web::responder::RefusalFn;

/// The future of an extractor whose result is computed before the first poll.
///
/// Actix calls every extractor of a handler, then polls their futures in order and stops at the
/// first error. Refusals are therefore logged in `poll`, which logs only one per request.
pub struct Extraction<T>(Option<Result<T, PendingRefusal>>);

struct PendingRefusal {
    refusal: Refusal,
    request: HttpRequest,
    custom_response: Option<RefusalFn>,
}

impl<T> Extraction<T> {
    pub(super) fn new(
        result: Result<T, Refusal>,
        request: &HttpRequest,
        custom_response: Option<RefusalFn>,
    ) -> Self {
        Self(Some(result.map_err(|refusal| PendingRefusal {
            refusal,
            request: request.clone(),
            custom_response,
        })))
    }
}

// No field is ever pinned.
impl<T> Unpin for Extraction<T> {}

impl<T> Future for Extraction<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match self.0.take() {
            Some(Ok(extracted)) => Poll::Ready(Ok(extracted)),
            Some(Err(pending)) => Poll::Ready(Err(refusal_error(
                &pending.refusal,
                &pending.request,
                pending.custom_response,
            ))),
            // Reached only if the future is polled again after it completed.
            None => Poll::Pending,
        }
    }
}
