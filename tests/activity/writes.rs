use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cognito_m2m::activity::{ActivityStore, ClientActivity, StoreFuture};

use super::clients::Tracking;

/// Counts what is written.
#[derive(Clone, Default)]
struct Counted {
    statements: Arc<AtomicU64>,
    rows: Arc<Mutex<Vec<ClientActivity>>>,
}

impl ActivityStore for Counted {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(async { Ok(()) })
    }

    fn write(&mut self, batch: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        Box::pin(async move {
            self.statements.fetch_add(1, Ordering::SeqCst);
            let mut rows = self.rows.lock().expect("no test panics with it");
            rows.extend(batch.iter().cloned());
            Ok(())
        })
    }
}

#[actix_web::test]
async fn writes_go_by_clients_and_interval_and_not_by_requests() {
    const INTERVAL: Duration = Duration::from_millis(500);
    const CLIENTS: u64 = 4;
    let store = Counted::default();
    let started_at = Instant::now();
    let tracking = Tracking::with(store.clone(), |settings| {
        settings.activity_flush_interval(INTERVAL)
    })
    .await;
    for number in 0..400 {
        tracking.call(&format!("client-{}", number % CLIENTS)).await;
    }
    tracking.auth.shutdown().await;
    let statements = store.statements.load(Ordering::SeqCst);
    // One for each first sighting, one in each interval, and one at the end.
    let intervals = started_at.elapsed().as_millis() / INTERVAL.as_millis();
    let most = CLIENTS + u64::try_from(intervals).expect("a test ends") + 2;
    assert!((1..=most).contains(&statements), "{statements} of {most}");
    let rows = store.rows.lock().expect("no test panics with it");
    assert!(rows.len() as u64 <= CLIENTS * statements);

    let last_of = |client_id: &str| {
        let of_client = rows.iter().filter(|seen| &*seen.client_id == client_id);
        of_client.map(|seen| seen.last_seen_at).max()
    };
    let ends: Vec<_> = (0..CLIENTS)
        .map(|number| last_of(&format!("client-{number}")).expect("it was written"))
        .collect();
    assert!(ends.is_sorted(), "the last calls of all were written");
}
