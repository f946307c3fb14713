use std::sync::Arc;

use super::cache_entry::{CacheEntry, SharedFetch};
use super::cached_token::CachedToken;
use super::fetcher::TokenFetcher;
use crate::error_chain::causes;

impl SharedFetch {
    /// Fetches a token and keeps renewing it while it is in use.
    ///
    /// It runs on the background thread, so cancelling one call never cancels a fetch that others
    /// wait for. It holds the fetcher and not the token client, because dropping the last token
    /// client has to end that thread.
    pub(super) async fn run(self, fetcher: Arc<TokenFetcher>) {
        let mut next = Some(self);
        while let Some(fetch) = next {
            let entry = Arc::clone(fetch.entry());
            let cached = fetch.run_once(&fetcher).await;
            next = match cached {
                Some(cached) => next_renewal(&entry, &cached, &fetcher).await,
                None => None,
            };
        }
    }

    async fn run_once(self, fetcher: &TokenFetcher) -> Option<Arc<CachedToken>> {
        let scopes = self.scopes();
        let result = fetcher.fetch_with_retries(scopes).await;
        match &result {
            Ok(_) => tracing::debug!(%scopes, "fetched a token"),
            Err(error) => {
                let cause = causes(error);
                tracing::warn!(%scopes, %error, cause, "failed to fetch a token");
            }
        }
        self.complete(result, fetcher.now(), fastrand::f64())
    }
}

/// Waits until a token is due for renewal. A token that was not used since it was fetched is not
/// renewed: the next caller starts a fetch.
async fn next_renewal(
    entry: &Arc<CacheEntry>,
    cached: &Arc<CachedToken>,
    fetcher: &TokenFetcher,
) -> Option<SharedFetch> {
    fetcher.clock().sleep_until(cached.renew_at()).await;
    let is_wanted = cached.is_used() && entry.is_current(cached);
    is_wanted.then(|| entry.start_renewal(cached)).flatten()
}
