use std::sync::Arc;

use tokio::sync::watch;

use super::entry::{Entry, Outcome};
use super::exchange::Exchange;
use super::held::Held;

/// One fetch for everybody who waits, on the crate's own thread: it ends with nobody.
pub(super) struct Flight {
    entry: Arc<Entry>,
    report: watch::Sender<Option<Outcome>>,
}

impl Flight {
    pub(super) fn new(entry: Arc<Entry>, report: watch::Sender<Option<Outcome>>) -> Self {
        Self { entry, report }
    }

    /// Fetches, and then renews as long as the tokens are used.
    ///
    /// It holds the exchange and not the token client, whose last clone ends the thread.
    pub(super) async fn run(self, exchange: Arc<Exchange>) {
        let mut next = Some(self);
        while let Some(flight) = next {
            let entry = Arc::clone(&flight.entry);
            let held = flight.fetch(&exchange).await;
            next = match held {
                Some(held) => next_renewal(&entry, &held, &exchange).await,
                None => None,
            };
        }
    }

    async fn fetch(self, exchange: &Exchange) -> Option<Arc<Held>> {
        let scopes = &self.entry.scopes;
        let result = exchange.request_with_retries(scopes).await;
        match &result {
            Ok(_) => tracing::debug!(%scopes, "token fetched"),
            Err(error) => {
                let cause = std::error::Error::source(error).map(ToString::to_string);
                tracing::warn!(%scopes, %error, cause, "token could not be fetched");
            }
        }
        let (outcome, held) = self.entry.land(result, exchange.now(), fastrand::f64());
        self.report.send_replace(Some(outcome));
        held
    }
}

/// Waits until a token is due. Without traffic since it came, nothing is renewed: the next caller
/// sees to it.
async fn next_renewal(entry: &Arc<Entry>, held: &Arc<Held>, exchange: &Exchange) -> Option<Flight> {
    exchange.clock().sleep_until(held.renew_at()).await;
    let is_wanted = held.is_used() && entry.holds(held);
    is_wanted.then(|| entry.take_off_for(held)).flatten()
}
