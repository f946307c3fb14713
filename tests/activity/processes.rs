//! Several processes write to one table at the same time. The table keeps the earliest and the latest
//! times of all of them.

use std::collections::BTreeSet;
use std::env;
use std::future::Future;
use std::io::{BufRead, BufReader, Read, Write, stdin};
use std::pin::Pin;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, Responder, get};
use cognito_m2m::activity::{ActivityStore, SqliteActivity, Timestamp};
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::time::{Clock, SystemClock};
use cognito_m2m::{CognitoAuth, ServicePrincipal};
use cognito_m2m_tests::command_of;

use super::sqlite::SqliteTable;
use super::table::{ActivityTable, Row, TABLE};
use crate::sqlite_file::sqlite_path;

const PROCESSES: u64 = 3;
const CLIENTS: u64 = 100;
const ROUNDS: u64 = 20;
const REQUESTS_PER_CLIENT: u64 = PROCESSES * ROUNDS;

/// The environment variable that makes a process write. It contains the number of the process, the
/// time of the first request in microseconds after the Unix epoch, and the URL or path of the
/// database.
const TASK_VARIABLE: &str = "TEST_WRITES_ACTIVITY";

/// Returns the time of a request in microseconds after the first request of that client.
///
/// Over all processes and rounds every value below [`REQUESTS_PER_CLIENT`] occurs once, and each
/// process has the least value of some client and the greatest value of another.
fn offset(process: u64, client: u64, round: u64) -> u64 {
    ((round * PROCESSES + process) * 7 + client * 5) % REQUESTS_PER_CLIENT
}

/// Returns the time of the first request of a client, in microseconds after the Unix epoch.
fn first_request(client: u64, base: u64) -> u64 {
    base + client * 1_000
}

/// A clock whose wall time the test sets before each request.
#[derive(Clone)]
struct SettableClock {
    wall_micros: Arc<AtomicU64>,
    system: SystemClock,
}

