use super::statements::Statements;
use crate::activity::ActivityError;
use crate::database::{Failure, FailureKind};

impl Failure {
    /// Converts the failure of a statement.
    pub(super) fn of_statement(self, statements: &Statements) -> ActivityError {
        let (kind, source) = self.into_parts();
        match kind {
            FailureKind::Table => ActivityError::Table {
                table: statements.table_name(),
                source,
            },
            FailureKind::Pooler => ActivityError::Pooler(source),
            FailureKind::Permanent => ActivityError::Statement(source).into_permanent(),
            FailureKind::Temporary => ActivityError::Statement(source),
        }
    }

    /// Converts the failure to open a connection.
    pub(super) fn of_connection(self) -> ActivityError {
        let (kind, source) = self.into_parts();
        match kind {
            FailureKind::Pooler => ActivityError::Pooler(source),
            // The database itself does not exist.
            FailureKind::Table | FailureKind::Permanent => {
                ActivityError::Connect(source).into_permanent()
            }
            FailureKind::Temporary => ActivityError::Connect(source),
        }
    }
}
