use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use foldhash::quality::RandomState;
use tokio::sync::OnceCell;
use tokio::task::yield_now;

/// The lookups that are running, each shared by all requests with the same key.
pub(super) struct RunningLookups<Key, Found> {
    /// A mutex, because it is only locked to find, add or remove an entry, and only for requests that
    /// found nothing in the cache. An entry is removed together with the last request that shares it.
    lookups: Mutex<HashMap<Key, Weak<RunningLookup<Found>>, RandomState>>,
}

struct RunningLookup<Found> {
    found: OnceCell<Found>,
    was_started: AtomicBool,
    /// The number of requests that share it. It changes only while the map is locked.
    requests: AtomicUsize,
}

impl<Key: Hash + Eq + Clone, Found: Clone> RunningLookups<Key, Found> {
    pub(super) fn new() -> Self {
        Self {
            lookups: Mutex::default(),
        }
    }

    /// Returns the result of the running lookup of this key. If none is running, starts `lookup`.
    ///
    /// One of the requests runs the lookup, on its own worker, and the others wait. If that request is
    /// dropped before the lookup has ended, one of the others starts its own, and requests that arrive
    /// from then on don't join them.
    pub(super) async fn run<Lookup>(&self, key: &Key, lookup: impl FnOnce() -> Lookup) -> Found
    where
        Lookup: Future<Output = Found>,
    {
        let shared = self.share(key);
        let running = &*shared.lookup;
        let found = running.found.get_or_init(|| async {
            if running.was_started.swap(true, Ordering::Relaxed) {
                // The waiting requests have little time left. Those that arrive from now on share a lookup
                // with all of their time. What it caches serves the waiting ones too.
                shared.remove();
                // If the previous request timed out, this one often times out at the same moment. It does
                // so here, before it starts another lookup.
                yield_now().await;
            }
            let found = lookup().await;
            // A request that arrives from now on does not share this result.
            shared.remove();
            found
        });
        found.await.clone()
    }

