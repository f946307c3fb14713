use actix_web::dev::Extensions;

use super::auth::CognitoAuth;
use super::request::{Authentication, Outcome};
use super::state::WorkerState;
use crate::principal::ServicePrincipal;

/// Lets a test say who calls, by the settings of `auth` where there is no middleware.
pub(crate) fn preset(extensions: &mut Extensions, auth: &CognitoAuth, principal: ServicePrincipal) {
    extensions.insert(Authentication {
        state: WorkerState::new(auth.state()),
        outcome: Outcome::Verified(principal),
        is_guarded: false,
        is_preset: true,
        lookup: None,
    });
}
