//! What a handler asks of its caller: policies as data, and one verb that judges them.
//!
//! A [`Policy`] is a value. Nothing here does I/O or knows HTTP responses: the attributes, the
//! middleware and [`ServicePrincipal::authorize`](crate::ServicePrincipal::authorize) all come
//! down to [`Policy::judge`].

mod clients;
mod denial;
mod facts;
mod layers;
mod scope_rule;
mod value;

pub(crate) mod constants;

pub use clients::{ClientGroups, ClientList, ClientSelector, InvalidClientSelector};
pub use denial::Denial;
pub(crate) use facts::Rulebook;
pub use facts::{Defaults, Facts};
pub use layers::{GuardedHandler, Layer, Layers, guarded_handlers};
pub use scope_rule::ScopeRule;
pub use value::Policy;
