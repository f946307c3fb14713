use super::*;

async fn secret_is_accepted(cognito: &LocalCognito, secret: &str) -> bool {
    let form = format!("grant_type=client_credentials&client_id=reporting&client_secret={secret}");
    let response = post_form(cognito, &form).await;
    if response.status() == 200 {
        return true;
    }
    assert_eq!(json(response).await["error"], "invalid_client");
    false
}

fn with_one_secret() -> LocalCognito {
    let cognito = LocalCognito::start().unwrap();
    let client = LocalClient::new("reporting").secret("old");
    cognito.register(client.scopes(["widgets/read"]));
    cognito
}

#[actix_web::test]
async fn deleted_secret_is_invalid_client_and_the_other_one_stays() {
    let cognito = with_one_secret();
    assert!(secret_is_accepted(&cognito, "old").await);
    assert!(!secret_is_accepted(&cognito, "next").await);

    cognito.add_secret("reporting", "next");
    assert!(secret_is_accepted(&cognito, "old").await);
    assert!(secret_is_accepted(&cognito, "next").await);

    cognito.delete_secret("reporting", "old");
    assert!(!secret_is_accepted(&cognito, "old").await);
    assert!(secret_is_accepted(&cognito, "next").await);
}

#[actix_web::test]
async fn secrets_can_be_rotated_any_number_of_times() {
    let cognito = with_one_secret();
    for (old, new) in [("old", "a"), ("a", "b"), ("b", "old")] {
        cognito.add_secret("reporting", new);
        cognito.delete_secret("reporting", old);
        assert!(secret_is_accepted(&cognito, new).await);
        assert!(!secret_is_accepted(&cognito, old).await);
    }
}

#[actix_web::test]
async fn new_secret_can_be_deleted_instead_of_the_old_one() {
    let cognito = with_one_secret();
    cognito.add_secret("reporting", "next");
    cognito.delete_secret("reporting", "next");
    assert!(secret_is_accepted(&cognito, "old").await);
    assert!(!secret_is_accepted(&cognito, "next").await);
}

#[test]
#[should_panic(expected = "already has two secrets")]
fn third_secret_is_rejected() {
    start().add_secret("reporting", "third");
}

#[test]
#[should_panic(expected = "already has this secret")]
fn secret_that_the_client_has_is_rejected() {
    with_one_secret().add_secret("reporting", "old");
}

#[test]
#[should_panic(expected = "has no other secret")]
fn last_secret_cannot_be_deleted() {
    with_one_secret().delete_secret("reporting", "old");
}

#[test]
#[should_panic(expected = "does not have this secret")]
fn unknown_secret_cannot_be_deleted() {
    start().delete_secret("reporting", "unknown");
}

#[test]
#[should_panic(expected = "expected a registered client")]
fn secret_of_an_unregistered_client_is_rejected() {
    start().add_secret("unregistered", "next");
}

#[test]
#[should_panic(expected = "expected a client with a secret")]
fn public_client_gets_no_secret() {
    let cognito = LocalCognito::start().unwrap();
    cognito.register(LocalClient::new("public").scopes(["s"]));
    cognito.add_secret("public", "first");
}

#[actix_web::test]
async fn client_is_unchanged_after_a_rejected_operation() {
    let cognito = std::sync::Arc::new(with_one_secret());
    let shared = std::sync::Arc::clone(&cognito);
    let rejected = std::thread::spawn(move || shared.delete_secret("reporting", "old"));
    assert!(rejected.join().is_err());
    assert!(secret_is_accepted(&cognito, "old").await);
}
