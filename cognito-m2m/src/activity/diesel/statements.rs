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
        let create = self.dialect.create.replace("{table}", &self.table());
        if self.is_default_table() {
            format!("{create};\n{}", self.dialect.record_migrations)
        } else {
            format!("{create};")
        }
    }

    fn is_default_table(&self) -> bool {
        self.table == TableName::default()
    }

    /// Returns the statement that drops this index of the table.
    pub(super) fn drop_index(&self, index: &str) -> String {
        let statement = self.dialect.drop_index.replace("{index}", index);
        statement.replace("{table}", &self.table())
    }

    /// Returns the statement that records that the index was dropped, for the default table.
    pub(super) fn record_drop(&self) -> Option<&'static str> {
        self.is_default_table().then_some(self.dialect.record_drop)
    }

    /// Returns the query for the rows of some clients, in the columns of
    /// [`StoredRow`](super::stored::StoredRow). `{ids}` is the condition on the column `client_id`.
    pub(super) fn stored(&self, ids: &str) -> String {
        let table = self.table();
        let Dialect { client_id, .. } = self.dialect;
        let [first, last] = self.micros();
        format!(
            "SELECT {client_id} AS client_id, {first} AS first_seen_micros, {last} AS last_seen_micros
             FROM {table} AS known WHERE known.client_id {ids}"
        )
    }

    /// Returns the expressions for the two times of a row of the table `known`, in microseconds.
    pub(super) fn micros(&self) -> [String; 2] {
        ["known.first_seen_at", "known.last_seen_at"]
            .map(|column| self.dialect.micros.replace("{}", column))
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
        let (_, table) = split(&self.table);
        (self.dialect.find_table)(&self.table, &format!("{table}_last_seen_at"))
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
    fn only_the_default_table_is_recorded_as_migrated() {
        static DIALECT: Dialect = Dialect {
            quote: '"',
            create: "CREATE {table}",
            record_migrations: "RECORD",
            migration_frame: ["BEGIN; ", " COMMIT;"],
            drop_index: "DROP {index} ON {table}",
            record_drop: "RECORD DROP",
            find_table: |table, _| table.to_string(),
            time_type: "timestamp",
            add_unique: "CREATE UNIQUE INDEX {index} ON {table} (client_id)",
            placeholders: ["?"; 3],
            micros: "{}",
            client_id: "client_id",
        };
        let mut statements = Statements::new(&DIALECT);
        assert_eq!(
            statements.migrate(),
            "BEGIN; CREATE \"service_client_activity\";\nRECORD COMMIT;"
        );
        assert_eq!(statements.record_drop(), Some("RECORD DROP"));
        statements.set_table(TableName::new("audit.clients").expect("the name is valid"));
        assert_eq!(
            statements.migrate(),
            "BEGIN; CREATE \"audit\".\"clients\"; COMMIT;"
        );
        assert_eq!(statements.record_drop(), None);
        assert_eq!(
            statements.drop_index("i"),
            "DROP i ON \"audit\".\"clients\""
        );
        assert_eq!(
            statements.add_unique(),
            "CREATE UNIQUE INDEX \"clients_client_id\" ON \"audit\".\"clients\" (client_id)"
        );
    }
}
