//! The migrations as Diesel's command line runs them, and `migrate()` of the stores, in any order.

use std::path::Path;

use actix_web::rt::System;
use cognito_m2m::activity::SqliteActivity;
use diesel::migration::Migration;
use diesel::prelude::*;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

use super::sqlite::file;

const VERSION: &str = "20000101000000";

/// `migrate` is that of a store, over the same database as the harness.
fn both_ways_get_along<C>(harness: &mut C, folder: &str, migrate: impl Fn())
where
    C: MigrationHarness<C::Backend> + Connection,
{
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("a root");
    let migrations = || {
        FileBasedMigrations::from_path(root.join("migrations").join(folder)).expect("migrations")
    };
    let run = |harness: &mut C| {
        let versions = harness
            .run_pending_migrations(migrations())
            .expect("they run");
        versions.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let is_there = |harness: &mut C| {
        let select = "SELECT client_id, first_seen_at, last_seen_at FROM service_client_activity";
        harness.batch_execute(select).is_ok()
    };
    let revert = |harness: &mut C| {
        let version = harness.revert_last_migration(migrations());
        assert_eq!(version.expect("it reverts").to_string(), VERSION);
    };

    // The command line first: the store finds its table.
    assert_eq!(run(harness), [VERSION]);
    assert!(is_there(harness));
    migrate();
    assert!(is_there(harness));
    assert_eq!(run(harness), [""; 0]);
    revert(harness);
    assert!(!is_there(harness));
    assert_eq!(run(harness), [VERSION]);
    revert(harness);

    // The store first: the command line finds the migration done, and can revert it.
    migrate();
    assert!(is_there(harness));
    let pending = harness
        .pending_migrations(migrations())
        .expect("they are known");
    let pending: Vec<_> = pending.iter().map(|one| one.name().to_string()).collect();
    assert_eq!(pending, [""; 0]);
    assert_eq!(run(harness), [""; 0]);
    revert(harness);
    assert!(!is_there(harness));
    migrate();
    assert!(is_there(harness));
}

#[test]
fn both_ways_to_migrate_get_along_in_sqlite() {
    let path = file("activity-migrations");
    let mut connection = SqliteConnection::establish(&path).expect("a database");
    both_ways_get_along(&mut connection, "sqlite", || {
        let mut store = SqliteActivity::new(&path);
        System::new()
            .block_on(store.migrate())
            .expect("a migration");
    });
}

#[cfg(feature = "postgres")]
#[test]
fn both_ways_to_migrate_get_along_in_postgres() {
    use cognito_m2m::activity::PostgresActivity;
    use diesel_async::AsyncPgConnection;
    use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
    let system = System::new();
    let (url, _connection) = system.block_on(super::postgres::database("m2m_activity_migrations"));
    let connection = AsyncConnectionWrapper::<AsyncPgConnection>::establish(&url);
    both_ways_get_along(&mut connection.expect("a server"), "postgres", || {
        let mut store = PostgresActivity::new(&url);
        System::new()
            .block_on(store.migrate())
            .expect("a migration");
    });
}

#[cfg(feature = "mysql")]
#[test]
fn both_ways_to_migrate_get_along_in_mysql() {
    use cognito_m2m::activity::MysqlActivity;
    use diesel_async::AsyncMysqlConnection;
    use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
    let system = System::new();
    let (url, _connection) = system.block_on(super::mysql::database("m2m_activity_migrations"));
    let connection = AsyncConnectionWrapper::<AsyncMysqlConnection>::establish(&url);
    both_ways_get_along(&mut connection.expect("a server"), "mysql", || {
        let mut store = MysqlActivity::new(&url);
        System::new()
            .block_on(store.migrate())
            .expect("a migration");
    });
}
