//! Two secrets of one client, during a rotation.

use cognito_m2m::testing::LocalClient;

use super::fixture::{Pool, SECRET, TemporaryFolder, token};

const SUCCESSOR: &str = "the-successor-of-the-secret";

fn register_both(pool: &Pool) {
    let client = LocalClient::new("reporting").secret(SECRET);
    let client = client.second_secret(SUCCESSOR).scopes(["widgets/read"]);
    pool.cognito.register(client);
}

#[actix_web::test]
async fn two_secrets_in_a_rotation_have_an_entry_each() {
    let pool = Pool::start();
    register_both(&pool);
    let folder = TemporaryFolder::new();
    let client = |secret: &str| {
        let builder = pool.builder().client_secret(secret.to_owned());
        let builder = builder.token_store(folder.store());
        builder.build().expect("the settings are valid")
    };
    let old = token(&client(SECRET)).await;
    let new = token(&client(SUCCESSOR)).await;
    assert_ne!(old, new);
    assert_eq!(pool.requests(), 2);
    // Neither has overwritten the other.
    assert_eq!(token(&client(SECRET)).await, old);
    assert_eq!(token(&client(SUCCESSOR)).await, new);
    assert_eq!(pool.requests(), 2);
    let names: Vec<_> = folder.files(".token");
    let fingerprint = |index: usize| {
        let name = names[index].file_name().and_then(|name| name.to_str());
        name.and_then(|name| name.split('-').next().map(str::to_owned))
    };
    assert_eq!(names.len(), 2);
    assert_ne!(fingerprint(0), fingerprint(1));
}

#[actix_web::test]
async fn client_with_both_secrets_finds_the_tokens_of_either() {
    for secret in [SECRET, SUCCESSOR] {
        let pool = Pool::start();
        register_both(&pool);
        let folder = TemporaryFolder::new();
        let one = pool.builder().client_secret(secret);
        let one = one.token_store(folder.store()).build();
        let first = token(&one.expect("the settings are valid")).await;
        let both = pool.builder().second_client_secret(SUCCESSOR);
        let both = both.token_store(folder.store()).build();
        assert_eq!(token(&both.expect("the settings are valid")).await, first);
        assert_eq!(pool.requests(), 1);
    }
}

/// The token is stored under the secret that was accepted.
#[actix_web::test]
async fn client_whose_first_secret_is_refused_shares_with_those_that_have_the_second() {
    let pool = Pool::start();
    register_both(&pool);
    let folder = TemporaryFolder::new();
    let both = pool.builder().client_secret("withdrawn");
    let both = both.second_client_secret(SUCCESSOR);
    let both = both.token_store(folder.store()).build();
    let first = token(&both.expect("the settings are valid")).await;
    let requests = pool.requests();
    let new = pool.builder().client_secret(SUCCESSOR);
    let new = new.token_store(folder.store()).build();
    assert_eq!(token(&new.expect("the settings are valid")).await, first);
    assert_eq!(pool.requests(), requests);
}

#[actix_web::test]
async fn process_with_another_secret_can_not_use_an_entry() {
    let pool = Pool::start();
    let folder = TemporaryFolder::new();
    token(&pool.client(folder.store())).await;
    let stranger = pool.builder().client_secret("wrong");
    let stranger = stranger.token_store(folder.store()).build();
    let stranger = stranger.expect("the settings are valid");
    let error = stranger.token("widgets/read").await.expect_err("no token");
    assert!(error.to_string().contains("invalid_client"), "{error}");
}
