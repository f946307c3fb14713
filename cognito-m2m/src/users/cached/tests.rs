use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::*;
use crate::policy::PolicyDefaults;
use crate::pool::PoolName;
use crate::principal::Identity;
use crate::token::{Claims, RegisteredClaims};

const TTL: Duration = Duration::from_secs(30);

/// A clock that is turned by hand.
#[derive(Clone, Default)]
struct Hand(Arc<Mutex<Duration>>);

impl Hand {
    fn advance(&self, step: Duration) {
        *self.0.lock().expect("a clock") += step;
    }
}

impl Clock for Hand {
    fn wall(&self) -> Duration {
        self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        *self.0.lock().expect("a clock")
    }

    fn sleep_until(&self, _: Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::pending())
    }
}

/// Numbers its lookups; what it answers can be changed.
#[derive(Clone)]
struct Counter {
    lookups: Arc<AtomicUsize>,
    answer: Arc<Mutex<Result<bool, UserMappingError>>>,
    clock: Hand,
    takes: Duration,
}

impl Counter {
    fn new(clock: &Hand) -> Self {
        Self {
            lookups: Arc::default(),
            answer: Arc::new(Mutex::new(Ok(true))),
            clock: clock.clone(),
            takes: Duration::ZERO,
        }
    }

    fn answers(&self, answer: Result<bool, UserMappingError>) {
        *self.answer.lock().expect("an answer") = answer;
    }

    fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }
}

impl UserMapper for Counter {
    type User = usize;

    fn find<'a>(
        &'a self,
        _: &'a ServicePrincipal,
    ) -> BoxFuture<'a, Result<Option<usize>, UserMappingError>> {
        let number = self.lookups.fetch_add(1, Ordering::SeqCst) + 1;
        let answer = self.answer.lock().expect("an answer").clone();
        self.clock.advance(self.takes);
        Box::pin(async move { Ok(answer?.then_some(number)) })
    }
}

/// Of a pool, a token, and the claim `tenant`, under one set of settings.
fn principal(
    pool: &str,
    token: &str,
    tenant: &str,
    policy_defaults: &Arc<PolicyDefaults>,
) -> ServicePrincipal {
    let claims = json!({ "client_id": "reporting", "tenant": tenant });
    let claims = Claims::from_value(claims).expect("an object");
    let registered = RegisteredClaims::parse(claims.payload()).ok();
    let identity = registered.and_then(|claims| Identity::read(&claims).ok());
    let identity = identity.expect("an identity");
    let pool = PoolName::new_additional(pool).unwrap_or_default();
    ServicePrincipal::new(identity, claims, pool, token, Arc::clone(policy_defaults))
}

fn somebody(token: &str) -> ServicePrincipal {
    principal("tenant", token, "acme", &Arc::default())
}

#[tokio::test]
async fn a_user_is_looked_up_once_within_the_time_to_live() {
    let clock = Hand::default();
    let counter = Counter::new(&clock);
    let cached = counter.clone().cached_for(TTL).clock(clock.clone());
    let caller = somebody("a.b.c");
    for step in [0, 1, 28] {
        clock.advance(Duration::from_secs(step));
        assert_eq!(cached.find(&caller).await, Ok(Some(1)));
    }
    clock.advance(Duration::from_secs(1));
    assert_eq!(cached.find(&caller).await, Ok(Some(2)));
}

#[tokio::test]
async fn the_time_to_live_counts_from_before_the_lookup() {
    let clock = Hand::default();
    let mut counter = Counter::new(&clock);
    counter.takes = TTL;
    let cached = counter.clone().cached_for(TTL).clock(clock);
    let caller = somebody("a.b.c");
    for lookup in 1..=2 {
        assert_eq!(cached.find(&caller).await, Ok(Some(lookup)));
    }
}

#[tokio::test]
async fn misses_and_errors_are_not_kept() {
    let clock = Hand::default();
    let counter = Counter::new(&clock);
    let cached = counter.clone().cached_for(TTL).clock(clock);
    let caller = somebody("a.b.c");
    counter.answers(Ok(false));
    assert_eq!(cached.find(&caller).await, Ok(None));
    counter.answers(Err(UserMappingError::Ambiguous(2)));
    let refused = cached.find(&caller).await;
    assert_eq!(refused, Err(UserMappingError::Ambiguous(2)));
    counter.answers(Ok(true));
    assert_eq!(cached.find(&caller).await, Ok(Some(3)));
    assert_eq!(cached.find(&caller).await, Ok(Some(3)));
}

#[tokio::test]
async fn callers_whom_a_mapper_can_tell_apart_share_no_entry() {
    let settings = Arc::default();
    let callers = [
        principal("tenant", "a.b.c", "acme", &settings),
        principal("other", "a.b.c", "acme", &settings),
        principal("default", "a.b.c", "acme", &settings),
        principal("tenant", "a.b.d", "acme", &settings),
        principal("tenant", "a.b.c", "umbrella", &settings),
        principal("tenant", "a.b.c", "acme", &Arc::default()),
    ];
    let counter = Counter::new(&Hand::default());
    let cached = counter.clone().cached_for(TTL);
    for _ in 0..2 {
        for (caller, number) in callers.iter().zip(1..) {
            assert_eq!(cached.find(caller).await, Ok(Some(number)), "{caller:?}");
        }
    }
    let again = principal("tenant", "a.b.c", "acme", &settings);
    assert_eq!(cached.find(&again).await, Ok(Some(1)), "of the same token");
}

#[tokio::test]
async fn many_tokens_push_out_those_that_nobody_uses() {
    let counter = Counter::new(&Hand::default());
    let cached = counter.clone().cached_for(TTL).max_entries(8);
    let caller = somebody("in.u.se");
    let others: Vec<_> = (0..1_000)
        .map(|number| somebody(&number.to_string()))
        .collect();
    for (other, number) in others.iter().zip(2..) {
        assert_eq!(cached.find(&caller).await, Ok(Some(1)));
        assert_eq!(cached.find(other).await, Ok(Some(number)));
    }
    assert_eq!(cached.find(&others[999]).await, Ok(Some(1_001)));
    assert_eq!(cached.find(&others[0]).await, Ok(Some(1_002)));
    let nothing = counter.clone().cached_for(TTL).max_entries(0);
    let before = counter.lookups();
    for _ in 0..2 {
        assert!(matches!(nothing.find(&caller).await, Ok(Some(_))));
    }
    assert_eq!(counter.lookups(), before + 2);
}

#[tokio::test]
async fn pools_and_a_cache_compose_in_either_order() {
    let counter = Counter::new(&Hand::default());
    let inside = counter.clone().serving(["tenant"]).cached_for(TTL);
    let outside = counter.clone().cached_for(TTL).serving(["tenant"]);
    let caller = somebody("a.b.c");
    for _ in 0..2 {
        assert_eq!(inside.find(&caller).await, Ok(Some(1)));
        assert_eq!(outside.find(&caller).await, Ok(Some(2)));
    }
    let served = Some(vec!["tenant".to_owned()]);
    assert_eq!((inside.pools(), outside.pools()), (served.clone(), served));
}
