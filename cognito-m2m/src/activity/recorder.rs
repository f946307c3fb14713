use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use foldhash::quality::RandomState;
use papaya::HashMap;
use tokio::sync::Notify;

use super::client_activity::ClientActivity;
use super::timestamp::Timestamp;
use crate::client_id::ClientId;
use crate::pool::PoolName;
use crate::principal::ServicePrincipal;
use crate::qualified_client_id::QualifiedClientId;

/// An in-memory record of client activity, with one map entry per client.
///
/// Recording never waits, and allocates only for a new client.
pub(crate) struct Recorder {
    pools: Box<[(PoolName, Clients)]>,
    has_unwritten: AtomicBool,
    new_client: Notify,
}

/// The clients of one pool, by client ID.
type Clients = HashMap<ClientId, Arc<SeenTimes>, RandomState>;

/// The times at which a client was first and last seen, and the times that were last written to the
/// store, in microseconds since the Unix epoch.
struct SeenTimes {
    first: AtomicU64,
    last: AtomicU64,
    written_first: AtomicU64,
    written_last: AtomicU64,
}

/// Activity that has not been written yet.
pub(super) struct UnwrittenActivity {
    pub(super) activity: ClientActivity,
    times: Arc<SeenTimes>,
}

impl Recorder {
    pub(crate) fn new(pools: impl IntoIterator<Item = PoolName>) -> Self {
        Self {
            pools: pools
                .into_iter()
                .map(|pool| (pool, Clients::default()))
                .collect(),
            has_unwritten: AtomicBool::new(false),
            new_client: Notify::new(),
        }
    }

    /// Records a request of the principal. Principals of unknown pools are ignored.
    pub(crate) fn record(&self, principal: &ServicePrincipal, now: Duration) {
        let Some((_, clients)) = self.pools.iter().find(|(pool, _)| pool == principal.pool())
        else {
            return;
        };
        let now = Timestamp::from(now).as_micros();
        let client_id = principal.client_id();
        let clients = clients.pin();
        match clients.get(client_id) {
            Some(times) => {
                times.record(now);
                self.mark_unwritten();
            }
            None => {
                clients
                    .get_or_insert_with(client_id.clone(), || Arc::new(SeenTimes::new(now)))
                    .record(now);
                self.mark_unwritten();
                self.new_client.notify_one();
            }
        }
    }

    /// Sets the flag for the writer.
    ///
    /// The flag and [`SeenTimes`] are sequentially consistent: the writer that clears the flag either
    /// sees the new times, or finds the flag set again. The flag is read before it is written,
    /// because a write would invalidate the cache line of all other workers.
    fn mark_unwritten(&self) {
        if !self.has_unwritten.load(Ordering::SeqCst) {
            self.has_unwritten.store(true, Ordering::SeqCst);
        }
    }

    /// Waits until a client is seen for the first time.
    pub(super) async fn wait_for_new_client(&self) {
        self.new_client.notified().await;
    }

    /// Returns the activity that has not been written, sorted by client ID. The maps are scanned
    /// only if something was recorded since the last call.
    pub(super) fn take_unwritten(&self) -> Vec<UnwrittenActivity> {
        if !self.has_unwritten.swap(false, Ordering::SeqCst) {
            return Vec::new();
        }
        let mut unwritten = Vec::new();
        for (pool, clients) in &self.pools {
            for (client_id, times) in &clients.pin() {
                unwritten.extend(times.unwritten().map(|(first, last)| UnwrittenActivity {
                    activity: ClientActivity {
                        client_id: QualifiedClientId::from_parts(pool, client_id).into(),
                        first_seen_at: Timestamp::from_micros(first),
                        last_seen_at: Timestamp::from_micros(last),
                    },
                    times: Arc::clone(times),
                }));
            }
        }
        unwritten
            .sort_unstable_by(|one, other| one.activity.client_id.cmp(&other.activity.client_id));
        unwritten
    }

    /// Makes the next [`take_unwritten`](Self::take_unwritten) return activity whose write failed.
    pub(super) fn retry_unwritten(&self) {
        self.has_unwritten.store(true, Ordering::SeqCst);
    }
}

impl UnwrittenActivity {
    /// Marks these times as written. Times that were recorded in the meantime remain unwritten.
    pub(super) fn mark_as_written(&self) {
        let ClientActivity {
            first_seen_at,
            last_seen_at,
            ..
        } = &self.activity;
        let times = &self.times;
        times
            .written_first
            .store(first_seen_at.as_micros(), Ordering::SeqCst);
        times
            .written_last
            .store(last_seen_at.as_micros(), Ordering::SeqCst);
    }
}

impl SeenTimes {
    fn new(now: u64) -> Self {
        Self {
            first: AtomicU64::new(now),
            last: AtomicU64::new(now),
            written_first: AtomicU64::new(u64::MAX),
            written_last: AtomicU64::new(0),
        }
    }

    fn record(&self, now: u64) {
        self.last.fetch_max(now, Ordering::SeqCst);
        // Only if the clock was set back.
        if now < self.first.load(Ordering::SeqCst) {
            self.first.fetch_min(now, Ordering::SeqCst);
        }
    }

    /// Returns the first and last time, or `None` if both have been written.
    fn unwritten(&self) -> Option<(u64, u64)> {
        let first = self.first.load(Ordering::SeqCst);
        let last = self.last.load(Ordering::SeqCst);
        let is_written = first >= self.written_first.load(Ordering::SeqCst)
            && last <= self.written_last.load(Ordering::SeqCst);
        (!is_written).then_some((first, last))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::token::Claims;

    fn principal(client_id: &str) -> ServicePrincipal {
        let claims = Claims::from_value(json!({ "client_id": client_id }))
            .expect("the claims are an object");
        ServicePrincipal::danger_from_claims(claims).expect("the claims have a client ID")
    }

    #[test]
    fn rule_4_1_recording_a_known_client_allocates_nothing() {
        let known = principal("reporting");
        let recorder = Recorder::new([known.pool().clone()]);
        let record = |seconds| recorder.record(&known, Duration::from_secs(seconds));
        let first = allocation_counter::measure(|| record(1));
        assert!(
            first.count_total > 0,
            "the first request allocates the entry"
        );
        let later = allocation_counter::measure(|| (2..10_002).for_each(record));
        assert_eq!(later.count_total, 0);

        let unwritten = recorder.take_unwritten();
        let [only] = &unwritten[..] else {
            panic!("expected one client, found {}", unwritten.len());
        };
        assert_eq!(only.activity.first_seen_at.as_micros(), 1_000_000);
        assert_eq!(only.activity.last_seen_at.as_micros(), 10_001_000_000);
    }

    #[test]
    fn no_thread_loses_a_first_or_last_time() {
        let clients = ["a", "b", "c"].map(principal);
        let recorder = Recorder::new([clients[0].pool().clone()]);
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
        for (index, entry) in recorder.take_unwritten().iter().enumerate() {
            let (first, last) = (1_000 + 4 * index as u64, 499_999 + 1_000);
            assert_eq!(entry.activity.first_seen_at.as_micros(), first);
            // Each thread visits every third client.
            let distance = last - entry.activity.last_seen_at.as_micros();
            assert!(distance < 12, "{distance}");
        }
    }
}
