//! The authentication of a request: the result of validating its token, stored in the request's
//! extensions.

mod authentication;
#[cfg(feature = "testing")]
mod preset;
mod principal;
mod refuse;

pub(super) use authentication::{Authentication, Outcome, with_authentication};
#[cfg(feature = "testing")]
pub(crate) use preset::preset;
pub use principal::RequestPrincipal;
pub(super) use refuse::{refusal_error, refusal_response, refuse};
