//! What a handler asks of its caller: policies as data, and one verb that judges them.
//!
//! A [`Policy`] is a value. Nothing here does I/O or knows HTTP responses: the attributes, the
//! middleware and [`ServicePrincipal::authorize`](crate::ServicePrincipal::authorize) all come
//! down to [`Policy::evaluate`].

mod clients;
mod denial;
mod input;
mod layers;
mod scope_rule;
mod value;

pub(crate) mod constants;

pub use clients::{ClientGroups, ClientList, ClientSelector, InvalidClientSelector};
pub use denial::Denial;
pub(crate) use input::PolicyDefaults;
pub use input::{Defaults, PolicyInput};
pub use layers::{GuardedHandler, Layer, Layers, guarded_handlers};
pub use scope_rule::ScopeRule;
pub use value::Policy;
