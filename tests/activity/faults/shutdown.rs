use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::rt::System;
use actix_web::test::{TestRequest, call_service, init_service};
use cognito_m2m::CognitoAuth;
use cognito_m2m::activity::{
    ActivityError, ActivityStore, ClientActivity, SqliteActivity, StoreFuture,
};
use cognito_m2m::testing::LocalCognito;
use cognito_m2m_tests::CapturedLog;

use super::super::sqlite::SqliteTable;
use super::super::table::{ActivityTable, TABLE};
use super::super::tracking_api::TrackingApi;
use crate::sqlite_file::sqlite_path;

#[actix_web::test]
async fn rule_4_1_shutdown_ends_at_its_timeout_if_the_store_is_unavailable() {
    let store = SqliteActivity::new("/nowhere/activity.db");
    let api = TrackingApi::with_settings(store, |settings| {
        settings.shutdown_timeout(Duration::from_millis(500))
    })
    .await;
    api.send_as("reporting").await;
    let started_at = Instant::now();
    api.auth.shutdown().await;
    assert!(started_at.elapsed() < Duration::from_secs(30));
}

#[test]
fn dropping_the_last_clone_writes_the_activity() {
    let path = sqlite_path("activity-drop");
    let mut store = SqliteActivity::new(&path);
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    System::new().block_on(async {
        store.migrate().await.expect("the migration runs");
        let settings = cognito
            .settings()
            .track_client_activity(true)
            .activity_flush_interval(Duration::from_secs(3600))
            .shutdown_timeout(Duration::from_secs(60));
        let auth = CognitoAuth::builder()
            .settings(settings)
            .activity_store(store)
            .allow_undefined_groups()
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("the keys are fetched");
        let app = init_service(actix_web::App::new().wrap(auth.clone())).await;
        for client_id in ["one", "two", "three"] {
            let token = cognito.token(client_id).sign();
            let request =
                TestRequest::get().insert_header(("Authorization", format!("Bearer {token}")));
            call_service(&app, request.to_request()).await;
        }
        drop(app);
        drop(auth);
        assert_eq!(SqliteTable::new(&path, TABLE).rows().await.len(), 3);
    });
}

/// What a [`FailingStore`] does with a write.
#[derive(Clone, Copy)]
enum Write {
    FailsForNow,
    FailsForever,
    Hangs,
    SucceedsAfter(usize),
}

/// A store that counts its writes, most of which fail.
#[derive(Clone)]
struct FailingStore {
    write: Write,
    writes: Arc<AtomicUsize>,
}

impl FailingStore {
    fn new(write: Write) -> Self {
        Self {
            write,
            writes: Arc::default(),
        }
    }

    fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }
}

impl ActivityStore for FailingStore {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(async { Ok(()) })
    }

    fn write(&mut self, _: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        let writes = self.writes.fetch_add(1, Ordering::SeqCst) + 1;
        let error = ActivityError::Connect("the network is down".into());
        let result = match self.write {
            Write::Hangs => return Box::pin(std::future::pending()),
            Write::SucceedsAfter(failures) if writes > failures => Ok(()),
            Write::FailsForNow | Write::SucceedsAfter(_) => Err(error),
            Write::FailsForever => Err(error.into_permanent()),
        };
        Box::pin(async { result })
    }
}

/// Sends requests as three clients to an API whose writes fail, and shuts it down with this timeout.
/// Returns how long the shutdown took.
async fn shut_down(store: impl ActivityStore, timeout: Duration) -> Duration {
    let api = TrackingApi::with_settings(store, |settings| {
        settings
            .activity_flush_interval(Duration::from_secs(3_600))
            .shutdown_timeout(timeout)
    })
    .await;
    for client_id in ["one", "two", "three"] {
        api.send_as(client_id).await;
    }
    let started_at = Instant::now();
    api.auth.shutdown().await;
    started_at.elapsed()
}

/// Checks that the failure during shutdown was logged once, and that the clients of [`shut_down`] were
/// reported as lost once.
fn assert_failure_is_logged_at_its_start_and_end(log: &CapturedLog) {
    let failures = log.lines_with("during shutdown");
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(failures[0].contains(" WARN "), "{failures:?}");
    assert_three_clients_are_lost(log);
}

