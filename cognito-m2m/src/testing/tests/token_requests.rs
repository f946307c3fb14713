use base64::engine::general_purpose::STANDARD;

use super::*;

const GRANT: &str = "grant_type=client_credentials";
const IN_FORM: &str = "grant_type=client_credentials&client_id=reporting&client_secret=s3cret";

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
    let answer = json(response).await;
    let token = answer["access_token"].as_str().unwrap();
    assert_eq!(claims(token)["scope"], scope);
}

async fn assert_refused(response: Response, error: &str) {
    assert_eq!(response.status(), 400);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(json(response).await, serde_json::json!({ "error": error }));
}

#[actix_web::test]
async fn grant_has_token_life_and_type_and_no_scope() {
    let cognito = start();
    let response = post_form(&cognito, IN_FORM).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let answer = json(response).await;
    let members: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(members, ["access_token", "expires_in", "token_type"]);
    assert_eq!(answer["expires_in"], 3600);
    assert_eq!(answer["token_type"], "Bearer");

    let token = answer["access_token"].as_str().unwrap();
    let keys = published_keys(&cognito).await;
    assert!(is_signed_by(token, &keys[0]));
    assert_eq!(claims(token)["client_id"], "reporting");
}

#[actix_web::test]
async fn credentials_are_taken_from_form_or_basic() {
    let cognito = start();
    let all = "widgets/read widgets/write";
    assert_granted(post_form(&cognito, IN_FORM).await, all).await;
    assert_granted(post_basic(&cognito, "reporting:s3cret", GRANT).await, all).await;
    let repeated = format!("{GRANT}&client_id=reporting");
    assert_granted(
        post_basic(&cognito, "reporting:s3cret", &repeated).await,
        all,
    )
    .await;
}

#[actix_web::test]
async fn second_secret_holds_beside_the_first() {
    let cognito = start();
    let response = post_basic(&cognito, "reporting:n3xt", GRANT).await;
    assert_eq!(response.status(), 200);
}

#[actix_web::test]
async fn parts_of_basic_are_percent_decoded() {
    let cognito = start();
    let client = LocalClient::new("a:b&c").secret("x y+=%").scopes(["s"]);
    cognito.register(client);
    let response = post_basic(&cognito, "a%3Ab%26c:x+y%2B%3D%25", GRANT).await;
    assert_granted(response, "s").await;
    let response = post_basic(&cognito, "a%3Ab&c:x%20y%2B=%25", GRANT).await;
    assert_granted(response, "s").await;
}

#[actix_web::test]
async fn asked_scopes_are_granted_in_their_order_and_once() {
    let cognito = start();
    let ask = |scope: &str| format!("{IN_FORM}&scope={scope}");
    let response = post_form(&cognito, &ask("widgets%2Fwrite")).await;
    assert_granted(response, "widgets/write").await;
    let response = post_form(&cognito, &ask("widgets/write+widgets/read+widgets/write")).await;
    assert_granted(response, "widgets/write widgets/read").await;
    let response = post_form(&cognito, &ask("")).await;
    assert_granted(response, "widgets/read widgets/write").await;
}

#[actix_web::test]
async fn scope_of_another_is_invalid_scope() {
    let cognito = start();
    for scope in [
        "widgets/admin",
        "widgets/read+widgets/admin",
        "WIDGETS/READ",
        "+",
    ] {
        let form = format!("{IN_FORM}&scope={scope}");
        assert_refused(post_form(&cognito, &form).await, "invalid_scope").await;
    }
}

#[actix_web::test]
async fn wrong_or_missing_secret_is_invalid_client() {
    let cognito = start();
    for pair in ["reporting:wrong", "reporting:", "nobody:s3cret", "no colon"] {
        let response = post_basic(&cognito, pair, GRANT).await;
        assert_refused(response, "invalid_client").await;
    }
    for form in [
        "client_id=reporting",
        "client_id=nobody&client_secret=s3cret",
    ] {
        let form = format!("{GRANT}&{form}");
        assert_refused(post_form(&cognito, &form).await, "invalid_client").await;
    }
    let another = format!("{GRANT}&client_id=another");
    let response = post_basic(&cognito, "reporting:s3cret", &another).await;
    assert_refused(response, "invalid_client").await;
}

#[actix_web::test]
async fn scheme_other_than_basic_is_invalid_client() {
    let cognito = start();
    let request = http().post(cognito.token_url()).bearer_auth("s3cret");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let response = request.body(IN_FORM).send().await.unwrap();
    assert_refused(response, "invalid_client").await;
}

#[actix_web::test]
async fn client_without_secret_or_scopes_is_invalid_grant() {
    let cognito = start();
    cognito.register(LocalClient::new("public").scopes(["s"]));
    cognito.register(LocalClient::new("scopeless").secret("s3cret"));
    let form = format!("{GRANT}&client_id=public");
    assert_refused(post_form(&cognito, &form).await, "invalid_grant").await;
    let response = post_basic(&cognito, "scopeless:s3cret", GRANT).await;
    assert_refused(response, "invalid_grant").await;
}

#[actix_web::test]
async fn other_grant_is_unsupported() {
    let cognito = start();
    for grant in ["password", "authorization_code", "refresh_token"] {
        let form = format!("grant_type={grant}&client_id=reporting&client_secret=s3cret");
        assert_refused(post_form(&cognito, &form).await, "unsupported_grant_type").await;
    }
}

#[actix_web::test]
async fn missing_repeated_or_doubled_parameters_are_invalid_request() {
    let cognito = start();
    for form in [
        "",
        "client_id=reporting&client_secret=s3cret",
        "grant_type=&client_id=reporting&client_secret=s3cret",
        GRANT,
        "grant_type=client_credentials&client_secret=s3cret",
        &format!("{IN_FORM}&client_id=reporting"),
    ] {
        assert_refused(post_form(&cognito, form).await, "invalid_request").await;
    }
    let response = post_basic(&cognito, "reporting:s3cret", IN_FORM).await;
    assert_refused(response, "invalid_request").await;
}

#[actix_web::test]
async fn other_content_type_is_invalid_request() {
    let cognito = start();
    let request = http().post(cognito.token_url()).body(IN_FORM);
    assert_refused(request.send().await.unwrap(), "invalid_request").await;
    let request = http().post(cognito.token_url()).body(IN_FORM);
    let request = request.header("content-type", "application/json");
    assert_refused(request.send().await.unwrap(), "invalid_request").await;
}

#[actix_web::test]
async fn client_metadata_is_taken_as_a_json_object() {
    let cognito = start();
    let form = format!("{IN_FORM}&aws_client_metadata=%7B%22tenant%22%3A%22a%22%7D");
    assert_eq!(post_form(&cognito, &form).await.status(), 200);
    let form = format!("{IN_FORM}&aws_client_metadata=tenant");
    assert_refused(post_form(&cognito, &form).await, "invalid_request").await;
}
