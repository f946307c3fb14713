//! `migrate()` on a database that already has a table, as a user who may not create one.

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;

use std::sync::Arc;

use cognito_m2m::activity::{ActivityError, ActivityStore, TableName};
use cognito_m2m_tests::CapturedLog;
use diesel::QueryableByName;
use diesel::sql_types::Text;
use futures_util::future::join_all;

use super::table::{DJANGO_TABLE, TABLE, activity_of};

/// The index that earlier versions have created on the default table.
const LAST_SEEN_INDEX: &str = "service_client_activity_last_seen_at";

/// A line of a description of the schema.
#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// A user of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum User {
    Administrator,
    /// May read and write rows, but not create tables or indexes.
    Restricted,
}

/// A database whose tables a test creates.
trait ExistingDatabase: Sized {
    type Store: ActivityStore;

    /// The connection of a transaction.
    type Reading;

    /// Creates the table of Django.
    const CREATE_DJANGO_TABLE: &'static str;

    /// The table `old` with a unique index on `client_id` that has another name than ours.
    const CREATE_INDEXED_TABLE: &'static str;

    /// The migration that created the table in earlier versions, with an index on `last_seen_at`.
    const CREATE_TABLE_OF_EARLIER_VERSION: &'static str;

    /// Incomplete tables `old`, each with texts that the error must contain.
    const INCOMPLETE_TABLES: &'static [(&'static str, &'static [&'static str])];

    /// Creates an empty database. `name` must differ between tests.
    async fn new(name: &'static str) -> Self;

    fn store(&self, user: User) -> Self::Store;

    fn with_table(store: Self::Store, table: TableName) -> Self::Store;

    async fn migrate(store: &mut Self::Store) -> Result<(), ActivityError>;

    /// Runs statements as the administrator, and lets the user read and write rows afterwards.
    async fn run_sql(&mut self, statements: &str);

    /// Starts to read the table `old` over another connection, which the returned value keeps open. A
    /// change of the table then waits.
    async fn read_in_transaction(&self) -> Self::Reading;

    /// Returns a description of all tables and indexes.
    async fn schema(&mut self) -> Vec<String>;

    /// Returns a store for a table of another name.
    fn store_of(&self, user: User, table: &str) -> Self::Store {
        let table = TableName::new(table).expect("a valid table name");
        Self::with_table(self.store(user), table)
    }
}

async fn assert_usable<D: ExistingDatabase>(database: &mut D, table: &str) {
    let before = database.schema().await;
    for user in [User::Administrator, User::Restricted] {
        let mut store = database.store_of(user, table);
        for _ in 0..2 {
            let migrated = D::migrate(&mut store).await;
            migrated.unwrap_or_else(|error| panic!("{user:?}: {error:?}"));
        }
        store.check().await.expect("the store is ready");
        assert_eq!(database.schema().await, before, "{user:?}");
    }
}

async fn write(store: &mut impl ActivityStore) -> Result<(), ActivityError> {
    store.write(Arc::from([activity_of("sync", 1, 2)])).await
}

/// The second `migrate()` runs as a user without the permission to create tables.
async fn existing_table_needs_no_permission_to_create_one<D: ExistingDatabase>() {
    let mut database = D::new("m2m_existing_default").await;
    let mut store = database.store(User::Administrator);
    D::migrate(&mut store).await.expect("the table is created");
    database.run_sql("SELECT 1").await;
    assert_usable(&mut database, TABLE).await;
}

async fn missing_table_is_a_permanent_failure_without_permission<D: ExistingDatabase>() {
    let database = D::new("m2m_existing_missing").await;
    let mut store = database.store(User::Restricted);
    let error = D::migrate(&mut store).await.expect_err("no permission");
    assert!(error.is_permanent(), "{error:?}");
    let error = store.check().await.expect_err("the table is missing");
    assert!(error.to_string().contains("run the migrations"), "{error}");
    let error = write(&mut store).await.expect_err("the table is missing");
    assert!(error.is_permanent(), "{error:?}");
}

async fn django_table_is_left_unchanged<D: ExistingDatabase>() {
    let mut database = D::new("m2m_existing_django").await;
    database.run_sql(D::CREATE_DJANGO_TABLE).await;
    assert_usable(&mut database, DJANGO_TABLE).await;
}

async fn unique_index_of_any_name_is_enough<D: ExistingDatabase>() {
    let mut database = D::new("m2m_existing_indexed").await;
    database.run_sql(D::CREATE_INDEXED_TABLE).await;
    assert_usable(&mut database, "old").await;
    let mut store = database.store_of(User::Administrator, "old");
    write(&mut store).await.expect("the batch is merged");
}

async fn has_index<D: ExistingDatabase>(database: &mut D, name: &str) -> bool {
    let schema = database.schema().await;
    schema.iter().any(|line| line.contains(name))
}

