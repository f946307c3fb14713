use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::HeaderName;

use super::reported_routes::ReportedRoutes;
use crate::activity::Recorder;
use crate::cutoff::{CutoffRefusal, KnownCutoffs, Verdict};
use crate::error::{AuthenticationError, Refusal};
use crate::jwks::{Incomplete, PendingFetch};
use crate::policy::{ClientList, Denial, PolicyDefaults};
use crate::pool::PoolName;
use crate::principal::ServicePrincipal;
use crate::runtime::Background;
use crate::settings::AuthScheme;
use crate::time::{Clock, ClockReading};
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
        let now = self.clock.now();
        let known = self
            .built_in()
            .and_then(|it| it.find_verified(credentials, now));
        let principal = match known {
            Some(principal) => principal,
            None => self.try_verify(credentials, now)?,
        };
        self.try_admit(&principal, now)?;
        Ok(principal)
    }

    /// Verifies a token that is not in a cache, without waiting.
    pub(super) fn try_verify(
        &self,
        credentials: Credentials<'_>,
        now: ClockReading,
    ) -> Result<ServicePrincipal, Incomplete<Refusal>> {
        let Some(validator) = self.built_in() else {
            // A custom validator is asynchronous and fetches its own keys.
            return Err(Incomplete::Waiting(PendingFetch::completed()));
        };
        validator
            .try_verify(self.token(credentials)?, now)
            .map_err(|incomplete| incomplete.map_failure(Refusal::from))
    }

    pub(super) fn built_in(&self) -> Option<&CognitoValidator> {
        match &self.validation {
            Validation::BuiltIn(validator) => Some(validator),
            Validation::Custom(_) => None,
        }
    }

    /// Authenticates a token with the keys that have been fetched so far.
    pub(in crate::web) async fn authenticate(
        &self,
        credentials: Credentials<'_>,
    ) -> Result<ServicePrincipal, Refusal> {
        let token = self.token(credentials)?;
        let principal = match &self.validation {
            Validation::BuiltIn(validator) => validator.verify(token, self.clock.now())?,
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
        self.admit(&principal, self.clock.now())?;
        Ok(principal)
    }

    /// Admits a client, or returns the first read of the cut-offs that the request has to wait for.
    #[inline]
    pub(super) fn try_admit(
        &self,
        principal: &ServicePrincipal,
        now: ClockReading,
    ) -> Result<(), Incomplete<Refusal>> {
        if self.cutoffs.is_none() && self.admitted_clients.is_empty() {
            return Ok(());
        }
        if let Some(read) = self.pending_first_read() {
            return Err(Incomplete::Waiting(read));
        }
        Ok(self.admit(principal, now)?)
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
    fn admit(&self, principal: &ServicePrincipal, now: ClockReading) -> Result<(), Refusal> {
        if let Some(cutoffs) = &self.cutoffs {
            check_cutoffs(cutoffs, principal, now)?;
        }
        let admitted = self.admitted_clients.get(principal.pool());
        if admitted.is_none_or(|clients| clients.contains(principal.pool(), principal.client_id()))
        {
            Ok(())
        } else {
            Err(Denial::Client.into())
        }
    }
}

fn check_cutoffs(
    cutoffs: &KnownCutoffs,
    principal: &ServicePrincipal,
    now: ClockReading,
) -> Result<(), Refusal> {
    let verdict = cutoffs.evaluate(
        principal.pool().as_str(),
        principal.client_id().as_str(),
        principal.issued_at(),
        now,
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
