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

use super::super::sqlite::SqliteTable;
use super::super::table::TABLE;
use super::outage::Outage;
use crate::sqlite_file::sqlite_path;

/// The environment variable of a process that has the limits or the user that its test requires.
const PREPARED: &str = "TEST_RUNS_PREPARED";

async fn migrated(path: &str) -> SqliteActivity {
    let mut store = SqliteActivity::new(path);
    store.migrate().await.expect("the migration runs");
    store
}

fn connect(path: &str) -> SqliteConnection {
    SqliteConnection::establish(path).expect("the database opens")
}

/// Connects with a timeout that is long enough to wait for locks of the writer.
fn connect_with_long_timeout(path: &str) -> SqliteConnection {
    let mut connection = connect(path);
    connection
        .batch_execute("PRAGMA busy_timeout = 600000")
        .expect("the timeout is set");
    connection
}

/// Returns the path of a directory that does not exist yet.
fn unused_directory(name: &str) -> PathBuf {
    let directory = env::temp_dir().join(format!("cognito-m2m-{name}-{}", process::id()));
    let _ = fs::remove_dir_all(&directory);
    directory
}

fn database_in(directory: &Path) -> String {
    let path = directory.join("activity.db");
    path.to_str().expect("a path in UTF-8").to_owned()
}

#[actix_web::test]
async fn rule_4_1_no_request_or_activity_is_lost_while_sqlite_cannot_be_opened() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_no_request_or_activity_is_lost_while_sqlite_cannot_be_opened)
    else {
        return;
    };
    let directory = unused_directory("activity-refused");
    let path = database_in(&directory);
    let mut outage = Outage::start(log, SqliteActivity::new(&path)).await;
    outage.send_requests_while_writes_fail().await;
    fs::create_dir(&directory).expect("the directory is created");
    migrated(&path).await;
    outage
        .wait_until_everything_is_written(&mut SqliteTable::new(&path, TABLE))
        .await;
}

/// A trigger makes one statement slow: it counts numbers for longer than the timeout of the writer.
#[actix_web::test]
async fn rule_4_1_no_request_or_activity_is_lost_while_sqlite_is_slow() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_no_request_or_activity_is_lost_while_sqlite_is_slow)
    else {
        return;
    };
    let path = sqlite_path("activity-slow");
    let store = migrated(&path).await;
    let mut table = SqliteTable::new(&path, TABLE);
    let mut outage = Outage::start(log, store).await;
    outage.write_successfully(&mut table).await;
    let trigger = format!(
        "CREATE TABLE counted (numbers INTEGER);
         CREATE TRIGGER slow AFTER UPDATE ON {TABLE}
         WHEN NOT EXISTS (SELECT * FROM counted)
         BEGIN INSERT INTO counted {}; END;",
        count_query(numbers_counted_in(10.0))
    );
    execute_on_another_thread(&path, trigger).await;
    let has_counted = || {
        let count = diesel::dsl::sql::<BigInt>("SELECT count(*) FROM counted");
        count.get_result(&mut connect(&path)) == Ok(1_i64)
    };
    outage
        .send_requests_until("the slow statement ends", |_| has_counted())
        .await;
    assert!(outage.failures() >= 1);
    outage.wait_until_everything_is_written(&mut table).await;
}

fn count_query(numbers: u64) -> String {
    format!(
        "SELECT count(*) FROM (WITH RECURSIVE number(n) AS
         (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT {numbers}) SELECT n FROM number)"
    )
}

/// Returns how many numbers an idle machine counts in this time. Takes the shortest of many
/// measurements, which other processes have not interrupted.
fn numbers_counted_in(seconds: f64) -> u64 {
    const SAMPLE: u64 = 2_000;
    let mut connection = connect(":memory:");
    let sample = count_query(SAMPLE);
    let durations = (0..500).map(|_| {
        let started_at = Instant::now();
        connection
            .batch_execute(&sample)
            .expect("the query succeeds");
        started_at.elapsed().as_secs_f64()
    });
    let shortest = durations.fold(f64::INFINITY, f64::min);
    (seconds / shortest).ceil() as u64 * SAMPLE
}

/// Executes statements on another thread. Waiting for the database's lock on the thread of the test
/// would block its HTTP client.
async fn execute_on_another_thread(path: &str, statements: String) {
    let path = path.to_owned();
    let done =
        actix_web::web::block(move || connect_with_long_timeout(&path).batch_execute(&statements));
    done.await
        .expect("the thread ends")
        .expect("the statements succeed");
}

