use super::*;
use crate::jwks::error::FetchError;
use crate::jwks::key_set::KeySet;
use crate::jwks::store::KeyLimits;
use crate::jwks::tests::key_set;
use crate::runtime::OwnerProcess;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// A pool with the sources `original`, `updated` and `replica`, whose fetches have not ended.
struct Fixture {
    keys: PoolKeys,
    stores: Vec<KeyStore>,
}

const ORIGINAL: usize = 0;
const UPDATED: usize = 1;
const REPLICA: usize = 2;

impl Fixture {
    fn new() -> Self {
        Self::with_configured(None)
    }

    fn with_configured(configured: Option<ConfiguredKeys>) -> Self {
        let limits = KeyLimits {
            max_stale: HOUR * 24,
            fetch_timeout: SECOND * 3,
        };
        let cooldown = Arc::new(Cooldown::new(SECOND * 10));
        let process = Arc::new(OwnerProcess::current());
        let stores: Vec<_> = (0..3)
            .map(|_| KeyStore::new(limits, Arc::clone(&cooldown), Arc::clone(&process)))
            .collect();
        let names = ["original", "updated", "replica"];
        let sources = names.iter().zip(&stores);
        let sources = sources.map(|(name, store)| KeySource::new(Arc::from(*name), store.clone()));
        Self {
            keys: PoolKeys::new(sources.collect(), configured, cooldown),
            stores,
        }
    }

    fn succeed(&self, source: usize, kids: &[&str]) {
        self.succeed_with(source, key_set(kids));
    }

    /// Fetches keys at a time after the start.
    fn succeed_at(&self, source: usize, kids: &[&str], after: Duration) {
        self.succeed(source, kids);
        let at = ClockReading::default().after(after);
        self.stores[source].update(|snapshot| snapshot.refreshed_at = at);
    }

    fn succeed_with(&self, source: usize, keys: KeySet) {
        self.keys.record_attempt(source);
        let previous = self.stores[source].snapshot().keys.clone();
        let new_kids = previous.map(|previous| keys.kids_not_in(&previous));
        let has_keys = !keys.is_empty();
        self.stores[source].update(|snapshot| {
            snapshot.fetching = false;
            snapshot.keys = Some(Arc::new(keys));
            snapshot.last_error = None;
            snapshot.last_attempt_at = Some(ClockReading::default());
            snapshot.next_attempt_at = ClockReading::default().after(HOUR);
        });
        if has_keys {
            let now = ClockReading::default();
            self.keys
                .record_success(source, &new_kids.unwrap_or_default(), now);
        }
    }

    fn fail(&self, source: usize) {
        self.keys.record_attempt(source);
        self.stores[source].update(|snapshot| {
            snapshot.fetching = false;
            snapshot.last_error = Some(Arc::new(FetchError::Status(500)));
            snapshot.last_attempt_at = Some(ClockReading::default());
            snapshot.next_attempt_at = ClockReading::default().after(HOUR);
        });
    }

    /// Looks for a key within the cool-down.
    fn find(&self, source: usize, kid: &str) -> Result<(), &'static str> {
        self.find_at(source, kid, ClockReading::default())
    }

    fn find_at(&self, source: usize, kid: &str, now: ClockReading) -> Result<(), &'static str> {
        match self.keys.find(source, kid, now) {
            Ok(_) => Ok(()),
            Err(Incomplete::Waiting(_)) => Err("waiting"),
            Err(Incomplete::Failed(KeyNotFound::Unknown)) => Err("unknown"),
            Err(Incomplete::Failed(KeyNotFound::Unavailable(_))) => Err("unavailable"),
        }
    }

    fn key(&self, source: usize, kid: &str) -> Arc<VerificationKey> {
        let found = self
            .keys
            .find_without_fetch(source, kid, ClockReading::default());
        found.expect("the key is found")
    }

    fn holds(&self, source: usize, key: &Arc<VerificationKey>) -> bool {
        self.keys.holds(source, key, ClockReading::default())
    }
}

fn configured(kids: &[&str], usable_until: Option<ClockReading>) -> ConfiguredKeys {
    let keys = Arc::new(key_set(kids));
    ConfiguredKeys::new("jwks_file", keys, ClockReading::default(), usable_until)
}

