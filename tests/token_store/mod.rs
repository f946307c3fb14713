//! Stores in which processes share their tokens.

mod entries;
mod fixture;
mod memory;
mod outages;
#[cfg(unix)]
mod processes;
mod refusals;
mod rotation;
mod secrecy;
mod settings;
mod sharing;
mod suite;
#[cfg(unix)]
mod unix_files;