#[actix_web::test]
async fn rule_4_1_no_request_or_activity_is_lost_while_sqlite_is_locked_for_30_s() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_no_request_or_activity_is_lost_while_sqlite_is_locked_for_30_s)
    else {
        return;
    };
    let path = sqlite_path("activity-locked");
    let mut outage = Outage::start(log.clone(), migrated(&path).await).await;
    let mut table = SqliteTable::new(&path, TABLE);
    outage.write_successfully(&mut table).await;
    let mut other = connect_with_long_timeout(&path);
    other
        .batch_execute("BEGIN EXCLUSIVE")
        .expect("the database is locked");
    let (locked_at, before) = (Instant::now(), outage.requests());
    outage
        .send_requests_until("30 s have passed", |_| {
            locked_at.elapsed() >= Duration::from_secs(30)
        })
        .await;
    // There would be fewer requests if each had waited half a second for the store.
    assert!(outage.requests() >= before + 60);
    assert!(outage.failures() >= 2, "{}", outage.failures());
    assert!(!log.lines_with("database is locked").is_empty());
    other.batch_execute("COMMIT").expect("the lock is released");
    outage.wait_until_everything_is_written(&mut table).await;
}

/// File permissions do not apply to root, so root runs this test as another user.
#[actix_web::test]
async fn rule_4_1_no_request_or_activity_is_lost_while_sqlite_is_read_only() {
    const UNPRIVILEGED_ID: u32 = 65_534;
    if env::var_os(PREPARED).is_none() {
        let mut command =
            command_of(&rule_4_1_no_request_or_activity_is_lost_while_sqlite_is_read_only);
        if permissions_do_not_apply() {
            command
                .uid(UNPRIVILEGED_ID)
                .gid(UNPRIVILEGED_ID)
                .current_dir("/");
        }
        let run = command.env(PREPARED, "yes").output();
        return assert_passed(&run.expect("the test program starts"));
    }
    let log = CapturedLog::start();
    let directory = unused_directory("activity-read-only");
    let path = database_in(&directory);
    fs::create_dir(&directory).expect("the directory is created");
    let mut outage = Outage::start(log.clone(), migrated(&path).await).await;
    let set_modes = |file_mode, directory_mode| {
        fs::set_permissions(&path, Permissions::from_mode(file_mode))
            .expect("the test owns the file");
        fs::set_permissions(&directory, Permissions::from_mode(directory_mode))
            .expect("the test owns the directory");
    };
    set_modes(0o444, 0o555);
    outage.send_requests_while_writes_fail().await;
    assert!(!log.lines_with("readonly database").is_empty());
    set_modes(0o644, 0o755);
    let mut table = SqliteTable::new(&path, TABLE);
    outage.wait_until_everything_is_written(&mut table).await;
    fs::remove_dir_all(&directory).expect("the directory is removed");
}

fn permissions_do_not_apply() -> bool {
    let path = sqlite_path("activity-permissions");
    fs::write(&path, "").expect("the file is written");
    fs::set_permissions(&path, Permissions::from_mode(0o444)).expect("the test owns the file");
    let is_writable = fs::OpenOptions::new().append(true).open(&path).is_ok();
    fs::remove_file(&path).expect("the file is removed");
    is_writable
}

/// A limit on the file size of the process simulates a full disk. Deleting rows over another
/// connection makes room.
#[actix_web::test]
async fn rule_4_1_no_request_or_activity_is_lost_while_the_disk_of_sqlite_is_full() {
    if env::var_os(PREPARED).is_none() {
        // Without the trap, exceeding the limit would end the process.
        let limits = "trap '' XFSZ\nulimit -f 400";
        let run = command_after(
            limits,
            &rule_4_1_no_request_or_activity_is_lost_while_the_disk_of_sqlite_is_full,
        )
        .env(PREPARED, "yes")
        .output();
        return assert_passed(&run.expect("the test program starts"));
    }
    let log = CapturedLog::start();
    let path = sqlite_path("activity-full");
    let mut other = connect_with_long_timeout(&path);
    other
        .batch_execute("PRAGMA page_size = 512; CREATE TABLE filler (bytes BLOB)")
        .expect("the database has small pages");
    let store = migrated(&path).await;
    for size in [20_000, 400] {
        let fill = format!("INSERT INTO filler VALUES (zeroblob({size}))");
        while other.batch_execute(&fill).is_ok() {}
    }
    let mut outage = Outage::start(log.clone(), store).await;
    outage.send_requests_while_writes_fail().await;
    other
        .batch_execute("DELETE FROM filler")
        .expect("the rows are deleted");
    outage
        .wait_until_everything_is_written(&mut SqliteTable::new(&path, TABLE))
        .await;
}

#[actix_web::test]
async fn rule_4_1_no_request_or_activity_is_lost_before_sqlite_is_migrated() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_no_request_or_activity_is_lost_before_sqlite_is_migrated)
    else {
        return;
    };
    let path = sqlite_path("activity-unmigrated");
    let mut outage = Outage::start(log.clone(), SqliteActivity::new(&path)).await;
    outage.send_requests_while_writes_fail().await;
    super::assert_warning_names_table_and_remedy(&log);
    migrated(&path).await;
    outage
        .wait_until_everything_is_written(&mut SqliteTable::new(&path, TABLE))
        .await;
}
