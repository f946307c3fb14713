use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};

use crate::users::UserMappingError;

/// What SQLite (always), PostgreSQL and MySQL (in English) say of a query that doesn't fit the
/// tables. The place in the query that PostgreSQL points at is no sign: it does so as well when it
/// is shut down while the query is being read.
const UNFIT: [&str; 6] = [
    "does not exist",
    "doesn't exist",
    "no such column",
    "no such table",
    "syntax error",
    "unknown column",
];

/// What PostgreSQL (in English) says of a text that the character set of the database does not
/// have: no user can be called so.
const UNTRANSLATABLE: &str = "has no equivalent in encoding";

/// The same by MySQL, which names both sides in every language: a column, and a value.
const UNLIKE: [&str; 2] = ["implicit)", "coercible)"];

/// What a query that has failed says about its rows: none, where the key is a text that the column
/// can't hold. For a [`RowSource`](super::RowSource) of the team's own.
///
/// # Errors
///
/// [`UserMappingError::Failed`] where it is plain that the query is at fault, and no other try
/// mends it; [`UserMappingError::Unavailable`] for everything else that a database reports. Diesel
/// passes on few of the servers' codes, and servers speak many languages: one that does not speak
/// English is unavailable in both cases.
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
        Error::DatabaseError(_, information) if is_untranslatable(information.message()) => {
            Ok(Vec::new())
        }
        _ => Err(error.into()),
    }
}

impl From<Error> for UserMappingError {
    fn from(error: Error) -> Self {
        let is_of_the_program = match &error {
            Error::BrokenTransactionManager => false,
            Error::DatabaseError(kind, information) => is_unfit(kind, information.as_ref()),
            _ => true,
        };
        if is_of_the_program {
            Self::failed(error)
        } else {
            Self::unavailable(error)
        }
    }
}

fn is_unfit(kind: &DatabaseErrorKind, information: &dyn DatabaseErrorInformation) -> bool {
    match kind {
        DatabaseErrorKind::UniqueViolation
        | DatabaseErrorKind::ForeignKeyViolation
        | DatabaseErrorKind::NotNullViolation
        | DatabaseErrorKind::CheckViolation
        | DatabaseErrorKind::RestrictViolation
        | DatabaseErrorKind::ExclusionViolation => true,
        DatabaseErrorKind::Unknown => {
            let message = information.message().to_lowercase();
            UNFIT.iter().any(|sign| message.contains(sign))
        }
        _ => false,
    }
}

fn is_untranslatable(message: &str) -> bool {
    let message = message.to_lowercase();
    message.contains(UNTRANSLATABLE) || UNLIKE.iter().all(|sign| message.contains(sign))
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
    fn rule_4_2_what_a_server_can_t_do_now_is_unavailable_in_any_language() {
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
    fn a_query_that_does_not_fit_the_tables_is_a_fault_of_the_program() {
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
    fn a_text_that_the_column_can_t_hold_is_a_miss() {
        for message in [
            "Illegal mix of collations (latin1_swedish_ci,IMPLICIT) and (utf8mb4_general_ci,COERCIBLE) for operation '='",
            "Unerlaubte Mischung von Sortierreihenfolgen (latin1_swedish_ci, IMPLICIT) und (utf8mb4_general_ci, COERCIBLE) für Operation '='",
            "character with byte sequence 0xf0 0x9f 0x8e 0x89 in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"",
        ] {
            assert_eq!(rows(message), Ok(0), "{message}");
        }
    }
}
