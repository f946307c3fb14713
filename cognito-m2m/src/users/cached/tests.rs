use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::policy::PolicyDefaults;
use crate::pool::PoolName;
use crate::principal::Identity;
use crate::token::{Claims, RegisteredClaims};

const TTL: Duration = Duration::from_secs(30);

/// A clock that only moves when a test advances it.
#[derive(Clone)]
struct ManualClock(Arc<Mutex<ClockReading>>);

impl Default for ManualClock {
    fn default() -> Self {
        let start = ClockReading {
            wall: TTL * 1_000,
            monotonic: Duration::ZERO,
        };
        Self(Arc::new(Mutex::new(start)))
    }
}

impl ManualClock {
    fn advance(&self, step: Duration) {
        self.change(|now| *now = now.after(step));
    }

    fn change(&self, change: impl FnOnce(&mut ClockReading)) {
        change(&mut self.0.lock().expect("the clock is not poisoned"));
    }
}

impl Clock for ManualClock {
    fn wall(&self) -> Duration {
        self.0.lock().expect("the clock is not poisoned").wall
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().expect("the clock is not poisoned").monotonic
    }

    fn sleep_until(&self, _: Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::pending())
    }
}

/// A mapper that returns the number of the lookup, or the configured miss or error.
#[derive(Clone)]
struct CountingMapper {
    lookups: Arc<AtomicUsize>,
    answer: Arc<Mutex<Result<bool, UserMappingError>>>,
    clock: ManualClock,
    lookup_time: Duration,
}

impl CountingMapper {
    fn new(clock: &ManualClock) -> Self {
        Self {
            lookups: Arc::default(),
            answer: Arc::new(Mutex::new(Ok(true))),
            clock: clock.clone(),
            lookup_time: Duration::ZERO,
        }
    }

    fn set_answer(&self, answer: Result<bool, UserMappingError>) {
        *self.answer.lock().expect("the answer is not poisoned") = answer;
    }

    fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }
}

impl UserMapper for CountingMapper {
    type User = usize;

    fn find<'a>(
        &'a self,
        _: &'a ServicePrincipal,
    ) -> BoxFuture<'a, Result<Option<usize>, UserMappingError>> {
        let number = self.lookups.fetch_add(1, Ordering::SeqCst) + 1;
        let answer = self
            .answer
            .lock()
            .expect("the answer is not poisoned")
            .clone();
        self.clock.advance(self.lookup_time);
        Box::pin(async move { Ok(answer?.then_some(number)) })
    }
}

/// Creates a principal with a pool, a token, the claim `tenant` and policy defaults.
fn principal(
    pool: &str,
    token: &str,
    tenant: &str,
    policy_defaults: &Arc<PolicyDefaults>,
) -> ServicePrincipal {
    let claims = json!({ "client_id": "reporting", "tenant": tenant });
    let claims = Claims::from_value(claims).expect("the claims are an object");
    let payload = claims.payload().into_owned();
    let registered = RegisteredClaims::parse(&payload).ok();
    let identity = registered.and_then(|claims| Identity::from_claims(&claims).ok());
    let identity = identity.expect("the claims have a client ID");
    let pool = PoolName::new_additional(pool).unwrap_or_default();
    ServicePrincipal::new(identity, claims, pool, token, Arc::clone(policy_defaults))
}

fn principal_with_token(token: &str) -> ServicePrincipal {
    principal("tenant", token, "acme", &Arc::default())
}

#[tokio::test]
async fn user_is_looked_up_once_within_the_ttl() {
    let clock = ManualClock::default();
    let mapper = CountingMapper::new(&clock);
    let cached = mapper.clone().cached_for(TTL).clock(clock.clone());
    let caller = principal_with_token("a.b.c");
    for step in [0, 1, 28] {
        clock.advance(Duration::from_secs(step));
        assert_eq!(cached.find(&caller).await, Ok(Some(1)));
    }
    clock.advance(Duration::from_secs(1));
    assert_eq!(cached.find(&caller).await, Ok(Some(2)));
}

