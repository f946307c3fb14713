use std::error::Error;

use crate::activity::{ActivityError, TableName};

/// The statements for the activity table of one database.
#[derive(Clone)]
pub(super) struct Statements {
    table: TableName,
    quote: char,
    up: &'static str,
    /// Creates Diesel's migrations table, and records this migration in it.
    record_migration: &'static str,
}

impl Statements {
    pub(super) fn new(quote: char, up: &'static str, record_migration: &'static str) -> Self {
        Self {
            table: TableName::default(),
            quote,
            up,
            record_migration,
        }
    }

    pub(super) fn set_table(&mut self, table: TableName) {
        self.table = table;
    }

    pub(super) fn table(&self) -> String {
        self.table.quoted(self.quote)
    }

    pub(super) fn table_name(&self) -> String {
        self.table.to_string()
    }

    /// Returns the statements that create the table if it does not exist.
    ///
    /// For the default table, they also record the migration, as the `diesel` CLI does. Recording
    /// another table would make Diesel consider the default table migrated.
    pub(super) fn migrate(&self) -> String {
        let default = TableName::default();
        if self.table == default {
            return format!("{}\n{}", self.up, self.record_migration);
        }
        let name = default.to_string();
        let index = format!("{name}_last_seen_at");
        // The name of the index contains that of the table, so a placeholder protects it from the
        // replacement.
        let without_index = self.up.replace(&index, "\0");
        let renamed = without_index.replace(&name, &self.table());
        renamed.replace('\0', &self.index())
    }

    fn index(&self) -> String {
        let table = self.table.to_string();
        let unqualified = table.rsplit('.').next().unwrap_or(&table);
        format!("{0}{unqualified}_last_seen_at{0}", self.quote)
    }

    /// Returns a statement that fails if the table or one of its columns is missing.
    pub(super) fn check(&self) -> String {
        format!(
            "SELECT client_id, first_seen_at, last_seen_at FROM {} WHERE 1 = 0",
            self.table()
        )
    }
}

/// Converts the error of a statement.
pub(super) fn statement_error(error: impl Into<Box<dyn Error + Send + Sync>>) -> ActivityError {
    ActivityError::Statement(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renamed_table_gets_a_renamed_index() {
        let up = "CREATE TABLE service_client_activity (..);\nCREATE INDEX service_client_activity_last_seen_at ON service_client_activity (..);";
        let mut statements = Statements::new('"', up, "RECORD");
        assert_eq!(statements.migrate(), format!("{up}\nRECORD"));
        statements.set_table(TableName::new("audit.clients").expect("the name is valid"));
        assert_eq!(
            statements.migrate(),
            "CREATE TABLE \"audit\".\"clients\" (..);\nCREATE INDEX \"clients_last_seen_at\" ON \"audit\".\"clients\" (..);"
        );
    }
}
