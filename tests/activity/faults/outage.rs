use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cognito_m2m::activity::{ActivityStore, Timestamp};
use cognito_m2m_tests::CapturedLog;

use super::super::clients::Tracking;
use super::super::suite::{Row, Table};

/// The password in the URLs of the stores.
pub(super) const PASSWORD: &str = "correct-horse-battery";

const FAILURE: &str = "failed to write client activity; it is kept and will be retried";

/// More than one batch of a page, fewer than a busy machine serves in a moment.
const CLIENTS: usize = 20;

/// Requests that go on while something holds the store.
pub(super) struct Outage {
    log: CapturedLog,
    tracking: Tracking,
    noted: BTreeMap<String, Noted>,
    calls: usize,
}

/// What a client's row has to be: the request was noted between two moments.
struct Noted {
    first: (String, String),
    last: (String, String),
}

impl Outage {
    pub(super) async fn over(log: CapturedLog, store: impl ActivityStore) -> Self {
        Self::tracked(log, Tracking::over(store).await)
    }

    /// One statement writes all clients: the interval is longer than their requests take.
    #[cfg(any(feature = "mysql", feature = "postgres"))]
    pub(super) async fn over_in_large_batches(log: CapturedLog, store: impl ActivityStore) -> Self {
        let tracking = Tracking::with(store, |settings| {
            settings.activity_flush_interval(Duration::from_secs(2))
        });
        Self::tracked(log, tracking.await)
    }

    fn tracked(log: CapturedLog, tracking: Tracking) -> Self {
        Self {
            log,
            tracking,
            noted: BTreeMap::new(),
            calls: 0,
        }
    }

    /// The store is in use: requests have become rows.
    pub(super) async fn begins_well(&mut self, table: &mut impl Table) {
        self.requests_go_on().await;
        self.everything_arrives(table).await;
    }

    /// Every request is answered as if nothing were, while the writer fails twice more.
    pub(super) async fn requests_go_on_while_it_fails(&mut self) {
        let before = self.failures();
        self.requests_go_on_until("it fails twice", |outage| outage.failures() >= before + 2)
            .await;
    }

    pub(super) async fn requests_go_on_until(
        &mut self,
        what: &str,
        condition: impl Fn(&Self) -> bool,
    ) {
        let started_at = std::time::Instant::now();
        while !condition(self) {
            assert!(started_at.elapsed() < Duration::from_secs(180), "{what}");
            self.requests_go_on().await;
        }
        self.requests_go_on().await;
    }

    /// With the store back, every client has the row that its requests make; and nobody who reads
    /// the log knows the password.
    pub(super) async fn everything_arrives(&self, table: &mut impl Table) {
        table
            .eventually("everything that was noted", |rows| self.is_all_in(rows))
            .await;
        assert_eq!(self.log.lines_with(PASSWORD), Vec::<String>::new());
    }

    pub(super) fn failures(&self) -> usize {
        self.log.lines_with(FAILURE).len()
    }

    /// How many requests were answered.
    pub(super) fn answered(&self) -> usize {
        self.calls
    }

    /// Each of the clients is answered.
    pub(super) async fn requests_go_on(&mut self) {
        for _ in 0..CLIENTS {
            let client_id = client_id(self.calls % CLIENTS);
            let before = now();
            self.tracking.call(&client_id).await;
            let moment = (before, now());
            let noted = self.noted.entry(client_id).or_insert_with(|| Noted {
                first: moment.clone(),
                last: moment.clone(),
            });
            noted.last = moment;
            self.calls += 1;
        }
    }

    fn is_all_in(&self, rows: &[Row]) -> bool {
        let is_within = |at: &String, (from, to): &(String, String)| from <= at && at <= to;
        rows.len() == self.noted.len()
            && rows.iter().all(|(client_id, first, last)| {
                self.noted.get(client_id).is_some_and(|noted| {
                    is_within(first, &noted.first) && is_within(last, &noted.last)
                })
            })
    }
}

/// As long as Cognito allows, so that rows need room.
pub(super) fn client_id(number: usize) -> String {
    format!("client-{number:0>121}")
}

fn now() -> String {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp::from(since_epoch.expect("a date after 1970")).to_string()
}
