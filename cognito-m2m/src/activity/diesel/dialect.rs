use crate::activity::TableName;

/// The SQL of one database.
pub(super) struct Dialect {
    /// The quotation mark of identifiers.
    pub(super) quote: char,
    /// The migration that creates the default table.
    pub(super) up: &'static str,
    /// Creates Diesel's migrations table, and records this migration in it.
    pub(super) record_migration: &'static str,
    /// The statements around a migration.
    pub(super) migration_frame: [&'static str; 2],
    /// Returns a query with one row for an existing table, in the columns of
    /// [`ExistingTable`](super::existing_table::ExistingTable), and none otherwise.
    pub(super) find_table: fn(&TableName) -> String,
    /// The type of the columns for times.
    pub(super) time_type: &'static str,
    /// The statement that makes `client_id` unique in the table `{}`.
    pub(super) add_unique: &'static str,
    /// The placeholders for the pattern, the limit and the offset of a list.
    pub(super) placeholders: [&'static str; 3],
    /// An expression that converts the time column `{}` to microseconds since the Unix epoch.
    pub(super) micros: &'static str,
    /// An expression that selects the client ID without padding.
    pub(super) client_id: &'static str,
}

/// Returns the schema, if the name has one, and the table.
pub(super) fn split(name: &TableName) -> (Option<String>, String) {
    let name = name.to_string();
    match name.split_once('.') {
        Some((schema, table)) => (Some(schema.to_owned()), table.to_owned()),
        None => (None, name),
    }
}
