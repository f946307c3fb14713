/// SQLite's database in memory that several connections of one program share.
const IN_MEMORY: &str = "file:/memory?vfs=memdb";

/// Where data are kept, by the form of `DATABASE_URL`.
///
/// It has no `Debug`: a URL may hold a password.
#[derive(Clone, PartialEq)]
pub enum DatabaseUrl {
    /// A path, or a `file:` URI.
    Sqlite(String),
    /// `postgres://..` or `postgresql://..`
    Postgres(String),
    /// `mysql://..`, for MariaDB too.
    Mysql(String),
}

/// A text that names no database.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error(
    "DATABASE_URL: expected `postgres://..`, `mysql://..`, a path to a SQLite file, `sqlite://path` or `:memory:`"
)]
pub struct InvalidDatabaseUrl;

impl DatabaseUrl {
    /// SQLite in memory, gone with the program.
    pub fn in_memory() -> Self {
        Self::Sqlite(IN_MEMORY.to_owned())
    }

    /// Reads `DATABASE_URL`.
    ///
    /// # Errors
    ///
    /// [`InvalidDatabaseUrl`] for the URL of another database, and for an empty text.
    pub fn parse(url: &str) -> Result<Self, InvalidDatabaseUrl> {
        match url.split_once("://") {
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(url.to_owned())),
            Some(("mysql", _)) => Ok(Self::Mysql(url.to_owned())),
            Some(("sqlite", path)) => Self::parse_path(path),
            Some((scheme, _)) if !scheme.starts_with("file:") => Err(InvalidDatabaseUrl),
            _ => Self::parse_path(url),
        }
    }

    fn parse_path(path: &str) -> Result<Self, InvalidDatabaseUrl> {
        // SQLite takes an empty path for a file of its own that is gone with the connection.
        if path.is_empty() {
            return Err(InvalidDatabaseUrl);
        }
        // What is in memory by these names, one connection keeps to itself, or shares under locks
        // that don't wait.
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
    fn sqlite_is_in_memory_or_a_file() {
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

    #[test]
    fn servers_are_known_by_their_scheme() {
        for url in ["postgres://u:p@h/d", "postgresql://u:p@h/d"] {
            assert!(DatabaseUrl::parse(url) == Ok(DatabaseUrl::Postgres(url.to_owned())));
        }
        let url = "mysql://u:p@h/d";
        assert!(DatabaseUrl::parse(url) == Ok(DatabaseUrl::Mysql(url.to_owned())));
    }

    #[test]
    fn another_database_and_none_at_all_are_faults() {
        for url in ["", "sqlite://", "oracle://u:p@h/d", "https://example.com"] {
            assert!(DatabaseUrl::parse(url) == Err(InvalidDatabaseUrl), "{url}");
        }
    }
}
