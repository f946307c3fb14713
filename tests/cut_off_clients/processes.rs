//! Several processes read the cut-offs of one database. A row that is written by hand takes effect in all
//! of them.

use std::env;
use std::io::{BufRead, BufReader, Read, stdin};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cognito_m2m::cutoff::{CutoffStore, SqliteCutoffs};
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{CognitoAuth, Settings};
use cognito_m2m_tests::{Answer, Api, command_of, serve_routes};

use crate::resource_servers::routes;
use crate::sqlite_file::sqlite_path;

/// The environment variable that makes a process serve the API. It contains the setting
/// `cutoff_required` and the URL or path of the database, separated by a blank.
const TASK_VARIABLE: &str = "TEST_SERVES_CUT_OFF_CLIENTS";

/// The statement that an operator would type.
const INSERT: &str = "INSERT INTO service_client_cutoff (client_id, tokens_issued_before) VALUES ('reporting', CURRENT_TIMESTAMP)";

fn store(url: &str) -> Arc<dyn CutoffStore> {
    match url.split_once("://").map(|(scheme, _)| scheme) {
        #[cfg(feature = "postgres")]
        Some("postgres") => Arc::new(cognito_m2m::cutoff::PostgresCutoffs::new(url)),
        #[cfg(feature = "mysql")]
        Some("mysql") => Arc::new(cognito_m2m::cutoff::MysqlCutoffs::new(url)),
        Some(scheme) => panic!("no store for {scheme}"),
        None => Arc::new(SqliteCutoffs::new(url)),
    }
}

/// A process that serves the API until it is dropped.
struct ServerProcess {
    child: Child,
    api: Api,
    _stdin: ChildStdin,
}

