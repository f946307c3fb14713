//! Cut-offs: the stores, the JSON service and the page.

#[cfg(unix)]
mod file;
mod migrations;
#[cfg(feature = "mysql")]
mod mysql;
mod operators;
mod page;
#[cfg(feature = "browser")]
mod page_browser;
#[cfg(feature = "postgres")]
mod pooler;
#[cfg(feature = "postgres")]
mod postgres;
mod service;
mod sqlite;
mod suite;
mod tables;
