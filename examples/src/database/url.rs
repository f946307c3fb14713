/// A SQLite database in memory that all connections of the program share.
const IN_MEMORY: &str = "file:/memory?vfs=memdb";

/// The location of a database, parsed from `DATABASE_URL`.
///
/// It has no `Debug`, since a URL may hold a password.
#[derive(Clone, PartialEq)]
pub enum DatabaseUrl {
    /// A path, or a `file:` URI.
    Sqlite(String),
    /// `postgres://..` or `postgresql://..`
    #[cfg(feature = "postgres")]
    Postgres(String),
    /// `mysql://..`, also for MariaDB.
    #[cfg(feature = "mysql")]
    Mysql(String),
}

/// The error returned if `DATABASE_URL` names no supported database.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum InvalidDatabaseUrl {
    /// The URL of an unknown database, or no URL at all.
    #[error(
        "DATABASE_URL: expected `postgres://..`, `mysql://..`, a path to a SQLite file, `sqlite://path` or `:memory:`"
    )]
    Unknown,
    /// The URL of a database that this program was built without.
    #[error(
        "DATABASE_URL: this program was built without support for {database}; build it with `--features {feature}`"
    )]
    NotBuilt {
        /// The database.
        database: &'static str,
        /// The feature that adds it.
        feature: &'static str,
    },
}

impl DatabaseUrl {
    /// Returns a SQLite database in memory, which ends with the program.
    pub fn in_memory() -> Self {
        Self::Sqlite(IN_MEMORY.to_owned())
    }

    /// Parses the value of `DATABASE_URL`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidDatabaseUrl`] if the value is empty, if the database is unknown, or if the
    /// program was built without it.
    pub fn parse(url: &str) -> Result<Self, InvalidDatabaseUrl> {
        match url.split_once("://") {
            #[cfg(feature = "postgres")]
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(url.to_owned())),
            #[cfg(not(feature = "postgres"))]
            Some(("postgres" | "postgresql", _)) => Err(InvalidDatabaseUrl::NotBuilt {
                database: "PostgreSQL",
                feature: "postgres",
            }),
            #[cfg(feature = "mysql")]
            Some(("mysql", _)) => Ok(Self::Mysql(url.to_owned())),
            #[cfg(not(feature = "mysql"))]
            Some(("mysql", _)) => Err(InvalidDatabaseUrl::NotBuilt {
                database: "MySQL",
                feature: "mysql",
            }),
            Some(("sqlite", path)) => Self::parse_path(path),
            Some((scheme, _)) if !scheme.starts_with("file:") => Err(InvalidDatabaseUrl::Unknown),
            _ => Self::parse_path(url),
        }
    }

    fn parse_path(path: &str) -> Result<Self, InvalidDatabaseUrl> {
        // SQLite opens a temporary database for an empty path, one for each connection.
        if path.is_empty() {
            return Err(InvalidDatabaseUrl::Unknown);
        }
        // SQLite would open a database for each connection, or share a cache whose locks ignore
        // `busy_timeout`.
        if path == ":memory:" || path.starts_with("file:") && path.contains("mode=memory") {
            return Ok(Self::in_memory());
        }
        Ok(Self::Sqlite(path.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_urls_name_a_file_or_memory() {
        for memory in [
            ":memory:",
            "sqlite://:memory:",
            "file:w?mode=memory&cache=shared",
        ] {
            assert!(
                DatabaseUrl::parse(memory) == Ok(DatabaseUrl::in_memory()),
                "{memory}"
            );
        }
        for file in ["widgets.db", "sqlite://widgets.db"] {
            let expected = DatabaseUrl::Sqlite("widgets.db".to_owned());
            assert!(DatabaseUrl::parse(file) == Ok(expected), "{file}");
        }
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn postgres_urls_have_one_of_two_schemes() {
        for url in ["postgres://u:p@h/d", "postgresql://u:p@h/d"] {
            assert!(DatabaseUrl::parse(url) == Ok(DatabaseUrl::Postgres(url.to_owned())));
        }
    }

    #[cfg(feature = "mysql")]
    #[test]
    fn mysql_urls_have_the_scheme_mysql() {
        let url = "mysql://u:p@h/d";
        assert!(DatabaseUrl::parse(url) == Ok(DatabaseUrl::Mysql(url.to_owned())));
    }

    #[cfg(not(feature = "servers"))]
    #[test]
    fn database_that_is_not_built_in_is_refused_with_the_feature_to_build() {
        for (url, feature) in [
            ("postgres://u:p@h/d", "--features postgres"),
            ("postgresql://u:p@h/d", "--features postgres"),
            ("mysql://u:p@h/d", "--features mysql"),
        ] {
            let error = DatabaseUrl::parse(url).err().map(|error| error.to_string());
            assert!(error.is_some_and(|error| error.contains(feature)), "{url}");
        }
    }

    #[test]
    fn unknown_and_empty_urls_are_refused() {
        for url in ["", "sqlite://", "oracle://u:p@h/d", "https://example.com"] {
            let parsed = DatabaseUrl::parse(url);
            assert!(parsed == Err(InvalidDatabaseUrl::Unknown), "{url}");
        }
    }
}
