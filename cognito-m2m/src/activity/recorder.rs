use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use foldhash::quality::RandomState;
use papaya::HashMap;

use super::entry::{Entry, EntryTimes};
use super::new_clients::NewClientSender;
use super::precision::{Due, Precision};
use super::slots::WorkerSlots;
use super::timestamp::Timestamp;
use crate::client_id::ClientId;
use crate::pool::PoolName;
use crate::principal::ServicePrincipal;
use crate::qualified_client_id::QualifiedClientId;

/// An in-memory record of client activity, with one map entry per client.
///
/// [`Recorder::record`] never waits, and allocates only for a new client. A worker that knows the
/// client of a token records its requests in memory of its own, which the writer gathers: see
/// [`WorkerRecorder`](super::WorkerRecorder).
pub(crate) struct Recorder {
    pools: Box<[(PoolName, Clients)]>,
    precision: Precision,
    has_unwritten: AtomicBool,
    new_clients: NewClientSender,
    /// The slots of the workers. Locked only when a worker starts and when the writer gathers.
    workers: Mutex<Vec<Weak<WorkerSlots>>>,
}

/// The clients of one pool, by client ID.
type Clients = HashMap<ClientId, Arc<EntryTimes>, RandomState>;

impl Recorder {
    pub(crate) fn new(
        pools: impl IntoIterator<Item = PoolName>,
        precision: Precision,
        new_clients: NewClientSender,
    ) -> Self {
        Self {
            pools: pools
                .into_iter()
                .map(|pool| (pool, Clients::default()))
                .collect(),
            precision,
            has_unwritten: AtomicBool::new(false),
            new_clients,
            workers: Mutex::default(),
        }
    }

    /// Records a request of the principal. Principals of unknown pools are ignored.
    pub(crate) fn record(&self, principal: &ServicePrincipal, now: Duration) {
        let Some((pool, clients)) = self.clients_of(principal.pool()) else {
            return;
        };
        let now = Timestamp::from(now).as_micros();
        let client_id = principal.client_id();
        match clients.pin().get(client_id) {
            Some(times) => times.record(now),
            None => self.record_new(pool, clients, client_id, now),
        }
        self.mark_unwritten();
    }

    /// Returns the times that all workers share, or `None` if the client has not been recorded.
    pub(super) fn times(&self, principal: &ServicePrincipal) -> Option<Arc<EntryTimes>> {
        let (_, clients) = self.clients_of(principal.pool())?;
        clients.pin().get(principal.client_id()).cloned()
    }

    fn clients_of(&self, pool: &PoolName) -> Option<&(PoolName, Clients)> {
        self.pools.iter().find(|(name, _)| name == pool)
    }

    fn record_new(&self, pool: &PoolName, clients: &Clients, client_id: &ClientId, now: u64) {
        let times = Arc::new(EntryTimes::new(now, self.precision.random_phase()));
        match clients
            .pin()
            .try_insert(client_id.clone(), Arc::clone(&times))
        {
            Ok(_) => self.new_clients.send(entry(pool, client_id, &times)),
            // Another thread was faster.
            Err(occupied) => occupied.current.record(now),
        }
    }

    /// Sets the flag for the writer.
    ///
    /// The flag and [`EntryTimes`] are sequentially consistent: the writer that clears the flag either
    /// sees the new times, or finds the flag set again. The flag is read before it is written,
    /// because a write would invalidate the cache line of all other workers.
    pub(super) fn mark_unwritten(&self) {
        if !self.has_unwritten.load(Ordering::SeqCst) {
            self.has_unwritten.store(true, Ordering::SeqCst);
        }
    }

    /// Adds the slots of a worker, which are gathered for as long as the worker holds them.
    pub(super) fn add_worker(&self) -> Arc<WorkerSlots> {
        let slots = Arc::default();
        let mut workers = self.workers();
        // Workers may start more often than the writer gathers.
        workers.retain(|worker| worker.strong_count() > 0);
        workers.push(Arc::downgrade(&slots));
        slots
    }

    /// Merges the times that the workers have recorded into the entries.
    ///
    /// Every slot is read, so requests don't have to set a flag. A time that a worker records
    /// meanwhile is merged by the next call, or when the worker drops its slot. The last call, at
    /// shutdown, comes after the server has stopped.
    ///
    /// The time taken depends on the number of tokens in the caches of the workers, not on the
    /// number of clients.
    pub(super) fn gather(&self) {
        let mut has_merged = false;
        self.workers().retain(|worker| {
            let Some(slots) = worker.upgrade() else {
                // The worker has ended. It merged its slots when it dropped them.
                return false;
            };
            has_merged |= slots.merge_all();
            true
        });
        if has_merged {
            self.mark_unwritten();
        }
    }

