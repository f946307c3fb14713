use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::ops::Deref;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use super::reported_routes::Route;
use super::state::State;
use crate::activity::{Recorder, TrackedClient, WorkerRecorder};
use crate::error::Refusal;
use crate::jwks::Incomplete;
use crate::principal::ServicePrincipal;
use crate::time::ClockReading;
use crate::token::Credentials;
use crate::validator::{CognitoValidator, WorkerTokens};

thread_local! {
    /// The workers of this thread, so that the scopes and resources of an app share one.
    static WORKERS: RefCell<Vec<Weak<Worker>>> = const { RefCell::new(Vec::new()) };
}

/// A handle to the shared state and to the state of one worker.
///
/// If all requests counted references to the `Arc`, its cache line would move between workers. The same
/// holds for everything else that a request writes, so each worker has its own.
#[derive(Clone)]
pub(in crate::web) struct WorkerState(Rc<Worker>);

struct Worker {
    /// `None` with a custom validator.
    tokens: Option<WorkerTokens<OnceCell<Option<TrackedClient>>>>,
    /// `None` if client activity is not tracked.
    recorder: Option<WorkerRecorder>,
    /// The unguarded routes that this worker has reported, or found to be reported.
    reported_routes: RefCell<HashSet<Route>>,
    /// The last field, because dropping the last reference writes the recorded activity.
    state: Arc<State>,
}

/// A caller whose token has been verified, for the requests of one worker.
pub(in crate::web) type Caller = crate::validator::Caller<OnceCell<Option<TrackedClient>>>;

impl WorkerState {
    /// Returns the handle of the current thread, creating the state of the worker if needed.
    pub(in crate::web) fn new(state: &Arc<State>) -> Self {
        WORKERS.with_borrow_mut(|workers| {
            workers.retain(|worker| worker.strong_count() > 0);
            let mut known = workers.iter().filter_map(Weak::upgrade);
            if let Some(worker) = known.find(|worker| Arc::ptr_eq(&worker.state, state)) {
                return Self(worker);
            }
            let worker = Rc::new(Worker::new(state));
            workers.push(Rc::downgrade(&worker));
            Self(worker)
        })
    }

    /// Returns `true` if both handles refer to the same `CognitoAuth`, or to clones of it.
    #[inline]
    pub(in crate::web) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0.state, &other.0.state)
    }

    /// Authenticates a token like [`State::try_authenticate`], with the tokens that this worker knows.
    #[inline]
    pub(in crate::web) fn try_authenticate_caller(
        &self,
        credentials: Credentials<'_>,
        now: ClockReading,
    ) -> Result<Rc<Caller>, Incomplete<Refusal>> {
        let tokens = self.0.tokens.as_ref();
        let known = tokens.and_then(|tokens| tokens.find(credentials.as_bytes(), now));
        let caller = match known {
            Some(known) => known,
            None => self.recall_or_verify(credentials, now)?,
        };
        self.try_admit(&caller.principal, now)?;
        Ok(caller)
    }

    /// Returns a caller that is not authenticated by a known token.
    pub(in crate::web) fn new_caller(&self, principal: ServicePrincipal) -> Rc<Caller> {
        Rc::new(Caller::new(principal))
    }

    /// Records the activity of a caller in memory, without waiting for the store.
    #[inline]
    pub(in crate::web) fn record_activity(&self, caller: &Caller, now: ClockReading) {
        match (&self.0.recorder, caller.data.get()) {
            (None, _) | (_, Some(None)) => {}
            (_, Some(Some(client))) => client.record(now.wall),
            (Some(recorder), None) => self.record_first(recorder, caller, now),
        }
    }

    /// Records the activity of a caller that is not tracked yet, and tracks it if the worker keeps its token.
    #[cold]
    fn record_first(&self, recorder: &WorkerRecorder, caller: &Caller, now: ClockReading) {
        if caller.is_kept() {
            let track = || recorder.track(&caller.principal, now.wall);
            caller.data.get_or_init(track);
        } else if let Some(recorder) = &self.activity {
            recorder.record(&caller.principal, now.wall);
        }
    }

    /// Authenticates a token that this worker does not know.
    ///
    /// The worker caches the token only if the shared cache has it, so tokens that are used once do not
    /// evict others.
    #[cold]
    fn recall_or_verify(
        &self,
        credentials: Credentials<'_>,
        now: ClockReading,
    ) -> Result<Rc<Caller>, Incomplete<Refusal>> {
        let recalled = self.built_in().zip(self.0.tokens.as_ref());
        let recalled =
            recalled.and_then(|(validator, tokens)| validator.recall(credentials, tokens, now));
        match recalled {
            Some(caller) => Ok(caller),
            None => Ok(self.new_caller(self.try_verify(credentials, now)?)),
        }
    }

    /// Adds an unguarded route, and returns `true` if no worker has reported it yet.
    pub(in crate::web) fn report(&self, route: Route) -> bool {
        let is_new_here = self.0.reported_routes.borrow_mut().insert(route.clone());
        is_new_here && self.reported_routes.insert(route)
    }
}

impl Worker {
    fn new(state: &Arc<State>) -> Self {
        // A forked process writes no activity. The writer of its parent may have held a lock when it forked.
        let recorder = state.activity.as_ref().filter(|_| !state.has_forked());
        Self {
            tokens: state.built_in().map(CognitoValidator::worker_tokens),
            recorder: recorder.map(Recorder::worker),
            reported_routes: RefCell::default(),
            state: Arc::clone(state),
        }
    }
}

impl Deref for WorkerState {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0.state
    }
}
