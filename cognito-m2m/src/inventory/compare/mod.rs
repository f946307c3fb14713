//! The differences between two inventories, and whether they loosen or tighten.
//!
//! Routes are compared by their method and the shape of their path ([`pattern`]), or by their handler ([`unit`]).
//! A route becomes a [`formula`] of what its callers must bring, for one method and one value of the setting
//! `default_scope_match` ([`admission`]). [`decide`] finds a caller that one formula admits and the other
//! refuses.

mod admission;
mod allowlist;
mod change;
mod changes;
mod comparison;
mod decide;
mod difference;
mod effect;
mod formula;
mod in_words;
mod markdown;
mod pattern;
mod since;
mod unit;
mod witness;

#[cfg(test)]
mod tests;

pub use change::{Change, ChangeKind};
pub use changes::Changes;
pub use effect::Effect;
