//! What the environment says about this program; the pool is the library's to read.

use std::{env, num::NonZeroUsize, thread};

use cognito_m2m_examples::{DatabaseUrl, database::InvalidDatabaseUrl};

const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";

/// Where to listen, with how many workers, and where widgets are kept.
pub(crate) struct Configuration {
    /// `WIDGETS_ADDR`
    pub(crate) address: String,
    /// `ACTIX_WORKERS`; by default one for each processor.
    pub(crate) workers: NonZeroUsize,
    /// `DATABASE_URL`; by default SQLite in memory.
    pub(crate) database: DatabaseUrl,
}

/// A value that the program can't start with.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum ConfigurationError {
    #[error("{0}: expected text in UTF-8")]
    NotText(&'static str),
    #[error("WIDGETS_ADDR: expected an address and a port, as in `127.0.0.1:8080`")]
    Address,
    #[error("ACTIX_WORKERS: expected a whole number from 1")]
    Workers,
    #[error(transparent)]
    Database(#[from] InvalidDatabaseUrl),
}

impl Configuration {
    pub(crate) fn from_env() -> Result<Self, ConfigurationError> {
        Self::read(|name| match env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(env::VarError::NotPresent) => Ok(None),
            Err(env::VarError::NotUnicode(_)) => Err(ConfigurationError::NotText(name)),
        })
    }

    fn read(
        variable: impl Fn(&'static str) -> Result<Option<String>, ConfigurationError>,
    ) -> Result<Self, ConfigurationError> {
        Ok(Self {
            address: match variable("WIDGETS_ADDR")? {
                Some(address) => parse_address(address)?,
                None => DEFAULT_ADDRESS.to_owned(),
            },
            workers: match variable("ACTIX_WORKERS")? {
                Some(workers) => workers.parse().map_err(|_| ConfigurationError::Workers)?,
                None => thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            },
            database: match variable("DATABASE_URL")? {
                Some(url) => DatabaseUrl::parse(&url)?,
                None => DatabaseUrl::in_memory(),
            },
        })
    }
}

/// A name may stand for the address: it is looked up when the port is bound.
fn parse_address(address: String) -> Result<String, ConfigurationError> {
    match address.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => Ok(address),
        _ => Err(ConfigurationError::Address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Configuration, ConfigurationError> {
        Configuration::read(|wanted| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        })
    }

    #[test]
    fn nothing_set_is_port_8080_on_loopback_and_memory() {
        let configuration = read(&[]).expect("nothing is missing");
        assert_eq!(configuration.address, "127.0.0.1:8080");
        assert!(configuration.database == DatabaseUrl::in_memory());
    }

    #[test]
    fn a_value_that_can_not_be_meant_is_named() {
        let faults = [
            ("WIDGETS_ADDR", "8080", ConfigurationError::Address),
            ("WIDGETS_ADDR", "", ConfigurationError::Address),
            (
                "WIDGETS_ADDR",
                "localhost:http",
                ConfigurationError::Address,
            ),
            ("ACTIX_WORKERS", "0", ConfigurationError::Workers),
            ("ACTIX_WORKERS", "many", ConfigurationError::Workers),
            (
                "DATABASE_URL",
                "oracle://u:p@h/d",
                ConfigurationError::Database(InvalidDatabaseUrl),
            ),
        ];
        for (name, value, fault) in faults {
            assert_eq!(read(&[(name, value)]).err(), Some(fault), "{name}={value}");
        }
    }
}
