//! Tests of the expansion that run without a compiler.

mod expansion;
mod grouping;
mod mistakes;
