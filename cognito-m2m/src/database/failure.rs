use std::error::Error;

use diesel::ConnectionError;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

type Source = Box<dyn Error + Send + Sync>;

/// The failure of a connection or a statement, and its kind.
pub(crate) struct Failure {
    kind: FailureKind,
    pub(super) source: Source,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The table or one of its columns does not exist.
    Table,
    /// The database will reject a retry too: permissions, credentials, constraints.
    Permanent,
    /// A prepared statement is not on the server connection that a pooler has chosen.
    Pooler,
    /// Anything else.
    Temporary,
}

/// Lower-case substrings of the error messages of SQLite (in any locale), PostgreSQL and MySQL (in
/// English) for a missing table or column.
const MISSING_TABLE: [&str; 5] = [
    "doesn't exist",
    "no such column",
    "no such table",
    "has no column",
    "unknown column",
];

/// Lower-case substrings of the error messages for other failures that a retry does not fix. Messages in
/// other languages count as temporary.
const PERMANENT: [&str; 18] = [
    "access denied",
    "authentication failed",
    "authentication error",
    "command denied",
    "does not exist",
    "file is not a database",
    "invalid configuration",
    "malformed",
    "no pg_hba.conf entry",
    "no unique or exclusion constraint",
    "not allowed to connect",
    "not permitted to log in",
    "on conflict clause does not match",
    "permission denied",
    "readonly database",
    "tls handshake",
    "unable to open",
    "unknown database",
];

impl Failure {
    pub(crate) fn new(kind: FailureKind, source: impl Into<Source>) -> Self {
        Self {
            kind,
            source: source.into(),
        }
    }

    /// Classifies an error by its message, because Diesel exposes no error codes of the servers.
    pub(crate) fn from_message(message: &str, source: impl Into<Source>) -> Self {
        Self::new(FailureKind::of_message(message), source)
    }

    pub(crate) fn into_parts(self) -> (FailureKind, Source) {
        (self.kind, self.source)
    }
}

impl FailureKind {
    fn of_message(message: &str) -> Self {
        let message = message.to_lowercase();
        let has_one_of = |parts: &[&str]| parts.iter().any(|part| message.contains(part));
        // PostgreSQL uses the same words for a missing database, schema or role.
        let is_missing_in_postgres =
            message.contains("does not exist") && has_one_of(&["relation ", "column "]);
        if message.contains("prepared statement \"") {
            Self::Pooler
        } else if is_missing_in_postgres || has_one_of(&MISSING_TABLE) {
            Self::Table
        } else if has_one_of(&PERMANENT) {
            Self::Permanent
        } else {
            Self::Temporary
        }
    }
}

impl From<DieselError> for Failure {
    fn from(error: DieselError) -> Self {
        let kind = match &error {
            DieselError::DatabaseError(
                DatabaseErrorKind::UniqueViolation
                | DatabaseErrorKind::ForeignKeyViolation
                | DatabaseErrorKind::NotNullViolation
                | DatabaseErrorKind::CheckViolation
                | DatabaseErrorKind::RestrictViolation
                | DatabaseErrorKind::ExclusionViolation,
                _,
            ) => FailureKind::Permanent,
            DieselError::DatabaseError(_, information) => {
                let message = information.message().to_owned();
                return Self::from_message(&message, error);
            }
            _ => FailureKind::Temporary,
        };
        Self::new(kind, error)
    }
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Self {
        match error {
            // The error may contain the URL with its password.
            ConnectionError::InvalidConnectionUrl(_) => {
                Self::new(FailureKind::Permanent, "the URL is invalid")
            }
            ConnectionError::CouldntSetupConfiguration(DieselError::DatabaseError(
                kind,
                information,
            )) => {
                let message = information.message().to_owned();
                let error = DieselError::DatabaseError(kind, information);
                Self::from_message(&message, ConnectionError::CouldntSetupConfiguration(error))
            }
            other => Self::from_message(&other.to_string(), other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_classified_by_what_a_retry_can_achieve() {
        for (message, kind) in [
            ("no such table: service_client_activity", FailureKind::Table),
            (
                "table t has no column named last_seen_at",
                FailureKind::Table,
            ),
            ("Table 'app.t' doesn't exist", FailureKind::Table),
            (
                "Unknown column 'last_seen_at' in 'field list'",
                FailureKind::Table,
            ),
            ("relation \"t\" does not exist", FailureKind::Table),
            (
                "column known.last_seen_at does not exist",
                FailureKind::Table,
            ),
            ("relation \"t\" already exists", FailureKind::Temporary),
            ("permission denied for relation t", FailureKind::Permanent),
            ("database \"nope\" does not exist", FailureKind::Permanent),
            ("role \"nope\" does not exist", FailureKind::Permanent),
            ("Unknown database 'nope'", FailureKind::Permanent),
            ("permission denied for table t", FailureKind::Permanent),
            (
                "INSERT command denied to user 'u'@'h' for table `t`",
                FailureKind::Permanent,
            ),
            (
                "Access denied for user 'u'@'h' (using password: YES)",
                FailureKind::Permanent,
            ),
            (
                "password authentication failed for user \"u\"",
                FailureKind::Permanent,
            ),
            (
                "attempt to write a readonly database",
                FailureKind::Permanent,
            ),
            ("unable to open database file", FailureKind::Permanent),
            (
                "prepared statement \"s0\" already exists",
                FailureKind::Pooler,
            ),
            (
                "prepared statement \"s3\" does not exist",
                FailureKind::Pooler,
            ),
            (
                "cannot execute INSERT in a read-only transaction",
                FailureKind::Temporary,
            ),
            ("database is locked", FailureKind::Temporary),
            ("database or disk is full", FailureKind::Temporary),
            ("Connection refused (os error 111)", FailureKind::Temporary),
            ("the database system is starting up", FailureKind::Temporary),
            ("Too many connections", FailureKind::Temporary),
        ] {
            assert_eq!(FailureKind::of_message(message), kind, "{message}");
        }
    }
}
