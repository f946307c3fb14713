//! The authentication of a request: the result of validating its token, stored in the request's
//! extensions.

mod authentication;
mod coverage;
mod missing_token;
mod nested;
mod path;
#[cfg(feature = "testing")]
mod preset;
mod principal;
#[cfg_attr(
    not(feature = "inventory"),
    expect(dead_code, reason = "only the inventory of an app reads recordings")
)]
mod recording;
mod refuse;
mod refused_request;
mod returned_error;

pub(super) use authentication::{
    Authentication, Extraction, Outcome, mark_public, with_authentication,
};
pub(super) use nested::warn_about_nesting;
pub(super) use path::visit_parameters;
#[cfg(feature = "testing")]
pub(crate) use preset::preset;
pub use principal::RequestPrincipal;
pub(super) use recording::PublicMark;
pub(crate) use recording::Recording;
#[cfg(feature = "inventory")]
pub(crate) use recording::Refuser;
pub(super) use refuse::{DEFAULT_SERVICE, RefusedBy, log_would_refuse, refuse, state_of};
pub(super) use refused_request::{RefusedRequest, guard_error, refusal_error};
pub(super) use returned_error::{find_error, returned_refusal};
