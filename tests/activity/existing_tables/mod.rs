//! `migrate()` on a database that already has a table, as a user who may not create one.

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;

use std::sync::Arc;

use cognito_m2m::activity::{ActivityError, ActivityStore, TableName};
use diesel::QueryableByName;
use diesel::sql_types::Text;

use super::table::{DJANGO_TABLE, TABLE, activity_of};

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

    /// Creates the table of Django.
    const CREATE_DJANGO_TABLE: &'static str;

    /// The table `old` with a unique index on `client_id` that has another name than ours.
    const CREATE_INDEXED_TABLE: &'static str;

    /// Incomplete tables `old`, each with texts that the error must contain.
    const INCOMPLETE_TABLES: &'static [(&'static str, &'static [&'static str])];

    /// Creates an empty database. `name` must differ between tests.
    async fn new(name: &'static str) -> Self;

    fn store(&self, user: User) -> Self::Store;

    fn with_table(store: Self::Store, table: TableName) -> Self::Store;

    async fn migrate(store: &mut Self::Store) -> Result<(), ActivityError>;

    /// Runs statements as the administrator, and lets the user read and write rows afterwards.
    async fn run_sql(&mut self, statements: &str);

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
