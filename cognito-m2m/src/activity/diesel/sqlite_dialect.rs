use super::dialect::{Dialect, split};
use super::existing_table::ExistingTable;
use crate::activity::TableName;

/// The SQLite dialect. Fractions of a second are parsed from the text, because SQLite's date functions
/// only read milliseconds.
pub(super) static DIALECT: Dialect = Dialect {
    quote: '"',
    up: include_str!(
        "../../../migrations/sqlite/2000-01-01-000000_create_service_client_activity/up.sql"
    ),
    record_migration: "
CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT OR IGNORE INTO __diesel_schema_migrations (version) VALUES ('20000101000000');
",
    migration_frame: ["", ""],
    find_table,
    time_type: "timestamp",
    add_unique: "CREATE UNIQUE INDEX {index} ON {table} (client_id)",
    placeholders: ["?", "?", "?"],
    micros: "CAST(strftime('%s', {}) AS INTEGER) * 1000000 + CAST(substr(substr({}, 21) || '000000', 1, 6) AS INTEGER)",
    client_id: "known.client_id",
};

/// `ON CONFLICT (client_id)` needs a unique index that is complete and on that column alone.
fn find_table(name: &TableName) -> String {
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
            )) AS has_unique_id
         FROM \"{schema}\".sqlite_master
         WHERE type IN ('table', 'view') AND lower(name) = lower('{table}')"
    )
}
