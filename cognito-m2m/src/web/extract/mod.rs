//! Extractors and the guards that attributes add to handlers.

mod claims;
mod guard;
mod principal;
mod user;

pub use claims::TokenClaims;
pub use guard::{Both, Guard, RoutePolicy};
pub use principal::OptionalPrincipal;
pub use user::{MappedUser, RequestUser};
