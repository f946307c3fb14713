//! The settings of the middleware, from code, any `serde` source, or environment variables.

mod additions;
mod check;
mod define;
mod deserialize;
mod environment;
mod pool;
pub(crate) mod table;
mod value;

pub(crate) use check::{AuthScheme, CheckedPool, CheckedSettings, CheckedSource};
pub(crate) use define::{AllowedClients, StartupFields};
pub use pool::PoolSettings;
pub(crate) use table::Settings;

pub use crate::issuer_type::IssuerType;
pub use crate::setting_fault::{SettingFault, SettingsError};
pub use crate::unguarded_routes::UnguardedRoutes;
