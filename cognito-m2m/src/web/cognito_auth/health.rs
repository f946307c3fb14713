use std::time::Duration;

use crate::pool::PoolName;

/// The state of the keys, for readiness probes.
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
}

impl Health {
    /// One entry for each user pool; none with a validator of the team's own.
    #[must_use]
    pub fn pools(&self) -> &[PoolHealth] {
        &self.pools
    }

    /// Whether every user pool has keys that may verify.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.pools.iter().all(|pool| pool.is_ready)
    }
}

/// The keys of one user pool.
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
    /// The name of the pool in the settings.
    #[must_use]
    pub fn name(&self) -> &PoolName {
        &self.name
    }

    /// Whether there are keys that may verify.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.is_ready
    }

    /// Since when the keys have not been refreshed; `None` where there are none yet.
    #[must_use]
    pub fn keys_age(&self) -> Option<Duration> {
        self.keys_age
    }

    /// Why the last fetch failed, if it did.
    #[must_use]
    pub fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }
}