    fn workers(&self) -> MutexGuard<'_, Vec<Weak<WorkerSlots>>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn worker_count(&self) -> usize {
        self.workers().len()
    }

    /// Returns the entries that are due. The maps are scanned only if something was recorded since
    /// the last call, or is due after a phase.
    pub(super) fn take_due(&self, now: Duration) -> Vec<Entry> {
        self.gather();
        if !self.has_unwritten.swap(false, Ordering::SeqCst) {
            return Vec::new();
        }
        let now = Timestamp::from(now).as_micros();
        let mut some_are_due_later = false;
        let due = self.entries(|times| {
            let due = times.due(self.precision, now);
            some_are_due_later |= due == Due::AfterPhase;
            due == Due::Now
        });
        if some_are_due_later {
            self.mark_unwritten();
        }
        due
    }

    /// Makes the next [`take_due`](Self::take_due) return entries whose write failed.
    pub(super) fn retry_due(&self) {
        self.has_unwritten.store(true, Ordering::SeqCst);
    }

    /// Returns the entries that the store lacks, whatever their phases.
    pub(super) fn remaining(&self) -> Vec<Entry> {
        self.gather();
        self.entries(|times| times.must_write(self.precision))
    }

    fn entries(&self, mut condition: impl FnMut(&EntryTimes) -> bool) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (pool, clients) in &self.pools {
            for (client_id, times) in &clients.pin() {
                if condition(times) {
                    entries.push(entry(pool, client_id, times));
                }
            }
        }
        entries
    }
}

fn entry(pool: &PoolName, client_id: &ClientId, times: &Arc<EntryTimes>) -> Entry {
    Entry {
        client_id: QualifiedClientId::from_parts(pool, client_id).into(),
        times: Arc::clone(times),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::new_clients::new_clients;
    use super::*;
    use crate::token::Claims;

    const NOW: Duration = Duration::from_secs(1_000_000);

    fn recorder(precision: Duration, pool: &PoolName) -> Recorder {
        let (sender, _) = new_clients();
        Recorder::new([pool.clone()], Precision::new(precision), sender)
    }

    fn principal(client_id: &str) -> ServicePrincipal {
        let claims = Claims::from_value(json!({ "client_id": client_id }))
            .expect("the claims are an object");
        ServicePrincipal::danger_from_claims(claims).expect("the claims have a client ID")
    }

    #[test]
    fn rule_4_1_recording_a_known_client_allocates_nothing() {
        let known = principal("reporting");
        let recorder = recorder(Duration::from_secs(60), known.pool());
        let record = |seconds| recorder.record(&known, Duration::from_secs(seconds));
        let first = allocation_counter::measure(|| record(1));
        assert!(
            first.count_total > 0,
            "the first request allocates the entry"
        );
        let later = allocation_counter::measure(|| (2..10_002).for_each(record));
        assert_eq!(later.count_total, 0);

        let due = recorder.take_due(NOW);
        let [only] = &due[..] else {
            panic!("expected one client, found {}", due.len());
        };
        let seen = only.times.seen();
        assert_eq!((seen.first, seen.last), (1_000_000, 10_001_000_000));
    }

    #[test]
    fn no_thread_loses_a_first_or_last_time() {
        let clients = ["a", "b", "c"].map(principal);
        let recorder = recorder(Duration::ZERO, clients[0].pool());
        std::thread::scope(|scope| {
            for thread in 0..4_u64 {
                let (recorder, clients) = (&recorder, &clients);
                scope.spawn(move || {
                    for number in 0..125_000_u64 {
                        let client = &clients[(number % 3) as usize];
                        let micros = 1_000 + number * 4 + thread;
                        recorder.record(client, Duration::from_micros(micros));
                    }
                });
            }
        });
        let mut due = recorder.take_due(NOW);
        assert_eq!(due.len(), 3);
        due.sort_by(|one, other| one.client_id.cmp(&other.client_id));
        for (index, entry) in due.iter().enumerate() {
            let (first, last) = (1_000 + 4 * index as u64, 499_999 + 1_000);
            let seen = entry.times.seen();
            assert_eq!(seen.first, first);
            // Each thread visits every third client.
            let distance = last - seen.last;
            assert!(distance < 12, "{distance}");
        }
    }

    #[test]
    fn new_client_is_queued_once_whatever_the_number_of_threads() {
        let clients: Vec<_> = (0..1_000).map(|n| principal(&n.to_string())).collect();
        let (sender, mut queue) = new_clients();
        let precision = Precision::new(Duration::from_secs(60));
        let recorder = Recorder::new([clients[0].pool().clone()], precision, sender);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for client in &clients {
                        recorder.record(client, NOW);
                    }
                });
            }
        });
        let mut queued: Vec<_> = queue.take().into_iter().map(|new| new.client_id).collect();
        assert_eq!(queued.len(), 1_000);
        queued.sort();
        queued.dedup();
        assert_eq!(queued.len(), 1_000);
        assert_eq!(queue.take().len(), 0);
    }

    #[test]
    fn maps_are_scanned_again_only_after_a_request_or_a_phase() {
        // The phase of the entry is the same in every run, and longer than 0.
        fastrand::seed(12);
        let client = principal("reporting");
        let recorder = recorder(Duration::from_secs(60), client.pool());
        let at = |seconds| NOW + Duration::from_secs(seconds);
        let is_marked = || recorder.has_unwritten.load(Ordering::SeqCst);
        recorder.record(&client, at(0));
        let due = recorder.take_due(at(0));
        assert_eq!(due.len(), 1);
        assert!(!is_marked());
        due[0].times.set_stored(Some(due[0].times.seen()));

        recorder.record(&client, at(59));
        assert_eq!(recorder.take_due(at(59)).len(), 0);
        assert!(!is_marked(), "nothing is due without another request");

        recorder.record(&client, at(60));
        assert_eq!(recorder.take_due(at(60)).len(), 0);
        assert!(is_marked(), "the entry is due after its phase");
        assert_eq!(recorder.take_due(at(70)).len(), 1);
    }
}
