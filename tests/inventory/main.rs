//! The inventory of handlers and of an app's routes.

mod app;
mod authorization;
mod authorization_options;
mod items;
mod probing;
mod routes_file;
mod terraform;
