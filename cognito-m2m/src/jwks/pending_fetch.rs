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

/// One or several key fetches that have been requested or are in progress.
pub(crate) struct PendingFetch {
    fetches: Vec<Subscription>,
    /// Returns `true` if the caller needs to wait no longer, although some fetches have not ended.
    is_settled: Option<Box<dyn Fn() -> bool + Send + Sync>>,
}

/// A subscription to the end of one fetch.
struct Subscription {
    handled: watch::Receiver<u64>,
    /// The number of the request, or `None` if the fetch was already in progress.
    request: Option<u64>,
    timeout: Duration,
}

impl PendingFetch {
    /// Creates a subscription to the end of a fetch that takes at most `fetch_timeout`.
    pub(crate) fn new(
        handled: watch::Receiver<u64>,
        request: Option<u64>,
        fetch_timeout: Duration,
    ) -> Self {
        let subscription = Subscription {
            handled,
            request,
            timeout: fetch_timeout.saturating_mul(2),
        };
        Self {
            fetches: vec![subscription],
            is_settled: None,
        }
    }

    /// Returns a fetch that has already ended.
    pub(crate) fn completed() -> Self {
        Self {
            fetches: Vec::new(),
            is_settled: None,
        }
    }

    /// Waits for other fetches too, but not for all of them once `is_settled` returns `true`.
    pub(super) fn or_until(
        mut self,
        others: impl IntoIterator<Item = Self>,
        is_settled: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Self {
        let others = others.into_iter().flat_map(|other| other.fetches);
        self.fetches.extend(others);
        self.is_settled = Some(Box::new(is_settled));
        self
    }

    /// Waits until all fetches have ended, or the caller needs to wait no longer.
    pub(crate) async fn ended(self) {
        let is_settled = self.is_settled;
        wait(self.fetches, || is_settled.as_ref().is_some_and(|it| it())).await;
    }

    /// Waits until one of the fetches has led to what the caller waits for, or all have ended.
    pub(crate) async fn wait_until(fetches: Vec<Self>, is_done: impl Fn() -> bool) {
        let fetches = fetches.into_iter().flat_map(|fetch| fetch.fetches);
        wait(fetches.collect(), is_done).await;
    }
}

/// Waits until all fetches have ended, or `is_done` returns `true` after one of them.
async fn wait(fetches: Vec<Subscription>, is_done: impl Fn() -> bool) {
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

impl Subscription {
    /// Waits until the fetch has ended. The fetch itself times out earlier; this timeout applies if
    /// the background thread no longer runs.
    async fn ended(mut self) {
        let handled = async {
            match self.request {
                Some(request) => drop(self.handled.wait_for(|done| *done >= request).await),
                None => drop(self.handled.changed().await),
            }
        };
        let _ = tokio::time::timeout(self.timeout, handled).await;
    }
}
