use std::collections::BTreeMap;
use std::time::Duration;

use cognito_m2m::activity::ActivityStore;
use cognito_m2m_tests::CapturedLog;

use super::super::table::{ActivityTable, Row, now};
use super::super::tracking_api::TrackingApi;

/// The password in the URLs of the stores.
pub(super) const PASSWORD: &str = "correct-horse-battery";

const FAILURE: &str = "failed to write client activity; it is kept and will be retried";

/// Enough clients for batches of several rows, and few enough that a busy machine serves all of them
/// quickly.
const CLIENTS: usize = 20;

/// An API whose store fails while clients send requests.
pub(super) struct Outage {
    log: CapturedLog,
    api: TrackingApi,
    expected: BTreeMap<String, ExpectedRow>,
    requests: usize,
}

/// The time before a request and the time after it.
type Period = (String, String);

/// The expected row of a client: each time must lie within its period.
struct ExpectedRow {
    first_seen_in: Period,
    last_seen_in: Period,
}

impl Outage {
    pub(super) async fn start(log: CapturedLog, store: impl ActivityStore) -> Self {
        Self::new(log, TrackingApi::start(store).await)
    }

    /// Starts with a flush interval that is longer than one round of requests takes, so that one
    /// statement writes the activity of all clients.
    #[cfg(any(feature = "mysql", feature = "postgres"))]
    pub(super) async fn with_large_batches(log: CapturedLog, store: impl ActivityStore) -> Self {
        let api = TrackingApi::with_settings(store, |settings| {
            settings.activity_flush_interval(Duration::from_secs(2))
        });
        Self::new(log, api.await)
    }

    fn new(log: CapturedLog, api: TrackingApi) -> Self {
        Self {
            log,
            api,
            expected: BTreeMap::new(),
            requests: 0,
        }
    }

    /// Sends a request as each client, which must succeed.
    pub(super) async fn send_requests(&mut self) {
        for _ in 0..CLIENTS {
            let client_id = client_id(self.requests % CLIENTS);
            let before = now().to_string();
            self.api.send_as(&client_id).await;
            let period = (before, now().to_string());
            let row = self
                .expected
                .entry(client_id)
                .or_insert_with(|| ExpectedRow {
                    first_seen_in: period.clone(),
                    last_seen_in: period.clone(),
                });
            row.last_seen_in = period;
            self.requests += 1;
        }
    }

    pub(super) async fn send_requests_until(
        &mut self,
        description: &str,
        condition: impl Fn(&Self) -> bool,
    ) {
        let started_at = std::time::Instant::now();
        while !condition(self) {
            assert!(
                started_at.elapsed() < Duration::from_secs(180),
                "timed out: {description}"
            );
            self.send_requests().await;
        }
        self.send_requests().await;
    }

    /// Sends requests until two more writes have failed.
    pub(super) async fn send_requests_while_writes_fail(&mut self) {
        let before = self.failures();
        self.send_requests_until("two writes fail", |outage| outage.failures() >= before + 2)
            .await;
    }

    /// Sends requests and waits for their rows, so that the store is in use before it fails.
    pub(super) async fn write_successfully(&mut self, table: &mut impl ActivityTable) {
        self.send_requests().await;
        self.wait_until_everything_is_written(table).await;
    }

    /// Waits until every client has the row that its requests require, and checks that the log does
    /// not contain the password.
    pub(super) async fn wait_until_everything_is_written(&self, table: &mut impl ActivityTable) {
        table
            .wait_for_rows("all activity is written", |rows| self.is_written_to(rows))
            .await;
        assert_eq!(self.log.lines_with(PASSWORD), Vec::<String>::new());
    }

    /// Returns the number of writes that failed.
    pub(super) fn failures(&self) -> usize {
        self.log.lines_with(FAILURE).len()
    }

    /// Returns the number of requests that succeeded.
    pub(super) fn requests(&self) -> usize {
        self.requests
    }

    fn is_written_to(&self, rows: &[Row]) -> bool {
        let is_in = |time: &String, (start, end): &Period| start <= time && time <= end;
        rows.len() == self.expected.len()
            && rows.iter().all(|row| {
                self.expected.get(&row.client_id).is_some_and(|expected| {
                    is_in(&row.first_seen_at, &expected.first_seen_in)
                        && is_in(&row.last_seen_at, &expected.last_seen_in)
                })
            })
    }
}

/// Returns an ID of the maximum length of Cognito's client IDs, so that rows need space.
pub(super) fn client_id(number: usize) -> String {
    format!("client-{number:0>121}")
}
