//! The environment variables of this program. The library reads those of the user pool.

use std::{env, num::NonZeroUsize, thread};

use cognito_m2m_examples::{DatabaseUrl, database::InvalidDatabaseUrl};

const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";

/// The address to listen on, the number of workers and the database.
pub(crate) struct Configuration {
    /// `WIDGETS_ADDR`. Defaults to port 8080 on loopback.
    pub(crate) address: String,
    /// `ACTIX_WORKERS`. Defaults to the number of processors.
    pub(crate) workers: NonZeroUsize,
    /// `DATABASE_URL`. Defaults to SQLite in memory.
    pub(crate) database: DatabaseUrl,
}

/// The error returned for an invalid variable.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum ConfigurationError {
    #[error("{0}: expected UTF-8")]
    NotUnicode(&'static str),
    #[error("WIDGETS_ADDR: expected an address and a port, as in `127.0.0.1:8080`")]
    Address,
    #[error("ACTIX_WORKERS: expected a positive integer")]
    Workers,
    #[error(transparent)]
    Database(#[from] InvalidDatabaseUrl),
}

impl Configuration {
    pub(crate) fn from_env() -> Result<Self, ConfigurationError> {
        Self::read(|name| match env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(env::VarError::NotPresent) => Ok(None),
            Err(env::VarError::NotUnicode(_)) => Err(ConfigurationError::NotUnicode(name)),
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

/// Accepts a host name too, which is resolved when the server binds.
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
        Configuration::read(|name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        })
    }

    #[test]
    fn defaults_are_port_8080_on_loopback_and_a_database_in_memory() {
        let configuration = read(&[]).expect("every variable has a default");
        assert_eq!(configuration.address, "127.0.0.1:8080");
        assert!(configuration.database == DatabaseUrl::in_memory());
    }

    #[test]
    fn invalid_value_is_reported_with_its_variable() {
        let invalid = [
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
                ConfigurationError::Database(InvalidDatabaseUrl::Unknown),
            ),
        ];
        for (name, value, error) in invalid {
            assert_eq!(read(&[(name, value)]).err(), Some(error), "{name}={value}");
        }
    }
}
