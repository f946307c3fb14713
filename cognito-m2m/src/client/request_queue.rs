use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::Instant;

use crate::time::{Clock, ClockReading};

/// The maximum number of token requests at a time.
const MAX_REQUESTS: usize = 32;

/// The maximum number of token requests at a time while the endpoint has not accepted the client.
const MAX_TRIAL_REQUESTS: usize = 4;

/// The maximum number of requests at a time while it is unknown whether the endpoint accepts the
/// client. It limits the requests that are sent before a refusal or throttling is noticed, however
/// many scope sets are in use.
const MAX_PROBES: usize = 1;

/// The time after an accepted request for which the endpoint is expected to accept more.
const ACCEPTANCE_MEMORY: Duration = Duration::from_secs(10);

/// The maximum time for which a request counts as a trial request. It counts for half of its time
/// limit, so that a few requests without a response don't keep the others waiting.
const MAX_TRIAL_TIME: Duration = Duration::from_secs(3);

/// The maximum time for which a request counts as a probe, in the same way. Cognito responds faster.
const MAX_PROBE_TIME: Duration = Duration::from_millis(400);

/// The queue of token requests, in the order of their arrival.
///
/// It measures waits in real time, since a test clock does not advance while the network is busy.
pub(super) struct RequestQueue {
    clock: Arc<dyn Clock>,
    max_silence: Duration,
    places: Semaphore,
    trial_places: Semaphore,
    probe_places: Semaphore,
    endpoint: watch::Sender<Endpoint>,
}

/// The last responses of the token endpoint.
#[derive(Clone, Copy)]
struct Endpoint {
    accepted_at: Option<ClockReading>,
    /// Whether the last response said nothing about the client, such as a status 500.
    has_failed: bool,
    responded_at: Instant,
}

/// The permission to send a request.
pub(super) struct Place<'a> {
    _place: SemaphorePermit<'a>,
    trial: Option<Trial<'a>>,
}

/// The additional permission that is required until the endpoint has accepted the client.
struct Trial<'a> {
    _place: SemaphorePermit<'a>,
    probe_place: Option<SemaphorePermit<'a>>,
}

impl RequestQueue {
    /// Creates a queue in which requests wait for as long as the endpoint responds to others at
    /// least once per `max_silence`.
    pub(super) fn new(clock: Arc<dyn Clock>, max_silence: Duration) -> Self {
        let endpoint = Endpoint {
            accepted_at: None,
            has_failed: false,
            responded_at: Instant::now(),
        };
        Self {
            clock,
            max_silence,
            places: Semaphore::new(MAX_REQUESTS),
            trial_places: Semaphore::new(MAX_TRIAL_REQUESTS),
            probe_places: Semaphore::new(MAX_PROBES),
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
        let trial = tokio::select! {
            biased;
            () = accepted => None,
            trial = self.trial() => Some(trial?),
        };
        Some(Place {
            _place: place,
            trial,
        })
    }

    async fn trial(&self) -> Option<Trial<'_>> {
        let place = self.trial_places.acquire().await.ok()?;
        let mut endpoint = self.endpoint.subscribe();
        let probe_place = tokio::select! {
            biased;
            _ = endpoint.wait_for(|endpoint| endpoint.has_failed) => None,
            permit = self.probe_places.acquire() => Some(permit.ok()?),
        };
        Some(Trial {
            _place: place,
            probe_place,
        })
    }

    /// Records that the endpoint has accepted the client.
    pub(super) fn record_acceptance(&self) {
        self.record(|endpoint, now| {
            endpoint.accepted_at = Some(now);
            endpoint.has_failed = false;
        });
    }

    /// Records that the endpoint has refused or throttled the client.
    pub(super) fn record_refusal(&self) {
        self.record(|endpoint, _| {
            endpoint.accepted_at = None;
            endpoint.has_failed = false;
        });
    }

    /// Records a refusal whose consequences are not known yet: another secret may be accepted. Until
    /// then, further requests are sent one at a time.
    pub(super) fn record_pending_refusal(&self) {
        self.record(|endpoint, _| endpoint.accepted_at = None);
    }

    /// Records any other response of the endpoint.
    pub(super) fn record_response(&self) {
        self.record(|endpoint, _| endpoint.has_failed = true);
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
        reason = "the divisor is a constant other than 0, and the sum is a few seconds from now"
    )]
    pub(super) async fn run<F: Future>(&mut self, time_limit: Duration, request: F) -> F::Output {
        let mut request = std::pin::pin!(request);
        if let Some(trial) = &mut self.trial {
            let trial_time = (time_limit / 2).min(MAX_TRIAL_TIME);
            let trial_end = Instant::now() + trial_time;
            if trial.probe_place.is_some() {
                let probe_time = trial_time.min(MAX_PROBE_TIME);
                if let Ok(output) = tokio::time::timeout(probe_time, request.as_mut()).await {
                    return output;
                }
                trial.probe_place = None;
            }
            if let Ok(output) = tokio::time::timeout_at(trial_end, request.as_mut()).await {
                return output;
            }
            self.trial = None;
        }
        request.await
    }
}
