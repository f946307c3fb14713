use std::time::Duration;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::cutoff_health::CutoffHealth;
use super::serialize_seconds::serialize_seconds;

use crate::jwks::SourceState;
use crate::pool::PoolName;

/// The state of the signing keys and the cut-offs, for readiness probes.
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
///   "has_forked": false,
///   "pools": [{
///     "name": "default", "is_ready": true, "keys_age": 12, "last_error": null,
///     "sources": [
///       { "name": "original", "is_serving": true, "keys_age": 12, "last_error": null },
///       { "name": "updated", "is_serving": false, "keys_age": null, "last_error": null }
///     ]
///   }],
///   "cutoffs": { "is_ready": true, "clients": 2, "age": 3, "last_error": null }
/// }
/// ```
///
/// `keys_age` and `age` are in whole seconds. `cutoffs` is `null` without a cut-off store. These names
/// don't change between releases, but others may be added. The values contain no secrets, no tokens and no URLs. `last_error` may name the host of the
/// keys and the authority that issued its certificate, so answer the probes of a load balancer with
/// the status alone. See [`guide::deployment`](crate::guide::deployment).
#[derive(Clone, Debug)]
pub struct Health {
    pub(super) pools: Vec<PoolHealth>,
    pub(super) is_stopped: bool,
    pub(super) has_forked: bool,
    pub(super) cutoffs: Option<CutoffHealth>,
}

impl Health {
    /// Returns one entry per user pool, or none with a custom validator.
    #[must_use]
    pub fn pools(&self) -> &[PoolHealth] {
        &self.pools
    }

    /// Returns the state of the cut-offs, or `None` without a
    /// [cut-off store](crate::CognitoAuthBuilder::cutoff_store).
    #[must_use]
    pub fn cutoffs(&self) -> Option<&CutoffHealth> {
        self.cutoffs.as_ref()
    }

    /// Returns `true` if every user pool has usable keys and the cut-offs have been read once.
    ///
    /// The cut-offs count only if there is a cut-off store and `cutoff_required` is on.
    ///
    /// It is `false` once [`shutdown`](crate::CognitoAuth::shutdown) has been called, and where
    /// [`has_forked`](Self::has_forked) is `true`. With a custom validator, it is `true` until then.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let has_cutoffs = self.cutoffs.as_ref().is_none_or(CutoffHealth::is_ready);
        !self.is_stopped
            && !self.has_forked
            && has_cutoffs
            && self.pools.iter().all(|pool| pool.is_ready)
    }

    /// Returns `true` in a child process that was forked after
    /// [`CognitoAuth`](crate::CognitoAuth) was built.
    ///
    /// The background thread does not exist there: no keys are fetched, no client activity is written and
    /// no cut-offs are read. Build `CognitoAuth` after the fork.
    #[must_use]
    pub fn has_forked(&self) -> bool {
        self.has_forked
    }
}

impl Serialize for Health {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut health = serializer.serialize_struct("Health", 4)?;
        health.serialize_field("is_ready", &self.is_ready())?;
        health.serialize_field("has_forked", &self.has_forked())?;
        health.serialize_field("pools", self.pools())?;
        health.serialize_field("cutoffs", &self.cutoffs)?;
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
    pub(super) sources: Vec<KeySourceHealth>,
}

impl PoolHealth {
    /// Returns the configured name of the user pool.
    #[must_use]
    pub fn name(&self) -> &PoolName {
        &self.name
    }

    /// Returns `true` if one of the sources has keys that were last refreshed within `jwks_max_stale`, by
    /// both clocks.
    ///
    /// It is `false` where keys are not refreshed: once [`shutdown`](crate::CognitoAuth::shutdown) has
    /// been called, and in a forked child process.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.is_ready
    }

    /// Returns the time since keys were last refreshed from any source, by the clock that has advanced
    /// more, or `None` if there are no keys.
    #[must_use]
    pub fn keys_age(&self) -> Option<Duration> {
        self.keys_age
    }

    /// Returns the errors of the last fetches with all their causes, or `None` if none has failed. In a
    /// forked child process, the error reports the fork.
    ///
    /// With several sources, each error begins with the name of its source.
    #[must_use]
    pub fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }

    /// Returns the sources of the keys: one for each JWKS URL, and one for configured keys.
    ///
    /// A pool is ready with one of them. A source that fails is reported, and does not affect the others.
    #[must_use]
    pub fn sources(&self) -> &[KeySourceHealth] {
        &self.sources
    }
}

/// The state of one source of a user pool's signing keys.
///
/// # Examples
///
/// ```no_run
/// # let auth = cognito_m2m::CognitoAuth::from_env()?;
/// for source in auth.health().pools().iter().flat_map(|pool| pool.sources()) {
///     println!("{}: {} {:?}", source.name(), source.is_serving(), source.last_error());
/// }
/// # Ok::<(), cognito_m2m::BuildError>(())
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct KeySourceHealth {
    name: Box<str>,
    is_serving: bool,
    #[serde(serialize_with = "serialize_seconds")]
    keys_age: Option<Duration>,
    last_error: Option<String>,
}

impl KeySourceHealth {
    /// Returns the name of the source.
    ///
    /// It is `original` or `updated` for the URL of an issuer, `replica <region>` for that of a replica,
    /// and `jwks_url`, `jwks_file` or `jwks` for keys from the setting of that name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns `true` if the source has keys that can be used.
    ///
    /// The source `updated` has none until the user pool is switched to that issuer. That is not an error.
    #[must_use]
    pub fn is_serving(&self) -> bool {
        self.is_serving
    }

    /// Returns the time since the keys were last fetched or read, by the clock that has advanced more,
    /// or `None` if there are no keys.
    #[must_use]
    pub fn keys_age(&self) -> Option<Duration> {
        self.keys_age
    }

    /// Returns the error of the last attempt with all its causes, or `None` if it succeeded or there was
    /// none yet. In a forked child process, the error reports the fork.
    #[must_use]
    pub fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }
}

impl From<SourceState> for KeySourceHealth {
    fn from(state: SourceState) -> Self {
        let SourceState {
            name,
            is_serving,
            keys_age,
            last_error,
        } = state;
        Self {
            name: (*name).into(),
            is_serving,
            keys_age,
            last_error,
        }
    }
}
