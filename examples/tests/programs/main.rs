//! The examples as their users meet them: started as programs, and spoken to from outside.

mod activity;
mod configuration;
mod database;
mod databases;
mod fetch_token;
mod first_run;
mod http;
mod legacy_users;
mod operations;
mod program;
mod refusals;
mod routes;
mod service_to_service;
mod users;
mod validate_token;
mod widgets;
