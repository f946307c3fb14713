//! Expressions that no attribute accepts as a value, such as `"a" || "b"` and `concat!("a", "b")`,
//! and what to write instead.

mod remedy;
mod rewrite;
mod syntax;

pub(crate) use remedy::{Place, expected_path};
pub(crate) use syntax::{Expression, take_argument};
