use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cognito_m2m::activity::{ActivityStore, ClientActivity, StoreFuture};

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
async fn number_of_writes_depends_on_clients_and_interval_and_not_on_requests() {
    const INTERVAL: Duration = Duration::from_millis(500);
    const CLIENTS: u64 = 4;
    let store = CountingStore::default();
    let started_at = Instant::now();
    let api = TrackingApi::with_settings(store.clone(), |settings| {
        settings.activity_flush_interval(INTERVAL)
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

async fn send_as_every_client(api: &TrackingApi, clients: u64) {
    for number in 0..clients {
        api.send_as(&format!("client-{number}")).await;
    }
}
