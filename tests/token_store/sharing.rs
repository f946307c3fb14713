//! Clients with one store share a request, and renew together.

use std::time::Duration;

use cognito_m2m::client::{TokenClient, TokenRequest};
use cognito_m2m::testing::{Endpoint, Fault};
use cognito_m2m::time::Clock as _;
use cognito_m2m_tests::eventually;
use futures_util::future::join_all;

use super::fixture::{LIFETIME, PATIENCE, Pool, TemporaryFolder, builder_at, token};
use super::memory::MemoryStore;
use super::suite;

#[actix_web::test]
async fn folder_is_a_token_store() {
    let folder = TemporaryFolder::new();
    suite::check(folder.store(), "a").await;
    // Two stores in one folder, as in two processes.
    suite::check(folder.store(), "b").await;
}

#[actix_web::test]
async fn twenty_clients_share_one_request() {
    let pool = Pool::start();
    let folder = TemporaryFolder::new();
    let clients: Vec<_> = (0..20).map(|_| pool.client(folder.store())).collect();
    let tokens = join_all(clients.iter().map(token)).await;
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(pool.requests(), 1);
}

/// The token is stored before the caller gets it, since the program may end right afterwards.
#[actix_web::test]
async fn token_of_a_process_that_ends_is_used_by_the_next_one() {
    let pool = Pool::start();
    let folder = TemporaryFolder::new();
    let first = token(&pool.client(folder.store())).await;
    for _ in 0..5 {
        assert_eq!(token(&pool.client(folder.store())).await, first);
    }
    assert_eq!(pool.requests(), 1);
}

#[actix_web::test]
async fn other_scopes_metadata_clients_and_endpoints_have_other_tokens() {
    let pool = Pool::start();
    let store = MemoryStore::default();
    let client = pool.client(store.clone());
    token(&client).await;
    client.token("widgets/write").await.expect("a token");
    client
        .token("widgets/read widgets/write")
        .await
        .expect("a token");
    let request = TokenRequest::new("widgets/read").client_metadata("tenant", "blue");
    client.token(request).await.expect("a token");
    assert_eq!(pool.requests(), 4);
    let with_resource = pool
        .builder()
        .form_parameter("resource", "https://a.example");
    let of_api = TokenClient::builder()
        .api_url(pool.cognito.api_url())
        .client_id("reporting")
        .client_secret(super::fixture::SECRET)
        .clock(pool.clock.clone())
        .timeout(PATIENCE)
        .token_store_timeout(PATIENCE);
    for (number, builder) in [with_resource, of_api].into_iter().enumerate() {
        let other = builder.token_store(store.clone()).build();
        token(&other.expect("valid settings")).await;
        assert_eq!(pool.requests(), 5 + number as u64);
    }
    let elsewhere = Pool::start();
    let other = builder_at(&elsewhere.cognito.token_url()).clock(pool.clock.clone());
    let other = other.token_store(store.clone()).build();
    token(&other.expect("valid settings")).await;
    assert_eq!(elsewhere.requests(), 1);
    assert_eq!(store.state().entries.len(), 7);
    // `exp` has no fractions of a second.
    let lifetime = store.state().lifetime;
    assert!(LIFETIME - lifetime < Duration::from_secs(1), "{lifetime:?}");
}

/// Each client has a renewal time of its own. The first one renews, and the others take its token.
#[actix_web::test]
async fn renewed_token_is_taken_from_the_store() {
    let pool = Pool::start();
    let folder = TemporaryFolder::new();
    let clients: Vec<_> = (0..10).map(|_| pool.client(folder.store())).collect();
    let first = token(&clients[0]).await;
    for client in &clients {
        // Only used tokens are renewed.
        assert_eq!(token(client).await, first);
        assert_eq!(token(client).await, first);
    }
    // The latest time of a renewal.
    pool.clock.advance(LIFETIME * 86 / 100);
    for client in &clients {
        let mut current = token(client).await;
        let begin = std::time::Instant::now();
        while current == first {
            assert!(begin.elapsed() < PATIENCE, "the token is not renewed");
            actix_web::rt::time::sleep(Duration::from_millis(10)).await;
            current = token(client).await;
        }
    }
    assert_eq!(pool.requests(), 2);
}

