//! The list of clients for operators, as JSON and as a page.

use std::sync::Arc;

use cognito_m2m::activity::{
    ActivityError, ActivityReader, ClientQuery, ReaderFuture, SqliteActivity,
};
use cognito_m2m_tests::CapturedLog;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::lists_suite::{
    Operators, fill, the_list_is_guarded, the_list_is_searched_sorted_and_paged,
    the_page_is_escaped_and_behind_a_login, the_page_shows_the_same,
};
use super::sqlite::file;

type Shared = Arc<dyn ActivityReader>;

async fn in_sqlite(name: &str) -> (String, Shared) {
    let path = file(name);
    let mut store = SqliteActivity::new(&path);
    store.migrate().await.expect("a migration");
    let reader: Shared = Arc::new(store.reader());
    fill(store).await;
    (path, reader)
}

#[actix_web::test]
async fn the_list_is_the_same_in_sqlite() {
    let (_, reader) = in_sqlite("list").await;
    the_list_is_searched_sorted_and_paged(reader.clone()).await;
    the_page_shows_the_same(reader).await;
}

#[actix_web::test]
async fn the_list_is_under_a_policy() {
    the_list_is_guarded(in_sqlite("list-policy").await.1).await;
}

#[actix_web::test]
async fn the_page_is_for_those_who_are_let_in_and_runs_nothing() {
    the_page_is_escaped_and_behind_a_login(in_sqlite("list-page").await.1).await;
}

/// Django leaves out a fraction that is zero.
#[actix_web::test]
async fn dates_as_django_writes_them_are_read() {
    let (path, reader) = in_sqlite("list-django").await;
    let mut connection = SqliteConnection::establish(&path).expect("a database");
    let rows = "INSERT INTO service_client_activity VALUES
        ('django-1', '2026-01-02 03:04:05', '2026-01-02 03:04:05.000600')";
    connection.batch_execute(rows).expect("a row");
    let answer = Operators::over(reader).await.list("?search=django").await;
    assert!(answer.body.contains("2026-01-02T03:04:05.000000Z"));
    assert!(answer.body.contains("2026-01-02T03:04:05.000600Z"));
}

#[test]
fn a_store_that_is_gone_is_503_and_logged() {
    let Some(log) = CapturedLog::alone(a_store_that_is_gone_is_503_and_logged) else {
        return;
    };
    actix_web::rt::System::new().block_on(async {
        let reader: Shared = Arc::new(SqliteActivity::new("/nowhere/activity.db").reader());
        let operators = Operators::over(reader).await;
        let answer = operators.list("").await;
        assert_eq!(answer.status, 503);
        assert_eq!(answer.retry_after.as_deref(), Some("1"));
        let page = operators.page("").await;
        assert_eq!(page.status, 503);
        assert!(page.body.contains("temporarily unavailable"));
    });
    let text = log.text();
    assert!(text.contains("failed to list the clients"), "{text}");
}

struct Never;

impl ActivityReader for Never {
    fn list<'a>(&'a self, _: &'a ClientQuery) -> ReaderFuture<'a> {
        Box::pin(std::future::pending())
    }
}

#[actix_web::test]
async fn a_store_that_hangs_is_given_up() {
    let operators = Operators::over(Arc::new(Never) as Shared).await;
    let (one, other, third) =
        futures_util::join!(operators.list(""), operators.page(""), operators.list(""));
    assert_eq!([one.status, other.status, third.status], [503; 3]);
}

struct Failing;

impl ActivityReader for Failing {
    fn list<'a>(&'a self, _: &'a ClientQuery) -> ReaderFuture<'a> {
        Box::pin(async { Err(ActivityError::Statement("the disk is on fire".into())) })
    }
}

#[actix_web::test]
async fn what_the_store_says_stays_inside() {
    let operators = Operators::over(Arc::new(Failing) as Shared).await;
    for answer in [operators.list("").await, operators.page("").await] {
        assert_eq!(answer.status, 503);
        assert!(!answer.body.contains("fire"), "{}", answer.body);
    }
}

#[cfg(feature = "postgres")]
#[actix_web::test]
async fn the_list_is_the_same_in_postgres() {
    use cognito_m2m::activity::PostgresActivity;
    let (url, _connection) = super::postgres::database("m2m_activity_list").await;
    let mut store = PostgresActivity::new(url);
    store.migrate().await.expect("a migration");
    let reader: Shared = Arc::new(store.reader());
    fill(store).await;
    the_list_is_searched_sorted_and_paged(reader.clone()).await;
    the_page_shows_the_same(reader).await;
}

#[cfg(feature = "mysql")]
#[actix_web::test]
async fn the_list_is_the_same_in_mysql() {
    use cognito_m2m::activity::MysqlActivity;
    let (url, _connection) = super::mysql::database("m2m_activity_list").await;
    let mut store = MysqlActivity::new(url);
    store.migrate().await.expect("a migration");
    let reader: Shared = Arc::new(store.reader());
    fill(store).await;
    the_list_is_searched_sorted_and_paged(reader.clone()).await;
    the_page_shows_the_same(reader).await;
}
