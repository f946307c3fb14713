use super::dialect::{Dialect, split};
use super::existing_table::ExistingTable;
use crate::activity::TableName;
use crate::database::create_migrations_table;

/// The SQLite dialect. Fractions of a second are parsed from the text, because SQLite's date functions
/// only read milliseconds.
pub(super) static DIALECT: Dialect = Dialect {
    quote: '"',
    create: "
CREATE TABLE IF NOT EXISTS {table} (
    client_id TEXT NOT NULL PRIMARY KEY CHECK (length(client_id) <= 255),
    first_seen_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL
)",
    record_migrations: concat!(create_migrations_table!(), "INSERT OR IGNORE INTO __diesel_schema_migrations (version) VALUES ('20000101000000'), ('20000102000000');
"),
    migration_frame: ["", ""],
    drop_index: "DROP INDEX IF EXISTS {index}",
    record_drop: "
INSERT OR IGNORE INTO __diesel_schema_migrations (version)
SELECT '20000102000000' FROM __diesel_schema_migrations WHERE version = '20000101000000'",
    find_table,
    time_type: "timestamp",
    add_unique: "CREATE UNIQUE INDEX {index} ON {table} (client_id)",
    placeholders: ["?", "?", "?"],
    micros: "(CAST(strftime('%s', {}) AS INTEGER) * 1000000 + CAST(substr(substr({}, 21) || '000000', 1, 6) AS INTEGER))",
    client_id: "known.client_id",
};

/// `ON CONFLICT (client_id)` needs a unique index that is complete and on that column alone.
fn find_table(name: &TableName, index: &str) -> String {
    let (schema, table) = split(name);
    let schema = schema.unwrap_or_else(|| "main".to_owned());
    let columns = ExistingTable::COLUMNS_IN_SQL;
    format!(
        "SELECT
            (SELECT group_concat(lower(name)) FROM pragma_table_info('{table}', '{schema}')
                WHERE lower(name) IN ({columns})) AS found_columns,
            (type = 'view' OR EXISTS (
                SELECT 1 FROM pragma_index_list('{table}', '{schema}') AS i
                WHERE i.\"unique\" AND NOT i.partial
                AND (SELECT group_concat(coalesce(lower(name), '')) FROM pragma_index_info(i.name, '{schema}')) = 'client_id'
            )) AS has_unique_id,
            (SELECT '\"{schema}\".\"' || i.name || '\"' FROM pragma_index_list('{table}', '{schema}') AS i
                WHERE lower(i.name) = lower('{index}') AND NOT i.\"unique\" AND NOT i.partial
                AND (SELECT group_concat(coalesce(lower(name), '')) FROM pragma_index_info(i.name, '{schema}')) = 'last_seen_at'
            ) AS last_seen_index
         FROM \"{schema}\".sqlite_master
         WHERE type IN ('table', 'view') AND lower(name) = lower('{table}')"
    )
}
