//! The failures of a database server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cognito_m2m::activity::{ActivityStore, ClientActivity};
use cognito_m2m_tests::{CapturedLog, Proxy};

use super::super::table::{ActivityTable, activity_of};
use super::outage::{Outage, client_id};
use crate::turn::turn_of_a_test_with_many_connections;

/// A database for one test. The store connects to it through a proxy, as a restricted user. The test
/// makes it fail as an administrator.
pub(super) trait FaultyDatabase: Sized {
    type Store: ActivityStore;
    type Table: ActivityTable;

    /// Creates the database without the table. `name` is the name of the database and of the user,
    /// and must differ between tests.
    async fn new(name: &'static str) -> Self;

    async fn migrate(&self);

    /// Returns a store that connects through the proxy, as the user.
    fn store(&self) -> Self::Store;

    fn proxy(&self) -> &Proxy;

    fn table(&mut self) -> &mut Self::Table;

    /// Locks the table, which blocks every write.
    async fn lock(&mut self);

    async fn unlock(&mut self);

    /// Makes the table read-only for the user, and returns the message with which the server rejects
    /// writes.
    async fn forbid_writing(&mut self) -> &'static str;

    async fn permit_writing(&mut self);

    /// Fills the storage of the table, and returns the message with which the server rejects writes.
    async fn fill(&mut self) -> &'static str;

    async fn make_room(&mut self);

    /// Lets the user open at most this many connections.
    async fn limit_connections(&mut self, connections: usize);

    /// Returns the number of the user's connections.
    async fn sessions(&mut self) -> usize;

    /// Opens a connection as the user, and closes it.
    async fn connect_as_user(&self) -> Result<(), String>;

    /// Ends the connections of the user that wait for a lock, and returns their number.
    async fn kill_blocked_connections(&mut self) -> usize;

    async fn migrated(name: &'static str) -> Self {
        let database = Self::new(name).await;
        database.migrate().await;
        database
    }
}

pub(super) async fn refused<D: FaultyDatabase>(log: CapturedLog) {
    let mut database = D::migrated("m2m_activity_refused").await;
    database.proxy().refuse();
    let mut outage = Outage::start(log, database.store()).await;
    outage.send_requests_while_writes_fail().await;
    database.proxy().pass();
    outage
        .wait_until_everything_is_written(database.table())
        .await;
    // Again, now with connections that are already open.
    database.proxy().refuse();
    outage.send_requests_while_writes_fail().await;
    database.proxy().pass();
    outage
        .wait_until_everything_is_written(database.table())
        .await;
}

pub(super) async fn slow<D: FaultyDatabase>(log: CapturedLog) {
    let mut database = D::migrated("m2m_activity_slow").await;
    let mut outage = Outage::start(log, database.store()).await;
    outage.write_successfully(database.table()).await;
    database.proxy().delay(Duration::from_secs(5));
    outage.send_requests_while_writes_fail().await;
    database.proxy().pass();
    outage
        .wait_until_everything_is_written(database.table())
        .await;
}

pub(super) async fn locked<D: FaultyDatabase>(log: CapturedLog) {
    let mut database = D::migrated("m2m_activity_locked").await;
    let mut outage = Outage::start(log, database.store()).await;
    outage.write_successfully(database.table()).await;
    database.lock().await;
    outage.send_requests_while_writes_fail().await;
    database.unlock().await;
    outage
        .wait_until_everything_is_written(database.table())
        .await;
}

/// The number of instances that write to one table.
const INSTANCES: u64 = 20;

/// Many instances write while the table is locked for longer than several calls may take. Each has one
/// session at most, so another program with the same user can always connect.
pub(super) async fn locked_for_long<D: FaultyDatabase, S: ActivityStore>(
    mut database: D,
    open: impl Fn(&D) -> S,
) {
    // A connection that was closed may still count for a moment.
    const MARGIN: usize = 10;
    let _turn = turn_of_a_test_with_many_connections().await;
    let instances = usize::try_from(INSTANCES).expect("a small number");
    database.limit_connections(instances + MARGIN).await;
    let round = Arc::new(AtomicU64::new(1));
    let failures = Arc::new(AtomicUsize::new(0));
    let mut writers = Vec::new();
    for instance in 0..INSTANCES {
        let mut store = open(&database);
        let batch = batch_of_instance(instance, 1);
        store.write(batch).await.expect("the batch is written");
        let (round, failures) = (Arc::clone(&round), Arc::clone(&failures));
        writers.push(actix_web::rt::spawn(write_until_the_end(
            store, instance, round, failures,
        )));
    }
    database.lock().await;
    round.store(2, Ordering::SeqCst);
    let (locked_at, mut samples, mut most) = (Instant::now(), 0, 0);
    // Each instance has failed several times, and would have left a session behind each time.
    while failures.load(Ordering::SeqCst) < 3 * instances
        || locked_at.elapsed() < Duration::from_secs(13)
    {
        assert!(
            locked_at.elapsed() < Duration::from_secs(180),
            "no write fails"
        );
        let sessions = database.sessions().await;
        assert!(sessions <= instances, "{sessions} sessions");
        most = most.max(sessions);
        let connected = database.connect_as_user().await;
        connected.expect("another program can connect");
        samples += 1;
        // The connection of the other program must end before the next sample.
        while database.sessions().await > instances {
            assert!(
                locked_at.elapsed() < Duration::from_secs(180),
                "too many sessions"
            );
            actix_web::rt::time::sleep(Duration::from_millis(5)).await;
        }
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
    println!("{samples} samples, at most {most} sessions of {instances} instances");
    round.store(3, Ordering::SeqCst);
    database.unlock().await;
    for writer in writers {
        writer.await.expect("the writer ends after a success");
    }
    let rows = database.table().rows().await;
    assert_eq!(rows.len(), instances * 5);
    for row in rows {
        assert_eq!(row.first_seen_at, "2026-01-01 00:00:00.000001", "{row:?}");
        assert_eq!(row.last_seen_at, "2026-01-01 00:00:00.000003", "{row:?}");
    }
}

fn batch_of_instance(instance: u64, time: u64) -> Arc<[ClientActivity]> {
    (0..5)
        .map(|client| activity_of(&format!("client-{instance}-{client}"), time, time))
        .collect()
}

/// Writes in a loop like the writer of an instance, until a write of the last round has succeeded.
async fn write_until_the_end(
    mut store: impl ActivityStore,
    instance: u64,
    round: Arc<AtomicU64>,
    failures: Arc<AtomicUsize>,
) {
    loop {
        let time = round.load(Ordering::SeqCst);
        let write = store.write(batch_of_instance(instance, time));
        let written = actix_web::rt::time::timeout(Duration::from_secs(5), write).await;
        match written {
            Ok(Ok(())) if time == 3 => return,
            Ok(Ok(())) => {}
            _ => {
                failures.fetch_add(1, Ordering::SeqCst);
            }
        }
        actix_web::rt::time::sleep(Duration::from_millis(200)).await;
    }
}

pub(super) async fn read_only<D: FaultyDatabase>(log: CapturedLog) {
    let mut database = D::migrated("m2m_activity_read_only").await;
    let message = database.forbid_writing().await;
    let mut outage = Outage::start(log.clone(), database.store()).await;
    outage.send_requests_while_writes_fail().await;
    assert!(!log.lines_with(message).is_empty());
    database.permit_writing().await;
    outage
        .wait_until_everything_is_written(database.table())
        .await;
}

pub(super) async fn full<D: FaultyDatabase>(log: CapturedLog) {
    let mut database = D::migrated("m2m_activity_full").await;
    let message = database.fill().await;
    let mut outage = Outage::start(log.clone(), database.store()).await;
    outage.send_requests_while_writes_fail().await;
    assert!(!log.lines_with(message).is_empty());
    database.make_room().await;
    outage
        .wait_until_everything_is_written(database.table())
        .await;
}

pub(super) async fn unmigrated<D: FaultyDatabase>(log: CapturedLog) {
    let mut database = D::new("m2m_activity_unmigrated").await;
    let mut outage = Outage::start(log.clone(), database.store()).await;
    outage.send_requests_while_writes_fail().await;
    super::assert_warning_names_table_and_remedy(&log);
    database.migrate().await;
    outage
        .wait_until_everything_is_written(database.table())
        .await;
}

pub(super) async fn killed<D: FaultyDatabase>(log: CapturedLog) {
    let mut database = D::migrated("m2m_activity_killed").await;
    let mut outage = Outage::start(log, database.store()).await;
    outage.write_successfully(database.table()).await;
    let proxy = database.proxy().clone();
    proxy.cut_after(&client_id(0));
    outage
        .send_requests_until("three connections are cut", |_| proxy.cuts() >= 3)
        .await;
    proxy.pass();
    outage
        .wait_until_everything_is_written(database.table())
        .await;
    // Now the server ends the connections while their statements wait for a lock.
    let mut killed = 0;
    super::retry_up_to_ten_times(async || {
        database.lock().await;
        let before = outage.failures();
        while outage.failures() == before {
            outage.send_requests().await;
            killed += database.kill_blocked_connections().await;
        }
        database.unlock().await;
        killed >= 3
    })
    .await;
    outage
        .wait_until_everything_is_written(database.table())
        .await;
}

/// The tests of every failure, for one kind of database server.
macro_rules! every_fault {
    ($database:ty) => {
        every_fault! { $database:
            rule_4_1_no_request_or_activity_is_lost_while_the_server_refuses_connections => refused,
            rule_4_1_no_request_or_activity_is_lost_while_the_server_is_slow => slow,
            rule_4_1_no_request_or_activity_is_lost_while_the_table_is_locked => locked,
            rule_4_1_no_request_or_activity_is_lost_while_the_database_is_read_only => read_only,
            rule_4_1_no_request_or_activity_is_lost_while_the_disk_is_full => full,
            rule_4_1_no_request_or_activity_is_lost_before_the_migrations_run => unmigrated,
            rule_4_1_no_request_or_activity_is_lost_when_connections_break => killed,
        }
    };
    ($database:ty: $($test:ident => $scenario:ident,)+) => {$(
        #[actix_web::test]
        async fn $test() {
            if let Some(log) = cognito_m2m_tests::CapturedLog::alone($test) {
                super::server::$scenario::<$database>(log).await;
            }
        }
    )+};
}

pub(super) use every_fault;