#[tokio::test]
async fn rule_2_7_cached_user_expires_by_either_clock() {
    let clock = ManualClock::default();
    let mapper = CountingMapper::new(&clock);
    let cached = mapper.clone().cached_for(TTL).clock(clock.clone());
    let caller = principal_with_token("a.b.c");
    assert_eq!(cached.find(&caller).await, Ok(Some(1)));
    // The machine was suspended.
    clock.change(|now| now.wall += TTL);
    assert_eq!(cached.find(&caller).await, Ok(Some(2)));
    // The wall clock is set back, which extends nothing.
    clock.change(|now| now.wall -= TTL * 100);
    clock.advance(TTL - Duration::from_secs(1));
    assert_eq!(cached.find(&caller).await, Ok(Some(2)));
    clock.advance(Duration::from_secs(1));
    assert_eq!(cached.find(&caller).await, Ok(Some(3)));
}

#[tokio::test]
async fn ttl_starts_before_the_lookup() {
    let clock = ManualClock::default();
    let mut mapper = CountingMapper::new(&clock);
    mapper.lookup_time = TTL;
    let cached = mapper.clone().cached_for(TTL).clock(clock);
    let caller = principal_with_token("a.b.c");
    for lookup in 1..=2 {
        assert_eq!(cached.find(&caller).await, Ok(Some(lookup)));
    }
}

#[tokio::test]
async fn misses_and_errors_are_not_cached() {
    let clock = ManualClock::default();
    let mapper = CountingMapper::new(&clock);
    let cached = mapper.clone().cached_for(TTL).clock(clock);
    let caller = principal_with_token("a.b.c");
    mapper.set_answer(Ok(false));
    assert_eq!(cached.find(&caller).await, Ok(None));
    mapper.set_answer(Err(UserMappingError::Ambiguous(2)));
    let error = UserMappingError::Ambiguous(2);
    assert_eq!(cached.find(&caller).await, Err(error));
    mapper.set_answer(Ok(true));
    assert_eq!(cached.find(&caller).await, Ok(Some(3)));
    assert_eq!(cached.find(&caller).await, Ok(Some(3)));
}

#[tokio::test]
async fn principals_that_differ_in_any_way_share_no_entry() {
    let defaults = Arc::default();
    let callers = [
        principal("tenant", "a.b.c", "acme", &defaults),
        principal("other", "a.b.c", "acme", &defaults),
        principal("default", "a.b.c", "acme", &defaults),
        principal("tenant", "a.b.d", "acme", &defaults),
        principal("tenant", "a.b.c", "umbrella", &defaults),
        principal("tenant", "a.b.c", "acme", &Arc::default()),
    ];
    let mapper = CountingMapper::new(&ManualClock::default());
    let cached = mapper.clone().cached_for(TTL);
    for _ in 0..2 {
        for (caller, number) in callers.iter().zip(1..) {
            assert_eq!(cached.find(caller).await, Ok(Some(number)), "{caller:?}");
        }
    }
    let same = principal("tenant", "a.b.c", "acme", &defaults);
    assert_eq!(
        cached.find(&same).await,
        Ok(Some(1)),
        "equal principals share an entry"
    );
}

#[tokio::test]
async fn full_cache_drops_unused_entries() {
    let mapper = CountingMapper::new(&ManualClock::default());
    let cached = mapper.clone().cached_for(TTL).max_entries(8);
    let caller = principal_with_token("in.u.se");
    let others: Vec<_> = (0..1_000)
        .map(|number| principal_with_token(&number.to_string()))
        .collect();
    for (other, number) in others.iter().zip(2..) {
        assert_eq!(cached.find(&caller).await, Ok(Some(1)));
        assert_eq!(cached.find(other).await, Ok(Some(number)));
    }
    assert_eq!(cached.find(&others[999]).await, Ok(Some(1_001)));
    assert_eq!(cached.find(&others[0]).await, Ok(Some(1_002)));
    let disabled = mapper.clone().cached_for(TTL).max_entries(0);
    let before = mapper.lookups();
    for _ in 0..2 {
        assert!(matches!(disabled.find(&caller).await, Ok(Some(_))));
    }
    assert_eq!(mapper.lookups(), before + 2);
}

#[tokio::test]
async fn serving_and_cached_for_compose_in_either_order() {
    let mapper = CountingMapper::new(&ManualClock::default());
    let inside = mapper.clone().serving(["tenant"]).cached_for(TTL);
    let outside = mapper.clone().cached_for(TTL).serving(["tenant"]);
    let caller = principal_with_token("a.b.c");
    for _ in 0..2 {
        assert_eq!(inside.find(&caller).await, Ok(Some(1)));
        assert_eq!(outside.find(&caller).await, Ok(Some(2)));
    }
    let served = Some(vec!["tenant".to_owned()]);
    assert_eq!((inside.pools(), outside.pools()), (served.clone(), served));
}
