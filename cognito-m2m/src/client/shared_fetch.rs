use std::sync::Arc;
use std::time::Duration;

use super::cache_entry::{CacheEntry, SharedFetch};
use super::cached_token::CachedToken;
use super::fetcher::TokenFetcher;
use super::leased_fetch::Obtained;
use super::retry::FailedFetch;
use super::store::SharedTokens;
use crate::error_chain::causes;

impl SharedFetch {
    /// Fetches a token until the deadline, and keeps renewing it while it is in use. A renewal, which
    /// nothing waits for, has no deadline at first: it starts with the renewal.
    ///
    /// It runs on the background thread, so cancelling one call never cancels a fetch that others
    /// wait for. It holds the fetcher and not the token client, because dropping the last token
    /// client has to end that thread.
    ///
    /// With a token store, tokens of other processes are taken from the store instead.
    pub(super) async fn run(
        self,
        fetcher: Arc<TokenFetcher>,
        shared: Option<Arc<SharedTokens>>,
        deadline: Option<Duration>,
    ) {
        let mut next = Some((self, deadline));
        while let Some((fetch, deadline)) = next {
            let entry = Arc::clone(fetch.entry());
            let cached = fetch.run_once(&fetcher, shared.as_ref(), deadline).await;
            let renewal = match cached {
                Some(cached) => next_renewal(&entry, &cached, &fetcher).await,
                None => None,
            };
            next = renewal.map(|renewal| (renewal, None));
        }
    }

    async fn run_once(
        self,
        fetcher: &TokenFetcher,
        shared: Option<&Arc<SharedTokens>>,
        deadline: Option<Duration>,
    ) -> Option<Arc<CachedToken>> {
        let Obtained { result, lease } = match shared {
            Some(shared) => self.obtain(fetcher, shared, deadline).await,
            None => {
                let deadline = deadline.unwrap_or_else(|| fetcher.deadline_from(fetcher.now()));
                Obtained {
                    result: self.fetch(fetcher, deadline).await,
                    lease: None,
                }
            }
        };
        if let Err(FailedFetch { error, .. }) = &result {
            let scopes = &self.requested().scopes;
            let cause = causes(error);
            tracing::warn!(%scopes, %error, cause, "failed to fetch a token");
        }
        let cached = self.complete(result, fetcher.now(), fastrand::f64());
        if let (Some(shared), Some(lease)) = (shared, lease) {
            shared.release(lease);
        }
        cached
    }
}

/// Waits until a token is due for renewal, and for longer while the client is refused or throttled.
/// A token that was not used since it was fetched is not renewed: the next caller starts a fetch.
async fn next_renewal(
    entry: &Arc<CacheEntry>,
    cached: &Arc<CachedToken>,
    fetcher: &TokenFetcher,
) -> Option<SharedFetch> {
    let renewals = cached.renewals();
    loop {
        fetcher.clock().sleep_until_either(cached.renew_at()).await;
        // A call may have started the renewal, which then waits for the next one itself.
        let is_replaced = !entry.is_current(cached) || cached.renewals() != renewals;
        if !cached.is_used() || is_replaced {
            return None;
        }
        let now = fetcher.now();
        match fetcher.memory().blocked_until(now) {
            Some(until) => cached.renew_after_pause(now, now.time_until(until)),
            None => return entry.start_renewal(cached, now),
        }
    }
}
