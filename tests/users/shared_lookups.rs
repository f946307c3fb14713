//! Concurrent requests that miss the cache of users.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use actix_web::rt::{Runtime, spawn};
use actix_web::{Responder, get, web};
use cognito_m2m::token::Claims;
use cognito_m2m::users::{UserMapper, UserMappingError};
use cognito_m2m::{BoxFuture, MappedUser, ServicePrincipal};
use cognito_m2m_tests::eventually;
use futures_util::future::{Either, join_all, pending, select};

use super::arrivals::Arrivals;
use super::fixture::UserApi;

const TTL: Duration = Duration::from_secs(3_600);

type Found = Result<Option<u64>, UserMappingError>;

/// A mapper whose lookups wait until the test sets their result.
#[derive(Clone, Default)]
struct HeldLookups {
    lookups: Arc<AtomicUsize>,
    result: Arc<Mutex<Option<Found>>>,
}

impl HeldLookups {
    fn end_with(&self, result: Found) {
        *self.result.lock().expect("the result is not poisoned") = Some(result);
    }

    fn hold(&self) {
        *self.result.lock().expect("the result is not poisoned") = None;
    }

    fn result(&self) -> Option<Found> {
        let result = self.result.lock().expect("the result is not poisoned");
        result.clone()
    }

    fn count(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }
}

impl UserMapper for HeldLookups {
    type User = u64;

    fn find<'a>(&'a self, _: &'a ServicePrincipal) -> BoxFuture<'a, Found> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {
            eventually("the test ends the lookup", || self.result().is_some()).await;
            self.result().expect("the lookup ended")
        })
    }
}

#[get("/user")]
async fn show_user(user: MappedUser<u64>) -> impl Responder {
    user.to_string()
}

fn routes(config: &mut web::ServiceConfig) {
    config.service(show_user);
}

#[actix_web::test]
async fn thousand_first_requests_of_a_client_share_one_lookup_and_its_result() {
    let (lookups, arrivals) = (HeldLookups::default(), Arrivals::default());
    let mapper = arrivals.before(lookups.clone().cached_for(TTL));
    let users = UserApi::start(mapper, routes, |settings| {
        settings
            .user_mapping_enabled(true)
            .mapping_timeout(Duration::from_secs(120))
    })
    .await;
    let token = users.token("reporting");
    let mut requests_so_far = 0;
    // Only users are cached, so the lookups that find none are repeated by the next requests.
    for (lookup, result, status) in [
        (1, Err(UserMappingError::unavailable("refused")), 503),
        (2, Err(UserMappingError::Inactive), 403),
        (3, Ok(None), 403),
        (4, Ok(Some(7)), 200),
        (4, Ok(Some(8)), 200),
    ] {
        lookups.hold();
        let requests: Vec<_> = (0..1_000)
            .map(|_| {
                let (api, token) = (users.api.clone(), token.clone());
                spawn(async move { api.get("/user", &token).await })
            })
            .collect();
        requests_so_far += requests.len();
        arrivals.wait_for(requests_so_far).await;
        assert_eq!(lookups.count(), lookup);
        lookups.end_with(result);
        for answer in join_all(requests).await {
            let answer = answer.expect("the task completes");
            assert_eq!(answer.status, status, "lookup {lookup}");
            if status == 200 {
                assert_eq!(answer.body, "7");
            }
        }
        assert_eq!(lookups.count(), lookup);
    }
}

#[actix_web::test]
async fn waiting_requests_are_answered_if_the_worker_that_runs_the_lookup_ends() {
    let lookups = HeldLookups::default();
    let mapper = Arc::new(lookups.clone().cached_for(TTL));
    let principal = || {
        let claims = serde_json::json!({ "client_id": "reporting" });
        let claims = Claims::from_value(claims).expect("the claims are an object");
        ServicePrincipal::danger_from_claims(claims).expect("the claims have a client ID")
    };
    let (first, caller) = (Arc::clone(&mapper), principal());
    let callers: Vec<_> = (0..100).map(|_| caller.clone()).collect();
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let worker = thread::spawn(move || {
        let runtime = Runtime::new().expect("a runtime");
        runtime.spawn(async move { first.find(&caller).await });
        runtime.block_on(async {
            let ended = eventually("the test ends the worker", || receiver.try_recv().is_ok());
            let ended = Box::pin(ended);
            assert!(matches!(
                select(pending::<()>(), ended).await,
                Either::Right(_)
            ));
        });
    });
    eventually("the lookup starts", || lookups.count() == 1).await;
    let mut waiting: Vec<_> = callers.iter().map(|caller| mapper.find(caller)).collect();
    for request in &mut waiting {
        assert!(futures_util::poll!(request).is_pending());
    }
    sender.send(()).expect("the worker waits");
    worker.join().expect("the worker ends");
    lookups.end_with(Ok(Some(9)));
    let found = join_all(waiting).await;
    assert!(found.iter().all(|found| *found == Ok(Some(9))));
    assert_eq!(lookups.count(), 2);
}
