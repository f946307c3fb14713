use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::statements::Statements;
use crate::activity::ActivityError;

/// An existing table, as the catalog of the database describes it.
#[derive(Debug, QueryableByName)]
pub(super) struct ExistingTable {
    /// The required columns that exist in the table, separated by commas.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) found_columns: Option<String>,
    /// 1 if `client_id` alone is unique by a constraint that a merge can use, or if the table is a
    /// view.
    #[diesel(sql_type = BigInt)]
    pub(super) has_unique_id: i64,
    /// The quoted name of the index on `last_seen_at` that earlier versions have created with the
    /// table: it has their name, and no other column.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) last_seen_index: Option<String>,
}

impl ExistingTable {
    /// The required columns, as a list for SQL.
    pub(super) const COLUMNS_IN_SQL: &str = "'client_id', 'first_seen_at', 'last_seen_at'";

    /// Checks that records can be merged into the table. An index on `last_seen_at` is not required.
    ///
    /// # Errors
    ///
    /// Returns [`ActivityError::IncompleteTable`] with everything that the table lacks.
    pub(super) fn check(&self, statements: &Statements) -> Result<(), ActivityError> {
        let found: Vec<_> = self
            .found_columns
            .as_deref()
            .unwrap_or_default()
            .split(',')
            .collect();
        let time = statements.time_type();
        let columns = [
            ("client_id", "varchar(255)"),
            ("first_seen_at", time),
            ("last_seen_at", time),
        ];
        let missing_columns = columns
            .iter()
            .filter(|(name, _)| !found.contains(name))
            .map(|(name, sql_type)| format!("the column `{name} {sql_type} NOT NULL`"));
        let missing_constraint = (self.has_unique_id == 0).then(|| {
            let statement = statements.add_unique();
            format!("a unique constraint on `client_id` alone (`{statement}`)")
        });
        let lacks: Vec<_> = missing_columns.chain(missing_constraint).collect();
        if lacks.is_empty() {
            return Ok(());
        }
        Err(ActivityError::IncompleteTable {
            table: statements.table_name(),
            lacks: lacks.join(" and "),
        })
    }
}
