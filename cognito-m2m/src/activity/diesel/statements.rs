use super::dialect::{Dialect, split};
use crate::activity::TableName;

/// The statements for the activity table of one database.
#[derive(Clone)]
pub(super) struct Statements {
    table: TableName,
    dialect: &'static Dialect,
}

impl Statements {
    pub(super) fn new(dialect: &'static Dialect) -> Self {
        Self {
            table: TableName::default(),
            dialect,
        }
    }

    pub(super) fn set_table(&mut self, table: TableName) {
        self.table = table;
    }

    pub(super) fn dialect(&self) -> &'static Dialect {
        self.dialect
    }

    pub(super) fn table(&self) -> String {
        self.table.quoted(self.dialect.quote)
    }

    pub(super) fn table_name(&self) -> String {
        self.table.to_string()
    }

    /// Returns the statements that create the table.
    ///
    /// For the default table, they also record the migration, as the `diesel` CLI does. Recording
    /// another table would make Diesel consider the default table migrated.
    pub(super) fn migrate(&self) -> String {
        let [before, after] = self.dialect.migration_frame;
        format!("{before}{}{after}", self.create())
    }

    fn create(&self) -> String {
        let (up, record) = (self.dialect.up, self.dialect.record_migration);
        let default = TableName::default();
        if self.table == default {
            return format!("{up}\n{record}");
        }
        let name = default.to_string();
        let index = format!("{name}_last_seen_at");
        // The name of the index contains that of the table, so a placeholder protects it from the
        // replacement.
        let without_index = up.replace(&index, "\0");
        let renamed = without_index.replace(&name, &self.table());
        renamed.replace('\0', &self.index("last_seen_at"))
    }

    /// Returns the quoted name of an index on this column.
    fn index(&self, column: &str) -> String {
        let quote = self.dialect.quote;
        let (_, table) = split(&self.table);
        format!("{quote}{table}_{column}{quote}")
    }

    /// Returns a statement that fails if the table or one of its columns is missing or cannot be
    /// read.
    pub(super) fn check(&self) -> String {
        format!(
            "SELECT client_id, first_seen_at, last_seen_at FROM {} WHERE 1 = 0",
            self.table()
        )
    }

    /// Returns the query for the [`ExistingTable`](super::existing_table::ExistingTable).
    pub(super) fn find_table(&self) -> String {
        (self.dialect.find_table)(&self.table)
    }

    /// Returns the statement that makes `client_id` unique.
    pub(super) fn add_unique(&self) -> String {
        let statement = self.dialect.add_unique;
        let statement = statement.replace("{index}", &self.index("client_id"));
        statement.replace("{table}", &self.table())
    }

    /// Returns the type of the columns for times.
    pub(super) fn time_type(&self) -> &'static str {
        self.dialect.time_type
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renamed_table_gets_a_renamed_index() {
        const UP: &str = "CREATE TABLE service_client_activity (..);\nCREATE INDEX service_client_activity_last_seen_at ON service_client_activity (..);";
        static DIALECT: Dialect = Dialect {
            quote: '"',
            up: UP,
            record_migration: "RECORD",
            migration_frame: ["BEGIN; ", " COMMIT;"],
            find_table: TableName::to_string,
            time_type: "timestamp",
            add_unique: "CREATE UNIQUE INDEX {index} ON {table} (client_id)",
            placeholders: ["?"; 3],
            micros: "{}",
            client_id: "client_id",
        };
        let mut statements = Statements::new(&DIALECT);
        assert_eq!(statements.migrate(), format!("BEGIN; {UP}\nRECORD COMMIT;"));
        statements.set_table(TableName::new("audit.clients").expect("the name is valid"));
        assert_eq!(
            statements.migrate(),
            "BEGIN; CREATE TABLE \"audit\".\"clients\" (..);\nCREATE INDEX \"clients_last_seen_at\" ON \"audit\".\"clients\" (..); COMMIT;"
        );
        assert_eq!(
            statements.add_unique(),
            "CREATE UNIQUE INDEX \"clients_client_id\" ON \"audit\".\"clients\" (client_id)"
        );
    }
}
