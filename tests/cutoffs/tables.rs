//! The tests of every store with a table, with rows that are written in SQL.

use cognito_m2m::cutoff::{Cutoff, CutoffError, CutoffStore};

use super::suite::{
    NOON, concurrent_sets_leave_one_cutoff_per_client, cutoff, cutoffs_are_set_replaced_and_lifted,
    read, reasons_and_far_times_are_kept, times,
};

/// A database whose table a test writes to.
pub(super) trait CutoffDatabase: Sized {
    type Store: CutoffStore + Clone;

    /// SQL expressions, and the seconds after the Unix epoch at which they cut a client off. `None` is
    /// a row that has no effect.
    const TIMES: &'static [(&'static str, Option<u64>)];

    /// The current time, as a person would write it.
    const NOW: &'static str;

    /// A table whose columns are not restricted.
    const CREATE_LOOSE_TABLE: &'static str;

    /// Inserts the clients `client-1` to `client-10001`.
    const INSERT_10_001: &'static str;

    /// Creates an empty database. `name` must differ between tests.
    async fn new(name: &'static str) -> Self;

    /// Returns another store, which shares no connection with earlier ones.
    fn store(&self) -> Self::Store;

    /// Returns a store of a user who may read and write rows, but not create tables.
    async fn restricted_store(&mut self) -> Self::Store;

    async fn migrate(store: &Self::Store) -> Result<(), CutoffError>;

    async fn run_sql(&mut self, statements: &str);

    async fn migrated(name: &'static str) -> Self {
        let database = Self::new(name).await;
        for _ in 0..2 {
            Self::migrate(&database.store())
                .await
                .expect("the migration runs");
        }
        database
    }

    async fn insert(&mut self, client_id: &str, time: &str) {
        self.run_sql(&format!(
            "INSERT INTO service_client_cutoff (client_id, tokens_issued_before) VALUES ('{client_id}', {time})"
        ))
        .await;
    }
}

pub(super) async fn store_keeps_one_cutoff_per_client<D: CutoffDatabase>() {
    let database = D::migrated("m2m_cutoff_suite").await;
    cutoffs_are_set_replaced_and_lifted(database.store()).await;
    reasons_and_far_times_are_kept(database.store()).await;
}

pub(super) async fn concurrent_sets_are_all_applied<D: CutoffDatabase>() {
    let database = D::migrated("m2m_cutoff_concurrent").await;
    concurrent_sets_leave_one_cutoff_per_client(database.store(), database.store()).await;
}

pub(super) async fn concurrent_migrations_create_one_table<D: CutoffDatabase>() {
    let database = D::new("m2m_cutoff_starts").await;
    let stores: Vec<_> = (0..8).map(|_| database.store()).collect();
    let migrations = stores.iter().map(D::migrate);
    for migrated in futures_util::future::join_all(migrations).await {
        migrated.expect("the migration runs");
    }
    assert_eq!(read(&database.store()).await, []);
}

pub(super) async fn row_written_by_hand_is_enough<D: CutoffDatabase>() {
    let mut database = D::migrated("m2m_cutoff_by_hand").await;
    let store = database.store();
    assert_eq!(read(&store).await, []);
    let before = std::time::SystemTime::now() - std::time::Duration::from_secs(2);
    database.insert("reporting", D::NOW).await;
    let cutoffs = read(&store).await;
    let [cutoff] = cutoffs.as_slice() else {
        panic!("{cutoffs:?}")
    };
    assert_eq!((cutoff.client_id(), cutoff.reason()), ("reporting", ""));
    let after = std::time::SystemTime::now() + std::time::Duration::from_secs(2);
    for time in [cutoff.tokens_issued_before(), cutoff.set_at()] {
        assert!(before < time && time < after, "{cutoff:?}");
    }
    assert!(store.lift("reporting").await.expect("the store answers"));
    assert_eq!(read(&store).await, []);
}

pub(super) async fn times_written_by_hand_are_read<D: CutoffDatabase>() {
    let mut database = D::new("m2m_cutoff_times").await;
    database.run_sql(D::CREATE_LOOSE_TABLE).await;
    database.insert("valid", D::NOW).await;
    let mut expected = Vec::new();
    for (number, (time, seconds)) in D::TIMES.iter().enumerate() {
        let client_id = format!("time-{number:02}");
        database.insert(&client_id, time).await;
        expected.extend(seconds.map(|seconds| (client_id, seconds)));
    }
    let mut found = times(&database.store()).await;
    assert_eq!(found.pop().expect("a row").0, "valid");
    assert_eq!(found, expected);
}

pub(super) async fn invalid_rows_do_not_hide_the_others<D: CutoffDatabase>() {
    let mut database = D::new("m2m_cutoff_invalid").await;
    database.run_sql(D::CREATE_LOOSE_TABLE).await;
    for client_id in ["two words", "", "a:b:c", "*", "\u{e9}", "<b>", "valid "] {
        database.insert(client_id, D::NOW).await;
    }
    database
        .run_sql(
            "INSERT INTO service_client_cutoff VALUES (NULL, NULL, NULL, NULL);
             INSERT INTO service_client_cutoff VALUES ('no-time', NULL, 'a reason', NULL);",
        )
        .await;
    database.insert("reporting", D::NOW).await;
    database
        .run_sql("UPDATE service_client_cutoff SET reason = NULL, set_at = NULL")
        .await;
    let cutoffs = read(&database.store()).await;
    let ids: Vec<_> = cutoffs.iter().map(Cutoff::client_id).collect();
    assert_eq!(ids, ["reporting"]);
    assert_eq!(cutoffs[0].reason(), "");
}