fn assert_three_clients_are_lost(log: &CapturedLog) {
    let lost = log.lines_with("is lost");
    assert_eq!(lost.len(), 1, "{lost:?}");
    assert!(lost[0].contains(" WARN "), "{lost:?}");
    assert!(lost[0].contains("clients=3"), "{lost:?}");
    let late = log.lines_with("in time");
    assert_eq!(
        late,
        Vec::<String>::new(),
        "the writer ends before the timeout"
    );
}

#[test]
fn rule_4_1_shutdown_retries_with_a_backoff_and_logs_two_lines() {
    let Some(log) = CapturedLog::alone(rule_4_1_shutdown_retries_with_a_backoff_and_logs_two_lines)
    else {
        return;
    };
    System::new().block_on(async {
        let store = FailingStore::new(Write::FailsForNow);
        let took = shut_down(store.clone(), Duration::from_secs(4)).await;
        assert!(took < Duration::from_secs(34), "{took:?}");
        // At least one write fails before the shutdown. The pauses of the shutdown are at least 50, 100,
        // 200, 400, 800 and 1,000 ms, so that no more than eight writes fit into it.
        let writes = store.writes();
        assert!((3..=12).contains(&writes), "{writes}");
        assert_failure_is_logged_at_its_start_and_end(&log);
    });
}

#[test]
fn rule_4_1_shutdown_does_not_wait_for_a_store_that_no_retry_can_help() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_shutdown_does_not_wait_for_a_store_that_no_retry_can_help)
    else {
        return;
    };
    System::new().block_on(async {
        let store = FailingStore::new(Write::FailsForever);
        let took = shut_down(store, Duration::from_secs(300)).await;
        assert!(took < Duration::from_secs(60), "{took:?}");
        assert_failure_is_logged_at_its_start_and_end(&log);
    });
}

#[test]
fn rule_4_1_shutdown_reports_what_a_hanging_store_did_not_write() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_shutdown_reports_what_a_hanging_store_did_not_write)
    else {
        return;
    };
    System::new().block_on(async {
        let store = FailingStore::new(Write::Hangs);
        let took = shut_down(store, Duration::from_secs(1)).await;
        assert!(took < Duration::from_secs(31), "{took:?}");
        assert_three_clients_are_lost(&log);
    });
}

#[test]
fn rule_4_1_shutdown_writes_to_a_store_that_recovers() {
    let Some(log) = CapturedLog::alone(rule_4_1_shutdown_writes_to_a_store_that_recovers) else {
        return;
    };
    System::new().block_on(async {
        let store = FailingStore::new(Write::SucceedsAfter(4));
        let took = shut_down(store, Duration::from_secs(300)).await;
        assert!(took < Duration::from_secs(60), "{took:?}");
        assert!(log.lines_with("during shutdown").len() <= 1);
        assert_eq!(log.lines_with("is lost"), Vec::<String>::new());
    });
}

/// Shuts down with a store that cannot be used until an operator changes something.
fn assert_shutdown_does_not_wait<T: Fn(), S: ActivityStore>(
    test: T,
    stores: impl AsyncFnOnce() -> Vec<S>,
) {
    let Some(log) = CapturedLog::alone(test) else {
        return;
    };
    System::new().block_on(async {
        let stores = stores().await;
        let number = stores.len();
        for store in stores {
            let took = shut_down(store, Duration::from_secs(300)).await;
            assert!(took < Duration::from_secs(60), "{took:?}: {}", log.text());
        }
        for part in ["during shutdown", "is lost"] {
            let lines = log.lines_with(part);
            assert_eq!(lines.len(), number, "{lines:?}");
        }
    });
}

