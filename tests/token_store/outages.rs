//! A store that fails or hangs costs the callers little time and no token.

use std::fs;
use std::time::{Duration, Instant};

use cognito_m2m_tests::{CapturedLog, eventually};
use futures_util::future::join_all;

use super::fixture::{PATIENCE, Pool, TemporaryFolder, token};
use super::memory::{Failure, MemoryStore};

#[actix_web::test]
async fn every_client_works_without_its_store() {
    for failure in [Failure::Error, Failure::Panic] {
        let pool = Pool::start();
        let store = MemoryStore::default();
        store.fail(Some(failure));
        let clients: Vec<_> = (0..20).map(|_| pool.client(store.clone())).collect();
        join_all(clients.iter().map(token)).await;
        assert_eq!(pool.requests(), 20, "{failure:?}");
    }
}

#[actix_web::test]
async fn hanging_store_is_given_up_after_its_time_limit() {
    let pool = Pool::start();
    let store = MemoryStore::default();
    store.fail(Some(Failure::Hang));
    let builder = pool.builder().token_store(store.clone());
    let builder = builder.token_store_timeout(Duration::from_millis(100));
    let client = builder.build().expect("the settings are valid");
    let begin = Instant::now();
    for number in 0..2 {
        let request = cognito_m2m::client::TokenRequest::new("widgets/read");
        let request = request.client_metadata("number", number.to_string());
        client.token(request).await.expect("a token");
    }
    assert!(begin.elapsed() < PATIENCE, "{:?}", begin.elapsed());
    // After the first failure, the store is left alone for a while.
    assert_eq!(store.state().operations, 1);
}

#[actix_web::test]
async fn store_that_can_not_be_written_costs_no_token() {
    let pool = Pool::start();
    let store = MemoryStore::default();
    store.state().put_hangs = true;
    let builder = pool.builder().token_store(store.clone());
    let builder = builder.token_store_timeout(Duration::from_millis(100));
    let client = builder.build().expect("the settings are valid");
    let begin = Instant::now();
    token(&client).await;
    assert!(begin.elapsed() < PATIENCE, "{:?}", begin.elapsed());
    assert_eq!(pool.requests(), 1);
    // The others do not wait for the lease.
    eventually("the lease is released", || store.state().leases.is_empty()).await;
}

#[actix_web::test]
async fn store_is_used_again_after_10_seconds() {
    let pool = Pool::start();
    let store = MemoryStore::default();
    let first = token(&pool.client(store.clone())).await;
    store.fail(Some(Failure::Error));
    let client = pool.client(store.clone());
    let own = client.token("widgets/read").await.expect("a token");
    assert_ne!(own.secret(), first);
    store.fail(None);
    client.invalidate(&own);
    // The token of the store, not a new one.
    pool.clock.advance(Duration::from_secs(10));
    assert_eq!(token(&client).await, first);
    assert_eq!(pool.requests(), 2);
}

#[actix_web::test]
async fn folder_that_is_absent_or_no_folder_costs_no_token() {
    let pool = Pool::start();
    let folder = TemporaryFolder::new();
    let client = pool.client(folder.store());
    let first = token(&client).await;
    fs::remove_dir_all(&folder.0).expect("the folder is removed");
    // It is created again.
    assert_ne!(token(&pool.client(folder.store())).await, first);
    folder.entry();
    fs::remove_dir_all(&folder.0).expect("the folder is removed");
    fs::write(&folder.0, "a file in its place").expect("the file is written");
    let clients: Vec<_> = (0..20).map(|_| pool.client(folder.store())).collect();
    join_all(clients.iter().map(token)).await;
    assert_eq!(pool.requests(), 22);
    let content = fs::read_to_string(&folder.0).expect("the file is read");
    assert_eq!(content, "a file in its place");
}

/// The folder can't be created there, even by `root`.
#[cfg(target_os = "linux")]
#[actix_web::test]
async fn folder_that_can_not_be_written_costs_no_token() {
    let pool = Pool::start();
    let store = || cognito_m2m::client::FileTokenStore::new("/proc/cognito-m2m-tokens");
    let clients: Vec<_> = (0..20).map(|_| pool.client(store())).collect();
    join_all(clients.iter().map(token)).await;
    assert_eq!(pool.requests(), 20);
}

#[actix_web::test]
async fn each_kind_of_failure_is_logged_once_and_not_per_call() {
    let Some(log) = CapturedLog::alone(each_kind_of_failure_is_logged_once_and_not_per_call) else {
        return;
    };
    let pool = Pool::start();
    let store = MemoryStore::default();
    let builder = pool.builder().token_store(store.clone());
    let builder = builder.token_store_timeout(Duration::from_millis(100));
    let client = builder.build().expect("the settings are valid");
    for _ in 0..3 {
        for failure in [Failure::Error, Failure::Hang, Failure::Panic] {
            store.fail(Some(failure));
            pool.clock.advance(Duration::from_secs(400));
            let token = client.token("widgets/read").await.expect("a token");
            client.invalidate(&token);
        }
    }
    let lines = log.lines_with("tokens are requested without the token store");
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(lines.iter().all(|line| line.contains("WARN")), "{lines:#?}");
    for text in [
        "the token store is unavailable",
        "m4rker is full",
        "the token store did not respond in time",
        "the token store panicked",
    ] {
        assert!(lines.iter().any(|line| line.contains(text)), "{lines:#?}");
    }
}

/// A key that is not of the token client could name a file outside the folder.
#[actix_web::test]
async fn file_store_refuses_keys_that_are_paths() {
    use cognito_m2m::client::{TokenStore as _, TokenStoreError};

    let folder = TemporaryFolder::new();
    let store = folder.store();
    let long = "a".repeat(65);
    for key in [
        "", ".", "..", "../a", "/tmp/a", "a/b", "a.b", "A", "ä", &long,
    ] {
        let put = store.put(key, b"entry".to_vec(), PATIENCE).await;
        assert!(matches!(put, Err(TokenStoreError::Refused(_))), "{key:?}");
        assert!(store.get(key).await.is_err(), "{key:?}");
        assert!(store.lease(key, PATIENCE).await.is_err(), "{key:?}");
    }
    assert!(folder.files("").is_empty());
}
