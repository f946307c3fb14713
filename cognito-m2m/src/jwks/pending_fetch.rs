use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::watch;

/// The reason why an operation has no result yet.
pub(crate) enum Incomplete<E> {
    Failed(E),
    /// A key fetch may provide the missing key. Once it has ended, the operation can be repeated
    /// without another fetch.
    Waiting(PendingFetch),
}

impl<E> Incomplete<E> {
    pub(crate) fn map_failure<F>(self, convert: impl FnOnce(E) -> F) -> Incomplete<F> {
        match self {
            Self::Failed(error) => Incomplete::Failed(convert(error)),
            Self::Waiting(fetch) => Incomplete::Waiting(fetch),
        }
    }
}

impl<E> From<E> for Incomplete<E> {
    fn from(error: E) -> Self {
        Self::Failed(error)
    }
}

/// A key fetch that has been requested or is in progress.
pub(crate) struct PendingFetch(Option<Subscription>);

struct Subscription {
    handled: watch::Receiver<u64>,
    /// The number of the request, or `None` if the fetch was already in progress.
    request: Option<u64>,
    timeout: Duration,
}

impl PendingFetch {
    /// Creates a subscription to the end of a fetch that takes at most `fetch_timeout`.
    pub(super) fn new(
        handled: watch::Receiver<u64>,
        request: Option<u64>,
        fetch_timeout: Duration,
    ) -> Self {
        Self(Some(Subscription {
            handled,
            request,
            timeout: fetch_timeout.saturating_mul(2),
        }))
    }

    /// Returns a fetch that has already ended.
    pub(crate) fn completed() -> Self {
        Self(None)
    }

    /// Waits until one of the fetches has led to what the caller waits for, or all have ended.
    pub(crate) async fn wait_until(fetches: Vec<Self>, is_done: impl Fn() -> bool) {
        let mut ends: Vec<_> = fetches
            .into_iter()
            .map(|fetch| Box::pin(fetch.ended()))
            .collect();
        while !ends.is_empty() && !is_done() {
            poll_fn(|context| {
                let before = ends.len();
                ends.retain_mut(|end| end.as_mut().poll(context).is_pending());
                if ends.len() < before {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
        }
    }

    /// Waits until the fetch has ended. The fetch itself times out earlier; this timeout applies if
    /// the background thread no longer runs.
    pub(crate) async fn ended(self) {
        let Some(mut subscription) = self.0 else {
            return;
        };
        let handled = async {
            match subscription.request {
                Some(request) => {
                    drop(subscription.handled.wait_for(|done| *done >= request).await);
                }
                None => drop(subscription.handled.changed().await),
            }
        };
        let _ = tokio::time::timeout(subscription.timeout, handled).await;
    }
}