#[test]
fn rule_2_8_keys_of_a_token_are_those_of_its_issuer() {
    let pool = Fixture::new();
    pool.succeed(ORIGINAL, &["a"]);
    pool.succeed(UPDATED, &["b"]);
    pool.succeed(REPLICA, &["c"]);
    for (source, kid) in [(ORIGINAL, "a"), (UPDATED, "b"), (REPLICA, "c")] {
        for other in ["a", "b", "c"] {
            let expected = if other == kid { Ok(()) } else { Err("unknown") };
            assert_eq!(pool.find(source, other), expected, "{source} {other}");
        }
    }
}

#[test]
fn rule_2_8_other_sources_serve_while_a_source_has_never_been_fetched() {
    let pool = Fixture::new();
    assert_eq!(pool.find(ORIGINAL, "a"), Err("waiting"));
    pool.succeed(UPDATED, &["a"]);
    for source in [ORIGINAL, UPDATED, REPLICA] {
        assert_eq!(pool.find(source, "a"), Ok(()), "{source}");
    }
    assert_eq!(pool.find(ORIGINAL, "b"), Err("waiting"));
}

#[test]
fn rule_2_8_other_sources_serve_while_the_last_fetch_has_failed_and_success_ends_that() {
    let pool = Fixture::new();
    pool.succeed(ORIGINAL, &["a"]);
    pool.succeed(UPDATED, &["b"]);
    pool.fail(ORIGINAL);
    assert_eq!(pool.find(ORIGINAL, "a"), Ok(()), "its own keys stay usable");
    assert_eq!(pool.find(ORIGINAL, "b"), Ok(()));
    assert_eq!(pool.find(ORIGINAL, "x"), Err("unavailable"));
    assert_eq!(
        pool.find(UPDATED, "a"),
        Err("unknown"),
        "`updated` does not fail"
    );

    let borrowed = pool.key(ORIGINAL, "b");
    assert!(pool.holds(ORIGINAL, &borrowed));
    pool.succeed(ORIGINAL, &["c"]);
    assert_eq!(pool.find(ORIGINAL, "b"), Err("unknown"));
    assert!(!pool.holds(ORIGINAL, &borrowed), "cached tokens end too");
    assert!(pool.holds(UPDATED, &borrowed));
}

#[test]
fn rule_2_8_older_keys_of_another_source_do_not_bring_back_a_withdrawn_key() {
    let pool = Fixture::new();
    pool.succeed_at(UPDATED, &["withdrawn"], SECOND);
    pool.succeed_at(REPLICA, &["withdrawn"], SECOND * 3);
    let borrowed = pool.key(ORIGINAL, "withdrawn");
    pool.succeed_at(ORIGINAL, &["a"], SECOND * 4);
    assert_eq!(pool.find(ORIGINAL, "withdrawn"), Err("unknown"));
    pool.fail(ORIGINAL);
    assert_eq!(pool.find(ORIGINAL, "withdrawn"), Err("unavailable"));
    assert!(!pool.holds(ORIGINAL, &borrowed));

    pool.succeed_at(UPDATED, &["b"], SECOND * 5);
    assert_eq!(pool.find(ORIGINAL, "b"), Ok(()));
    assert_eq!(pool.find(ORIGINAL, "withdrawn"), Err("unavailable"));
}

#[test]
fn rule_2_4_new_key_of_one_source_is_fetched_from_the_others_at_once() {
    let pool = Fixture::new();
    pool.succeed(ORIGINAL, &["a"]);
    pool.succeed(UPDATED, &["a"]);
    pool.succeed(REPLICA, &["a"]);
    let requests = || [0, 1, 2].map(|source: usize| pool.stores[source].last_request());
    assert_eq!(requests(), [0, 0, 0]);
    let now = ClockReading::default();
    assert!(!pool.keys.claim_fetch(UPDATED, now), "cool-down");
    pool.succeed(ORIGINAL, &["a", "rotated"]);
    assert_eq!(requests(), [0, 1, 1]);
    assert!(pool.keys.claim_fetch(UPDATED, now));
    pool.succeed(UPDATED, &["rotated"]);
    assert_eq!(requests(), [0, 1, 2], "`original` has it already");
    assert!(!pool.keys.claim_fetch(UPDATED, now), "once");
    pool.succeed(ORIGINAL, &["rotated"]);
    assert_eq!(requests(), [0, 1, 2], "a withdrawn key is no new one");
}

