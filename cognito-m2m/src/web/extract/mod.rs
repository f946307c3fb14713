//! Extractors and the guards that attributes add to handlers.

mod claims;
mod extraction;
mod extractor;
mod guard;
pub mod plain_function;
mod principal;
mod public;
mod user;

pub use claims::TokenClaims;
pub use extractor::Argument;
pub use guard::{Both, Guard, RoutePolicy};
pub use principal::OptionalPrincipal;
pub use public::Public;
pub use user::{MappedUser, RequestUser};
