//! The list of clients for operators, as JSON and as a page.

use std::sync::Arc;

use cognito_m2m::activity::{
    ActivityError, ActivityReader, ClientQuery, ReaderFuture, SqliteActivity,
};
use cognito_m2m_tests::CapturedLog;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::lists_suite::{
    OperatorApi, fill, list_is_searched_sorted_and_paged, list_requires_its_policy,
    page_escapes_client_ids_and_queries, page_has_security_headers, page_requires_a_login,
    page_shows_the_clients_of_the_list,
};
use crate::sqlite_file::sqlite_path;

type SharedReader = Arc<dyn ActivityReader>;

async fn filled_sqlite(name: &str) -> (String, SharedReader) {
    let path = sqlite_path(name);
    let mut store = SqliteActivity::new(&path);
    store.migrate().await.expect("the migration runs");
    let reader: SharedReader = Arc::new(store.reader());
    fill(store).await;
    (path, reader)
}

#[actix_web::test]
async fn list_and_page_show_the_clients_in_sqlite() {
    let (_, reader) = filled_sqlite("list").await;
    list_is_searched_sorted_and_paged(reader.clone()).await;
    page_shows_the_clients_of_the_list(reader).await;
}

#[actix_web::test]
async fn list_is_refused_without_the_scope_of_its_policy() {
    list_requires_its_policy(filled_sqlite("list-policy").await.1).await;
}

#[actix_web::test]
async fn page_is_refused_without_a_login() {
    page_requires_a_login(filled_sqlite("list-login").await.1).await;
}

#[actix_web::test]
async fn page_shows_html_in_client_ids_and_queries_as_text() {
    page_escapes_client_ids_and_queries(filled_sqlite("list-escaped").await.1).await;
}

#[actix_web::test]
async fn page_forbids_scripts_and_caching() {
    page_has_security_headers(filled_sqlite("list-headers").await.1).await;
}

/// Django omits the fraction of whole seconds.
#[actix_web::test]
async fn times_written_by_django_are_read() {
    let (path, reader) = filled_sqlite("list-django").await;
    let mut connection = SqliteConnection::establish(&path).expect("the database opens");
    let rows = "INSERT INTO service_client_activity VALUES
        ('django-1', '2026-01-02 03:04:05', '2026-01-02 03:04:05.000600')";
    connection.batch_execute(rows).expect("the row is inserted");
    let answer = OperatorApi::start(reader)
        .await
        .list("?search=django")
        .await;
    assert!(answer.body.contains("2026-01-02T03:04:05.000000Z"));
    assert!(answer.body.contains("2026-01-02T03:04:05.000600Z"));
}

#[test]
fn unavailable_store_is_503_and_logged() {
    let Some(log) = CapturedLog::alone(unavailable_store_is_503_and_logged) else {
        return;
    };
    actix_web::rt::System::new().block_on(async {
        let reader: SharedReader = Arc::new(SqliteActivity::new("/nowhere/activity.db").reader());
        let api = OperatorApi::start(reader).await;
        let answer = api.list("").await;
        assert_eq!(answer.status, 503);
        assert_eq!(answer.retry_after.as_deref(), Some("1"));
        let page = api.page("").await;
        assert_eq!(page.status, 503);
        assert!(page.body.contains("temporarily unavailable"));
    });
    let text = log.text();
    assert!(text.contains("failed to list the clients"), "{text}");
}

/// A reader that never completes.
struct HangingReader;

impl ActivityReader for HangingReader {
    fn list<'a>(&'a self, _: &'a ClientQuery) -> ReaderFuture<'a> {
        Box::pin(std::future::pending())
    }
}

#[actix_web::test]
async fn read_that_hangs_times_out() {
    let api = OperatorApi::start(Arc::new(HangingReader) as SharedReader).await;
    let (first, second, third) = futures_util::join!(api.list(""), api.page(""), api.list(""));
    assert_eq!([first.status, second.status, third.status], [503; 3]);
}

struct FailingReader;

impl ActivityReader for FailingReader {
    fn list<'a>(&'a self, _: &'a ClientQuery) -> ReaderFuture<'a> {
        Box::pin(async { Err(ActivityError::Statement("the disk is on fire".into())) })
    }
}

#[actix_web::test]
async fn error_of_the_store_is_not_shown_to_the_client() {
    let api = OperatorApi::start(Arc::new(FailingReader) as SharedReader).await;
    for answer in [api.list("").await, api.page("").await] {
        assert_eq!(answer.status, 503);
        assert!(!answer.body.contains("fire"), "{}", answer.body);
    }
}

#[cfg(feature = "postgres")]
#[actix_web::test]
async fn list_and_page_show_the_clients_in_postgres() {
    use cognito_m2m::activity::PostgresActivity;
    let (url, _connection) = super::postgres::new_schema("m2m_activity_list").await;
    let mut store = PostgresActivity::new(url);
    store.migrate().await.expect("the migration runs");
    let reader: SharedReader = Arc::new(store.reader());
    fill(store).await;
    list_is_searched_sorted_and_paged(reader.clone()).await;
    page_shows_the_clients_of_the_list(reader).await;
}

#[cfg(feature = "mysql")]
#[actix_web::test]
async fn list_and_page_show_the_clients_in_mysql() {
    use cognito_m2m::activity::MysqlActivity;
    let (url, _connection) = super::mysql::new_database("m2m_activity_list").await;
    let mut store = MysqlActivity::new(url);
    store.migrate().await.expect("the migration runs");
    let reader: SharedReader = Arc::new(store.reader());
    fill(store).await;
    list_is_searched_sorted_and_paged(reader.clone()).await;
    page_shows_the_clients_of_the_list(reader).await;
}
