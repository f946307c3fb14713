//! Where log lines go: to standard error, so that what is printed stays apart.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

/// What is logged while `RUST_LOG` says nothing else.
const DEFAULT_FILTER: &str = "warn,cognito_m2m=info,widgets=info";

pub(crate) fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| DEFAULT_FILTER.into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
}
