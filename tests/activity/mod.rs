//! Client activity: which client was first and last seen when, whatever the store does.

mod clients;
mod faults;
mod lists;
#[cfg(feature = "browser")]
mod lists_browser;
mod lists_suite;
mod migrations;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod processes;
mod sqlite;
mod suite;
mod writes;
