use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;

/// A response body that fails or stalls before its end.
pub(super) enum BrokenBody {
    /// Fails before the head is flushed, so that the connection closes without a single byte.
    ClosesConnection,
    /// Sends `part` of the announced length, and then stalls.
    Stalls { part: Option<Bytes>, announced: u64 },
}

impl BrokenBody {
    pub(super) fn half_of(body: &Bytes) -> Self {
        Self::Stalls {
            part: Some(body.slice(..body.len() / 2)),
            announced: body.len() as u64,
        }
    }
}

impl MessageBody for BrokenBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        match self {
            Self::ClosesConnection => BodySize::Stream,
            Self::Stalls { announced, .. } => BodySize::Sized(*announced),
        }
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        match self.get_mut() {
            Self::ClosesConnection => {
                Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
            }
            // The second poll registers no waker: the body stays pending until the client closes
            // the connection.
            Self::Stalls { part, .. } => match part.take() {
                Some(bytes) => Poll::Ready(Some(Ok(bytes))),
                None => Poll::Pending,
            },
        }
    }
}
