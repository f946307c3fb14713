use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cognito_m2m::activity::{ActivityStore, ClientActivity, StoreFuture, StoredFuture};
use cognito_m2m_tests::CapturedLog;

use super::table::now;
use super::tracking_api::TrackingApi;

/// A store that counts the statements and keeps the rows.
#[derive(Clone, Default)]
struct CountingStore {
    statements: Arc<AtomicU64>,
    rows: Arc<Mutex<Vec<ClientActivity>>>,
}

impl ActivityStore for CountingStore {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(async { Ok(()) })
    }

    fn write(&mut self, batch: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        Box::pin(async move {
            self.statements.fetch_add(1, Ordering::SeqCst);
            let mut rows = self.rows.lock().expect("the lock is not poisoned");
            rows.extend(batch.iter().cloned());
            Ok(())
        })
    }
}

#[actix_web::test]
async fn number_of_writes_without_a_precision_depends_on_clients_and_interval_and_not_on_requests()
{
    const INTERVAL: Duration = Duration::from_millis(500);
    const CLIENTS: u64 = 4;
    let store = CountingStore::default();
    let started_at = Instant::now();
    let api = TrackingApi::with_settings(store.clone(), |settings| {
        settings
            .activity_flush_interval(INTERVAL)
            .activity_precision(Duration::ZERO)
    })
    .await;
    for _ in 0..99 {
        send_as_every_client(&api, CLIENTS).await;
    }
    let before_last_round = now();
    send_as_every_client(&api, CLIENTS).await;
    api.auth.shutdown().await;
    let statements = store.statements.load(Ordering::SeqCst);
    // One for the first request of each client, one per interval, and one at shutdown.
    let intervals = started_at.elapsed().as_millis() / INTERVAL.as_millis();
    let max_statements =
        CLIENTS + u64::try_from(intervals).expect("the test takes less than 2^64 intervals") + 2;
    assert!(
        (1..=max_statements).contains(&statements),
        "{statements} statements, expected at most {max_statements}"
    );
    let rows = store.rows.lock().expect("the lock is not poisoned");
    assert!(rows.len() as u64 <= CLIENTS * statements);

    let last_seen = |client_id: &str| {
        let of_client = rows
            .iter()
            .filter(|activity| &*activity.client_id == client_id);
        of_client.map(|activity| activity.last_seen_at).max()
    };
    let last_requests: Vec<_> = (0..CLIENTS)
        .map(|number| last_seen(&format!("client-{number}")).expect("the client was written"))
        .collect();
    assert!(
        last_requests.is_sorted() && last_requests[0] >= before_last_round,
        "the last request of each client was written"
    );
}

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(24 * 3_600);

#[actix_web::test]
async fn rule_4_5_later_requests_of_a_client_are_not_written_within_the_precision() {
    let test = rule_4_5_later_requests_of_a_client_are_not_written_within_the_precision;
    let Some(log) = CapturedLog::alone(test) else {
        return;
    };
    let store = CountingStore::default();
    let api = TrackingApi::with_settings(store.clone(), |settings| {
        settings
            .activity_flush_interval(Duration::from_millis(1))
            .activity_precision(LONG)
    })
    .await;
    api.send_as("client-0").await;
    while store.statements.load(Ordering::SeqCst) == 0 {
        actix_web::rt::time::sleep(Duration::from_millis(10)).await;
    }
    for _ in 0..100 {
        api.send_as("client-0").await;
    }
    api.send_as("client-1").await;
    api.auth.shutdown().await;
    let rows = store.rows.lock().expect("the lock is not poisoned");
    let clients: Vec<_> = rows.iter().map(|row| &*row.client_id).collect();
    assert_eq!(clients, ["client-0", "client-1"]);
    assert_eq!(log.lines_with("is lost"), Vec::<String>::new());
}

/// A store that can be read, which outlives the instances that use it.
#[derive(Clone, Default)]
struct ReadableStore {
    written: CountingStore,
    precisions: Arc<Mutex<Vec<Duration>>>,
}

impl ActivityStore for ReadableStore {
    fn check(&mut self) -> StoreFuture<'_> {
        self.written.check()
    }

    fn set_precision(&mut self, precision: Duration) {
        let mut precisions = self.precisions.lock().expect("the lock is not poisoned");
        precisions.push(precision);
    }

    fn stored(&mut self, client_ids: Arc<[Box<str>]>) -> StoredFuture<'_> {
        let rows = self.written.rows.lock().expect("the lock is not poisoned");
        let rows = rows
            .iter()
            .filter(|row| client_ids.contains(&row.client_id));
        let rows = rows.cloned().collect();
        Box::pin(async { Ok(rows) })
    }

    fn write(&mut self, batch: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        self.written.write(batch)
    }
}

#[actix_web::test]
async fn rule_4_5_restarted_instance_writes_only_clients_that_the_store_lacks() {
    let store = ReadableStore::default();
    for clients in [3, 5] {
        let api =
            TrackingApi::with_settings(store.clone(), |settings| settings.activity_precision(LONG))
                .await;
        send_as_every_client(&api, clients).await;
        api.auth.shutdown().await;
        let rows = store.written.rows.lock().expect("the lock is not poisoned");
        assert_eq!(rows.len() as u64, clients);
    }
    let precisions = store.precisions.lock().expect("the lock is not poisoned");
    assert_eq!(*precisions, [LONG, LONG], "each instance sets it once");
}

async fn send_as_every_client(api: &TrackingApi, clients: u64) {
    for number in 0..clients {
        api.send_as(&format!("client-{number}")).await;
    }
}
