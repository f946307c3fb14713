use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::{Error, HttpRequest};

use crate::error::Refusal;
use crate::web::request::refused;
use crate::web::responder::RefusalFn;

/// The future of an extractor: its result is known before the first poll.
///
/// Actix calls every extractor and then polls them in order. Refusals are logged and answered in
/// `poll`, so that a request with several refusals is logged and answered once.
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
            Some(Err(pending)) => {
                let PendingRefusal {
                    refusal,
                    request,
                    custom_response,
                } = pending;
                Poll::Ready(Err(refused(&refusal, &request, custom_response)))
            }
            // Reached only if the future is polled again after it completed.
            None => Poll::Pending,
        }
    }
}
