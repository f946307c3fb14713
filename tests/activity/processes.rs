//! Several processes write to one table at once: the least and the greatest of all of them stay.

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

use super::sqlite::{File, file};
use super::suite::{Row, Table};

const PROCESSES: u64 = 3;
const CLIENTS: u64 = 100;
const ROUNDS: u64 = 20;
const INSTANTS: u64 = PROCESSES * ROUNDS;

/// Set in a process that writes: its number, the first timestamp, and where to write.
const TASK: &str = "TEST_WRITES_ACTIVITY";

/// When a client is seen, in microseconds after its first timestamp: over all processes and rounds
/// every value below [`INSTANTS`] comes once, and least and greatest belong to any of them.
fn timestamp(process: u64, client: u64, round: u64) -> u64 {
    ((round * PROCESSES + process) * 7 + client * 5) % INSTANTS
}

/// Of this client's instants the first, in microseconds after the epoch.
fn first_of(client: u64, base: u64) -> u64 {
    base + client * 1_000
}

/// A wall clock that is set before each request.
#[derive(Clone)]
struct Hand(Arc<AtomicU64>, SystemClock);

impl Clock for Hand {
    fn wall(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        self.1.monotonic()
    }

    fn sleep_until(&self, deadline: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.1.sleep_until(deadline)
    }
}

#[get("/me")]
async fn me(_: ServicePrincipal) -> impl Responder {
    HttpResponse::Ok()
}

/// One of the processes: notes every client in every round, through a store and the writer.
async fn note_all(process: u64, base: u64, store: impl ActivityStore) {
    let hand = Hand(Arc::new(AtomicU64::new(base)), SystemClock::default());
    let cognito = LocalCognito::builder().clock(hand.clone()).start();
    let cognito = cognito.expect("a local Cognito");
    let settings = cognito
        .settings()
        .track_client_activity(true)
        .activity_flush_interval(Duration::from_millis(10))
        .shutdown_timeout(Duration::from_secs(60));
    let auth = CognitoAuth::builder()
        .settings(settings)
        .activity_store(store)
        .clock(hand.clone())
        .allow_undefined_groups()
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    auth.prefetch().await.expect("keys");
    let app = init_service(App::new().wrap(auth.clone()).service(me)).await;
    let tokens: Vec<_> = (0..CLIENTS)
        .map(|client| cognito.token(&client_id(client)).sign())
        .collect();
    println!("ready");
    stdin().read_line(&mut String::new()).expect("a start");
    for round in 0..ROUNDS {
        for (client, token) in (0..).zip(&tokens) {
            let now = first_of(client, base) + timestamp(process, client, round);
            hand.0.store(now, Ordering::SeqCst);
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

/// A process that is ready to write.
struct Running(Child, ChildStdin, BufReader<ChildStdout>);

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program of the tests can be started again");
        let orders = child.stdin.take().expect("a pipe");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        while !line.ends_with("ready\n") {
            let length = output.read_line(&mut line).expect("a line");
            assert_ne!(length, 0, "it ended early: {line}");
        }
        Self(child, orders, output)
    }

    fn go(&mut self) {
        self.1.write_all(b"go\n").expect("it reads");
    }

    fn assert_passed(mut self) {
        let mut output = String::new();
        self.2.read_to_string(&mut output).expect("text");
        let status = self.0.wait().expect("an end");
        assert!(
            status.success() && output.contains(" 1 passed;"),
            "{output}"
        );
    }
}

/// What this process has to do, if it is one of those that write.
fn task() -> Option<(u64, u64, String)> {
    let task = env::var(TASK).ok()?;
    let mut parts = task.splitn(3, ' ');
    let mut number = || parts.next()?.parse().ok();
    Some((number()?, number()?, parts.next()?.to_owned()))
}

/// `test` is the calling one; each process runs it again with a [`task`].
async fn least_and_greatest_of_all_processes_stay<T: Fn()>(
    test: T,
    url: &str,
    mut table: impl Table,
) {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    let base = since_epoch.expect("a date after 1970").as_secs() * 1_000_000 + 123_456;
    let start = |process| {
        let mut command = command_of(&test);
        command.env(TASK, format!("{process} {base} {url}"));
        Running::start(command)
    };
    let mut processes: Vec<_> = (0..PROCESSES).map(start).collect();
    processes.iter_mut().for_each(Running::go);
    processes.into_iter().for_each(Running::assert_passed);
    let text = |micros| Timestamp::from(Duration::from_micros(micros)).to_string();
    let expected: Vec<Row> = (0..CLIENTS)
        .map(|client| {
            let first = first_of(client, base);
            let last = first + INSTANTS - 1;
            (client_id(client), text(first), text(last))
        })
        .collect();
    assert_eq!(table.rows().await, expected);
}

#[test]
fn every_process_has_the_least_and_the_greatest_of_some_client() {
    for extreme in [0, INSTANTS - 1] {
        let owners: BTreeSet<_> = (0..CLIENTS)
            .flat_map(|client| (0..PROCESSES).map(move |process| (client, process)))
            .filter(|(client, process)| {
                (0..ROUNDS).any(|round| timestamp(*process, *client, round) == extreme)
            })
            .map(|(_, process)| process)
            .collect();
        assert_eq!(owners, (0..PROCESSES).collect());
    }
}

#[actix_web::test]
async fn three_processes_agree_in_sqlite() {
    if let Some((process, base, path)) = task() {
        return note_all(process, base, SqliteActivity::new(path)).await;
    }
    let path = file("activity-processes");
    SqliteActivity::new(&path)
        .migrate()
        .await
        .expect("a migration");
    let table = File(path.clone(), "service_client_activity");
    least_and_greatest_of_all_processes_stay(three_processes_agree_in_sqlite, &path, table).await;
}

#[cfg(feature = "postgres")]
#[actix_web::test]
async fn three_processes_agree_in_postgres() {
    use cognito_m2m::activity::PostgresActivity;
    if let Some((process, base, url)) = task() {
        return note_all(process, base, PostgresActivity::new(url)).await;
    }
    let (url, connection) = super::postgres::database("m2m_activity_processes").await;
    PostgresActivity::new(&url)
        .migrate()
        .await
        .expect("a migration");
    let table = super::postgres::Server(connection, "service_client_activity");
    least_and_greatest_of_all_processes_stay(three_processes_agree_in_postgres, &url, table).await;
}

#[cfg(feature = "mysql")]
#[actix_web::test]
async fn three_processes_agree_in_mysql() {
    use cognito_m2m::activity::MysqlActivity;
    if let Some((process, base, url)) = task() {
        return note_all(process, base, MysqlActivity::new(url)).await;
    }
    let (url, connection) = super::mysql::database("m2m_activity_processes").await;
    MysqlActivity::new(&url)
        .migrate()
        .await
        .expect("a migration");
    let table = super::mysql::Server(connection, "service_client_activity");
    least_and_greatest_of_all_processes_stay(three_processes_agree_in_mysql, &url, table).await;
}