impl Clock for SettableClock {
    fn wall(&self) -> Duration {
        Duration::from_micros(self.wall_micros.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        self.system.monotonic()
    }

    fn sleep_until(&self, deadline: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.system.sleep_until(deadline)
    }
}

#[get("/me")]
async fn me(_: ServicePrincipal) -> impl Responder {
    HttpResponse::Ok()
}

/// Sends a request as every client in every round, in one of the processes.
async fn send_requests(process: u64, base: u64, store: impl ActivityStore) {
    let clock = SettableClock {
        wall_micros: Arc::new(AtomicU64::new(base)),
        system: SystemClock::default(),
    };
    let cognito = LocalCognito::builder().clock(clock.clone()).start();
    let cognito = cognito.expect("the local Cognito starts");
    let settings = cognito
        .settings()
        .track_client_activity(true)
        .activity_flush_interval(Duration::from_millis(10))
        // The requests of a client are microseconds apart.
        .activity_precision(Duration::ZERO)
        .shutdown_timeout(Duration::from_secs(60));
    let auth = CognitoAuth::builder()
        .settings(settings)
        .activity_store(store)
        .clock(clock.clone())
        .allow_undefined_groups()
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    auth.prefetch().await.expect("the keys are fetched");
    let app = init_service(App::new().wrap(auth.clone()).service(me)).await;
    let tokens: Vec<_> = (0..CLIENTS)
        .map(|client| cognito.token(&client_id(client)).sign())
        .collect();
    println!("ready");
    stdin()
        .read_line(&mut String::new())
        .expect("the parent process sends a line");
    for round in 0..ROUNDS {
        for (client, token) in (0..).zip(&tokens) {
            let now = first_request(client, base) + offset(process, client, round);
            clock.wall_micros.store(now, Ordering::SeqCst);
            let request = TestRequest::get().uri("/me");
            let request = request.insert_header(("Authorization", format!("Bearer {token}")));
            assert_eq!(call_service(&app, request.to_request()).await.status(), 200);
        }
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
    auth.shutdown().await;
}

fn client_id(client: u64) -> String {
    format!("client-{client:03}")
}

/// A process that is ready to send its requests.
struct ReadyProcess {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl ReadyProcess {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the test program starts");
        let stdin = child.stdin.take().expect("a pipe to the process");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe from the process"));
        let mut line = String::new();
        while !line.ends_with("ready\n") {
            let length = stdout.read_line(&mut line).expect("a line in UTF-8");
            assert_ne!(length, 0, "the process ended early: {line}");
        }
        Self {
            child,
            stdin,
            stdout,
        }
    }

    fn start_requests(&mut self) {
        self.stdin
            .write_all(b"go\n")
            .expect("the process reads its input");
    }

    fn assert_passed(mut self) {
        let mut output = String::new();
        self.stdout
            .read_to_string(&mut output)
            .expect("the output is UTF-8");
        let status = self.child.wait().expect("the process ends");
        assert!(
            status.success() && output.contains(" 1 passed;"),
            "{output}"
        );
    }
}

/// Returns the number, start time and database of this process, or `None` in the parent process.
fn task() -> Option<(u64, u64, String)> {
    let task = env::var(TASK_VARIABLE).ok()?;
    let mut parts = task.splitn(3, ' ');
    let mut number = || parts.next()?.parse().ok();
    Some((number()?, number()?, parts.next()?.to_owned()))
}

/// Runs `test`, the calling test, in several processes, each of which has a [`task`].
async fn earliest_and_latest_times_of_all_processes_are_kept<T: Fn()>(
    test: T,
    url: &str,
    mut table: impl ActivityTable,
) {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    let base = since_epoch
        .expect("the system time is after 1970")
        .as_secs()
        * 1_000_000
        + 123_456;
    let start = |process| {
        let mut command = command_of(&test);
        command.env(TASK_VARIABLE, format!("{process} {base} {url}"));
        ReadyProcess::start(command)
    };
    let mut processes: Vec<_> = (0..PROCESSES).map(start).collect();
    processes.iter_mut().for_each(ReadyProcess::start_requests);
    processes.into_iter().for_each(ReadyProcess::assert_passed);
    let text = |micros| Timestamp::from(Duration::from_micros(micros)).to_string();
    let expected: Vec<Row> = (0..CLIENTS)
        .map(|client| {
            let first = first_request(client, base);
            let last = first + REQUESTS_PER_CLIENT - 1;
            Row {
                client_id: client_id(client),
                first_seen_at: text(first),
                last_seen_at: text(last),
            }
        })
        .collect();
    assert_eq!(table.rows().await, expected);
}

#[test]
fn every_process_has_the_earliest_and_the_latest_request_of_some_client() {
    for extreme in [0, REQUESTS_PER_CLIENT - 1] {
        let owners: BTreeSet<_> = (0..CLIENTS)
            .flat_map(|client| (0..PROCESSES).map(move |process| (client, process)))
            .filter(|(client, process)| {
                (0..ROUNDS).any(|round| offset(*process, *client, round) == extreme)
            })
            .map(|(_, process)| process)
            .collect();
        assert_eq!(owners, (0..PROCESSES).collect());
    }
}

#[actix_web::test]
async fn three_processes_keep_the_earliest_and_latest_times_in_sqlite() {
    if let Some((process, base, path)) = task() {
        return send_requests(process, base, SqliteActivity::new(path)).await;
    }
    let path = sqlite_path("activity-processes");
    SqliteActivity::new(&path)
        .migrate()
        .await
        .expect("the migration runs");
    let table = SqliteTable::new(&path, TABLE);
    earliest_and_latest_times_of_all_processes_are_kept(
        three_processes_keep_the_earliest_and_latest_times_in_sqlite,
        &path,
        table,
    )
    .await;
}

#[cfg(feature = "postgres")]
#[actix_web::test]
async fn three_processes_keep_the_earliest_and_latest_times_in_postgres() {
    use cognito_m2m::activity::PostgresActivity;
    if let Some((process, base, url)) = task() {
        return send_requests(process, base, PostgresActivity::new(url)).await;
    }
    let (url, connection) = super::postgres::new_schema("m2m_activity_processes").await;
    PostgresActivity::new(&url)
        .migrate()
        .await
        .expect("the migration runs");
    let table = super::postgres::PostgresTable {
        connection,
        name: TABLE,
    };
    earliest_and_latest_times_of_all_processes_are_kept(
        three_processes_keep_the_earliest_and_latest_times_in_postgres,
        &url,
        table,
    )
    .await;
}

#[cfg(feature = "mysql")]
#[actix_web::test]
async fn three_processes_keep_the_earliest_and_latest_times_in_mysql() {
    use cognito_m2m::activity::MysqlActivity;
    if let Some((process, base, url)) = task() {
        return send_requests(process, base, MysqlActivity::new(url)).await;
    }
    let (url, connection) = super::mysql::new_database("m2m_activity_processes").await;
    MysqlActivity::new(&url)
        .migrate()
        .await
        .expect("the migration runs");
    let table = super::mysql::MysqlTable {
        connection,
        name: TABLE,
    };
    earliest_and_latest_times_of_all_processes_are_kept(
        three_processes_keep_the_earliest_and_latest_times_in_mysql,
        &url,
        table,
    )
    .await;
}
