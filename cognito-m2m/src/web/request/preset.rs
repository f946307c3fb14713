use actix_web::dev::Extensions;

use super::authentication::{Authentication, Outcome};
use crate::principal::ServicePrincipal;
use crate::web::cognito_auth::{CognitoAuth, WorkerState};

/// Stores a principal in a test request, as if the middleware of `auth` had authenticated it.
pub(crate) fn preset(extensions: &mut Extensions, auth: &CognitoAuth, principal: ServicePrincipal) {
    let state = WorkerState::new(auth.state());
    let outcome = Outcome::Verified(state.new_caller(principal));
    extensions.insert(Authentication {
        is_preset: true,
        ..Authentication::new(state, outcome)
    });
}
