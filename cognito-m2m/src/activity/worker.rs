use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::recorder::Recorder;
use super::slots::{SlotIndex, SlotTimes, WorkerSlots};
use super::timestamp::Timestamp;
use crate::principal::ServicePrincipal;

impl Recorder {
    /// Returns a recorder for the worker that runs on this thread.
    pub(crate) fn worker(self: &Arc<Self>) -> WorkerRecorder {
        WorkerRecorder(Rc::new(Worker {
            recorder: Arc::clone(self),
            slots: self.add_worker(),
        }))
    }
}

/// The recorder of one worker, which belongs to the worker's thread.
pub(crate) struct WorkerRecorder(Rc<Worker>);

struct Worker {
    recorder: Arc<Recorder>,
    slots: Arc<WorkerSlots>,
}

impl WorkerRecorder {
    /// Records a request of the principal, and returns a handle that records later requests of its client
    /// in this worker. Returns `None` if the pool is unknown.
    ///
    /// A worker calls this when it adds a token to its cache, not on every request: it locks, and it
    /// allocates.
    pub(crate) fn track(
        &self,
        principal: &ServicePrincipal,
        now: Duration,
    ) -> Option<TrackedClient> {
        let Self(worker) = self;
        worker.recorder.record(principal, now);
        let entry = worker.recorder.times(principal)?;
        let (index, times) = worker.slots.add(entry, Timestamp::from(now).as_micros());
        Some(TrackedClient {
            times,
            index,
            worker: Rc::clone(worker),
        })
    }
}

/// The activity of one client in one worker.
///
/// The worker keeps it with a token in its cache. When the token leaves the cache, the recorded times
/// are merged into the entry of the client, and the memory is free for another token.
pub(crate) struct TrackedClient {
    times: Arc<SlotTimes>,
    index: SlotIndex,
    /// Not an [`Arc`], so the compiler rejects a use on another thread.
    worker: Rc<Worker>,
}

impl TrackedClient {
    /// Records a request.
    ///
    /// Takes a few instructions: neither locks nor allocates, and touches no memory that the requests
    /// of other workers write.
    #[inline]
    pub(crate) fn record(&self, now: Duration) {
        self.times.record(Timestamp::from(now).as_micros());
    }
}

