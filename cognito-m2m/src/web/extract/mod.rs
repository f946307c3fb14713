//! Extractors and the guards that attributes add to handlers.

mod guard;
pub mod plain_function;
mod principal;
mod user;

pub use guard::{Both, Guard, RoutePolicy};
pub use principal::OptionalPrincipal;
pub use user::{MappedUser, RequestUser};
