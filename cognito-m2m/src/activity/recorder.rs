use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use foldhash::quality::RandomState;
use papaya::HashMap;
use tokio::sync::Notify;

use super::interface::ClientActivity;
use super::timestamp::Timestamp;
use crate::pool::PoolName;
use crate::principal::ServicePrincipal;

/// What requests note: a map entry per client. Nobody waits here for anybody, and a client that is
/// known costs no allocation.
pub(crate) struct Recorder {
    pools: Box<[(PoolName, Clients)]>,
    has_news: AtomicBool,
    has_new_client: Notify,
}

/// The clients of one pool, by client id.
type Clients = HashMap<Box<str>, Arc<Seen>, RandomState>;

/// When a client was seen, and what of that has been written; in microseconds since the epoch.
struct Seen {
    first: AtomicU64,
    last: AtomicU64,
    written_first: AtomicU64,
    written_last: AtomicU64,
}

/// A sighting to be written, and where to note that it was.
pub(super) struct Unwritten {
    pub(super) sighting: ClientActivity,
    seen: Arc<Seen>,
}

impl Recorder {
    pub(crate) fn new(pools: impl IntoIterator<Item = PoolName>) -> Self {
        Self {
            pools: pools
                .into_iter()
                .map(|pool| (pool, Clients::default()))
                .collect(),
            has_news: AtomicBool::new(false),
            has_new_client: Notify::new(),
        }
    }

    pub(crate) fn note(&self, principal: &ServicePrincipal, now: Duration) {
        let Some((_, clients)) = self.pools.iter().find(|(pool, _)| pool == principal.pool())
        else {
            return;
        };
        let now = Timestamp::from(now).as_micros();
        let client_id = principal.client_id().as_str();
        let clients = clients.pin();
        match clients.get(client_id) {
            Some(seen) => {
                seen.note(now);
                self.announce();
            }
            None => {
                clients
                    .get_or_insert_with(client_id.into(), || Arc::new(Seen::at(now)))
                    .note(now);
                self.announce();
                self.has_new_client.notify_one();
            }
        }
    }

    /// Sequentially consistent, as are the writes to [`Seen`]: either the writer that has just taken
    /// the flag sees the note, or the flag is set again. It is read first, since writing would take
    /// the cache line away from all other workers.
    fn announce(&self) {
        if !self.has_news.load(Ordering::SeqCst) {
            self.has_news.store(true, Ordering::SeqCst);
        }
    }

    /// Completes when a client is seen for the first time.
    pub(super) async fn new_client(&self) {
        self.has_new_client.notified().await;
    }

    /// Everything that has not been written, by client id; the map is looked through only if
    /// something was noted since.
    pub(super) fn take_unwritten(&self) -> Vec<Unwritten> {
        if !self.has_news.swap(false, Ordering::SeqCst) {
            return Vec::new();
        }
        let mut unwritten = Vec::new();
        for (pool, clients) in &self.pools {
            for (client_id, seen) in &clients.pin() {
                unwritten.extend(seen.unwritten().map(|(first, last)| Unwritten {
                    sighting: ClientActivity {
                        client_id: qualified(pool, client_id),
                        first_seen_at: Timestamp::from_micros(first),
                        last_seen_at: Timestamp::from_micros(last),
                    },
                    seen: Arc::clone(seen),
                }));
            }
        }
        unwritten
            .sort_unstable_by(|one, other| one.sighting.client_id.cmp(&other.sighting.client_id));
        unwritten
    }

    /// What was taken could not be written: it is there still.
    pub(super) fn give_back(&self) {
        self.has_news.store(true, Ordering::SeqCst);
    }
}

impl Unwritten {
    pub(super) fn mark_as_written(&self) {
        let ClientActivity {
            first_seen_at,
            last_seen_at,
            ..
        } = &self.sighting;
        let seen = &self.seen;
        seen.written_first
            .store(first_seen_at.as_micros(), Ordering::SeqCst);
        seen.written_last
            .store(last_seen_at.as_micros(), Ordering::SeqCst);
    }
}

impl Seen {
    fn at(now: u64) -> Self {
        Self {
            first: AtomicU64::new(now),
            last: AtomicU64::new(now),
            written_first: AtomicU64::new(u64::MAX),
            written_last: AtomicU64::new(0),
        }
    }

    fn note(&self, now: u64) {
        self.last.fetch_max(now, Ordering::SeqCst);
        // Only a clock that was set back comes here.
        if now < self.first.load(Ordering::SeqCst) {
            self.first.fetch_min(now, Ordering::SeqCst);
        }
    }

    fn unwritten(&self) -> Option<(u64, u64)> {
        let first = self.first.load(Ordering::SeqCst);
        let last = self.last.load(Ordering::SeqCst);
        let is_written = first >= self.written_first.load(Ordering::SeqCst)
            && last <= self.written_last.load(Ordering::SeqCst);
        (!is_written).then_some((first, last))
    }
}

/// A client id is unique in its pool only.
fn qualified(pool: &PoolName, client_id: &str) -> Box<str> {
    if pool.is_default() {
        client_id.into()
    } else {
        format!("{pool}:{client_id}").into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::token::Claims;

    fn principal(client_id: &str) -> ServicePrincipal {
        let claims = Claims::from_value(json!({ "client_id": client_id })).expect("claims");
        ServicePrincipal::danger_from_claims(claims).expect("a principal")
    }

    #[test]
    fn rule_4_1_noting_a_known_client_allocates_nothing() {
        let known = principal("reporting");
        let recorder = Recorder::new([known.pool().clone()]);
        let note = |seconds| recorder.note(&known, Duration::from_secs(seconds));
        let first = allocation_counter::measure(|| note(1));
        assert!(first.count_total > 0, "an entry is made, and counted");
        let later = allocation_counter::measure(|| (2..10_002).for_each(note));
        assert_eq!(later.count_total, 0);

        let unwritten = recorder.take_unwritten();
        let [only] = &unwritten[..] else {
            panic!("one client, found {}", unwritten.len());
        };
        assert_eq!(only.sighting.first_seen_at.as_micros(), 1_000_000);
        assert_eq!(only.sighting.last_seen_at.as_micros(), 10_001_000_000);
    }

    /// Half a million notes from four threads end with the least and the greatest.
    #[test]
    fn notes_of_many_threads_lose_nothing() {
        let clients = ["a", "b", "c"].map(principal);
        let recorder = Recorder::new([clients[0].pool().clone()]);
        std::thread::scope(|scope| {
            for thread in 0..4_u64 {
                let (recorder, clients) = (&recorder, &clients);
                scope.spawn(move || {
                    for number in 0..125_000_u64 {
                        let client = &clients[(number % 3) as usize];
                        let micros = 1_000 + number * 4 + thread;
                        recorder.note(client, Duration::from_micros(micros));
                    }
                });
            }
        });
        for (index, entry) in recorder.take_unwritten().iter().enumerate() {
            let (first, last) = (1_000 + 4 * index as u64, 499_999 + 1_000);
            assert_eq!(entry.sighting.first_seen_at.as_micros(), first);
            let behind = last - entry.sighting.last_seen_at.as_micros();
            assert!(behind < 12, "{behind}");
        }
    }
}
