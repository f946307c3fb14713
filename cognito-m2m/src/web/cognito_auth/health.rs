use std::time::Duration;

use crate::pool::PoolName;

/// The state of the signing keys, for readiness probes.
///
/// # Examples
///
/// ```no_run
/// use actix_web::{HttpResponse, web};
/// use cognito_m2m::CognitoAuth;
///
/// async fn ready(auth: web::Data<CognitoAuth>) -> HttpResponse {
///     match auth.health().is_ready() {
///         true => HttpResponse::Ok().finish(),
///         false => HttpResponse::ServiceUnavailable().finish(),
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Health {
    pub(super) pools: Vec<PoolHealth>,
    pub(super) is_stopped: bool,
    pub(super) has_forked: bool,
}

impl Health {
    /// Returns one entry per user pool, or none with a custom validator.
    #[must_use]
    pub fn pools(&self) -> &[PoolHealth] {
        &self.pools
    }

    /// Returns `true` if every user pool has usable keys, and `false` once
    /// [`shutdown`](crate::CognitoAuth::shutdown) has been called. With a custom validator, it is `true`
    /// until then.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.is_stopped && self.pools.iter().all(|pool| pool.is_ready)
    }

    /// Returns `true` in a child process that was forked after
    /// [`CognitoAuth`](crate::CognitoAuth) was built.
    ///
    /// The background thread does not exist there: no keys are fetched, and no client activity is
    /// written. Build `CognitoAuth` after the fork.
    #[must_use]
    pub fn has_forked(&self) -> bool {
        self.has_forked
    }
}

/// The state of the signing keys of one user pool.
///
/// # Examples
///
/// ```no_run
/// # let auth = cognito_m2m::CognitoAuth::from_env()?;
/// for pool in auth.health().pools() {
///     println!("{}: {:?} {:?}", pool.name(), pool.keys_age(), pool.last_error());
/// }
/// # Ok::<(), cognito_m2m::BuildError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PoolHealth {
    pub(super) name: PoolName,
    pub(super) is_ready: bool,
    pub(super) keys_age: Option<Duration>,
    pub(super) last_error: Option<String>,
}

impl PoolHealth {
    /// Returns the configured name of the user pool.
    #[must_use]
    pub fn name(&self) -> &PoolName {
        &self.name
    }

    /// Returns `true` if the keys were last refreshed within `jwks_max_stale`, by both clocks.
    ///
    /// It is `false` where keys are not refreshed: once [`shutdown`](crate::CognitoAuth::shutdown) has
    /// been called, and in a forked child process.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.is_ready
    }

    /// Returns the time since the keys were last refreshed, by the clock that has advanced more, or
    /// `None` if they have never been fetched.
    #[must_use]
    pub fn keys_age(&self) -> Option<Duration> {
        self.keys_age
    }

    /// Returns the error of the last fetch with all its sources, or `None` if it succeeded or there
    /// was no fetch yet. In a forked child process, it says that the process has forked.
    #[must_use]
    pub fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }
}
