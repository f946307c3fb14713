//! The porch: the only rooms that know Actix.

mod auth;
mod build;
mod build_bridge;
mod clients;
mod extract;
mod guard;
mod health;
mod middleware;
mod policy;
#[cfg(feature = "testing")]
mod preset;
mod request;
mod response;
mod startup;
mod state;
mod user;

pub use auth::CognitoAuth;
pub use build::{BuildError, CognitoAuthBuilder};
pub use clients::{ClientActivityList, ClientActivityPage, ClientActivityPageService};
pub use extract::OptionalPrincipal;
pub use guard::{Both, Guard, RefusalFn, RoutePolicy};
pub use health::{Health, PoolHealth};
#[cfg(feature = "testing")]
pub(crate) use preset::preset;
pub use request::RequestPrincipal;
pub use response::{DefaultResponder, RefusalResponder};
pub use user::{MappedUser, RequestUser};