/// The renewal time is counted from the receipt, whenever a process reads the token.
#[actix_web::test]
async fn token_that_was_read_late_is_renewed_at_the_same_time() {
    let pool = Pool::start();
    let store = MemoryStore::default();
    let first = token(&pool.client(store.clone())).await;
    pool.clock.advance(LIFETIME * 70 / 100);
    let late = pool.client(store.clone());
    assert_eq!(token(&late).await, first);
    assert_eq!(token(&late).await, first);
    pool.clock.advance(LIFETIME * 16 / 100);
    eventually("the token is renewed", || pool.requests() == 2).await;
}

#[actix_web::test]
async fn token_is_usable_for_as_long_as_if_it_was_requested_by_the_process() {
    let pool = Pool::start();
    let store = MemoryStore::default();
    let first = token(&pool.client(store.clone())).await;
    // The last minute of a token is not used.
    pool.clock.advance(LIFETIME - Duration::from_secs(63));
    assert_eq!(token(&pool.client(store.clone())).await, first);
    pool.clock.advance(Duration::from_secs(3));
    assert_ne!(token(&pool.client(store.clone())).await, first);
}

#[actix_web::test]
async fn rule_2_7_either_clock_ends_a_token_of_the_store() {
    for is_suspended in [true, false] {
        let pool = Pool::start();
        let store = MemoryStore::default();
        let first = token(&pool.client(store.clone())).await;
        pool.clock.advance(Duration::from_secs(500));
        let client = pool.client(store.clone());
        assert_eq!(token(&client).await, first);
        if is_suspended {
            // The monotonic clock stands still.
            pool.clock
                .set_wall(pool.clock.wall() + Duration::from_secs(440));
        } else {
            pool.clock
                .set_wall(pool.clock.wall() - Duration::from_secs(400));
            assert_eq!(token(&client).await, first);
            pool.clock.advance(Duration::from_secs(440));
        }
        assert_ne!(token(&client).await, first, "{is_suspended}");
    }
}

/// A wall clock that was set back since the receipt makes the token unusable, because its age is
/// unknown.
#[actix_web::test]
async fn token_that_was_received_in_the_future_is_ignored() {
    let pool = Pool::start();
    let store = MemoryStore::default();
    let first = token(&pool.client(store.clone())).await;
    pool.clock
        .set_wall(pool.clock.wall() - Duration::from_secs(2));
    assert_ne!(token(&pool.client(store.clone())).await, first);
    assert_eq!(pool.requests(), 2);
}

#[actix_web::test]
async fn clients_wait_for_the_one_with_the_lease() {
    let pool = Pool::start();
    let store = MemoryStore::default();
    pool.cognito.set_fault(
        Endpoint::Token,
        Some(Fault::Delay(Duration::from_millis(500))),
    );
    let clients: Vec<_> = (0..5).map(|_| pool.client(store.clone())).collect();
    join_all(clients.iter().map(token)).await;
    assert_eq!(pool.requests(), 1);
    eventually("the lease is released", || store.state().leases.is_empty()).await;
}

#[actix_web::test]
async fn client_with_a_lease_that_fails_releases_it() {
    let pool = Pool::start();
    let store = MemoryStore::default();
    let fault = Fault::Status(400, None, Some(r#"{"error":"invalid_scope"}"#.to_owned()));
    pool.cognito.set_fault(Endpoint::Token, Some(fault));
    let failed = pool.client(store.clone()).token("widgets/read").await;
    assert!(failed.is_err());
    eventually("the lease is released", || store.state().leases.is_empty()).await;
    pool.cognito.set_fault(Endpoint::Token, None);
    token(&pool.client(store.clone())).await;
    assert_eq!(pool.requests(), 2);
}

/// A caller waits for half of its deadline, and then has the other half for its own request.
#[actix_web::test]
async fn wait_for_another_process_is_limited() {
    let pool = Pool::start();
    let store = MemoryStore::default();
    token(&pool.client(store.clone())).await;
    let key = store.state().entries.keys().next().cloned();
    let key = key.expect("an entry");
    store.state().entries.clear();
    let end = std::time::Instant::now() + PATIENCE * 10;
    store.state().leases.insert(key, end);
    let builder = pool.builder().token_store(store.clone());
    let client = builder.deadline(Duration::from_secs(10)).build();
    token(&client.expect("valid settings")).await;
    assert_eq!(pool.requests(), 2);
    assert_eq!(store.state().entries.len(), 1, "the token is stored");
}

#[actix_web::test]
async fn call_without_the_cache_does_not_use_the_store() {
    let pool = Pool::start();
    let store = MemoryStore::default();
    let client = pool.client(store.clone());
    client.fetch_token("widgets/read").await.expect("a token");
    assert_eq!(store.state().operations, 0);
}
