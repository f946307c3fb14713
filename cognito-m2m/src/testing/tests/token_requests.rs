use base64::engine::general_purpose::STANDARD;

use super::*;

const GRANT: &str = "grant_type=client_credentials";
const GRANT_WITH_SECRET: &str =
    "grant_type=client_credentials&client_id=reporting&client_secret=s3cret";

async fn post_basic(cognito: &LocalCognito, pair: &str, form: &str) -> Response {
    http()
        .post(cognito.token_url())
        .header("authorization", format!("Basic {}", STANDARD.encode(pair)))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned())
        .send()
        .await
        .unwrap()
}

async fn assert_granted(response: Response, scope: &str) {
    assert_eq!(response.status(), 200);
    let body = json(response).await;
    let token = body["access_token"].as_str().unwrap();
    assert_eq!(claims(token)["scope"], scope);
}

async fn assert_refused(response: Response, error: &str) {
    assert_eq!(response.status(), 400);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(json(response).await, serde_json::json!({ "error": error }));
}

#[actix_web::test]
async fn response_has_token_lifetime_and_type_but_no_scope() {
    let cognito = start();
    let response = post_form(&cognito, GRANT_WITH_SECRET).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let body = json(response).await;
    let members: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["access_token", "expires_in", "token_type"]);
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(body["token_type"], "Bearer");

    let token = body["access_token"].as_str().unwrap();
    let keys = published_keys(&cognito).await;
    assert!(is_signed_with(token, &keys[0]));
    assert_eq!(claims(token)["client_id"], "reporting");
}

#[actix_web::test]
async fn credentials_are_accepted_in_the_form_or_by_http_basic() {
    let cognito = start();
    let all = "widgets/read widgets/write";
    assert_granted(post_form(&cognito, GRANT_WITH_SECRET).await, all).await;
    assert_granted(post_basic(&cognito, "reporting:s3cret", GRANT).await, all).await;
    let repeated = format!("{GRANT}&client_id=reporting");
    assert_granted(
        post_basic(&cognito, "reporting:s3cret", &repeated).await,
        all,
    )
    .await;
}

#[actix_web::test]
async fn second_secret_is_accepted() {
    let cognito = start();
    let response = post_basic(&cognito, "reporting:n3xt", GRANT).await;
    assert_eq!(response.status(), 200);
}

#[actix_web::test]
async fn basic_credentials_are_form_decoded() {
    let cognito = start();
    let client = LocalClient::new("a:b&c").secret("x y+=%").scopes(["s"]);
    cognito.register(client);
    let response = post_basic(&cognito, "a%3Ab%26c:x+y%2B%3D%25", GRANT).await;
    assert_granted(response, "s").await;
    let response = post_basic(&cognito, "a%3Ab&c:x%20y%2B=%25", GRANT).await;
    assert_granted(response, "s").await;
}

#[actix_web::test]
async fn requested_scopes_are_granted_in_order_and_without_duplicates() {
    let cognito = start();
    let form = |scope: &str| format!("{GRANT_WITH_SECRET}&scope={scope}");
    let response = post_form(&cognito, &form("widgets%2Fwrite")).await;
    assert_granted(response, "widgets/write").await;
    let response = post_form(&cognito, &form("widgets/write+widgets/read+widgets/write")).await;
    assert_granted(response, "widgets/write widgets/read").await;
    let response = post_form(&cognito, &form("")).await;
    assert_granted(response, "widgets/read widgets/write").await;
}

#[actix_web::test]
async fn scope_that_the_client_does_not_have_is_invalid_scope() {
    let cognito = start();
    for scope in [
        "widgets/admin",
        "widgets/read+widgets/admin",
        "WIDGETS/READ",
        "+",
    ] {
        let form = format!("{GRANT_WITH_SECRET}&scope={scope}");
        assert_refused(post_form(&cognito, &form).await, "invalid_scope").await;
    }
}

#[actix_web::test]
async fn wrong_or_missing_secret_is_invalid_client() {
    let cognito = start();
    for pair in [
        "reporting:wrong",
        "reporting:",
        "unknown:s3cret",
        "no colon",
    ] {
        let response = post_basic(&cognito, pair, GRANT).await;
        assert_refused(response, "invalid_client").await;
    }
    for form in [
        "client_id=reporting",
        "client_id=unknown&client_secret=s3cret",
    ] {
        let form = format!("{GRANT}&{form}");
        assert_refused(post_form(&cognito, &form).await, "invalid_client").await;
    }
    let another = format!("{GRANT}&client_id=another");
    let response = post_basic(&cognito, "reporting:s3cret", &another).await;
    assert_refused(response, "invalid_client").await;
}

#[actix_web::test]
async fn authentication_scheme_other_than_basic_is_invalid_client() {
    let cognito = start();
    let request = http().post(cognito.token_url()).bearer_auth("s3cret");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let response = request.body(GRANT_WITH_SECRET).send().await.unwrap();
    assert_refused(response, "invalid_client").await;
}

#[actix_web::test]
async fn client_without_a_secret_or_scopes_is_invalid_grant() {
    let cognito = start();
    cognito.register(LocalClient::new("public").scopes(["s"]));
    cognito.register(LocalClient::new("scopeless").secret("s3cret"));
    let form = format!("{GRANT}&client_id=public");
    assert_refused(post_form(&cognito, &form).await, "invalid_grant").await;
    let response = post_basic(&cognito, "scopeless:s3cret", GRANT).await;
    assert_refused(response, "invalid_grant").await;
}

#[actix_web::test]
async fn other_grant_types_are_unsupported() {
    let cognito = start();
    for grant in ["password", "authorization_code", "refresh_token"] {
        let form = format!("grant_type={grant}&client_id=reporting&client_secret=s3cret");
        assert_refused(post_form(&cognito, &form).await, "unsupported_grant_type").await;
    }
}

#[actix_web::test]
async fn missing_or_repeated_parameters_are_invalid_request() {
    let cognito = start();
    for form in [
        "",
        "client_id=reporting&client_secret=s3cret",
        "grant_type=&client_id=reporting&client_secret=s3cret",
        GRANT,
        "grant_type=client_credentials&client_secret=s3cret",
        &format!("{GRANT_WITH_SECRET}&client_id=reporting"),
    ] {
        assert_refused(post_form(&cognito, form).await, "invalid_request").await;
    }
    let response = post_basic(&cognito, "reporting:s3cret", GRANT_WITH_SECRET).await;
    assert_refused(response, "invalid_request").await;
}

#[actix_web::test]
async fn other_content_types_are_invalid_request() {
    let cognito = start();
    let request = http().post(cognito.token_url()).body(GRANT_WITH_SECRET);
    assert_refused(request.send().await.unwrap(), "invalid_request").await;
    let request = http().post(cognito.token_url()).body(GRANT_WITH_SECRET);
    let request = request.header("content-type", "application/json");
    assert_refused(request.send().await.unwrap(), "invalid_request").await;
}

#[actix_web::test]
async fn client_metadata_must_be_a_json_object() {
    let cognito = start();
    let form = format!("{GRANT_WITH_SECRET}&aws_client_metadata=%7B%22tenant%22%3A%22a%22%7D");
    assert_eq!(post_form(&cognito, &form).await.status(), 200);
    let form = format!("{GRANT_WITH_SECRET}&aws_client_metadata=tenant");
    assert_refused(post_form(&cognito, &form).await, "invalid_request").await;
}
