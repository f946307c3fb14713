use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, process};

use cognito_m2m::activity::SqliteActivity;
use cognito_m2m_tests::{CapturedLog, assert_passed, command_after, command_of};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::super::sqlite::{File, file};
use super::outage::Outage;

const TABLE: &str = "service_client_activity";

/// Set in a process that was prepared for its test.
const PREPARED: &str = "TEST_RUNS_PREPARED";

async fn migrated(path: &str) -> SqliteActivity {
    let mut store = SqliteActivity::new(path);
    store.migrate().await.expect("a migration");
    store
}

fn connect(path: &str) -> SqliteConnection {
    SqliteConnection::establish(path).expect("the database")
}

/// Waits for a lock that the writer has, too.
fn connect_patiently(path: &str) -> SqliteConnection {
    let mut connection = connect(path);
    let patience = connection.batch_execute("PRAGMA busy_timeout = 600000");
    patience.expect("a setting");
    connection
}

fn folder(name: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("cognito-m2m-{name}-{}", process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn database_in(folder: &Path) -> String {
    let path = folder.join("activity.db");
    path.to_str().expect("UTF-8").to_owned()
}

#[actix_web::test]
async fn rule_4_1_a_sqlite_that_cannot_be_opened_costs_no_request_and_gets_everything_later() {
    let Some(log) = CapturedLog::alone(
        rule_4_1_a_sqlite_that_cannot_be_opened_costs_no_request_and_gets_everything_later,
    ) else {
        return;
    };
    let folder = folder("activity-refused");
    let path = database_in(&folder);
    let mut outage = Outage::over(log, SqliteActivity::new(&path)).await;
    outage.requests_go_on_while_it_fails().await;
    fs::create_dir(&folder).expect("a folder");
    migrated(&path).await;
    outage.everything_arrives(&mut File(path, TABLE)).await;
}

/// A trigger that counts, once, for longer than the writer waits.
#[actix_web::test]
async fn rule_4_1_a_slow_sqlite_costs_no_request_and_gets_everything_later() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_a_slow_sqlite_costs_no_request_and_gets_everything_later)
    else {
        return;
    };
    let path = file("activity-slow");
    let store = migrated(&path).await;
    let mut table = File(path.clone(), TABLE);
    let mut outage = Outage::over(log, store).await;
    outage.begins_well(&mut table).await;
    let trigger = format!(
        "CREATE TABLE counted (numbers INTEGER);
         CREATE TRIGGER slow AFTER UPDATE ON {TABLE}
         WHEN NOT EXISTS (SELECT * FROM counted)
         BEGIN INSERT INTO counted {}; END;",
        counting(numbers_counted_in(10.0))
    );
    order(&path, trigger).await;
    let is_counted = || {
        let count = diesel::dsl::sql::<BigInt>("SELECT count(*) FROM counted");
        count.get_result(&mut connect(&path)) == Ok(1_i64)
    };
    outage
        .requests_go_on_until("the slow statement ends", |_| is_counted())
        .await;
    assert!(outage.failures() >= 1);
    outage.everything_arrives(&mut table).await;
}

fn counting(numbers: u64) -> String {
    format!(
        "SELECT count(*) FROM (WITH RECURSIVE number(n) AS
         (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT {numbers}) SELECT n FROM number)"
    )
}

/// In these seconds of a machine that does nothing else: the shortest of many measurements is one
/// that nobody has interrupted.
fn numbers_counted_in(seconds: f64) -> u64 {
    const SAMPLE: u64 = 2_000;
    let mut connection = connect(":memory:");
    let sample = counting(SAMPLE);
    let durations = (0..500).map(|_| {
        let started_at = Instant::now();
        connection.batch_execute(&sample).expect("a statement");
        started_at.elapsed().as_secs_f64()
    });
    let shortest = durations.fold(f64::INFINITY, f64::min);
    (seconds / shortest).ceil() as u64 * SAMPLE
}

/// Waits for the lock on a thread of its own, so that the test's client sees its connections.
async fn order(path: &str, statements: String) {
    let path = path.to_owned();
    let done = actix_web::web::block(move || connect_patiently(&path).batch_execute(&statements));
    done.await.expect("a thread").expect("a statement");
}

