//! Tokens that an API has refused.

use std::fs;
use std::time::Duration;

use super::fixture::{Pool, TemporaryFolder, token};
use super::memory::MemoryStore;

#[actix_web::test]
async fn refused_token_is_not_taken_from_the_store_again() {
    let pool = Pool::start();
    let store = MemoryStore::default();
    let client = pool.client(store.clone());
    let refused = client.token("widgets/read").await.expect("a token");
    assert!(client.invalidate(&refused));
    let second = token(&client).await;
    assert_ne!(second, refused.secret());
    assert_eq!(pool.requests(), 2);
    // The new token has replaced the refused one for the others.
    assert_eq!(token(&pool.client(store)).await, second);
    assert_eq!(pool.requests(), 2);
}

/// Another process, which has not seen the refusal, can store the token again.
#[actix_web::test]
async fn refused_token_that_another_process_stores_again_is_not_taken() {
    let pool = Pool::start();
    let folder = TemporaryFolder::new();
    let client = pool.client(folder.store());
    let refused = client.token("widgets/read").await.expect("a token");
    let entry = fs::read(folder.entry()).expect("the entry is read");
    assert!(client.invalidate(&refused));
    let second = client.token("widgets/read").await.expect("a token");
    // This is the same as another process that stores its token late.
    fs::write(folder.entry(), entry).expect("the entry is written");
    pool.clock.advance(Duration::from_secs(60));
    assert!(client.invalidate(&second));
    let third = token(&client).await;
    assert_ne!(third, refused.secret());
    assert_ne!(third, second.secret());
    assert_eq!(pool.requests(), 3);
}

#[actix_web::test]
async fn replacement_of_a_refused_token_is_requested_once() {
    let pool = Pool::start();
    let store = MemoryStore::default();
    let clients: Vec<_> = (0..5).map(|_| pool.client(store.clone())).collect();
    let mut tokens = Vec::new();
    for client in &clients {
        tokens.push(client.token("widgets/read").await.expect("a token"));
    }
    for (client, refused) in clients.iter().zip(&tokens) {
        assert!(client.invalidate(refused));
        assert_ne!(token(client).await, refused.secret());
    }
    assert_eq!(pool.requests(), 2);
}

/// The token of another process can be from before the cut-off that made an API refuse the own token.
#[actix_web::test]
async fn refused_token_of_another_process_is_replaced_although_the_own_one_was_just_refused() {
    let pool = Pool::start();
    let store = MemoryStore::default();
    let (client, other) = (pool.client(store.clone()), pool.client(store));
    let first = client.token("widgets/read").await.expect("a token");
    assert_eq!(token(&other).await, first.secret());
    assert!(other.invalidate(&first));
    let second = token(&other).await;
    assert!(client.invalidate(&first));
    let shared = client.token("widgets/read").await.expect("a token");
    assert_eq!(shared.secret(), second);
    assert!(client.invalidate(&shared));
    let third = token(&client).await;
    assert!(third != second && third != first.secret());
    assert_eq!(pool.requests(), 3);
}

/// Invalidations are limited, so the token stays in use. It is still not taken from the store.
#[actix_web::test]
async fn refusal_counts_even_if_the_token_is_not_removed() {
    let pool = Pool::start();
    let store = MemoryStore::default();
    let client = pool.client(store.clone());
    let first = client.token("widgets/read").await.expect("a token");
    assert!(client.invalidate(&first));
    let second = client.token("widgets/read").await.expect("a token");
    assert!(!client.invalidate(&second), "the limit of invalidations");
    assert_eq!(token(&client).await, second.secret());
    pool.clock.advance(Duration::from_secs(60));
    assert!(client.invalidate(&second));
    assert_ne!(token(&client).await, second.secret());
    assert_eq!(pool.requests(), 3);
}
