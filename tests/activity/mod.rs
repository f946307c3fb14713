//! Client activity: when each client was first and last seen, and what happens if the store fails.

mod existing_tables;
mod faults;
mod lists;
#[cfg(feature = "browser")]
mod lists_browser;
mod lists_suite;
mod migrations;
#[cfg(feature = "mysql")]
pub(crate) mod mysql;
#[cfg(feature = "postgres")]
pub(crate) mod pooler;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
mod processes;
mod sqlite;
mod suite;
mod table;
mod tracking_api;
mod writes;
