//! A flag that several owners share, set once a principal has been authorized.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether [`ServicePrincipal::authorize`](crate::ServicePrincipal::authorize) has been called on a
/// principal of a request, or on one of its clones.
#[derive(Clone, Default)]
pub(crate) struct AuthorizationFlag(Arc<AtomicBool>);

impl AuthorizationFlag {
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    // A handler that authorizes on another thread waits for that thread before it answers, so
    // `Relaxed` is enough.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
