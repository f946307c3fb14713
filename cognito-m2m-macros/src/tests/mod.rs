//! Expansions, looked at in process.

mod expansion;
mod grouping;
mod mistakes;