/// Ten instances start at the same time, first without the table and then with that of an earlier
/// version.
async fn many_instances_migrate_at_the_same_time<D: ExistingDatabase>() {
    let mut database = D::new("m2m_existing_instances").await;
    for create in ["", D::CREATE_TABLE_OF_EARLIER_VERSION] {
        if !create.is_empty() {
            database.run_sql(&format!("DROP TABLE {TABLE}")).await;
            database.run_sql(create).await;
            assert!(has_index(&mut database, LAST_SEEN_INDEX).await);
        }
        let mut stores: Vec<_> = (0..10)
            .map(|_| database.store(User::Administrator))
            .collect();
        for migrated in join_all(stores.iter_mut().map(D::migrate)).await {
            migrated.expect("the migration runs");
        }
        assert!(!has_index(&mut database, LAST_SEEN_INDEX).await, "{create}");
        for store in &mut stores {
            write(store).await.expect("the batch is merged");
        }
    }
}

/// A user without the permission to drop the index can use the table.
async fn index_of_an_earlier_version_is_dropped_or_kept_with_a_warning<D: ExistingDatabase>(
    log: &CapturedLog,
) {
    let mut database = D::new("m2m_existing_earlier").await;
    let renamed = D::CREATE_TABLE_OF_EARLIER_VERSION.replace(TABLE, "old");
    for (create, table) in [
        (D::CREATE_TABLE_OF_EARLIER_VERSION, TABLE),
        (&*renamed, "old"),
    ] {
        let index = format!("{table}_last_seen_at");
        database.run_sql(create).await;
        let before = warnings(log);
        let mut store = database.store_of(User::Restricted, table);
        D::migrate(&mut store).await.expect("the table is usable");
        store.check().await.expect("the table is usable");
        assert!(has_index(&mut database, &index).await);
        assert_eq!(warnings(log), before + 1);
        let mut store = database.store_of(User::Administrator, table);
        D::migrate(&mut store).await.expect("the index is dropped");
        assert!(!has_index(&mut database, &index).await);
        assert_eq!(warnings(log), before + 1);
    }
}

/// A long transaction delays the start only for about a second.
async fn start_does_not_wait_for_a_long_transaction<D: ExistingDatabase>(log: &CapturedLog) {
    let mut database = D::new("m2m_existing_busy").await;
    let create = D::CREATE_TABLE_OF_EARLIER_VERSION.replace(TABLE, "old");
    database.run_sql(&create).await;
    let mut store = database.store_of(User::Administrator, "old");
    let reading = database.read_in_transaction().await;
    D::migrate(&mut store).await.expect("the table is usable");
    assert!(has_index(&mut database, "old_last_seen_at").await);
    assert_eq!(warnings(log), 1);
    drop(reading);
    // The server may take a while to notice the end of the connection.
    for _ in 0..60 {
        D::migrate(&mut store).await.expect("the table is usable");
        if !has_index(&mut database, "old_last_seen_at").await {
            return;
        }
    }
    panic!("the index was not dropped");
}

fn warnings(log: &CapturedLog) -> usize {
    log.lines_with("failed to drop an index that is no longer used")
        .iter()
        .filter(|line| line.contains(" WARN "))
        .count()
}

async fn error_names_what_an_old_table_lacks<D: ExistingDatabase>() {
    let mut database = D::new("m2m_existing_incomplete").await;
    for (create, expected) in D::INCOMPLETE_TABLES {
        database.run_sql(create).await;
        let before = database.schema().await;
        for user in [User::Administrator, User::Restricted] {
            let mut store = database.store_of(user, "old");
            let error = D::migrate(&mut store).await.expect_err(create);
            let ActivityError::IncompleteTable { table, .. } = &error else {
                panic!("{create}: {error:?}")
            };
            assert_eq!(table, "old");
            assert!(error.is_permanent());
            for part in *expected {
                assert!(error.to_string().contains(part), "{create}: {error}");
            }
            assert_eq!(database.schema().await, before, "{create}");
            assert!(write(&mut store).await.is_err(), "{create}");
            assert!(store.check().await.is_err(), "{create}");
        }
        database.run_sql("DROP TABLE old").await;
    }
}

macro_rules! every_existing_table {
    ($database:ty) => {
        every_existing_table! { $database:
            existing_table_needs_no_permission_to_create_one,
            missing_table_is_a_permanent_failure_without_permission,
            django_table_is_left_unchanged,
            unique_index_of_any_name_is_enough,
            error_names_what_an_old_table_lacks,
            many_instances_migrate_at_the_same_time,
        }

        #[actix_web::test]
        async fn index_of_an_earlier_version_is_dropped_or_kept_with_a_warning() {
            let test = index_of_an_earlier_version_is_dropped_or_kept_with_a_warning;
            if let Some(log) = cognito_m2m_tests::CapturedLog::alone(test) {
                super::index_of_an_earlier_version_is_dropped_or_kept_with_a_warning::<$database>(&log)
                    .await;
            }
        }

        #[actix_web::test]
        async fn start_does_not_wait_for_a_long_transaction() {
            let test = start_does_not_wait_for_a_long_transaction;
            if let Some(log) = cognito_m2m_tests::CapturedLog::alone(test) {
                super::start_does_not_wait_for_a_long_transaction::<$database>(&log).await;
            }
        }
    };
    ($database:ty: $($test:ident,)+) => {$(
        #[actix_web::test]
        async fn $test() {
            super::$test::<$database>().await;
        }
    )+};
}

use every_existing_table;