#[test]
fn rule_2_8_key_that_another_source_withdraws_ends_for_a_failing_source_too() {
    let pool = Fixture::new();
    pool.fail(ORIGINAL);
    pool.fail(REPLICA);
    pool.succeed(UPDATED, &["a"]);
    let borrowed = pool.key(REPLICA, "a");
    pool.succeed(UPDATED, &["b"]);
    assert_eq!(pool.find(REPLICA, "a"), Err("unavailable"));
    assert!(!pool.holds(REPLICA, &borrowed));
}

#[test]
fn rule_2_8_unknown_key_of_a_failing_source_is_fetched_from_one_that_works() {
    let pool = Fixture::new();
    let after_cooldown = ClockReading::default().after(SECOND * 10);
    pool.succeed_with(UPDATED, KeySet::default());
    pool.succeed(REPLICA, &["a"]);
    pool.fail(ORIGINAL);
    let requests = || [0, 1, 2].map(|source: usize| pool.stores[source].last_request());
    assert_eq!(
        pool.find(ORIGINAL, "rotated"),
        Err("unavailable"),
        "cool-down"
    );
    let found = pool.find_at(ORIGINAL, "rotated", after_cooldown);
    assert_eq!(found, Err("waiting"));
    assert_eq!(requests(), [0, 0, 1], "`updated` has no keys");
    pool.succeed(REPLICA, &["rotated"]);
    assert_eq!(pool.find(ORIGINAL, "rotated"), Ok(()));

    pool.fail(REPLICA);
    let found = pool.find_at(ORIGINAL, "x", after_cooldown);
    assert_eq!(found, Err("waiting"));
    // The new key has caused a fetch of both sources that lack it.
    assert_eq!(requests(), [2, 1, 1], "no other source works");
}

#[test]
fn rule_2_8_duplicate_kids_are_judged_within_one_source() {
    let pool = Fixture::new();
    // Each source has other key material under the same `kid`.
    pool.succeed_with(ORIGINAL, key_set(&["same"]));
    pool.succeed_with(UPDATED, key_set(&["same"]));
    let (original, updated) = (pool.key(ORIGINAL, "same"), pool.key(UPDATED, "same"));
    assert!(!original.has_same_material_as(&updated));
    assert!(pool.holds(ORIGINAL, &original) && !pool.holds(ORIGINAL, &updated));
}

#[test]
fn rule_2_8_pool_that_was_never_switched_is_available_and_can_be_switched_at_any_time() {
    let pool = Fixture::new();
    pool.succeed(ORIGINAL, &["a"]);
    pool.fail(REPLICA);
    // Status 403 of the host of the UPDATED issuer.
    pool.succeed_with(UPDATED, KeySet::default());
    let now = ClockReading::default();
    assert!(pool.keys.check_available(now).is_ok());
    assert_eq!(pool.find(UPDATED, "a"), Ok(()), "just after the switch");
    assert_eq!(pool.find(UPDATED, "x"), Err("unknown"), "not unavailable");
    let borrowed = pool.key(UPDATED, "a");
    let states = pool.keys.states(now);
    let states: Vec<_> = states
        .iter()
        .map(|it| (&*it.name, it.is_serving, it.last_error.is_some()))
        .collect();
    let expected = [
        ("original", true, false),
        ("updated", false, false),
        ("replica", false, true),
    ];
    assert_eq!(states, expected);
    let error = pool.keys.last_error().expect("the replica fails");
    assert!(
        error.starts_with("replica: ") && error.contains("500"),
        "{error}"
    );

    pool.succeed(UPDATED, &["b"]);
    assert_eq!(pool.find(UPDATED, "a"), Err("unknown"), "it has keys now");
    assert!(!pool.holds(UPDATED, &borrowed));
}

