//! The example programs, started as processes and called over HTTP.

mod activity;
mod cognito_m2m_local;
mod configuration;
mod database;
mod databases;
mod examples;
mod fetch_token;
mod first_run;
mod http;
mod legacy_users;
mod operations;
mod program;
#[cfg(feature = "redis")]
mod redis;
mod refusals;
mod routes;
mod user_pool;
mod users;
mod validate_token;
mod widgets;
