use super::table::TABLE;
use crate::cutoff::CutoffError;
use crate::database::{Failure, FailureKind};

/// Converts the failure to open a connection.
pub(super) fn of_connection(failure: Failure) -> CutoffError {
    let (_, source) = failure.into_parts();
    CutoffError::Connect(source)
}

/// Converts the failure of a statement.
pub(super) fn of_statement(failure: Failure) -> CutoffError {
    let (kind, source) = failure.into_parts();
    match kind {
        FailureKind::Table => CutoffError::Table {
            table: TABLE.to_owned(),
            source,
        },
        FailureKind::Pooler => CutoffError::Store(
            format!("{source} (see \"Does it work behind PgBouncer?\" in the documentation of `PostgresCutoffs`)").into(),
        ),
        FailureKind::Permanent | FailureKind::Temporary => CutoffError::Store(source),
    }
}
