//! The suite for all implementations of `TokenStore`.

use std::time::{Duration, Instant};

use cognito_m2m::client::{Lease, TokenStore};

/// The longest time that an operation may take, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

const LIFETIME: Duration = Duration::from_secs(3_600);

/// Checks a store. The keys begin with `prefix`, and the store has no entries for them.
pub(crate) async fn check(store: impl TokenStore, prefix: &str) {
    let key = |name: &str| format!("{prefix}-{name}");
    entries_are_replaced(&store, &key("a"), &key("b")).await;
    any_bytes_are_kept(&store, &key("c")).await;
    one_process_has_the_lease(&store, &key("d"), &key("e")).await;
    lease_ends_by_itself(&store, &key("f")).await;
    release_of_an_ended_lease_changes_nothing(&store, &key("g")).await;
}

async fn get(store: &impl TokenStore, key: &str) -> Option<Vec<u8>> {
    store.get(key).await.expect("the store is available")
}

async fn put(store: &impl TokenStore, key: &str, entry: &[u8]) {
    let put = store.put(key, entry.to_vec(), LIFETIME);
    put.await.expect("the store is available");
}

async fn lease(store: &impl TokenStore, key: &str, duration: Duration) -> Option<Lease> {
    let lease = store.lease(key, duration);
    lease.await.expect("the store is available")
}

async fn entries_are_replaced(store: &impl TokenStore, key: &str, other: &str) {
    assert_eq!(get(store, key).await, None);
    put(store, key, b"one").await;
    assert_eq!(get(store, key).await.as_deref(), Some(&b"one"[..]));
    assert_eq!(get(store, other).await, None);
    put(store, other, b"other").await;
    put(store, key, b"two").await;
    assert_eq!(get(store, key).await.as_deref(), Some(&b"two"[..]));
    assert_eq!(get(store, other).await.as_deref(), Some(&b"other"[..]));
}

async fn any_bytes_are_kept(store: &impl TokenStore, key: &str) {
    let all: Vec<u8> = (0..=u8::MAX).cycle().take(24 * 1024).collect();
    for entry in [&all[..], b"", b"\r\n\0"] {
        put(store, key, entry).await;
        assert_eq!(get(store, key).await.as_deref(), Some(entry));
    }
}

async fn one_process_has_the_lease(store: &impl TokenStore, key: &str, other: &str) {
    let first = lease(store, key, PATIENCE * 10).await;
    let first = first.expect("the lease is free");
    assert!(lease(store, key, PATIENCE * 10).await.is_none());
    let of_other_key = lease(store, other, PATIENCE * 10).await;
    assert!(of_other_key.is_some());
    first.release().await;
    let second = lease(store, key, PATIENCE * 10).await;
    second.expect("the lease was released").release().await;
}

async fn lease_ends_by_itself(store: &impl TokenStore, key: &str) {
    let duration = Duration::from_millis(200);
    let first = lease(store, key, duration).await;
    let first = first.expect("the lease is free");
    let begin = Instant::now();
    while lease(store, key, duration).await.is_none() {
        assert!(begin.elapsed() < PATIENCE, "the lease does not end");
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
    drop(first);
}

async fn release_of_an_ended_lease_changes_nothing(store: &impl TokenStore, key: &str) {
    let first = lease(store, key, Duration::from_millis(1)).await;
    let first = first.expect("the lease is free");
    actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    let begin = Instant::now();
    let second = loop {
        if let Some(second) = lease(store, key, PATIENCE * 10).await {
            break second;
        }
        assert!(begin.elapsed() < PATIENCE, "the lease does not end");
        // The file store takes the duration of the one who asks.
        if let Some(second) = lease(store, key, Duration::from_millis(1)).await {
            second.release().await;
        }
    };
    first.release().await;
    assert!(lease(store, key, PATIENCE * 10).await.is_none());
    second.release().await;
}
