//! Integration tests through the public API: one binary, one file per subject.

mod activity;
mod answers;
mod architecture;
mod attacks;
mod attributes;
#[cfg(target_os = "linux")]
mod background_thread;
mod causes;
#[cfg(target_os = "linux")]
mod certificates;
mod claims;
mod confidential_settings;
mod cut_off_clients;
mod cutoffs;
mod documents;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod fork;
mod health;
mod issuers;
mod keys;
mod left_out;
mod logs;
mod middleware;
mod migration_folder;
mod mixed_traffic;
mod modules;
mod policies;
mod pools;
mod principal;
mod proxies;
mod resource_servers;
mod settings;
mod sqlite_file;
mod token_store;
mod tokens;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod turn;
mod unguarded_routes;
mod user_tables;
mod users;
mod validator;
mod verified_tokens;
mod worker_tokens;
