//! The Actix integration: middleware, extractors, guards, and HTTP responses to refused requests.
//!
//! Each module depends only on modules further down this list:
//!
//! 1. [`openapi`]: the traits of OpenAPI generators, for the arguments of handlers.
//! 2. [`middleware`], [`extract`], [`activity`] and [`cutoffs`]: the middleware, the guards and the
//!    extractors; the list of clients; the service for cut-offs.
//! 3. [`request`] and [`builder`]: the authentication stored in a request; the builder of
//!    `CognitoAuth`.
//! 4. [`cognito_auth`]: the state that all clones of a `CognitoAuth` share.
//! 5. [`responder`]: the responses to refused requests.

mod activity;
mod builder;
mod cognito_auth;
mod cutoffs;
mod extract;
#[cfg(feature = "inventory")]
pub(crate) mod inventory;
mod middleware;
mod openapi;
mod request;
mod responder;

pub use activity::{ClientActivityList, ClientActivityPage, ClientActivityPageService};
pub use builder::{BuildError, CognitoAuthBuilder};
pub use cognito_auth::{
    CognitoAuth, CutoffHealth, Health, KeySourceHealth, PoolHealth, PrefetchError,
};
pub use cutoffs::ClientCutoffs;
pub use extract::{
    Argument, Both, Guard, MappedUser, OptionalPrincipal, Public, RequestUser, RoutePolicy,
    TokenClaims, plain_function,
};
pub use middleware::PublicRoutes;
pub use request::RequestPrincipal;
#[cfg(feature = "testing")]
pub(crate) use request::preset;
pub use responder::{DefaultResponder, RefusalFn, RefusalResponder};
