//! The SQL migrations, as the Diesel CLI runs them, and `migrate()` of the stores, in any order.

use std::path::Path;

use actix_web::rt::System;
use cognito_m2m::activity::SqliteActivity;
use diesel::migration::Migration;
use diesel::prelude::*;
use diesel::query_builder::SqlQuery;
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::Text;
use diesel_migrations::MigrationHarness;

use crate::migration_folder::MigrationFolder;
use crate::sqlite_file::sqlite_path;

/// The version of the migration that creates the table, with an index on `last_seen_at`.
const CREATE: &str = "20000101000000";

/// The version of the migration that drops the index.
const DROP_INDEX: &str = "20000102000000";

/// The name of the index.
const INDEX: &str = "service_client_activity_last_seen_at";

/// A database with the statements that differ between servers.
struct Database<'a, C> {
    harness: &'a mut C,
    folder: &'static str,
    /// Runs `migrate()` of the store.
    migrate: &'a dyn Fn(),
    /// A query for the names of all indexes.
    select_indexes: &'static str,
}

#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = Text)]
    name: String,
}

impl<C> Database<'_, C>
where
    C: MigrationHarness<C::Backend> + Connection,
    SqlQuery: for<'q> LoadQuery<'q, C, Index>,
{
    fn migrations(&self) -> MigrationFolder {
        MigrationFolder::read(self.folder, "service_client_activity")
    }

    /// Runs the pending migrations, and returns their versions.
    fn run(&mut self) -> Vec<String> {
        let migrations = self.migrations();
        let versions = self.harness.run_pending_migrations(migrations);
        let versions = versions.expect("the migrations run");
        versions.iter().map(ToString::to_string).collect()
    }

    /// Runs the statements of the migration that drops the index.
    fn run_drop_index(&mut self) {
        let path = "2000-01-02-000000_drop_service_client_activity_last_seen_at/up.sql";
        let statements = std::fs::read_to_string(folder(self.folder).join(path));
        self.run_sql(&statements.expect("the migration is read"));
    }

    fn run_sql(&mut self, statements: &str) {
        let done = self.harness.batch_execute(statements);
        done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    fn pending(&mut self) -> Vec<String> {
        let migrations = self.migrations();
        let pending = self.harness.pending_migrations(migrations);
        let pending = pending.expect("the pending migrations are listed");
        let names = pending.iter().map(|migration| migration.name().to_string());
        names.collect()
    }

    fn revert(&mut self, version: &str) {
        let migrations = self.migrations();
        let reverted = self.harness.revert_last_migration(migrations);
        let reverted = reverted.expect("the migration is reverted");
        assert_eq!(reverted.to_string(), version);
    }

    fn table_exists(&mut self) -> bool {
        let select = "SELECT client_id, first_seen_at, last_seen_at FROM service_client_activity";
        self.harness.batch_execute(select).is_ok()
    }

    fn has_index(&mut self, name: &str) -> bool {
        let indexes = diesel::sql_query(self.select_indexes).load::<Index>(self.harness);
        let indexes = indexes.expect("the indexes are read");
        indexes.iter().any(|index| index.name == name)
    }
}

fn folder(name: &str) -> std::path::PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    root.expect("the workspace directory")
        .join("migrations")
        .join(name)
}