#[test]
fn pool_that_has_only_an_unused_issuer_is_not_available_and_says_why() {
    let pool = Fixture::new();
    for source in [ORIGINAL, UPDATED, REPLICA] {
        pool.succeed_with(source, KeySet::default());
    }
    assert!(pool.keys.check_available(ClockReading::default()).is_err());
    let error = pool.keys.last_error().expect("there are no keys");
    assert!(
        error.contains("status 403") && error.contains("`issuer_types`"),
        "{error}"
    );
    pool.succeed(ORIGINAL, &["a"]);
    assert_eq!(pool.keys.last_error(), None);
}

#[test]
fn rule_2_8_configured_keys_serve_last_and_end_with_the_first_successful_fetch() {
    let until = ClockReading::default().after(HOUR * 24);
    let pool = Fixture::with_configured(Some(configured(&["file"], Some(until))));
    assert_eq!(
        pool.find(ORIGINAL, "file"),
        Ok(()),
        "before the first fetch has ended"
    );
    for source in [ORIGINAL, UPDATED, REPLICA] {
        pool.fail(source);
        assert_eq!(pool.find(source, "file"), Ok(()));
    }
    let key = pool.key(ORIGINAL, "file");
    assert!(pool.keys.check_available(ClockReading::default()).is_ok());
    pool.succeed_with(UPDATED, KeySet::default());
    assert_eq!(
        pool.find(ORIGINAL, "file"),
        Ok(()),
        "status 403 has no keys"
    );
    let later = ClockReading {
        wall: until.wall,
        ..ClockReading::default()
    };
    assert!(
        pool.find_at(ORIGINAL, "file", later).is_err(),
        "after `jwks_max_stale`"
    );

    pool.succeed(REPLICA, &["a"]);
    assert_eq!(pool.find(ORIGINAL, "file"), Err("unavailable"));
    assert!(!pool.holds(ORIGINAL, &key));
    pool.fail(REPLICA);
    assert_eq!(
        pool.find(REPLICA, "file"),
        Err("unavailable"),
        "it is over for good"
    );
}

#[test]
fn configured_keys_without_fetches_have_no_end() {
    let keys = configured(&["file"], None);
    let pool = PoolKeys::new(Vec::new(), Some(keys), Arc::new(Cooldown::new(SECOND)));
    let later = ClockReading::default().after(HOUR * 24 * 365);
    assert!(pool.find(0, "file", later).is_ok());
    let unknown = pool.find(0, "x", later);
    assert!(matches!(
        unknown,
        Err(Incomplete::Failed(KeyNotFound::Unknown))
    ));
    assert!(pool.check_available(later).is_ok());
}

#[test]
fn rule_2_4_flood_of_one_issuer_does_not_keep_the_other_from_being_fetched() {
    let pool = Fixture::new();
    pool.succeed(ORIGINAL, &["a"]);
    pool.succeed(UPDATED, &["b"]);
    pool.succeed(REPLICA, &["c"]);
    let mut now = ClockReading::default().after(SECOND * 60);
    assert!(pool.keys.claim_fetch(ORIGINAL, now));
    pool.stores[ORIGINAL].update(|snapshot| snapshot.last_attempt_at = Some(now));
    pool.keys.record_attempt(ORIGINAL);
    // A key of `updated` was rotated. The flood continues.
    now = now.after(SECOND);
    assert_eq!(pool.find_at(UPDATED, "rotated", now), Err("unknown"));
    assert_eq!(pool.find_at(ORIGINAL, "flood", now), Err("unknown"));
    now = now.after(SECOND * 9);
    assert_eq!(pool.find_at(ORIGINAL, "flood", now), Err("waiting"));
    let requests = pool.stores[UPDATED].last_request();
    assert!(
        !pool.keys.claim_fetch(ORIGINAL, now),
        "`updated` has waited for longer"
    );
    assert_eq!(pool.stores[UPDATED].last_request(), requests + 1);
    assert!(pool.keys.claim_fetch(UPDATED, now));
    assert!(
        !pool.keys.claim_fetch(ORIGINAL, now),
        "one fetch per cool-down"
    );
}
