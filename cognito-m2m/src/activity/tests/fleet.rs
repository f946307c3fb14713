use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::super::interface::ActivityStore;
use super::super::recorder::Recorder;
use super::super::timestamp::Timestamp;
use super::super::writer::{WriteTimes, Writer};
use super::shared_table::SharedTable;
use crate::pool::PoolName;
use crate::principal::ServicePrincipal;
use crate::testing::TestClock;
use crate::time::Clock;
use crate::token::Claims;

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const MINUTE: Duration = Duration::from_secs(60);

/// The interval between two collections with a precision of a minute.
pub(super) const COLLECTION: Duration = Duration::from_secs(10);

/// The defaults of the settings.
pub(super) const DEFAULTS: WriteTimes = WriteTimes {
    precision: MINUTE,
    flush_interval: SECOND,
    shutdown_timeout: Duration::from_secs(5),
};

/// The instances of a service, which share a clock and a table.
pub(super) struct Fleet {
    pub(super) clock: TestClock,
    pub(super) table: SharedTable,
    instances: Vec<Instance>,
    clients: Vec<ServicePrincipal>,
}

/// The recorder and the writer of one process.
pub(super) struct Instance {
    pub(super) recorder: Arc<Recorder>,
    stop: watch::Sender<bool>,
    writer: JoinHandle<()>,
}

impl Instance {
    pub(super) async fn start(
        clock: impl Clock,
        store: Box<dyn ActivityStore>,
        times: WriteTimes,
    ) -> Self {
        let pools = [PoolName::default()];
        let (recorder, writer) = Writer::new(pools, store, times, Arc::new(clock));
        let (stop, stop_requested) = watch::channel(false);
        let writer = tokio::spawn(writer.run(stop_requested));
        tokio::task::yield_now().await;
        Self {
            recorder,
            stop,
            writer,
        }
    }

    pub(super) async fn stop(self) -> Arc<Recorder> {
        self.stop.send_replace(true);
        self.writer.await.expect("the writer does not panic");
        self.recorder
    }

    /// Ends the instance without a shutdown, like `kill -9`.
    pub(super) fn kill(self) {
        self.writer.abort();
    }
}

impl Fleet {
    pub(super) async fn start(instances: usize, clients: usize, times: WriteTimes) -> Self {
        Self::with_stores(instances, clients, times, SharedTable::store).await
    }

    pub(super) async fn with_stores(
        instances: usize,
        clients: usize,
        times: WriteTimes,
        store: impl Fn(&SharedTable) -> Box<dyn ActivityStore>,
    ) -> Self {
        // Tests are repeatable, because all instances run on this thread.
        fastrand::seed(12);
        let mut fleet = Self {
            clock: TestClock::new(),
            table: SharedTable::default(),
            instances: Vec::new(),
            clients: (0..clients).map(principal).collect(),
        };
        for _ in 0..instances {
            let store = store(&fleet.table);
            let instance = Instance::start(fleet.clock.clone(), store, times).await;
            fleet.instances.push(instance);
        }
        fleet
    }

    /// Records a request of the client on the instance.
    pub(super) fn record(&self, instance: usize, client: usize) {
        self.instances[instance]
            .recorder
            .record(&self.clients[client], self.clock.wall());
    }

    /// Records a request of every client on every instance.
    pub(super) fn record_all(&self) {
        for instance in 0..self.instances.len() {
            for client in 0..self.clients.len() {
                self.record(instance, client);
            }
        }
    }

    /// Advances the clock in steps, and lets the writers work after each of them.
    pub(super) async fn advance(&self, duration: Duration, step: Duration) {
        self.settle().await;
        let end = self.clock.monotonic() + duration;
        while self.clock.monotonic() < end {
            self.clock.advance(step.min(end - self.clock.monotonic()));
            self.settle().await;
        }
    }

    /// Every client sends a request to every instance once a second.
    pub(super) async fn run_for(&self, duration: Duration) {
        let end = self.clock.monotonic() + duration;
        while self.clock.monotonic() < end {
            self.record_all();
            self.advance(SECOND, SECOND / 4).await;
        }
    }

    /// Lets all writers run until they wait for the clock or for new clients.
    pub(super) async fn settle(&self) {
        let mut idle_rounds = 0;
        while idle_rounds < 5 {
            // Every task that can run does so once in a round.
            tokio::task::yield_now().await;
            idle_rounds = if self.table.is_idle() {
                idle_rounds + 1
            } else {
                0
            };
        }
    }

    /// Shuts an instance down, and starts another one in its place.
    pub(super) async fn restart(&mut self, instance: usize, times: WriteTimes) {
        let next = Instance::start(self.clock.clone(), self.table.store(), times).await;
        std::mem::replace(&mut self.instances[instance], next)
            .stop()
            .await;
    }

    /// Shuts down the last instance, and returns the number of clients that it did not write although it
    /// should have.
    pub(super) async fn stop_last(&mut self) -> usize {
        let instance = self.instances.pop().expect("an instance");
        instance.stop().await.remaining().len()
    }

    pub(super) fn kill_last(&mut self) {
        self.instances.pop().expect("an instance").kill();
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from(self.clock.wall())
    }

    pub(super) fn last_seen(&self, client: usize) -> Timestamp {
        let row = self.table.row(&client_id(client));
        row.expect("a row of the client").last_seen_at
    }

    /// Returns the time since the stored time of the client.
    pub(super) fn lag(&self, client: usize) -> Duration {
        let lag = self.now().as_micros() - self.last_seen(client).as_micros();
        Duration::from_micros(lag)
    }
}

pub(super) fn client_id(number: usize) -> String {
    format!("client-{number:04}")
}

pub(super) fn principal(number: usize) -> ServicePrincipal {
    let claims = json!({ "client_id": client_id(number) });
    let claims = Claims::from_value(claims).expect("the claims are an object");
    ServicePrincipal::danger_from_claims(claims).expect("the claims have a client ID")
}