/// Runs the SQL migrations and a store's `migrate` on the same database.
fn sql_migrations_and_store_are_compatible<C>(mut database: Database<'_, C>)
where
    C: MigrationHarness<C::Backend> + Connection,
    SqlQuery: for<'q> LoadQuery<'q, C, Index>,
{
    // First the CLI: the store finds its table.
    assert_eq!(database.run(), [CREATE, DROP_INDEX]);
    assert!(database.table_exists() && !database.has_index(INDEX));
    (database.migrate)();
    assert!(database.table_exists() && !database.has_index(INDEX));
    assert_eq!(database.run(), [""; 0]);
    database.revert(DROP_INDEX);
    assert!(database.has_index(INDEX));
    database.revert(CREATE);
    assert!(!database.table_exists());
    assert_eq!(database.run(), [CREATE, DROP_INDEX]);
    database.revert(DROP_INDEX);
    assert_eq!(database.run(), [DROP_INDEX]);
    assert!(!database.has_index(INDEX));
    database.revert(DROP_INDEX);
    database.revert(CREATE);

    // First the store: the CLI finds that the migrations have run, and can revert them.
    (database.migrate)();
    assert!(database.table_exists() && !database.has_index(INDEX));
    assert_eq!(database.pending(), [""; 0]);
    assert_eq!(database.run(), [""; 0]);

    // The table of an earlier version: the store drops the index, and records it.
    database.revert(DROP_INDEX);
    assert!(database.has_index(INDEX));
    (database.migrate)();
    assert!(!database.has_index(INDEX));
    assert_eq!(database.pending(), [""; 0]);
    database.revert(DROP_INDEX);
    database.revert(CREATE);
    assert!(!database.table_exists());
    (database.migrate)();
    assert!(database.table_exists());
    only_the_index_of_the_first_migration_is_dropped(database);
}

/// Runs the statements that drop the index on tables with other indexes, and without a table.
fn only_the_index_of_the_first_migration_is_dropped<C>(mut database: Database<'_, C>)
where
    C: MigrationHarness<C::Backend> + Connection,
    SqlQuery: for<'q> LoadQuery<'q, C, Index>,
{
    database.run_drop_index();
    database.run_sql("CREATE INDEX by_time ON service_client_activity (last_seen_at)");
    database.run_drop_index();
    assert!(database.has_index("by_time"));
    let create = format!("CREATE INDEX {INDEX} ON service_client_activity (last_seen_at)");
    database.run_sql(&create);
    database.run_drop_index();
    assert!(database.has_index("by_time") && !database.has_index(INDEX));
    (database.migrate)();
    assert!(database.has_index("by_time"));

    // SQLite has no statement with a condition on the table or the columns of an index.
    if database.folder != "sqlite" {
        for columns in ["first_seen_at", "last_seen_at, first_seen_at"] {
            let create = format!("CREATE INDEX {INDEX} ON service_client_activity ({columns})");
            database.run_sql(&create);
            database.run_drop_index();
            assert!(database.has_index(INDEX), "{columns}");
            (database.migrate)();
            assert!(database.has_index(INDEX), "{columns}");
            database.run_sql("DROP TABLE service_client_activity");
            (database.migrate)();
        }
        database.run_sql("CREATE TABLE other (last_seen_at char(1))");
        database.run_sql(&format!("CREATE INDEX {INDEX} ON other (last_seen_at)"));
        database.run_drop_index();
        assert!(database.has_index(INDEX));
        (database.migrate)();
        assert!(database.has_index(INDEX));
        database.run_sql("DROP TABLE other");
    }
    database.run_sql("DROP TABLE service_client_activity");
    database.run_drop_index();
}

#[test]
fn sql_migrations_and_store_are_compatible_in_sqlite() {
    let path = sqlite_path("activity-migrations");
    let mut connection = SqliteConnection::establish(&path).expect("the database opens");
    sql_migrations_and_store_are_compatible(Database {
        harness: &mut connection,
        folder: "sqlite",
        migrate: &|| {
            let mut store = SqliteActivity::new(&path);
            System::new()
                .block_on(store.migrate())
                .expect("the migration runs");
        },
        select_indexes: "SELECT name FROM sqlite_master WHERE type = 'index'",
    });
}

#[cfg(feature = "postgres")]
#[test]
fn sql_migrations_and_store_are_compatible_in_postgres() {
    use cognito_m2m::activity::PostgresActivity;
    use diesel_async::AsyncPgConnection;
    use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
    let system = System::new();
    let (url, _connection) =
        system.block_on(super::postgres::new_schema("m2m_activity_migrations"));
    let connection = AsyncConnectionWrapper::<AsyncPgConnection>::establish(&url);
    sql_migrations_and_store_are_compatible(Database {
        harness: &mut connection.expect("the server accepts connections"),
        folder: "postgres",
        migrate: &|| {
            let mut store = PostgresActivity::new(&url);
            System::new()
                .block_on(store.migrate())
                .expect("the migration runs");
        },
        select_indexes: "SELECT indexname::text AS name FROM pg_indexes WHERE schemaname = 'm2m_activity_migrations'",
    });
}

/// The index of another schema in the search path belongs to another table.
#[cfg(feature = "postgres")]
#[actix_web::test]
async fn index_in_another_schema_of_the_search_path_is_kept() {
    use cognito_m2m::activity::PostgresActivity;
    use diesel_async::SimpleAsyncConnection;
    let (_, mut connection) = super::postgres::new_schema("m2m_activity_index_path").await;
    let create_index = format!(
        "CREATE INDEX {INDEX} ON m2m_activity_index_path.service_client_activity (last_seen_at);"
    );
    let up = folder("postgres")
        .join("2000-01-02-000000_drop_service_client_activity_last_seen_at/up.sql");
    let up = std::fs::read_to_string(up).expect("the migration is read");
    let statements = format!(
        "DROP SCHEMA IF EXISTS m2m_activity_index_first CASCADE;
         CREATE SCHEMA m2m_activity_index_first;
         CREATE TABLE m2m_activity_index_first.other (last_seen_at int);
         CREATE INDEX {INDEX} ON m2m_activity_index_first.other (last_seen_at);
         CREATE TABLE service_client_activity (client_id text PRIMARY KEY,
             first_seen_at timestamptz, last_seen_at timestamptz);
         {create_index}
         SET search_path TO m2m_activity_index_first, m2m_activity_index_path;
         {up}"
    );
    let done = connection.batch_execute(&statements).await;
    done.expect("the index is dropped");
    let first = ["m2m_activity_index_first"];
    assert_eq!(schemas_with_index(&mut connection).await, first);

    let created = connection.batch_execute(&create_index).await;
    created.expect("the index is created");
    assert_eq!(schemas_with_index(&mut connection).await.len(), 2);
    let mut store = PostgresActivity::new(format!(
        "{}?options=-c%20search_path%3Dm2m_activity_index_first,m2m_activity_index_path",
        super::postgres::SERVER
    ));
    store.migrate().await.expect("the migration runs");
    assert_eq!(schemas_with_index(&mut connection).await, first);
}

/// Returns the schemas of the test that have an index of the name.
#[cfg(feature = "postgres")]
async fn schemas_with_index(connection: &mut diesel_async::AsyncPgConnection) -> Vec<String> {
    let select = format!(
        "SELECT schemaname::text AS name FROM pg_indexes
         WHERE indexname = '{INDEX}' AND schemaname LIKE 'm2m_activity_index_%'"
    );
    let schemas = diesel_async::RunQueryDsl::load(diesel::sql_query(select), connection);
    let schemas: Vec<Index> = schemas.await.expect("the indexes are read");
    schemas.into_iter().map(|index| index.name).collect()
}

#[cfg(feature = "mysql")]
#[test]
fn sql_migrations_and_store_are_compatible_in_mysql() {
    use cognito_m2m::activity::MysqlActivity;
    use diesel_async::AsyncMysqlConnection;
    use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
    let system = System::new();
    let (url, _connection) = system.block_on(super::mysql::new_database("m2m_activity_migrations"));
    let connection = AsyncConnectionWrapper::<AsyncMysqlConnection>::establish(&url);
    sql_migrations_and_store_are_compatible(Database {
        harness: &mut connection.expect("the server accepts connections"),
        folder: "mysql",
        migrate: &|| {
            let mut store = MysqlActivity::new(&url);
            System::new()
                .block_on(store.migrate())
                .expect("the migration runs");
        },
        select_indexes: "SELECT index_name AS name FROM information_schema.statistics WHERE table_schema = DATABASE()",
    });
}
