use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::HeaderName;

use super::reported_routes::{ReportedRoutes, Route};
use crate::activity::Recorder;
use crate::cutoff::{CutoffRefusal, KnownCutoffs, Verdict};
use crate::error::{AuthenticationError, Refusal};
use crate::jwks::{Incomplete, PendingFetch};
use crate::policy::{ClientList, Denial, PolicyDefaults};
use crate::pool::PoolName;
use crate::principal::ServicePrincipal;
use crate::runtime::Background;
use crate::settings::AuthScheme;
use crate::time::Clock;
use crate::token::{BearerToken, Credentials, InvalidCredentials};
use crate::unguarded_routes::UnguardedRoutes;
use crate::users::Users;
use crate::validator::{CognitoValidator, TokenValidator};
use crate::web::responder::{Realm, RefusalResponder};

/// The state that all clones of a `CognitoAuth` share.
pub(in crate::web) struct State {
    pub(in crate::web) validation: Validation,
    pub(in crate::web) header_name: HeaderName,
    pub(in crate::web) header_prefix: AuthScheme,
    pub(in crate::web) max_token_bytes: usize,
    pub(in crate::web) fail_on_invalid_bearer: bool,
    pub(in crate::web) unguarded_routes: UnguardedRoutes,
    pub(in crate::web) reported_routes: ReportedRoutes,
    pub(in crate::web) policy_defaults: Arc<PolicyDefaults>,
    /// The clients that each user pool admits. A pool that is not in the map admits all of its
    /// clients.
    pub(in crate::web) admitted_clients: HashMap<PoolName, ClientList>,
    pub(in crate::web) users: Users,
    /// `None` if client activity is not tracked.
    pub(in crate::web) activity: Option<Arc<Recorder>>,
    /// `None` without a cut-off store.
    pub(in crate::web) cutoffs: Option<Arc<KnownCutoffs>>,
    pub(in crate::web) responder: Box<dyn RefusalResponder>,
    pub(in crate::web) realm: Realm,
    pub(in crate::web) background: Background,
    pub(in crate::web) shutdown_timeout: Duration,
    pub(in crate::web) clock: Arc<dyn Clock>,
    /// `true` if requests may have a recording of their guards, for the inventory of an app.
    pub(in crate::web) records_guards: bool,
}

/// A handle to the state, shared by the requests of one worker.
///
/// If all requests counted references to the `Arc`, its cache line would move between workers.
#[derive(Clone)]
pub(in crate::web) struct WorkerState(Rc<Worker>);

struct Worker {
    state: Arc<State>,
    /// The unguarded routes that this worker has reported, or found to be reported.
    reported_routes: RefCell<HashSet<Route>>,
}

impl WorkerState {
    pub(in crate::web) fn new(state: &Arc<State>) -> Self {
        Self(Rc::new(Worker {
            state: Arc::clone(state),
            reported_routes: RefCell::default(),
        }))
    }

    /// Returns `true` if both handles refer to the same `CognitoAuth`, or to clones of it.
    pub(in crate::web) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0.state, &other.0.state)
    }

    /// Adds an unguarded route, and returns `true` if no worker has reported it yet.
    pub(in crate::web) fn report(&self, route: Route) -> bool {
        let is_new_here = self.0.reported_routes.borrow_mut().insert(route.clone());
        is_new_here && self.reported_routes.insert(route)
    }
}

impl Deref for WorkerState {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0.state
    }
}

/// The validator of tokens.
pub(in crate::web) enum Validation {
    BuiltIn(CognitoValidator),
    Custom(Box<dyn TokenValidator>),
}

impl State {
    /// Returns `true` in a child process that was forked after the build, if the background thread
    /// has work there: fetching keys, or writing activity.
    pub(in crate::web) fn has_forked(&self) -> bool {
        let is_used = matches!(self.validation, Validation::BuiltIn(_))
            || self.activity.is_some()
            || self.cutoffs.is_some();
        is_used && self.background.process().has_forked()
    }

