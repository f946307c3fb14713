use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;

/// A body that does not end as its head said.
pub(super) enum Interruption {
    /// Fails before the head is flushed, so that the connection ends without a byte on it.
    AtOnce,
    /// Sends this much of the announced length, and then nothing more.
    After { part: Option<Bytes>, announced: u64 },
}

impl Interruption {
    pub(super) fn half_of(body: &Bytes) -> Self {
        Self::After {
            part: Some(body.slice(..body.len() / 2)),
            announced: body.len() as u64,
        }
    }
}

impl MessageBody for Interruption {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        match self {
            Self::AtOnce => BodySize::Stream,
            Self::After { announced, .. } => BodySize::Sized(*announced),
        }
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        match self.get_mut() {
            Self::AtOnce => Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into()))),
            // Nobody wakes this body again: it stays pending until the connection ends.
            Self::After { part, .. } => match part.take() {
                Some(bytes) => Poll::Ready(Some(Ok(bytes))),
                None => Poll::Pending,
            },
        }
    }
}
