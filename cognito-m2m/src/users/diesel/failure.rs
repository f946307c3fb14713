use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};

use crate::users::UserMappingError;

/// Substrings of SQLite (in any locale), PostgreSQL and MySQL (in English) error messages for a
/// query that does not match the schema.
///
/// The position in the query that PostgreSQL reports is not used: PostgreSQL also reports one if it
/// is shut down while it parses a query.
const SCHEMA_MISMATCH: [&str; 6] = [
    "does not exist",
    "doesn't exist",
    "no such column",
    "no such table",
    "syntax error",
    "unknown column",
];

/// A substring of the PostgreSQL error message (in English) for a string that the encoding of the
/// database cannot represent. No user can have such a name.
const PG_UNENCODABLE: &str = "has no equivalent in encoding";

/// Substrings of the MySQL error message for the same case. They are the coercibility of the column
/// and of the value, which MySQL reports in every language.
const MYSQL_UNENCODABLE: [&str; 2] = ["implicit)", "coercible)"];

/// Converts a query error to the result of the lookup: no rows if the column cannot store the
/// characters of the key, otherwise an error.
///
/// Call it in implementations of [`RowSource`](super::RowSource).
///
/// # Errors
///
/// Returns [`UserMappingError::Failed`] if the query cannot succeed, for example because a column
/// does not exist, and [`UserMappingError::Unavailable`] for all other errors of the database.
///
/// Diesel exposes few error codes of the servers, so this function inspects the messages. If the
/// server does not report errors in English, a schema mismatch is reported as `Unavailable`, and so
/// is a string that PostgreSQL cannot encode.
///
/// # Examples
///
/// ```
/// use cognito_m2m::users::UserMappingError;
/// use cognito_m2m::users::diesel::rows_of_failure;
///
/// let rows = rows_of_failure::<()>(diesel::result::Error::NotFound);
/// assert!(matches!(rows, Err(UserMappingError::Failed(_))));
/// ```
pub fn rows_of_failure<Row>(error: Error) -> Result<Vec<Row>, UserMappingError> {
    match &error {
        Error::DatabaseError(_, information) if is_unencodable(information.message()) => {
            Ok(Vec::new())
        }
        _ => Err(error.into()),
    }
}

impl From<Error> for UserMappingError {
    fn from(error: Error) -> Self {
        let is_permanent = match &error {
            Error::BrokenTransactionManager => false,
            Error::DatabaseError(kind, information) => {
                is_permanent_failure(kind, information.as_ref())
            }
            _ => true,
        };
        if is_permanent {
            Self::failed(error)
        } else {
            Self::unavailable(error)
        }
    }
}

fn is_permanent_failure(
    kind: &DatabaseErrorKind,
    information: &dyn DatabaseErrorInformation,
) -> bool {
    match kind {
        DatabaseErrorKind::UniqueViolation
        | DatabaseErrorKind::ForeignKeyViolation
        | DatabaseErrorKind::NotNullViolation
        | DatabaseErrorKind::CheckViolation
        | DatabaseErrorKind::RestrictViolation
        | DatabaseErrorKind::ExclusionViolation => true,
        DatabaseErrorKind::Unknown => {
            let message = information.message().to_lowercase();
            SCHEMA_MISMATCH.iter().any(|part| message.contains(part))
        }
        _ => false,
    }
}

fn is_unencodable(message: &str) -> bool {
    let message = message.to_lowercase();
    message.contains(PG_UNENCODABLE) || MYSQL_UNENCODABLE.iter().all(|part| message.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(message: &str) -> Result<usize, &'static str> {
        let message = Box::new(message.to_owned());
        let error = Error::DatabaseError(DatabaseErrorKind::Unknown, message);
        let rows = rows_of_failure::<()>(error);
        rows.map(|rows| rows.len()).map_err(|error| error.reason())
    }

    #[test]
    fn rule_4_2_temporary_failures_are_unavailable_in_any_language() {
        for message in [
            "terminating connection due to administrator command",
            "breche Verbindung ab aufgrund von Anweisung des Administrators",
            "Datenbanksystem wird heruntergefahren",
            "canceling statement due to lock timeout",
            "Ausführung der Abfrage wurde unterbrochen",
            "データベースシステムは起動しています",
            "database is locked",
        ] {
            assert_eq!(rows(message), Err("users_unavailable"));
        }
    }

    #[test]
    fn query_that_does_not_match_the_schema_is_a_permanent_failure() {
        for message in [
            "relation \"users\" does not exist",
            "column users.name does not exist",
            "operator does not exist: integer = text",
            "Table 'app.users' doesn't exist",
            "Unknown column 'users.name' in 'field list'",
            "no such table: users",
            "no such column: users.name",
        ] {
            assert_eq!(rows(message), Err("user_mapper_failed"), "{message}");
        }
    }

    #[test]
    fn text_that_the_column_cannot_store_is_a_miss() {
        for message in [
            "Illegal mix of collations (latin1_swedish_ci,IMPLICIT) and (utf8mb4_general_ci,COERCIBLE) for operation '='",
            "Unerlaubte Mischung von Sortierreihenfolgen (latin1_swedish_ci, IMPLICIT) und (utf8mb4_general_ci, COERCIBLE) für Operation '='",
            "character with byte sequence 0xf0 0x9f 0x8e 0x89 in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"",
        ] {
            assert_eq!(rows(message), Ok(0), "{message}");
        }
    }
}