    /// Authenticates a token without waiting. After [`Incomplete::Waiting`], the caller waits for
    /// the fetch and then calls [`State::authenticate`].
    pub(in crate::web) fn try_authenticate(
        &self,
        credentials: Credentials<'_>,
    ) -> Result<ServicePrincipal, Incomplete<Refusal>> {
        let Validation::BuiltIn(validator) = &self.validation else {
            // A custom validator is asynchronous and fetches its own keys.
            return Err(Incomplete::Waiting(PendingFetch::completed()));
        };
        let principal = match validator.find_verified(credentials) {
            Some(principal) => principal,
            None => validator
                .try_verify(self.token(credentials)?)
                .map_err(|incomplete| incomplete.map_failure(Refusal::from))?,
        };
        if let Some(read) = self.pending_first_read() {
            return Err(Incomplete::Waiting(read));
        }
        Ok(self.admit(principal)?)
    }

    /// Authenticates a token with the keys that have been fetched so far.
    pub(in crate::web) async fn authenticate(
        &self,
        credentials: Credentials<'_>,
    ) -> Result<ServicePrincipal, Refusal> {
        let token = self.token(credentials)?;
        let principal = match &self.validation {
            Validation::BuiltIn(validator) => validator.verify(token)?,
            Validation::Custom(validator) => {
                let claims = validator.validate(token).await?;
                let policy_defaults = Arc::clone(&self.policy_defaults);
                let pool = PoolName::default();
                ServicePrincipal::from_claims(claims, pool, token.as_str(), policy_defaults)
                    .map_err(AuthenticationError::from)?
            }
        };
        if let Some(read) = self.pending_first_read() {
            read.ended().await;
        }
        self.admit(principal)
    }

    /// Returns the first read of the cut-offs, if it has not ended and requests have to wait for it.
    pub(in crate::web) fn pending_first_read(&self) -> Option<PendingFetch> {
        let read = self.cutoffs.as_ref()?.pending_first_read()?;
        let is_reading = !self.background.is_stopped() && !self.background.process().has_forked();
        is_reading.then_some(read)
    }

    fn token<'h>(&self, credentials: Credentials<'h>) -> Result<BearerToken<'h>, Refusal> {
        credentials
            .into_token(self.max_token_bytes)
            .map_err(|error| match error {
                InvalidCredentials::Malformed(error) => error.into(),
                InvalidCredentials::Invalid(error) => AuthenticationError::from(error).into(),
            })
    }

    /// Refuses a client that is cut off, or that its user pool does not admit. This is checked on every
    /// request, even if the token is in the cache.
    fn admit(&self, principal: ServicePrincipal) -> Result<ServicePrincipal, Refusal> {
        if let Some(cutoffs) = &self.cutoffs {
            check_cutoffs(cutoffs, &principal, &self.clock)?;
        }
        let admitted = self.admitted_clients.get(principal.pool());
        if admitted.is_none_or(|clients| clients.contains(principal.pool(), principal.client_id()))
        {
            Ok(principal)
        } else {
            Err(Denial::Client.into())
        }
    }

    /// Records the activity of a client in memory, without waiting for the store.
    pub(in crate::web) fn record_activity(&self, principal: &ServicePrincipal) {
        if let Some(recorder) = &self.activity {
            recorder.record(principal, self.clock.wall());
        }
    }
}

fn check_cutoffs(
    cutoffs: &KnownCutoffs,
    principal: &ServicePrincipal,
    clock: &Arc<dyn Clock>,
) -> Result<(), Refusal> {
    let verdict = cutoffs.evaluate(
        principal.pool().as_str(),
        principal.client_id().as_str(),
        principal.issued_at(),
        || clock.now(),
    )?;
    if verdict == Verdict::Accepted {
        return Ok(());
    }
    let refusal = CutoffRefusal {
        client_id: principal.client_id().clone(),
        is_shut_out: verdict == Verdict::ShutOut,
    };
    Err(refusal.into())
}
