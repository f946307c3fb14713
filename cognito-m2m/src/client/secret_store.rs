use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::secret_error::SecretError;
use super::secret_set::SecretSet;
use super::secret_settings::CheckedSecrets;
use super::secret_source::{SecretSource, Secrets};
use crate::client_id::ClientId;
use crate::error_chain::causes;
use crate::runtime::Spawner;
use crate::time::{Clock, ClockReading};

/// The minimum time between two requests to a source.
const MIN_INTERVAL: Duration = Duration::from_secs(10);

/// The secrets in use, and the source that replaces them after a refusal.
///
/// One request to the source serves all callers. It runs as a task of its own, so that it does not
/// end with the time limit of the caller that started it.
pub(super) struct SecretStore {
    client_id: ClientId,
    source: SecretSource,
    tasks: Spawner,
    time_limit: Duration,
    clock: Arc<dyn Clock>,
    // Locked for a few instructions per token request, never across an await.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Arc<SecretSet>>,
    /// Whether the last request to the source returned other secrets than were in use.
    is_replaced: bool,
    /// The error of the last request to the source.
    failure: Option<SecretError>,
    /// The time before which the source is not asked again.
    next_request_at: Option<ClockReading>,
    under_way: Option<Receiver>,
}

type Current = Result<Arc<SecretSet>, SecretError>;
type Receiver = watch::Receiver<Option<Current>>;

impl SecretStore {
    /// Creates a store whose source is asked by the first caller, unless there are secrets.
    ///
    /// The source is called in `tasks`. `time_limit` is the limit of one request to it, in real time.
    pub(super) fn new(
        client_id: ClientId,
        secrets: CheckedSecrets,
        tasks: Spawner,
        time_limit: Duration,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let state = State {
            current: secrets.first.map(Arc::new),
            ..State::default()
        };
        Self {
            client_id,
            source: secrets.source,
            tasks,
            time_limit,
            clock,
            state: Mutex::new(state),
        }
    }

    /// Obtains the first secrets ahead of the first call.
    pub(super) async fn start(self: Arc<Self>) {
        // The error is remembered for the first call, and logged.
        let _ = self.current(self.time_limit).await;
    }

    /// Returns the secrets in use. Waits for the first ones, in real time.
    ///
    /// Must be called in a Tokio runtime.
    pub(super) async fn current(self: &Arc<Self>, time_left: Duration) -> Current {
        let receiver = {
            let mut state = self.state();
            if let Some(current) = &state.current {
                return Ok(Arc::clone(current));
            }
            match state.under_way() {
                Some(receiver) => receiver,
                None => match state.remembered_failure(self.clock.now()) {
                    Some(failure) => return Err(failure),
                    None => self.ask(&mut state, None),
                },
            }
        };
        received(receiver, time_left).await
    }

    /// Returns the secrets to use after all secrets of `refused` were refused, or `None` if the
    /// refusal stands.
    ///
    /// The source is asked unless another caller has replaced the secrets already, and at most once
    /// per 10 s. If secrets that have replaced others and were accepted are refused within that time,
    /// they were replaced once more, so this waits until the source can be asked, if `time_left`
    /// allows.
    ///
    /// Must be called in a Tokio runtime.
    pub(super) async fn replacement(
        self: &Arc<Self>,
        refused: &Arc<SecretSet>,
        time_left: Duration,
    ) -> Result<Option<Arc<SecretSet>>, SecretError> {
        if self.source.is_constant() {
            return Ok(None);
        }
        let receiver = {
            let mut state = self.state();
            let current = state.current.as_ref();
            if let Some(current) = current.filter(|current| !Arc::ptr_eq(current, refused)) {
                return Ok(Some(Arc::clone(current)));
            }
            match state.under_way() {
                Some(receiver) => receiver,
                None => {
                    let now = self.clock.now();
                    let not_before = state.next_request_at.filter(|at| !now.has_reached(*at));
                    if let Some(not_before) = not_before {
                        if let Some(failure) = &state.failure {
                            return Err(failure.clone());
                        }
                        let is_replaced_again = state.is_replaced && refused.is_accepted();
                        if !is_replaced_again || now.time_until(not_before) >= time_left {
                            return Ok(None);
                        }
                    }
                    self.ask(&mut state, not_before)
                }
            }
        };
        let current = received(receiver, time_left).await?;
        Ok((!Arc::ptr_eq(&current, refused)).then_some(current))
    }

