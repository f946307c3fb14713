//! The failures of a database server.

use std::time::Duration;

use cognito_m2m::activity::ActivityStore;
use cognito_m2m_tests::{CapturedLog, Proxy};

use super::super::table::ActivityTable;
use super::outage::{Outage, client_id};

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
