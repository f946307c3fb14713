//! Settings: by builder, from any `serde` source, or from the environment.

mod check;
mod environment;
mod pool;
mod table;
mod value;

pub(crate) use check::{CheckedSettings, PoolPlan};
pub use pool::PoolSettings;
pub use table::Settings;

pub use crate::setting_fault::{SettingFault, SettingsError};
