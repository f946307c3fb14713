//! The scope catalogue: the file `cognito-scopes.json` beside the user's `Cargo.toml`.
//!
//! If the file exists, every scope in an attribute must be listed in it. [`file`] reads it, and [`content`]
//! parses it.

mod content;
mod file;
mod listed;

pub(crate) use crate::catalogue::file::of_package;
pub(crate) use crate::catalogue::listed::{Catalogue, FILE_NAME};
