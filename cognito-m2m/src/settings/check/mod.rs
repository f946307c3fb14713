//! Checks `Settings`, and converts them into the types that the rest of the crate uses.

mod checked;
mod clients;
mod faults;
mod header;
mod issuers;
mod keys;
mod limits;
mod pools;
mod text;
mod url;

#[cfg(test)]
mod tests;

pub(crate) use checked::CheckedSettings;
pub(crate) use header::AuthScheme;
pub(crate) use issuers::CheckedSource;
pub(crate) use pools::CheckedPool;
