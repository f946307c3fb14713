//! What holds over a server, whichever it is.

use std::time::Duration;

use cognito_m2m::activity::ActivityStore;
use cognito_m2m_tests::{CapturedLog, Proxy};

use super::super::suite::Table;
use super::outage::{Outage, client_id};

pub(super) const TABLE: &str = "service_client_activity";

/// A database of the test's own, a user who writes there, reached through a proxy, and an
/// administrator.
pub(super) trait Place: Sized {
    type Store: ActivityStore;
    type Table: Table;

    /// Without the table; database and user bear this name, which no other test uses.
    async fn new(name: &'static str) -> Self;

    async fn migrate(&self);

    /// Writes through the proxy, as the user.
    fn store(&self) -> Self::Store;

    fn proxy(&self) -> &Proxy;

    fn table(&mut self) -> &mut Self::Table;

    /// Makes everybody wait who writes.
    async fn lock(&mut self);

    async fn unlock(&mut self);

    /// Lets the user read and no more; gives what the server says to a write.
    async fn forbid_writing(&mut self) -> &'static str;

    async fn permit_writing(&mut self);

    /// Leaves no room for a row; gives what the server says to a write.
    async fn fill(&mut self) -> &'static str;

    async fn make_room(&mut self);

    /// Ends the connections of the user that wait for a lock: how many.
    async fn kill_who_waits(&mut self) -> usize;

    async fn migrated(name: &'static str) -> Self {
        let place = Self::new(name).await;
        place.migrate().await;
        place
    }
}

pub(super) async fn refused<P: Place>(log: CapturedLog) {
    let mut place = P::migrated("m2m_activity_refused").await;
    place.proxy().refuse();
    let mut outage = Outage::over(log, place.store()).await;
    outage.requests_go_on_while_it_fails().await;
    place.proxy().pass();
    outage.everything_arrives(place.table()).await;
    // It was there, and goes away.
    place.proxy().refuse();
    outage.requests_go_on_while_it_fails().await;
    place.proxy().pass();
    outage.everything_arrives(place.table()).await;
}

pub(super) async fn slow<P: Place>(log: CapturedLog) {
    let mut place = P::migrated("m2m_activity_slow").await;
    let mut outage = Outage::over(log, place.store()).await;
    outage.begins_well(place.table()).await;
    place.proxy().delay(Duration::from_secs(5));
    outage.requests_go_on_while_it_fails().await;
    place.proxy().pass();
    outage.everything_arrives(place.table()).await;
}

pub(super) async fn locked<P: Place>(log: CapturedLog) {
    let mut place = P::migrated("m2m_activity_locked").await;
    let mut outage = Outage::over(log, place.store()).await;
    outage.begins_well(place.table()).await;
    place.lock().await;
    outage.requests_go_on_while_it_fails().await;
    place.unlock().await;
    outage.everything_arrives(place.table()).await;
}

pub(super) async fn read_only<P: Place>(log: CapturedLog) {
    let mut place = P::migrated("m2m_activity_read_only").await;
    let answer = place.forbid_writing().await;
    let mut outage = Outage::over(log.clone(), place.store()).await;
    outage.requests_go_on_while_it_fails().await;
    assert!(!log.lines_with(answer).is_empty());
    place.permit_writing().await;
    outage.everything_arrives(place.table()).await;
}

pub(super) async fn full<P: Place>(log: CapturedLog) {
    let mut place = P::migrated("m2m_activity_full").await;
    let answer = place.fill().await;
    let mut outage = Outage::over(log.clone(), place.store()).await;
    outage.requests_go_on_while_it_fails().await;
    assert!(!log.lines_with(answer).is_empty());
    place.make_room().await;
    outage.everything_arrives(place.table()).await;
}

pub(super) async fn unmigrated<P: Place>(log: CapturedLog) {
    let mut place = P::new("m2m_activity_unmigrated").await;
    let mut outage = Outage::over(log.clone(), place.store()).await;
    outage.requests_go_on_while_it_fails().await;
    super::says_what_to_run(&log);
    place.migrate().await;
    outage.everything_arrives(place.table()).await;
}

pub(super) async fn killed<P: Place>(log: CapturedLog) {
    let mut place = P::migrated("m2m_activity_killed").await;
    let mut outage = Outage::over(log, place.store()).await;
    outage.begins_well(place.table()).await;
    let proxy = place.proxy().clone();
    proxy.cut_after(&client_id(0));
    outage
        .requests_go_on_until("three connections are cut", |_| proxy.cuts() >= 3)
        .await;
    proxy.pass();
    outage.everything_arrives(place.table()).await;
    // By the server, while the statement waits for a lock.
    let mut killed = 0;
    super::at_most_ten_times(async || {
        place.lock().await;
        let before = outage.failures();
        while outage.failures() == before {
            outage.requests_go_on().await;
            killed += place.kill_who_waits().await;
        }
        place.unlock().await;
        killed >= 3
    })
    .await;
    outage.everything_arrives(place.table()).await;
}

/// All of them as tests of one kind of server.
macro_rules! every_fault {
    ($place:ty) => {
        every_fault! { $place:
            rule_4_1_a_refused_server_costs_no_request_and_gets_everything_later => refused,
            rule_4_1_a_slow_server_costs_no_request_and_gets_everything_later => slow,
            rule_4_1_a_locked_server_costs_no_request_and_gets_everything_later => locked,
            rule_4_1_a_read_only_server_costs_no_request_and_gets_everything_later => read_only,
            rule_4_1_a_full_server_costs_no_request_and_gets_everything_later => full,
            rule_4_1_an_unmigrated_server_says_what_to_run_and_gets_everything_later => unmigrated,
            rule_4_1_a_server_killed_in_mid_statement_loses_nothing => killed,
        }
    };
    ($place:ty: $($test:ident => $scenario:ident,)+) => {$(
        #[actix_web::test]
        async fn $test() {
            if let Some(log) = cognito_m2m_tests::CapturedLog::alone($test) {
                super::server::$scenario::<$place>(log).await;
            }
        }
    )+};
}

pub(super) use every_fault;
