//! The SQL migrations, as the Diesel CLI runs them, and `migrate()` of the stores, in any order.

use actix_web::rt::System;
use cognito_m2m::cutoff::SqliteCutoffs;
use diesel::migration::Migration;
use diesel::prelude::*;
use diesel_migrations::MigrationHarness;

use crate::migration_folder::MigrationFolder;
use crate::sqlite_file::sqlite_path;

const VERSION: &str = "20000103000000";

/// Runs the SQL migrations with `harness` and a store's `migrate` on the same database.
fn sql_migrations_and_store_are_compatible<C>(harness: &mut C, folder: &str, migrate: impl Fn())
where
    C: MigrationHarness<C::Backend> + Connection,
{
    let migrations = || MigrationFolder::read(folder, "service_client_cutoff");
    let run = |harness: &mut C| {
        let versions = harness
            .run_pending_migrations(migrations())
            .expect("the migrations run");
        versions.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let table_exists = |harness: &mut C| {
        let select =
            "SELECT client_id, tokens_issued_before, reason, set_at FROM service_client_cutoff";
        harness.batch_execute(select).is_ok()
    };
    let revert = |harness: &mut C| {
        let version = harness.revert_last_migration(migrations());
        assert_eq!(
            version.expect("the migration is reverted").to_string(),
            VERSION
        );
    };

    // First the CLI: the store finds its table.
    assert_eq!(run(harness), [VERSION]);
    assert!(table_exists(harness));
    migrate();
    assert!(table_exists(harness));
    assert_eq!(run(harness), [""; 0]);
    revert(harness);
    assert!(!table_exists(harness));
    assert_eq!(run(harness), [VERSION]);
    revert(harness);

    // First the store: the CLI finds that the migration has run, and can revert it.
    migrate();
    assert!(table_exists(harness));
    let pending = harness
        .pending_migrations(migrations())
        .expect("the pending migrations are listed");
    let pending: Vec<_> = pending
        .iter()
        .map(|migration| migration.name().to_string())
        .collect();
    assert_eq!(pending, [""; 0]);
    assert_eq!(run(harness), [""; 0]);
    revert(harness);
    assert!(!table_exists(harness));
    migrate();
    assert!(table_exists(harness));
}

#[test]
fn sql_migrations_and_cutoff_store_are_compatible_in_sqlite() {
    let path = sqlite_path("cutoff-migrations");
    let mut connection = SqliteConnection::establish(&path).expect("the database opens");
    sql_migrations_and_store_are_compatible(&mut connection, "sqlite", || {
        let store = SqliteCutoffs::new(&path);
        System::new()
            .block_on(store.migrate())
            .expect("the migration runs");
    });
}

#[cfg(feature = "postgres")]
#[test]
fn sql_migrations_and_cutoff_store_are_compatible_in_postgres() {
    use crate::activity::postgres::new_schema;
    use cognito_m2m::cutoff::PostgresCutoffs;
    use diesel_async::AsyncPgConnection;
    use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
    let system = System::new();
    let (url, _connection) = system.block_on(new_schema("m2m_cutoff_migrations"));
    let connection = AsyncConnectionWrapper::<AsyncPgConnection>::establish(&url);
    sql_migrations_and_store_are_compatible(
        &mut connection.expect("the server accepts connections"),
        "postgres",
        || {
            let store = PostgresCutoffs::new(&url);
            System::new()
                .block_on(store.migrate())
                .expect("the migration runs");
        },
    );
}

#[cfg(feature = "mysql")]
#[test]
fn sql_migrations_and_cutoff_store_are_compatible_in_mysql() {
    use crate::activity::mysql::new_database;
    use cognito_m2m::cutoff::MysqlCutoffs;
    use diesel_async::AsyncMysqlConnection;
    use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
    let system = System::new();
    let (url, _connection) = system.block_on(new_database("m2m_cutoff_migrations"));
    let connection = AsyncConnectionWrapper::<AsyncMysqlConnection>::establish(&url);
    sql_migrations_and_store_are_compatible(
        &mut connection.expect("the server accepts connections"),
        "mysql",
        || {
            let store = MysqlCutoffs::new(&url);
            System::new()
                .block_on(store.migrate())
                .expect("the migration runs");
        },
    );
}
