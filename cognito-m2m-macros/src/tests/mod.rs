//! Tests of the expansion that run without a compiler.

mod expansion;
mod grouping;
mod half_typed;
mod mistakes;
mod tolerance;
mod ways;
