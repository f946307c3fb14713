//! The gate: the one way from a token to a principal.

mod cache;
mod custom;
mod gate;
mod verified;

pub use custom::{BoxFuture, TokenError, TokenValidator};
pub(crate) use gate::{Gate, Pool, Verification};
pub(crate) use verified::{AudienceRule, TokenRules};
