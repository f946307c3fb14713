//! Extractors and the guards that attributes add to handlers.

mod extraction;
mod extractor;
mod guard;
mod principal;
mod public;
mod user;

pub use extractor::Argument;
pub use guard::{Both, Guard, RoutePolicy};
pub use principal::OptionalPrincipal;
pub use public::Public;
pub use user::{MappedUser, RequestUser};