    fn share<'a>(&'a self, key: &'a Key) -> SharedLookup<'a, Key, Found> {
        let mut lookups = self.entries();
        let running = lookups.get(key).and_then(Weak::upgrade);
        let lookup = running.unwrap_or_else(|| {
            let lookup = Arc::new(RunningLookup {
                found: OnceCell::new(),
                was_started: AtomicBool::new(false),
                requests: AtomicUsize::new(0),
            });
            lookups.insert(key.clone(), Arc::downgrade(&lookup));
            lookup
        });
        lookup.requests.fetch_add(1, Ordering::Relaxed);
        SharedLookup {
            running: self,
            key,
            lookup,
        }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<Key, Weak<RunningLookup<Found>>, RandomState>> {
        self.lookups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request's share in a running lookup.
struct SharedLookup<'a, Key: Hash + Eq + Clone, Found: Clone> {
    running: &'a RunningLookups<Key, Found>,
    key: &'a Key,
    lookup: Arc<RunningLookup<Found>>,
}

impl<Key: Hash + Eq + Clone, Found: Clone> SharedLookup<'_, Key, Found> {
    /// Removes the entry, unless it is already that of a later lookup.
    fn remove(&self) {
        self.remove_from(&mut self.running.entries());
    }

    fn remove_from(&self, lookups: &mut HashMap<Key, Weak<RunningLookup<Found>>, RandomState>) {
        let entry = lookups.get(self.key);
        if entry.is_some_and(|entry| entry.as_ptr() == Arc::as_ptr(&self.lookup)) {
            lookups.remove(self.key);
        }
    }
}

impl<Key: Hash + Eq + Clone, Found: Clone> Drop for SharedLookup<'_, Key, Found> {
    fn drop(&mut self) {
        let mut lookups = self.running.entries();
        if self.lookup.requests.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.remove_from(&mut lookups);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::thread;
    use std::time::Duration;

    use futures_util::future::join_all;
    use futures_util::poll;
    use tokio::sync::Notify;
    use tokio::time::{Instant, timeout_at};

    use super::*;

    type Lookups = RunningLookups<&'static str, Result<usize, &'static str>>;

    #[tokio::test]
    async fn requests_share_one_lookup_and_its_error() {
        for result in [Ok(1), Err("unavailable")] {
            let (lookups, count, end) = (Lookups::new(), AtomicUsize::new(0), Notify::new());
            let lookup = || async {
                count.fetch_add(1, Ordering::SeqCst);
                end.notified().await;
                result
            };
            let mut requests: Vec<_> = (0..1_000)
                .map(|_| Box::pin(lookups.run(&"client", lookup)))
                .collect();
            for request in &mut requests {
                assert!(poll!(request).is_pending());
            }
            end.notify_one();
            assert!(
                join_all(requests)
                    .await
                    .iter()
                    .all(|found| *found == result)
            );
            assert_eq!(count.load(Ordering::SeqCst), 1);
            assert!(lookups.entries().is_empty());
            // The result is not kept.
            end.notify_one();
            assert_eq!(lookups.run(&"client", lookup).await, result);
            assert_eq!(count.load(Ordering::SeqCst), 2);
        }
    }

    #[tokio::test]
    async fn lookups_of_different_keys_do_not_wait_for_each_other() {
        let lookups = Lookups::new();
        let mut slow = Box::pin(lookups.run(&"slow", pending));
        assert!(poll!(&mut slow).is_pending());
        assert_eq!(lookups.run(&"other", async || Ok(2)).await, Ok(2));
        assert_eq!(lookups.entries().len(), 1);
    }

    #[tokio::test]
    async fn another_request_starts_the_lookup_if_the_first_one_is_cancelled() {
        let lookups = Lookups::new();
        let mut first = Box::pin(lookups.run(&"client", pending));
        assert!(poll!(&mut first).is_pending());
        let mut others: Vec<_> = (0..100)
            .map(|_| Box::pin(lookups.run(&"client", async || Ok(3))))
            .collect();
        for other in &mut others {
            assert!(poll!(other).is_pending());
        }
        drop(first);
        assert!(join_all(others).await.iter().all(|found| *found == Ok(3)));
        assert!(lookups.entries().is_empty());
    }

    #[tokio::test]
    async fn another_request_starts_the_lookup_if_the_worker_of_the_first_one_ends() {
        let lookups = Arc::new(Lookups::new());
        let started = Arc::new(Notify::new());
        let (of_worker, started_by_worker) = (Arc::clone(&lookups), Arc::clone(&started));
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let worker = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            let local = tokio::task::LocalSet::new();
            local.spawn_local(async move {
                let lookup = || async {
                    started_by_worker.notify_one();
                    pending().await
                };
                of_worker.run(&"client", lookup).await
            });
            let runtime = runtime.expect("a runtime");
            local.block_on(&runtime, ended).expect("the test ends it");
        });
        started.notified().await;
        let mut other = Box::pin(lookups.run(&"client", async || Ok(4)));
        assert!(poll!(&mut other).is_pending());
        end.send(()).expect("the worker waits");
        assert_eq!(other.await, Ok(4));
        worker.join().expect("the worker ends");
        assert!(lookups.entries().is_empty());
    }

    #[tokio::test]
    async fn requests_that_time_out_together_start_one_lookup() {
        let (lookups, count) = (Lookups::new(), AtomicUsize::new(0));
        let lookup = || async {
            count.fetch_add(1, Ordering::SeqCst);
            pending().await
        };
        let deadline = Instant::now() + Duration::from_millis(100);
        let requests = (0..1_000).map(|_| timeout_at(deadline, lookups.run(&"client", lookup)));
        assert!(join_all(requests).await.iter().all(Result::is_err));
        assert_eq!(count.load(Ordering::SeqCst), 1);
        assert!(lookups.entries().is_empty());
    }

    /// A lookup that never ends must not leave the requests after it with too little time for ever.
    #[tokio::test(start_paused = true)]
    async fn requests_after_a_lookup_that_timed_out_are_served() {
        const TIMEOUT: Duration = Duration::from_secs(1);
        let (lookups, count) = (Lookups::new(), AtomicUsize::new(0));
        let lookup = || async {
            if count.fetch_add(1, Ordering::SeqCst) == 0 {
                pending::<()>().await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(5)
        };
        let start = Instant::now();
        let request = |number: u32| {
            let arrival = start + Duration::from_millis(5) * number;
            let lookups = &lookups;
            async move {
                tokio::time::sleep_until(arrival).await;
                let found = timeout_at(arrival + TIMEOUT, lookups.run(&"client", lookup));
                (arrival, found.await.is_ok())
            }
        };
        let late = |arrival: Instant| arrival > start + TIMEOUT + Duration::from_millis(20);
        for (arrival, is_served) in join_all((0..600).map(request)).await {
            assert!(is_served || !late(arrival), "{:?}", arrival - start);
        }
        assert!(lookups.entries().is_empty());
    }

    #[tokio::test]
    async fn cancelled_requests_leave_no_entry() {
        let lookups = Lookups::new();
        for _ in 0..3 {
            let mut requests: Vec<_> = (0..10)
                .map(|_| Box::pin(lookups.run(&"client", pending)))
                .collect();
            for request in &mut requests {
                assert!(poll!(request).is_pending());
            }
            assert_eq!(lookups.entries().len(), 1);
            drop(requests);
            assert!(lookups.entries().is_empty());
        }
    }
}