impl ServerProcess {
    fn start(cognito: &LocalCognito, url: &str, is_required: bool) -> Self {
        let mut child = command_of(&serves_the_api_if_asked_to)
            .env(TASK_VARIABLE, format!("{is_required} {url}"))
            .env("COGNITO_M2M_ISSUER", cognito.issuer())
            .env("COGNITO_M2M_JWKS_URL", cognito.jwks_url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the test program starts");
        let stdin = child.stdin.take().expect("a pipe to the process");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe from the process"));
        let address = stdout.lines().find_map(|line| {
            let line = line.expect("a line in UTF-8");
            Some(line.split_once("serving at ")?.1.to_owned())
        });
        let address = address.expect("the process serves the API");
        Self {
            child,
            api: Api::at(address.parse().expect("an address")),
            _stdin: stdin,
        }
    }

    async fn get(&self, path: &str, token: &str) -> Answer {
        self.api.get(path, token).await
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Not a test by itself: the processes of the tests below run it.
#[actix_web::test]
async fn serves_the_api_if_asked_to() {
    let Ok(task) = env::var(TASK_VARIABLE) else {
        return;
    };
    let (is_required, url) = task.split_once(' ').expect("a setting and a URL");
    let settings = Settings::from_env().cutoff_required(is_required == "true");
    let auth = CognitoAuth::builder()
        .settings(settings)
        .cutoff_store(store(url))
        .allow_undefined_groups()
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    auth.prefetch().await.expect("the keys are fetched");
    let api = serve_routes(auth, routes);
    println!("serving at {}", api.url("").trim_start_matches("http://"));
    let end = actix_web::rt::task::spawn_blocking(|| stdin().read_to_end(&mut Vec::new()));
    end.await
        .expect("the thread ends")
        .expect("the pipe is closed");
}

/// Repeats a request until it has this status. Other answers than these are a failure.
async fn wait_for(server: &ServerProcess, token: &str, status: u16, before: &[u16]) -> Duration {
    let started_at = Instant::now();
    loop {
        let answer = server.get("/authenticated", token).await;
        if answer.status == status {
            return started_at.elapsed();
        }
        assert!(before.contains(&answer.status), "{answer:?}");
        assert!(started_at.elapsed() < Duration::from_secs(60), "{answer:?}");
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Runs two processes against a migrated database. `insert` runs a statement in it.
async fn one_row_by_hand_cuts_off_a_client_everywhere(
    url: &str,
    insert: impl AsyncFnOnce(&'static str),
) {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let servers = [(), ()].map(|()| ServerProcess::start(&cognito, url, true));
    let token = cognito.token("reporting").sign();
    let other = cognito.token("billing").sign();
    for server in &servers {
        assert_eq!(server.get("/authenticated", &token).await.status, 200);
    }
    // `iat` has whole seconds: the token is older than the row.
    actix_web::rt::time::sleep(Duration::from_millis(1_100)).await;
    insert(INSERT).await;
    let waits = servers
        .iter()
        .map(|server| wait_for(server, &token, 401, &[200, 403]));
    let waits = futures_util::future::join_all(waits).await;
    println!("the token was refused after {waits:?}");
    // The time of the row is rounded up.
    actix_web::rt::time::sleep(Duration::from_millis(1_100)).await;
    let new = cognito.token("reporting").sign();
    for server in &servers {
        assert_eq!(server.get("/authenticated", &new).await.status, 200);
        assert_eq!(server.get("/authenticated", &other).await.status, 200);
        assert_eq!(server.get("/authenticated", &token).await.status, 401);
    }
}

#[actix_web::test]
async fn row_by_hand_in_sqlite_cuts_off_a_client_in_two_processes() {
    use diesel::{Connection, RunQueryDsl, SqliteConnection};

    let path = sqlite_path("cutoff_processes");
    let migrated = SqliteCutoffs::new(&*path).migrate().await;
    migrated.expect("the table is created");
    let mut connection = SqliteConnection::establish(&path).expect("the file opens");
    one_row_by_hand_cuts_off_a_client_everywhere(&path, async |insert| {
        let inserted = diesel::sql_query(insert).execute(&mut connection);
        assert_eq!(inserted, Ok(1));
    })
    .await;
}

#[cfg(feature = "postgres")]
mod postgres {
    use cognito_m2m::cutoff::PostgresCutoffs;
    use cognito_m2m_tests::Proxy;
    use diesel_async::SimpleAsyncConnection;

    use super::*;
    use crate::activity::postgres::new_schema;

    #[actix_web::test]
    async fn row_by_hand_in_postgres_cuts_off_a_client_in_two_processes() {
        let (url, mut connection) = new_schema("m2m_cutoff_processes").await;
        let migrated = PostgresCutoffs::new(&*url).migrate().await;
        migrated.expect("the table is created");
        one_row_by_hand_cuts_off_a_client_everywhere(&url, async |insert| {
            let inserted = connection.batch_execute(insert).await;
            inserted.expect("the row is inserted");
        })
        .await;
    }

    #[actix_web::test]
    async fn rule_4_6_cutoffs_survive_an_outage_of_postgres() {
        let (url, mut connection) = new_schema("m2m_cutoff_outage").await;
        let migrated = PostgresCutoffs::new(&*url).migrate().await;
        migrated.expect("the table is created");
        let inserted = connection.batch_execute(INSERT).await;
        inserted.expect("the row is inserted");
        let proxy = Proxy::start("127.0.0.1:5432".parse().expect("an address"));
        let url = url.replace("127.0.0.1:5432", &proxy.address().to_string());
        outage(&url, &proxy).await;
    }
}

#[cfg(feature = "mysql")]
mod mysql {
    use cognito_m2m::cutoff::MysqlCutoffs;
    use cognito_m2m_tests::Proxy;
    use diesel_async::SimpleAsyncConnection;

    use super::*;
    use crate::activity::mysql::new_database;

    /// MySQL has no `CURRENT_TIMESTAMP` in UTC.
    fn in_utc(insert: &str) -> String {
        insert.replace("CURRENT_TIMESTAMP", "UTC_TIMESTAMP()")
    }

    #[actix_web::test]
    async fn row_by_hand_in_mysql_cuts_off_a_client_in_two_processes() {
        let (url, mut connection) = new_database("m2m_cutoff_processes").await;
        let migrated = MysqlCutoffs::new(&*url).migrate().await;
        migrated.expect("the table is created");
        one_row_by_hand_cuts_off_a_client_everywhere(&url, async |insert| {
            let inserted = connection.batch_execute(&in_utc(insert)).await;
            inserted.expect("the row is inserted");
        })
        .await;
    }

    #[actix_web::test]
    async fn rule_4_6_cutoffs_survive_an_outage_of_mysql() {
        let (url, mut connection) = new_database("m2m_cutoff_outage").await;
        let migrated = MysqlCutoffs::new(&*url).migrate().await;
        migrated.expect("the table is created");
        let inserted = connection.batch_execute(&in_utc(INSERT)).await;
        inserted.expect("the row is inserted");
        let proxy = Proxy::start("127.0.0.1:3306".parse().expect("an address"));
        let url = url.replace("127.0.0.1:3306", &proxy.address().to_string());
        outage(&url, &proxy).await;
    }
}

/// Runs processes against a database in which `reporting` is cut off, through a proxy.
#[cfg(any(feature = "mysql", feature = "postgres"))]
async fn outage(url: &str, proxy: &cognito_m2m_tests::Proxy) {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let token = cognito.token("reporting");
    let token = token.issued_ago(Duration::from_secs(60)).sign();
    let other = cognito.token("billing").sign();
    let server = ServerProcess::start(&cognito, url, true);
    wait_for(&server, &token, 401, &[403]).await;
    proxy.refuse();
    let strict = ServerProcess::start(&cognito, url, true);
    let lenient = ServerProcess::start(&cognito, url, false);
    // Several reads of the first process fail in the meantime.
    for _ in 0..12 {
        actix_web::rt::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(server.get("/authenticated", &token).await.status, 401);
        assert_eq!(server.get("/authenticated", &other).await.status, 200);
    }
    for token in [&token, &other] {
        let answer = strict.get("/authenticated", token).await;
        assert_eq!(answer.status, 503);
        assert!(answer.retry_after.is_some());
        assert_eq!(strict.get("/open", token).await.status, 200);
        assert_eq!(lenient.get("/authenticated", token).await.status, 200);
    }
    proxy.pass();
    wait_for(&strict, &token, 401, &[503]).await;
    wait_for(&lenient, &token, 401, &[200]).await;
    assert_eq!(strict.get("/authenticated", &other).await.status, 200);
}
