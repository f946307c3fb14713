use super::*;

/// Requests a token and returns its scope, or the error code. `None` requests no scope.
async fn granted(cognito: &LocalCognito, scope: Option<&str>) -> Result<String, String> {
    let mut form =
        "grant_type=client_credentials&client_id=reporting&client_secret=s3cret".to_owned();
    if let Some(scope) = scope {
        form = format!("{form}&scope={}", scope.replace(' ', "+"));
    }
    let body = json(post_form(cognito, &form).await).await;
    match body["access_token"].as_str() {
        Some(token) => Ok(claims(token)["scope"].as_str().unwrap().to_owned()),
        None => Err(body["error"].as_str().unwrap().to_owned()),
    }
}

fn ok(scope: &str) -> Result<String, String> {
    Ok(scope.to_owned())
}

fn invalid_scope() -> Result<String, String> {
    Err("invalid_scope".to_owned())
}

#[actix_web::test]
async fn deleted_scope_is_left_out_of_new_tokens() {
    let cognito = start();
    cognito.delete_scope("widgets/write");
    let both = Some("widgets/write widgets/read");
    assert_eq!(granted(&cognito, both).await, ok("widgets/read"));
    assert_eq!(granted(&cognito, None).await, ok("widgets/read"));
}

#[actix_web::test]
async fn request_for_deleted_scopes_only_is_granted_without_scopes() {
    let cognito = start();
    cognito.delete_scope("widgets/write");
    assert_eq!(granted(&cognito, Some("widgets/write")).await, ok(""));
    cognito.delete_scope("widgets/read");
    assert_eq!(granted(&cognito, None).await, ok(""));
}

#[actix_web::test]
async fn scope_that_the_client_never_had_is_refused_beside_deleted_ones() {
    let cognito = start();
    cognito.delete_scope("widgets/write");
    cognito.delete_scope("widgets/admin");
    for scope in [
        "widgets/admin",
        "widgets/write widgets/admin",
        "other/read widgets/write",
    ] {
        assert_eq!(granted(&cognito, Some(scope)).await, invalid_scope());
    }
}

#[actix_web::test]
async fn restored_scope_is_granted_again() {
    let cognito = start();
    cognito.delete_scope("widgets/write");
    cognito.delete_scope("widgets/write");
    cognito.restore_scope("widgets/write");
    assert_eq!(
        granted(&cognito, Some("widgets/write")).await,
        ok("widgets/write")
    );
    assert_eq!(
        granted(&cognito, None).await,
        ok("widgets/read widgets/write")
    );
}

#[test]
fn default_scopes_of_a_token_lack_the_deleted_one() {
    let cognito = start();
    cognito.delete_scope("widgets/read");
    let token = cognito.token("reporting");
    assert_eq!(claims(&token.sign())["scope"], "widgets/write");
    let explicit = token.scopes(["widgets/read"]);
    assert_eq!(claims(&explicit.sign())["scope"], "widgets/read");
}

#[actix_web::test]
async fn deleted_scope_concerns_clients_that_are_registered_later() {
    let cognito = start();
    cognito.delete_scope("widgets/extra");
    let client = LocalClient::new("reporting").secret("s3cret");
    cognito.register(client.scopes(["widgets/extra", "widgets/read"]));
    assert_eq!(granted(&cognito, None).await, ok("widgets/read"));
}

#[test]
#[should_panic(expected = "expected a scope")]
fn text_that_is_no_scope_cannot_be_deleted() {
    start().delete_scope("widgets/read widgets/write");
}
