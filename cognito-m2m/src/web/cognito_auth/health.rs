use std::time::Duration;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

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
///
/// It implements `Serialize`, for a page that operators read:
///
/// ```json
/// {
///   "is_ready": true,
///   "pools": [{ "name": "default", "is_ready": true, "keys_age": 12, "last_error": null }]
/// }
/// ```
///
/// `keys_age` is in whole seconds. These names don't change between releases, but others may be
/// added. The values contain no secrets and no tokens. `last_error` contains the URL of the keys, so
/// answer the probes of a load balancer with the status alone. See
/// [`guide::deployment`](crate::guide::deployment).
#[derive(Clone, Debug)]
pub struct Health {
    pub(super) pools: Vec<PoolHealth>,
}

impl Health {
    /// Returns one entry per user pool, or none with a custom validator.
    #[must_use]
    pub fn pools(&self) -> &[PoolHealth] {
        &self.pools
    }

    /// Returns `true` if every user pool has usable keys. With a custom validator, this is always
    /// `true`.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.pools.iter().all(|pool| pool.is_ready)
    }
}

impl Serialize for Health {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut health = serializer.serialize_struct("Health", 2)?;
        health.serialize_field("is_ready", &self.is_ready())?;
        health.serialize_field("pools", self.pools())?;
        health.end()
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
#[derive(Clone, Debug, Serialize)]
pub struct PoolHealth {
    pub(super) name: PoolName,
    pub(super) is_ready: bool,
    #[serde(serialize_with = "serialize_seconds")]
    pub(super) keys_age: Option<Duration>,
    pub(super) last_error: Option<String>,
}

impl PoolHealth {
    /// Returns the configured name of the user pool.
    #[must_use]
    pub fn name(&self) -> &PoolName {
        &self.name
    }

    /// Returns `true` if the keys were last refreshed within `jwks_max_stale`.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.is_ready
    }

    /// Returns the time since the keys were last refreshed, or `None` if they have never been fetched.
    #[must_use]
    pub fn keys_age(&self) -> Option<Duration> {
        self.keys_age
    }

    /// Returns the error of the last fetch, or `None` if it succeeded or there was no fetch yet.
    #[must_use]
    pub fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }
}

fn serialize_seconds<S: Serializer>(
    duration: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    duration
        .map(|duration| duration.as_secs())
        .serialize(serializer)
}
