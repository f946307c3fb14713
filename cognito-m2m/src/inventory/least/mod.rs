//! The tokens that test an endpoint: those with the least that its guards require, and those that lack one
//! thing.
//!
//! [`cases`] finds both. It asks the policies themselves ([`Rules::evaluate`]) whether they admit a token, so
//! that nested rules, method maps and stacks of attributes mean the same here as in a request.

mod caller;
mod cases;
mod claim_values;
mod clients;
mod lacking;
mod rules;
mod scope_sets;
#[cfg(test)]
mod tests;

pub(crate) use caller::Caller;
pub(crate) use cases::{Cases, Satisfiable, cases};

pub(crate) use lacking::{Lacking, RefusedCaller};
pub(crate) use rules::Rules;
