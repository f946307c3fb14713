//! Turns `Settings` into checked values, and collects every fault.

mod checked;
mod clients;
mod faults;
mod header;
mod limits;
mod pools;
mod text;
mod url;

#[cfg(test)]
mod tests;

pub(crate) use checked::CheckedSettings;
pub(crate) use pools::CheckedPool;
