use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;

use super::authentication::{Authentication, Outcome};
use crate::web::cognito_auth::WorkerState;

static IS_REPORTED: AtomicBool = AtomicBool::new(false);

/// Warns, once in the life of the process, that this middleware refuses a token which another
/// `CognitoAuth` around it has accepted. With different user pools, the two together refuse every
/// token.
pub(in crate::web) fn warn_about_nesting(state: &WorkerState, request: &ServiceRequest) {
    let extensions = request.extensions();
    let outer = extensions.get::<Authentication>();
    let is_accepted_outside = outer.is_some_and(|outer| {
        !outer.is_preset
            && !outer.state.is_same(state)
            && matches!(outer.outcome, Outcome::Verified(_))
    });
    if is_accepted_outside && !IS_REPORTED.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            "a `CognitoAuth` refused a token that an outer one accepted: build one \
             `CognitoAuth` with all user pools"
        );
    }
}