/// By hand, a client of the default pool can be named in two ways.
pub(super) async fn row_that_names_the_default_pool_is_the_same_client<D: CutoffDatabase>() {
    let mut database = D::migrated("m2m_cutoff_default_pool").await;
    let store = database.store();
    database.insert("default:reporting", D::NOW).await;
    store
        .set(cutoff("tenant-a:reporting", 0))
        .await
        .expect("the cut-off is set");
    let ids = |cutoffs: Vec<(String, u64)>| {
        let ids = cutoffs.into_iter().map(|(id, _)| id);
        ids.collect::<Vec<_>>()
    };
    let both = ["reporting", "tenant-a:reporting"];
    assert_eq!(ids(times(&store).await), both);
    // An earlier time replaces the row.
    store
        .set(cutoff("reporting", 0))
        .await
        .expect("the cut-off is set");
    assert_eq!(times(&store).await[0], ("reporting".to_owned(), NOON));
    // The latest of two rows applies.
    database.insert("default:reporting", D::NOW).await;
    assert_eq!(ids(times(&store).await), both);
    assert_ne!(times(&store).await[0].1, NOON);
    assert!(store.lift("reporting").await.expect("the store answers"));
    assert_eq!(ids(times(&store).await), ["tenant-a:reporting"]);
}

pub(super) async fn more_than_ten_thousand_rows_are_read<D: CutoffDatabase>() {
    let mut database = D::migrated("m2m_cutoff_many").await;
    database.run_sql(D::INSERT_10_001).await;
    let cutoffs = read(&database.store()).await;
    assert_eq!(cutoffs.len(), 10_001);
    assert!(cutoffs.is_sorted_by_key(|cutoff| cutoff.client_id().to_owned()));
}

pub(super) async fn missing_table_or_column_is_an_error_with_the_remedy<D: CutoffDatabase>() {
    let mut database = D::new("m2m_cutoff_missing").await;
    for create in [
        "SELECT 1",
        "CREATE TABLE service_client_cutoff (client_id varchar(255) NOT NULL PRIMARY KEY)",
    ] {
        database.run_sql(create).await;
        let store = database.store();
        let errors = [
            store.read().await.map(drop),
            store.list().await.map(drop),
            store.set(cutoff("reporting", 0)).await,
        ];
        for result in errors {
            let error = result.expect_err("the table is incomplete");
            assert!(matches!(error, CutoffError::Table { .. }), "{error:?}");
            let text = error.to_string();
            assert!(text.contains("`service_client_cutoff`"), "{text}");
            assert!(text.contains("run the migrations"), "{text}");
        }
    }
    // The migration changes no existing table.
    let migrated = D::migrate(&database.store()).await;
    let error = migrated.expect_err("the table lacks columns");
    assert!(matches!(error, CutoffError::Table { .. }), "{error:?}");
}

pub(super) async fn existing_table_needs_no_permission_to_create_one<D: CutoffDatabase>() {
    let mut database = D::new("m2m_cutoff_permission").await;
    let restricted = database.restricted_store().await;
    D::migrate(&restricted).await.expect_err("no permission");
    D::migrate(&database.store())
        .await
        .expect("the table is created");
    let restricted = database.restricted_store().await;
    D::migrate(&restricted).await.expect("the table exists");
    assert_eq!(read(&restricted).await, []);
}

/// The store reads again after the server has closed its connection, and after the table appears.
pub(super) async fn failed_read_recovers<D: CutoffDatabase>() {
    let mut database = D::new("m2m_cutoff_recovery").await;
    let store = database.store();
    store.read().await.expect_err("the table is missing");
    D::migrate(&database.store())
        .await
        .expect("the table is created");
    assert_eq!(read(&store).await, []);
    database.run_sql("DROP TABLE service_client_cutoff").await;
    store.read().await.expect_err("the table is missing");
}

macro_rules! every_table {
    ($database:ty) => {
        every_table! { $database:
            store_keeps_one_cutoff_per_client,
            concurrent_sets_are_all_applied,
            concurrent_migrations_create_one_table,
            row_written_by_hand_is_enough,
            times_written_by_hand_are_read,
            invalid_rows_do_not_hide_the_others,
            row_that_names_the_default_pool_is_the_same_client,
            more_than_ten_thousand_rows_are_read,
            missing_table_or_column_is_an_error_with_the_remedy,
            existing_table_needs_no_permission_to_create_one,
            failed_read_recovers,
        }
    };
    ($database:ty: $($test:ident,)+) => {$(
        #[actix_web::test]
        async fn $test() {
            super::tables::$test::<$database>().await;
        }
    )+};
}
pub(super) use every_table;
