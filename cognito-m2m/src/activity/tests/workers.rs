use super::super::worker::{TrackedClient, WorkerRecorder};
use super::fleet::{COLLECTION, DEFAULTS, Fleet, Instance, MINUTE, SECOND, principal};
use crate::time::Clock;

const WORKERS: usize = 4;
const CLIENTS: usize = 10;

/// Starts an instance beside those of the fleet.
async fn start(fleet: &Fleet) -> Instance {
    Instance::start(fleet.clock.clone(), fleet.table.store(), DEFAULTS).await
}

fn track(fleet: &Fleet, worker: &WorkerRecorder, client: usize) -> TrackedClient {
    worker
        .track(&principal(client), fleet.clock.wall())
        .expect("the pool is known")
}

#[tokio::test]
async fn rule_4_5_rows_of_tracked_clients_are_updated_once_per_precision() {
    let fleet = Fleet::start(0, 0, DEFAULTS).await;
    let instance = start(&fleet).await;
    let workers = [(); WORKERS].map(|()| instance.recorder.worker());
    let tracked: Vec<_> = workers
        .iter()
        .flat_map(|worker| (0..CLIENTS).map(|client| track(&fleet, worker, client)))
        .collect();
    for second in 1..=600 {
        fleet.advance(SECOND, SECOND / 4).await;
        for client in &tracked {
            client.record(fleet.clock.wall());
        }
        for client in 0..CLIENTS {
            let lag = fleet.lag(client);
            assert!(lag <= MINUTE + COLLECTION * 2, "{second} s: {lag:?}");
        }
    }
    let counts = fleet.table.counts();
    assert_eq!(counts.inserted_rows, CLIENTS as u64);
    assert!(counts.updated_rows <= 10 * CLIENTS as u64, "{counts:?}");
}

#[tokio::test]
async fn new_client_is_written_with_its_requests_of_the_gathering() {
    let fleet = Fleet::start(0, 0, DEFAULTS).await;
    let instance = start(&fleet).await;
    let client = track(&fleet, &instance.recorder.worker(), 0);
    fleet.advance(SECOND / 20, SECOND / 20).await;
    client.record(fleet.clock.wall());
    let last_request = fleet.now();
    fleet.advance(SECOND / 5, SECOND / 100).await;
    assert_eq!(fleet.last_seen(0), last_request);
}

#[tokio::test]
async fn shutdown_writes_what_workers_have_recorded() {
    let fleet = Fleet::start(0, 0, DEFAULTS).await;
    let instance = start(&fleet).await;
    let worker = instance.recorder.worker();
    let [kept, dropped] = [0, 1].map(|client| track(&fleet, &worker, client));
    fleet.advance(MINUTE, SECOND / 4).await;
    kept.record(fleet.clock.wall());
    dropped.record(fleet.clock.wall());
    drop(dropped);
    let recorder = instance.stop().await;
    for client in 0..2 {
        assert_eq!(fleet.last_seen(client), fleet.now());
    }
    assert_eq!(recorder.remaining().len(), 0);
}
