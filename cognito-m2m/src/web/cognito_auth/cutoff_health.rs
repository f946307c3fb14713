use std::time::Duration;

use serde::Serialize;

use super::serialize_seconds::serialize_seconds;
use crate::cutoff::KnownCutoffs;
use crate::time::ClockReading;

/// The state of the cut-offs, as part of [`Health`](crate::Health).
///
/// # Examples
///
/// ```no_run
/// # let auth = cognito_m2m::CognitoAuth::from_env()?;
/// if let Some(cutoffs) = auth.health().cutoffs() {
///     println!("{:?} {:?} {:?}", cutoffs.clients(), cutoffs.age(), cutoffs.last_error());
/// }
/// # Ok::<(), cognito_m2m::BuildError>(())
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct CutoffHealth {
    is_ready: bool,
    clients: Option<usize>,
    #[serde(serialize_with = "serialize_seconds")]
    age: Option<Duration>,
    last_error: Option<String>,
}

impl CutoffHealth {
    pub(super) fn new(cutoffs: &KnownCutoffs, now: ClockReading) -> Self {
        let snapshot = cutoffs.snapshot();
        let list = snapshot.list.as_ref();
        Self {
            is_ready: list.is_some() || !cutoffs.is_required(),
            clients: list.map(|list| list.len()),
            age: list.map(|_| now.time_since(snapshot.read_at)),
            last_error: snapshot.last_error.as_deref().map(str::to_owned),
        }
    }

    /// Returns `true` if the cut-offs have been read once, or `cutoff_required` is off.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.is_ready
    }

    /// Returns the number of clients with a cut-off, or `None` if the cut-offs have never been read.
    #[must_use]
    pub fn clients(&self) -> Option<usize> {
        self.clients
    }

    /// Returns the time since the last successful read, or `None` if the cut-offs have never been read.
    ///
    /// While the store is unavailable, the age grows, and the last known cut-offs stay in use.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.age
    }

    /// Returns the error of the last read with all its sources, or `None` if the read succeeded.
    #[must_use]
    pub fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }
}
