//! Policies: the requirements of a handler, as data.
//!
//! A [`Policy`] is a plain value, and [`Policy::evaluate`] decides whether it admits a request.
//! Attributes, the middleware and [`ServicePrincipal::authorize`](crate::ServicePrincipal::authorize)
//! all use that function. This module performs no I/O and does not know HTTP responses.

pub(crate) mod claim_constant;
mod claim_rule;
mod claim_value;
mod claims;
pub(crate) mod clients;
pub(crate) mod constants;
mod denial;
#[cfg(feature = "inventory")]
mod entries;
mod input;
pub(crate) mod layers;
pub(crate) mod listed;
#[cfg(feature = "inventory")]
mod named;
mod parts;
mod path_parameters;
pub(crate) mod public_handlers;
mod resource_servers;
pub(crate) mod scope_constant;
mod scope_rule;
pub(crate) mod value;

pub use claim_rule::ClaimRule;
pub(crate) use claim_rule::ExpectedClaim;
pub use claim_value::ClaimValue;
pub(crate) use clients::ClientSelector;
pub use clients::{ClientGroups, ClientList};
pub use denial::Denial;
pub use input::{PolicyDefaults, PolicyInput};
#[cfg(feature = "inventory")]
pub(crate) use layers::evaluate_defaults;
pub use layers::{Layer, guarded_handlers};
pub(crate) use layers::{LayerDenial, Layers, evaluate_settings, registered_layers};
pub use path_parameters::PathParameters;
pub(crate) use public_handlers::{PublicHandler, public_handlers};
pub use resource_servers::{InvalidResourceServer, ResourceServers};
pub use scope_rule::ScopeRule;
pub(crate) use value::Policy;

pub use crate::qualified_client_id::InvalidQualifiedClientId;