#[actix_web::test]
async fn rule_4_1_a_locked_sqlite_costs_no_request_in_30_s_and_gets_everything_later() {
    let Some(log) = CapturedLog::alone(
        rule_4_1_a_locked_sqlite_costs_no_request_in_30_s_and_gets_everything_later,
    ) else {
        return;
    };
    let path = file("activity-locked");
    let mut outage = Outage::over(log.clone(), migrated(&path).await).await;
    let mut table = File(path.clone(), TABLE);
    outage.begins_well(&mut table).await;
    let mut other = connect_patiently(&path);
    other.batch_execute("BEGIN EXCLUSIVE").expect("the lock");
    let (locked_at, before) = (Instant::now(), outage.answered());
    outage
        .requests_go_on_until("30 s are over", |_| {
            locked_at.elapsed() >= Duration::from_secs(30)
        })
        .await;
    // Had each waited for the store but half a second, there were fewer than these.
    assert!(outage.answered() >= before + 60);
    assert!(outage.failures() >= 2, "{}", outage.failures());
    assert!(!log.lines_with("database is locked").is_empty());
    other.batch_execute("COMMIT").expect("the lock is back");
    outage.everything_arrives(&mut table).await;
}

/// File permissions don't bind an administrator: the test runs as nobody, then.
#[actix_web::test]
async fn rule_4_1_a_read_only_sqlite_costs_no_request_and_gets_everything_later() {
    const NOBODY: u32 = 65_534;
    if env::var_os(PREPARED).is_none() {
        let mut command =
            command_of(&rule_4_1_a_read_only_sqlite_costs_no_request_and_gets_everything_later);
        if permissions_do_not_bind() {
            command.uid(NOBODY).gid(NOBODY).current_dir("/");
        }
        let run = command.env(PREPARED, "yes").output();
        return assert_passed(&run.expect("the program of the tests can be started again"));
    }
    let log = CapturedLog::start();
    let folder = folder("activity-read-only");
    let path = database_in(&folder);
    fs::create_dir(&folder).expect("a folder");
    let mut outage = Outage::over(log.clone(), migrated(&path).await).await;
    let permit = |of_file, of_folder| {
        fs::set_permissions(&path, Permissions::from_mode(of_file)).expect("ours");
        fs::set_permissions(&folder, Permissions::from_mode(of_folder)).expect("ours");
    };
    permit(0o444, 0o555);
    outage.requests_go_on_while_it_fails().await;
    assert!(!log.lines_with("readonly database").is_empty());
    permit(0o644, 0o755);
    let mut table = File(path.clone(), TABLE);
    outage.everything_arrives(&mut table).await;
    fs::remove_dir_all(&folder).expect("ours");
}

fn permissions_do_not_bind() -> bool {
    let path = file("activity-permissions");
    fs::write(&path, "").expect("a file");
    fs::set_permissions(&path, Permissions::from_mode(0o444)).expect("ours");
    let is_writable = fs::OpenOptions::new().append(true).open(&path).is_ok();
    fs::remove_file(&path).expect("ours");
    is_writable
}

/// No file of the process may grow beyond a size: its disk is full. Room is what others delete.
#[actix_web::test]
async fn rule_4_1_a_full_sqlite_costs_no_request_and_gets_everything_later() {
    if env::var_os(PREPARED).is_none() {
        // Without the trap the system would end the process.
        let limits = "trap '' XFSZ\nulimit -f 400";
        let run = command_after(
            limits,
            &rule_4_1_a_full_sqlite_costs_no_request_and_gets_everything_later,
        )
        .env(PREPARED, "yes")
        .output();
        return assert_passed(&run.expect("the program of the tests can be started again"));
    }
    let log = CapturedLog::start();
    let path = file("activity-full");
    let mut other = connect_patiently(&path);
    other
        .batch_execute("PRAGMA page_size = 512; CREATE TABLE filler (bytes BLOB)")
        .expect("a database of small pages");
    let store = migrated(&path).await;
    for size in [20_000, 400] {
        let fill = format!("INSERT INTO filler VALUES (zeroblob({size}))");
        while other.batch_execute(&fill).is_ok() {}
    }
    let mut outage = Outage::over(log.clone(), store).await;
    outage.requests_go_on_while_it_fails().await;
    other
        .batch_execute("DELETE FROM filler")
        .expect("it is smaller");
    outage.everything_arrives(&mut File(path, TABLE)).await;
}

#[actix_web::test]
async fn rule_4_1_an_unmigrated_sqlite_says_what_to_run_and_gets_everything_later() {
    let Some(log) = CapturedLog::alone(
        rule_4_1_an_unmigrated_sqlite_says_what_to_run_and_gets_everything_later,
    ) else {
        return;
    };
    let path = file("activity-unmigrated");
    let mut outage = Outage::over(log.clone(), SqliteActivity::new(&path)).await;
    outage.requests_go_on_while_it_fails().await;
    super::says_what_to_run(&log);
    migrated(&path).await;
    outage.everything_arrives(&mut File(path, TABLE)).await;
}
