//! Cut-offs: the stores, the JSON service and the page.

mod migrations;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod pooler;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;
mod suite;
mod tables;