impl Drop for TrackedClient {
    fn drop(&mut self) {
        if self.worker.slots.remove(self.index) {
            self.worker.recorder.mark_unwritten();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicU64, Ordering};

    use serde_json::json;

    use super::super::entry::Entry;
    use super::super::new_clients::new_clients;
    use super::super::precision::{Precision, Times};
    use super::*;
    use crate::pool::PoolName;
    use crate::token::Claims;

    const NOW: Duration = Duration::from_secs(1_000_000);

    fn recorder() -> Arc<Recorder> {
        let (sender, _) = new_clients();
        let precision = Precision::new(Duration::ZERO);
        Arc::new(Recorder::new([PoolName::default()], precision, sender))
    }

    fn principal(client_id: &str) -> ServicePrincipal {
        let claims = Claims::from_value(json!({ "client_id": client_id }))
            .expect("the claims are an object");
        ServicePrincipal::danger_from_claims(claims).expect("the claims have a client ID")
    }

    fn track(worker: &WorkerRecorder, client_id: &str, micros: u64) -> TrackedClient {
        worker
            .track(&principal(client_id), Duration::from_micros(micros))
            .expect("the pool is known")
    }

    fn record(client: &TrackedClient, micros: u64) {
        client.record(Duration::from_micros(micros));
    }

    /// Returns the times of the client that is due, and takes them for stored.
    fn store_due(recorder: &Recorder) -> Option<Times> {
        let due = recorder.take_due(NOW);
        assert!(due.len() <= 1, "{} clients are due", due.len());
        let times = &due.first()?.times;
        times.set_stored(Some(times.seen()));
        Some(times.seen())
    }

    const fn times(first: u64, last: u64) -> Times {
        Times { first, last }
    }

    #[test]
    fn rule_4_1_recording_a_tracked_client_allocates_nothing() {
        let recorder = recorder();
        let client = track(&recorder.worker(), "reporting", 1);
        let later = allocation_counter::measure(|| {
            (2..10_002).for_each(|micros| record(&client, micros));
        });
        assert_eq!(later.count_total, 0);
        assert_eq!(store_due(&recorder), Some(times(1, 10_001)));
    }

    #[test]
    fn requests_are_gathered_until_no_time_is_left_to_write() {
        let recorder = recorder();
        let worker = recorder.worker();
        let client = track(&worker, "reporting", 5);
        assert_eq!(store_due(&recorder), Some(times(5, 5)));
        assert_eq!(store_due(&recorder), None);
        for last in 6..9 {
            record(&client, last);
            assert_eq!(store_due(&recorder), Some(times(5, last)));
            assert_eq!(store_due(&recorder), None);
        }
    }

    #[test]
    fn clock_that_is_set_back_moves_the_first_time_only() {
        let recorder = recorder();
        let client = track(&recorder.worker(), "reporting", 100);
        record(&client, 200);
        assert_eq!(store_due(&recorder), Some(times(100, 200)));
        for (now, expected) in [
            (50, Some(times(50, 200))),
            (60, None),
            (40, Some(times(40, 200))),
            (201, Some(times(40, 201))),
        ] {
            record(&client, now);
            assert_eq!(store_due(&recorder), expected, "{now}");
        }
    }

    #[test]
    fn clients_of_unknown_pools_are_not_tracked() {
        let (sender, _) = new_clients();
        let recorder = Arc::new(Recorder::new([], Precision::new(Duration::ZERO), sender));
        let worker = recorder.worker();
        assert!(worker.track(&principal("reporting"), NOW).is_none());
        assert_eq!(worker.0.slots.len_and_capacity(), (0, 0));
    }

    #[test]
    fn tracked_clients_are_queued_as_new_once() {
        let (sender, mut queue) = new_clients();
        let precision = Precision::new(Duration::from_secs(60));
        let recorder = Arc::new(Recorder::new([PoolName::default()], precision, sender));
        let workers = [recorder.worker(), recorder.worker()];
        let tracked = workers.each_ref().map(|worker| track(worker, "a", 1));
        record(&tracked[1], 2);
        let queued = queue.take();
        assert_eq!(queued.len(), 1);
        recorder.gather();
        assert_eq!(queued[0].times.seen(), times(1, 2));
    }

    #[test]
    fn worker_that_ends_loses_nothing() {
        let recorder = recorder();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let worker = recorder.worker();
                let clients = [1, 2, 3].map(|micros| track(&worker, "reporting", micros));
                drop(worker);
                clients.iter().for_each(|client| record(client, 10));
                record(&clients[2], 11);
            });
        });
        assert_eq!(store_due(&recorder), Some(times(1, 11)));
        assert_eq!(recorder.worker_count(), 0);
    }

    #[test]
    fn clients_are_gathered_after_their_worker_ended_without_dropping_them() {
        let recorder = recorder();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let client = track(&recorder.worker(), "reporting", 1);
                record(&client, 2);
                std::mem::forget(client);
            });
        });
        assert_eq!(store_due(&recorder), Some(times(1, 2)));
    }

    #[test]
    fn ended_workers_are_forgotten_without_a_gathering() {
        let recorder = recorder();
        for _ in 0..1_000 {
            drop(track(&recorder.worker(), "reporting", 1));
        }
        assert_eq!(recorder.worker_count(), 1);
        recorder.gather();
        assert_eq!(recorder.worker_count(), 0);
    }

    #[test]
    fn memory_is_bounded_by_the_tokens_in_the_cache_whether_or_not_the_writer_gathers() {
        let recorder = recorder();
        let worker = recorder.worker();
        let mut cache = Vec::new();
        for micros in 0..10_000 {
            let client = track(&worker, "reporting", micros);
            if cache.len() < 100 {
                cache.push(client);
            } else {
                cache[(micros % 100) as usize] = client;
            }
        }
        // The new token comes before the old one leaves.
        assert_eq!(worker.0.slots.len_and_capacity(), (100, 101));
        cache.clear();
        assert_eq!(worker.0.slots.len_and_capacity(), (0, 101));
        assert_eq!(store_due(&recorder), Some(times(0, 9_999)));
    }

    #[test]
    fn every_slot_is_gathered_beside_removed_ones() {
        let recorder = recorder();
        let worker = recorder.worker();
        let mut tracked: Vec<_> = (0..1_000)
            .map(|number| track(&worker, &number.to_string(), 1))
            .collect();
        let mut number = 0;
        tracked.retain(|_| {
            number += 1;
            number % 3 == 0
        });
        tracked.iter().for_each(|client| record(client, 2));
        let later = |due: Vec<Entry>| due.iter().filter(|due| due.times.seen().last == 2).count();
        assert_eq!(later(recorder.take_due(NOW)), 333);
    }

    #[test]
    fn workers_write_to_cache_lines_of_their_own() {
        assert_eq!(align_of::<SlotTimes>(), 64);
        assert_eq!(size_of::<SlotTimes>(), 64);
    }

    /// Several workers track the same clients, and drop and track them again at random, while the
    /// writer gathers.
    #[test]
    fn no_worker_loses_a_first_or_last_time_while_the_writer_gathers() {
        const WORKERS: u64 = 4;
        const REQUESTS: u64 = 20_000;
        let recorder = recorder();
        let running = AtomicU64::new(WORKERS);
        let read = Barrier::new(WORKERS as usize + 1);
        let run_worker = |number: u64| {
            let mut random = fastrand::Rng::with_seed(number);
            let worker = recorder.worker();
            let mut tokens = ["a", "b", "c"].map(|client_id| (client_id, None));
            for request in 0..REQUESTS {
                let step = request * WORKERS + number;
                // The clock is set back for the second half.
                let micros = match request {
                    ..10_000 => 1_000_000 + step,
                    _ => 1_000_000 - step,
                };
                for (client_id, tracked) in &mut tokens {
                    match tracked {
                        Some(client) => record(client, micros),
                        None => *tracked = Some(track(&worker, client_id, micros)),
                    }
                    if random.u8(..8) == 0 {
                        *tracked = None;
                    }
                }
            }
            running.fetch_sub(1, Ordering::SeqCst);
            // The tokens stay in the cache until they have been gathered.
            read.wait();
        };
        let remaining = std::thread::scope(|scope| {
            for number in 0..WORKERS {
                let run_worker = &run_worker;
                scope.spawn(move || run_worker(number));
            }
            while running.load(Ordering::SeqCst) > 0 {
                recorder.gather();
            }
            let remaining = recorder.remaining();
            read.wait();
            remaining
        });
        let seen: Vec<_> = remaining.iter().map(|entry| entry.times.seen()).collect();
        let (first, last) = (1_000_000 - 79_999, 1_000_000 + 39_999);
        assert_eq!(seen, [times(first, last); 3]);
    }
}
