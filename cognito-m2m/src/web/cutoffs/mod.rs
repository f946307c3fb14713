//! Cut-offs for operators: a JSON service that a policy protects.

mod answer;
mod change;
mod service;
mod source;

pub use service::ClientCutoffs;
pub(in crate::web) use source::CutoffSource;