    /// Returns the time before which no first secret can be obtained, because the source has failed.
    pub(super) fn failed_until(&self, now: ClockReading) -> Option<ClockReading> {
        let state = self.state();
        state.remembered_failure(now)?;
        state.next_request_at
    }

    /// Records that the secret of this set with this index was accepted.
    pub(super) fn record_acceptance(&self, secrets: &SecretSet, index: usize) {
        let client_id = &self.client_id;
        let is_other = secrets.prefer(index);
        if secrets.record_acceptance() && secrets.is_replacement() {
            tracing::info!(%client_id, "the token endpoint accepted the new client secret");
        } else if is_other {
            tracing::warn!(
                %client_id,
                secret_number = index.saturating_add(1),
                "the token endpoint refused the other client secret and accepted this one"
            );
        }
    }

    /// Starts a request to the source.
    fn ask(self: &Arc<Self>, state: &mut State, not_before: Option<ClockReading>) -> Receiver {
        let (sender, receiver) = watch::channel(None);
        state.under_way = Some(receiver.clone());
        let store = Arc::clone(self);
        self.tasks.spawn(async move {
            if let Some(not_before) = not_before {
                store.clock.sleep_until_either(not_before).await;
            }
            let asked_at = store.clock.now();
            let secrets = store.ask_source().await;
            let current = store.complete(secrets, asked_at);
            sender.send_replace(Some(current));
        });
        receiver
    }

    async fn ask_source(&self) -> Secrets {
        let secrets = timeout(self.time_limit, self.source.clone().secrets());
        // In a task of its own, in which the callback may panic. The set aborts it when the client is
        // dropped.
        let mut task = JoinSet::new();
        task.spawn(secrets);
        let secrets = match task.join_next().await {
            Some(Ok(in_time)) => in_time.unwrap_or(Err(SecretError::TIMED_OUT)),
            Some(Err(_)) | None => Err(SecretError::PANICKED),
        };
        if let Err(error) = &secrets {
            let client_id = &self.client_id;
            let cause = causes(error);
            tracing::warn!(%client_id, %error, cause, "failed to obtain the client secret");
        }
        secrets
    }

    fn complete(&self, secrets: Secrets, asked_at: ClockReading) -> Current {
        let mut state = self.state();
        state.under_way = None;
        // The first request does not count: a secret may be replaced right after the start.
        let is_first = state.current.is_none() && state.failure.is_none();
        let secrets = match secrets {
            Ok(secrets) => secrets,
            Err(error) => {
                state.failure = Some(error.clone());
                state.next_request_at = Some(self.clock.now().after(MIN_INTERVAL));
                return Err(error);
            }
        };
        state.failure = None;
        state.next_request_at = (!is_first).then(|| asked_at.after(MIN_INTERVAL));
        let old = state.current.take();
        let replacement = old
            .as_ref()
            .and_then(|old| SecretSet::replacing(old, secrets.clone()));
        state.is_replaced = replacement.is_some();
        let current = replacement.map(Arc::new).or(old);
        let current = current.unwrap_or_else(|| Arc::new(SecretSet::new(secrets)));
        state.current = Some(Arc::clone(&current));
        Ok(current)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is complete in itself, so the state is valid even if the lock is poisoned.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns the request to the source that is under way, ignoring one whose task was dropped.
    fn under_way(&self) -> Option<Receiver> {
        let receiver = self.under_way.as_ref()?;
        receiver.has_changed().is_ok().then(|| receiver.clone())
    }

    /// Returns the error of the source, for as long as it is remembered.
    fn remembered_failure(&self, now: ClockReading) -> Option<SecretError> {
        let until = self.next_request_at?;
        let failure = self.failure.as_ref();
        failure.filter(|_| !now.has_reached(until)).cloned()
    }
}

/// Waits for the secrets that a request to the source returns.
async fn received(mut receiver: Receiver, time_left: Duration) -> Current {
    let answer = timeout(time_left, receiver.wait_for(Option::is_some)).await;
    let Ok(answer) = answer else {
        return Err(SecretError::PENDING);
    };
    let current = answer.ok().and_then(|current| current.clone());
    current.unwrap_or(Err(SecretError::PANICKED))
}
