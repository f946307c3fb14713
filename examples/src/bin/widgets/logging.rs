//! Logging to standard error, so that standard output holds only what the program prints.

use std::{
    env,
    io::{self, IsTerminal},
};

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    prelude::*,
};

/// Starts logging at the levels of `RUST_LOG`, for example `warn,cognito_m2m=debug`.
pub(crate) fn start() {
    let filter = env::var("RUST_LOG")
        .ok()
        .and_then(|levels| levels.parse().ok());
    let output = fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_filter(filter.unwrap_or_else(default_filter));
    tracing_subscriber::registry().with(output).init();
}

fn default_filter() -> Targets {
    Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("cognito_m2m", LevelFilter::INFO)
        .with_target("cognito_m2m_examples", LevelFilter::INFO)
        .with_target("widgets", LevelFilter::INFO)
}
