/// Expands to the statement that creates Diesel's table of migrations as the `diesel` CLI does, for all
/// databases.
///
/// It is a macro, because `concat!` takes no constants.
macro_rules! create_migrations_table {
    () => {
        "
CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
"
    };
}
pub(crate) use create_migrations_table;
