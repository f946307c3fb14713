//! Requests of clients that are cut off, against stores whose content and faults the test controls.

mod effects;
mod outages;
mod processes;
mod settings;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cognito_m2m::cutoff::{Cutoff, CutoffError, CutoffFuture, CutoffStore};
use cognito_m2m::testing::{LocalCognito, TestClock};
use cognito_m2m::time::Clock;
use cognito_m2m::users::UserMappingError;
use cognito_m2m::{CognitoAuth, CognitoAuthBuilder, ServicePrincipal, Settings};
use cognito_m2m_tests::{Answer, Api, serve_routes};

use crate::resource_servers::routes;

/// Cut-offs in memory. Reads fail or hang on demand.
#[derive(Default)]
struct TestStore {
    cutoffs: Mutex<BTreeMap<String, Cutoff>>,
    reads: AtomicU64,
    is_away: AtomicBool,
    is_hanging: AtomicBool,
    is_panicking: AtomicBool,
}

impl TestStore {
    fn set_away(&self, is_away: bool) {
        self.is_away.store(is_away, Ordering::SeqCst);
    }

    fn set_hanging(&self, is_hanging: bool) {
        self.is_hanging.store(is_hanging, Ordering::SeqCst);
    }

    fn set_panicking(&self, is_panicking: bool) {
        self.is_panicking.store(is_panicking, Ordering::SeqCst);
    }

    fn reads(&self) -> u64 {
        self.reads.load(Ordering::SeqCst)
    }
}

impl CutoffStore for TestStore {
    fn read(&self) -> CutoffFuture<'_, Vec<Cutoff>> {
        Box::pin(async {
            self.reads.fetch_add(1, Ordering::SeqCst);
            if self.is_hanging.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            assert!(
                !self.is_panicking.load(Ordering::SeqCst),
                "the store of the test panics"
            );
            if self.is_away.load(Ordering::SeqCst) {
                return Err(CutoffError::Connect("the database is away".into()));
            }
            let cutoffs = self.cutoffs.lock().expect("the lock is not poisoned");
            Ok(cutoffs.values().cloned().collect())
        })
    }

    fn set(&self, cutoff: Cutoff) -> CutoffFuture<'_, ()> {
        let mut cutoffs = self.cutoffs.lock().expect("the lock is not poisoned");
        cutoffs.insert(cutoff.client_id().to_owned(), cutoff);
        Box::pin(async { Ok(()) })
    }

    fn lift<'a>(&'a self, client_id: &'a str) -> CutoffFuture<'a, bool> {
        let mut cutoffs = self.cutoffs.lock().expect("the lock is not poisoned");
        let is_lifted = cutoffs.remove(client_id).is_some();
        Box::pin(async move { Ok(is_lifted) })
    }
}

/// A clock that only moves when a test advances it, and that counts the pauses between two reads of the
/// cut-offs. A pause begins when the result of a read has been published.
#[derive(Clone)]
struct RefreshClock {
    clock: TestClock,
    pauses: Arc<AtomicU64>,
}

impl RefreshClock {
    fn new() -> Self {
        Self {
            clock: TestClock::new(),
            pauses: Arc::default(),
        }
    }

    fn advance(&self, step: Duration) {
        self.clock.advance(step);
    }

    /// Waits until there have been more pauses than this, and returns their number.
    async fn wait_for_pause_after(&self, pauses: u64) -> u64 {
        loop {
            let current = self.pauses.load(Ordering::SeqCst);
            if current > pauses {
                return current;
            }
            actix_web::rt::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl Clock for RefreshClock {
    fn wall(&self) -> Duration {
        self.clock.wall()
    }

    fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    fn sleep_until(&self, deadline: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let sleep = self.clock.sleep_until(deadline);
        // The other tasks sleep for 5 s or until the time of a key fetch. Jitter shortens this pause.
        let pause = deadline.saturating_sub(self.clock.monotonic());
        if pause < Duration::from_secs(5) {
            self.pauses.fetch_add(1, Ordering::SeqCst);
        }
        sleep
    }
}

/// An API with a cut-off store and a clock that only moves when a test advances it.
struct Fixture {
    cognito: LocalCognito,
    clock: RefreshClock,
    store: Arc<TestStore>,
    auth: CognitoAuth,
    api: Api,
    lookups: Arc<AtomicU64>,
}

impl Fixture {
    async fn start() -> Self {
        let fixture = Self::start_with(|_| {}, |builder, _| builder).await;
        fixture.auth.prefetch().await.expect("the keys are fetched");
        assert!(fixture.auth.health().is_ready());
        fixture
    }

    async fn start_with(
        prepare: impl FnOnce(&TestStore),
        build: impl FnOnce(CognitoAuthBuilder, Settings) -> CognitoAuthBuilder,
    ) -> Self {
        let clock = RefreshClock::new();
        let cognito = LocalCognito::builder().clock(clock.clone()).start();
        let cognito = cognito.expect("the local Cognito starts");
        let store = Arc::new(TestStore::default());
        prepare(&store);
        let lookups = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&lookups);
        let mapper = move |_: ServicePrincipal| {
            counter.fetch_add(1, Ordering::SeqCst);
            async { Ok::<_, UserMappingError>(Some(7_u32)) }
        };
        let settings = cognito.settings().user_mapping_enabled(true);
        let builder = CognitoAuth::builder()
            .settings(settings.clone())
            .clock(clock.clone())
            .user_mapper(mapper)
            .cutoff_store(Arc::clone(&store))
            .allow_undefined_groups();
        let auth = build(builder, settings).build();
        let auth = auth.unwrap_or_else(|error| panic!("{error}"));
        let api = serve_routes(auth.clone(), routes);
        Self {
            cognito,
            clock,
            store,
            auth,
            api,
            lookups,
        }
    }

    /// Returns a token that is issued now. It has a scope for every route.
    fn token(&self, client_id: &str) -> String {
        let token = self.cognito.token(client_id);
        token.scope("other/read widgets/admin").sign()
    }

    /// Returns the current time plus an offset in seconds.
    fn in_seconds(&self, offset: i64) -> SystemTime {
        let now = self.clock.wall().as_secs();
        let time = now.checked_add_signed(offset).expect("a time after 1970");
        UNIX_EPOCH + Duration::from_secs(time)
    }

    /// Sets a cut-off, and waits until the API has read it.
    async fn cut_off(&self, client_id: &str, offset: i64) {
        let cutoff = Cutoff::new(client_id, self.in_seconds(offset)).expect("a client ID");
        self.store.set(cutoff).await.expect("the store is there");
        self.refresh().await;
    }

    async fn lift(&self, client_id: &str) {
        assert!(
            self.store
                .lift(client_id)
                .await
                .expect("the store is there")
        );
        self.refresh().await;
    }

    /// Lets the refresh interval pass, and waits until the cut-offs have been read.
    async fn refresh(&self) {
        let pauses = self.clock.wait_for_pause_after(0).await;
        self.clock.advance(Duration::from_secs(5));
        self.clock.wait_for_pause_after(pauses).await;
    }

    async fn get(&self, path: &str, token: &str) -> Answer {
        self.api.get(path, token).await
    }

    /// Returns the reason code with which `validate_token` refuses the token, or `None`.
    async fn refusal_reason(&self, token: &str) -> Option<&'static str> {
        let validated = self.auth.validate_token(token).await;
        validated.err().map(|refusal| refusal.reason())
    }
}
