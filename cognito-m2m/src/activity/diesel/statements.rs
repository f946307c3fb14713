use crate::activity::TableName;

/// The statements of one database over one table.
#[derive(Clone)]
pub(super) struct Statements {
    table: TableName,
    quote: char,
    up: &'static str,
    /// Creates Diesel's table of migrations, and notes ours in it.
    note_migration: &'static str,
}

impl Statements {
    pub(super) fn new(quote: char, up: &'static str, note_migration: &'static str) -> Self {
        Self {
            table: TableName::default(),
            quote,
            up,
            note_migration,
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

    /// Creates the table where there is none. Under its own name the migration is noted as Diesel's
    /// command line would; under another name it is none, and Diesel keeps no account of it.
    pub(super) fn migrate(&self) -> String {
        let default = TableName::default();
        if self.table == default {
            return format!("{}\n{}", self.up, self.note_migration);
        }
        let name = default.to_string();
        let index = format!("{name}_last_seen_at");
        let marked = self.up.replace(&index, "\0");
        let named = marked.replace(&name, &self.table());
        named.replace('\0', &self.index())
    }

    fn index(&self) -> String {
        let table = self.table.to_string();
        let unqualified = table.rsplit('.').next().unwrap_or(&table);
        format!("{0}{unqualified}_last_seen_at{0}", self.quote)
    }

    pub(super) fn check(&self) -> String {
        format!(
            "SELECT client_id, first_seen_at, last_seen_at FROM {} WHERE 1 = 0",
            self.table()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_table_gets_an_index_of_its_own() {
        let up = "CREATE TABLE service_client_activity (..);\nCREATE INDEX service_client_activity_last_seen_at ON service_client_activity (..);";
        let mut statements = Statements::new('"', up, "NOTE");
        assert_eq!(statements.migrate(), format!("{up}\nNOTE"));
        statements.set_table(TableName::new("audit.clients").expect("a name"));
        assert_eq!(
            statements.migrate(),
            "CREATE TABLE \"audit\".\"clients\" (..);\nCREATE INDEX \"clients_last_seen_at\" ON \"audit\".\"clients\" (..);"
        );
    }
}