#[test]
fn rule_4_1_shutdown_does_not_wait_for_a_missing_table_or_directory_of_sqlite() {
    assert_shutdown_does_not_wait(
        rule_4_1_shutdown_does_not_wait_for_a_missing_table_or_directory_of_sqlite,
        async || {
            let without_unique = sqlite_path("activity-shutdown-unique");
            execute(
                &without_unique,
                "CREATE TABLE service_client_activity (client_id TEXT, first_seen_at TIMESTAMP, last_seen_at TIMESTAMP)",
            );
            let read_only = sqlite_path("activity-shutdown-read-only");
            let mut store = SqliteActivity::new(&read_only);
            store.migrate().await.expect("the migration runs");
            let no_database = sqlite_path("activity-shutdown-text");
            let text = "This is not a database, and longer than the header of one.\n".repeat(20);
            std::fs::write(&no_database, text).expect("the file is written");
            [
                sqlite_path("activity-shutdown-unmigrated"),
                "/nowhere/activity.db".to_owned(),
                without_unique,
                format!("file:{read_only}?mode=ro"),
                no_database,
            ]
            .map(SqliteActivity::new)
            .into()
        },
    );
}

fn execute(path: &str, statements: &str) {
    use diesel::Connection as _;
    use diesel::connection::SimpleConnection as _;

    let mut connection = diesel::SqliteConnection::establish(path).expect("the database opens");
    let done = connection.batch_execute(statements);
    done.expect("the statements succeed");
}

#[cfg(feature = "postgres")]
#[test]
fn rule_4_1_shutdown_does_not_wait_for_a_postgres_that_refuses() {
    use cognito_m2m::activity::{PostgresActivity, TableName};

    assert_shutdown_does_not_wait(
        rule_4_1_shutdown_does_not_wait_for_a_postgres_that_refuses,
        async || {
            use diesel_async::SimpleAsyncConnection as _;

            let name = "m2m_activity_shutdown";
            let (url, mut connection) = super::super::postgres::new_schema(name).await;
            let role = format!(
                "DO $$ BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                 CREATE TABLE {name}.forbidden (client_id text PRIMARY KEY, first_seen_at timestamptz, last_seen_at timestamptz)"
            );
            let created = connection.batch_execute(&role).await;
            created.expect("the role is created");
            let forbidden = TableName::new("m2m_activity_shutdown.forbidden");
            let forbidden = forbidden.expect("a valid table name");
            let custom = PostgresActivity::new(&url).connect_with(|url| {
                use diesel_async::AsyncConnection as _;
                Box::pin(diesel_async::AsyncPgConnection::establish(url))
            });
            vec![
                PostgresActivity::new(&url),
                custom,
                PostgresActivity::new("postgres://postgres@127.0.0.1:5432/no_such_database"),
                PostgresActivity::new("postgres://no_such_role@127.0.0.1:5432/test"),
                PostgresActivity::new("postgres://postgres@127.0.0.1:5432/test?sslmode=require"),
                PostgresActivity::new("not a url"),
                PostgresActivity::new(format!("postgres://{name}@127.0.0.1:5432/test"))
                    .table(forbidden),
            ]
        },
    );
}

#[cfg(feature = "mysql")]
#[test]
fn rule_4_1_shutdown_does_not_wait_for_a_mysql_that_refuses() {
    use cognito_m2m::activity::{MysqlActivity, TableName};

    assert_shutdown_does_not_wait(
        rule_4_1_shutdown_does_not_wait_for_a_mysql_that_refuses,
        async || {
            use diesel_async::SimpleAsyncConnection as _;

            let name = "m2m_activity_shutdown";
            let (url, mut connection) = super::super::mysql::new_database(name).await;
            let user = format!(
                "DROP USER IF EXISTS '{name}'@'%'; CREATE USER '{name}'@'%' IDENTIFIED BY 'right';
                 CREATE TABLE forbidden (client_id varchar(255) PRIMARY KEY, first_seen_at datetime(6), last_seen_at datetime(6));
                 GRANT SELECT ON {name}.forbidden TO '{name}'@'%';"
            );
            let created = connection.batch_execute(&user).await;
            created.expect("the user is created");
            let forbidden = || TableName::new("forbidden").expect("a valid table name");
            vec![
                MysqlActivity::new(&url),
                MysqlActivity::new("mysql://root@127.0.0.1:3306/no_such_database"),
                MysqlActivity::new(format!("mysql://{name}:wrong@127.0.0.1:3306/{name}"))
                    .table(forbidden()),
                MysqlActivity::new(format!("mysql://{name}:right@127.0.0.1:3306/{name}"))
                    .table(forbidden()),
                MysqlActivity::new("not a url"),
            ]
        },
    );
}
