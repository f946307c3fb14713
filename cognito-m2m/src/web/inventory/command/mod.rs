//! The program of an app's inventory.

mod arguments;
mod run;

pub use run::main;
