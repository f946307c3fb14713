use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::Instant;

use crate::time::{Clock, ClockReading};

/// The maximum number of token requests at a time.
const MAX_REQUESTS: usize = 32;

/// The maximum number of token requests at a time while the endpoint has not accepted the client.
/// It limits the requests that are sent before a refusal or throttling is noticed, however many
/// scope sets are in use.
const MAX_TRIAL_REQUESTS: usize = 4;

/// The time after an accepted request for which the endpoint is expected to accept more.
const ACCEPTANCE_MEMORY: Duration = Duration::from_secs(10);

/// The maximum time for which a request counts as a trial request. It counts for half of its time
/// limit, so that a few requests without a response don't keep the others waiting.
const MAX_TRIAL_TIME: Duration = Duration::from_secs(3);

/// The queue of token requests, in the order of their arrival.
///
/// It measures waits in real time, since a test clock does not advance while the network is busy.
pub(super) struct RequestQueue {
    clock: Arc<dyn Clock>,
    max_silence: Duration,
    places: Semaphore,
    trial_places: Semaphore,
    endpoint: watch::Sender<Endpoint>,
}

/// The last responses of the token endpoint.
#[derive(Clone, Copy)]
struct Endpoint {
    accepted_at: Option<ClockReading>,
    responded_at: Instant,
}

/// The permission to send a request.
pub(super) struct Place<'a> {
    _place: SemaphorePermit<'a>,
    trial_place: Option<SemaphorePermit<'a>>,
}

impl RequestQueue {
    /// Creates a queue in which requests wait for as long as the endpoint responds to others at
    /// least once per `max_silence`.
    pub(super) fn new(clock: Arc<dyn Clock>, max_silence: Duration) -> Self {
        let endpoint = Endpoint {
            accepted_at: None,
            responded_at: Instant::now(),
        };
        Self {
            clock,
            max_silence,
            places: Semaphore::new(MAX_REQUESTS),
            trial_places: Semaphore::new(MAX_TRIAL_REQUESTS),
            endpoint: watch::Sender::new(endpoint),
        }
    }

    /// Waits for the turn of a request. Returns `None` if the endpoint has responded to no request
    /// for too long.
    ///
    /// `queued_at` is the time at which the fetch first waited. A retry continues the wait of the
    /// fetch.
    pub(super) async fn enter(&self, queued_at: Instant) -> Option<Place<'_>> {
        let mut place = std::pin::pin!(self.place());
        loop {
            let silent_since = queued_at.max(self.endpoint.borrow().responded_at);
            let left = self.max_silence.saturating_sub(silent_since.elapsed());
            match tokio::time::timeout(left, place.as_mut()).await {
                Ok(place) => return place,
                Err(_) if self.endpoint.borrow().responded_at > silent_since => {}
                Err(_) => return None,
            }
        }
    }

    async fn place(&self) -> Option<Place<'_>> {
        // The semaphores are never closed.
        let place = self.places.acquire().await.ok()?;
        let mut endpoint = self.endpoint.subscribe();
        let accepted = async {
            let is_accepted = |endpoint: &Endpoint| endpoint.accepts_at(self.clock.now());
            drop(endpoint.wait_for(is_accepted).await);
        };
        let trial_place = tokio::select! {
            biased;
            () = accepted => None,
            permit = self.trial_places.acquire() => Some(permit.ok()?),
        };
        Some(Place {
            _place: place,
            trial_place,
        })
    }

    /// Records that the endpoint has accepted the client.
    pub(super) fn record_acceptance(&self) {
        self.record(|endpoint, now| endpoint.accepted_at = Some(now));
    }

    /// Records that the endpoint has refused or throttled the client.
    pub(super) fn record_refusal(&self) {
        self.record(|endpoint, _| endpoint.accepted_at = None);
    }

    /// Records any other response of the endpoint.
    pub(super) fn record_response(&self) {
        self.record(|_, _| {});
    }

    fn record(&self, change: impl FnOnce(&mut Endpoint, ClockReading)) {
        let now = self.clock.now();
        self.endpoint.send_modify(|endpoint| {
            endpoint.responded_at = Instant::now();
            change(endpoint, now);
        });
    }
}

impl Endpoint {
    fn accepts_at(&self, now: ClockReading) -> bool {
        self.accepted_at
            .is_some_and(|accepted_at| now.time_since(accepted_at) < ACCEPTANCE_MEMORY)
    }
}

impl Place<'_> {
    /// Runs a request that has this time limit.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "the divisor is a constant other than 0"
    )]
    pub(super) async fn run<F: Future>(&mut self, time_limit: Duration, request: F) -> F::Output {
        let mut request = std::pin::pin!(request);
        if self.trial_place.is_some() {
            let trial_time = (time_limit / 2).min(MAX_TRIAL_TIME);
            if let Ok(output) = tokio::time::timeout(trial_time, request.as_mut()).await {
                return output;
            }
            self.trial_place = None;
        }
        request.await
    }
}
