use crate::activity::TableName;

/// The SQL of one database.
pub(super) struct Dialect {
    /// The quotation mark of identifiers.
    pub(super) quote: char,
    /// The statement that creates the table `{table}` as the migrations leave it, unless it exists.
    pub(super) create: &'static str,
    /// Creates Diesel's migrations table, and records the migrations in it.
    pub(super) record_migrations: &'static str,
    /// The statements around a migration.
    pub(super) migration_frame: [&'static str; 2],
    /// Drops the index `{index}` of the table `{table}`, waiting for locks for about a second.
    pub(super) drop_index: &'static str,
    /// Records the migration that drops the index, if the first one is recorded.
    pub(super) record_drop: &'static str,
    /// Returns a query with one row for an existing table, in the columns of
    /// [`ExistingTable`](super::existing_table::ExistingTable), and none otherwise. The second argument
    /// is the name of the index that earlier versions have created on `last_seen_at`.
    pub(super) find_table: fn(&TableName, &str) -> String,
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
