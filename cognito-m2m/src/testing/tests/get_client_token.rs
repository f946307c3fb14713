use serde_json::json;

use super::*;
use crate::testing::{Endpoint, Fault};

const TARGET: &str = "AWSCognitoIdentityProviderService.GetClientToken";
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

async fn post(cognito: &LocalCognito, target: &str, content_type: &str, body: &str) -> Response {
    http()
        .post(cognito.api_url())
        .header("x-amz-target", target)
        .header("content-type", content_type)
        .body(body.to_owned())
        .send()
        .await
        .unwrap()
}

async fn call(cognito: &LocalCognito, input: Value) -> Response {
    post(cognito, TARGET, CONTENT_TYPE, &input.to_string()).await
}

async fn granted_scope(response: Response) -> Value {
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], CONTENT_TYPE);
    let body = json(response).await;
    let result = body["ClientAuthenticationResult"].as_object().unwrap();
    let members: Vec<&String> = result.keys().collect();
    assert_eq!(members, ["AccessToken", "ExpiresIn", "TokenType"]);
    assert_eq!(result["ExpiresIn"], 3600);
    assert_eq!(result["TokenType"], "Bearer");
    let token = result["AccessToken"].as_str().unwrap();
    claims(token)["scope"].take()
}

async fn assert_refused(response: Response, exception: &str, context: &str) {
    assert_eq!(response.status(), 400, "{context}");
    assert_eq!(response.headers()["content-type"], CONTENT_TYPE);
    let header = response.headers()["x-amzn-errortype"].clone();
    assert_eq!(header, format!("{exception}:"), "{context}");
    let body = json(response).await;
    assert_eq!(body["__type"], exception, "{context}");
    assert!(body["message"].is_string());
}

#[actix_web::test]
async fn both_secrets_get_a_token_with_the_requested_scopes() {
    let cognito = start();
    for secret in ["s3cret", "n3xt"] {
        let input = json!({"ClientId": "reporting", "Secret": secret, "Scopes": ["widgets/read"]});
        let response = call(&cognito, input).await;
        assert_eq!(granted_scope(response).await, "widgets/read");
    }
    assert_eq!(cognito.token_requests(), 2);
}

#[actix_web::test]
async fn request_without_scopes_is_granted_all_of_the_client() {
    let cognito = start();
    for scopes in [json!([]), json!(null)] {
        let input = json!({
            "ClientId": "reporting",
            "Secret": "s3cret",
            "Scopes": scopes,
            "ClientMetadata": {"tenant": "blue"},
        });
        let response = call(&cognito, input).await;
        assert_eq!(granted_scope(response).await, "widgets/read widgets/write");
    }
}

#[actix_web::test]
async fn token_is_signed_with_a_published_key() {
    let cognito = start();
    let response = call(
        &cognito,
        json!({"ClientId": "reporting", "Secret": "s3cret"}),
    )
    .await;
    let body = json(response).await;
    let token = body["ClientAuthenticationResult"]["AccessToken"]
        .as_str()
        .unwrap();
    assert!(is_signed_with(token, &published_keys(&cognito).await[0]));
    assert_eq!(claims(token)["client_id"], "reporting");
    assert_eq!(claims(token)["iss"], cognito.issuer());
}

#[actix_web::test]
async fn refusals_have_the_exceptions_of_the_operation() {
    let cognito = start();
    cognito.register(LocalClient::new("public").scopes(["s"]));
    cognito.register(LocalClient::new("scopeless").secret("s3cret"));
    let not_authorized = "NotAuthorizedException";
    let invalid = "InvalidParameterException";
    for (client_id, secret, scopes, exception) in [
        (
            "reporting",
            "wrong",
            json!(["widgets/read"]),
            not_authorized,
        ),
        ("reporting", "", json!(["widgets/read"]), not_authorized),
        (
            "reporting",
            "wrong",
            json!(["widgets/admin"]),
            not_authorized,
        ),
        ("public", "s3cret", json!(null), not_authorized),
        (
            "unknown",
            "s3cret",
            json!(null),
            "ResourceNotFoundException",
        ),
        ("reporting", "s3cret", json!(["widgets/admin"]), invalid),
        (
            "reporting",
            "s3cret",
            json!(["widgets/read", "widgets/admin"]),
            invalid,
        ),
        (
            "reporting",
            "s3cret",
            json!(["widgets/read widgets/write"]),
            invalid,
        ),
        ("scopeless", "s3cret", json!(null), invalid),
    ] {
        let input = json!({"ClientId": client_id, "Secret": secret, "Scopes": scopes});
        let context = input.to_string();
        assert_refused(call(&cognito, input).await, exception, &context).await;
    }
    for input in [
        json!({}),
        json!({"ClientId": "reporting"}),
        json!({"Secret": "s3cret"}),
    ] {
        let context = input.to_string();
        assert_refused(call(&cognito, input).await, invalid, &context).await;
    }
}

#[actix_web::test]
async fn malformed_input_is_a_serialization_exception() {
    let cognito = start();
    for body in [
        "",
        "{",
        "[]",
        "ClientId=reporting&Secret=s3cret",
        r#"{"ClientId": 7, "Secret": "s3cret"}"#,
        r#"{"ClientId": "reporting", "Secret": ["s3cret"]}"#,
        r#"{"ClientId": "reporting", "Secret": "s3cret", "Scopes": "widgets/read"}"#,
        r#"{"ClientId": "reporting", "Secret": "s3cret", "ClientMetadata": {"tenant": 7}}"#,
        r#"{"ClientId": "reporting", "Secret": "s3cret", "ClientMetadata": "blue"}"#,
    ] {
        let response = post(&cognito, TARGET, CONTENT_TYPE, body).await;
        assert_refused(response, "SerializationException", body).await;
    }
}

#[actix_web::test]
async fn other_operations_and_content_types_are_unknown() {
    let cognito = start();
    let body = r#"{"ClientId":"reporting","Secret":"s3cret"}"#;
    for (target, content_type) in [
        ("AWSCognitoIdentityProviderService.GetUser", CONTENT_TYPE),
        ("GetClientToken", CONTENT_TYPE),
        (TARGET, "application/json"),
        (TARGET, "application/x-www-form-urlencoded"),
    ] {
        let response = post(&cognito, target, content_type, body).await;
        assert_refused(response, "UnknownOperationException", target).await;
    }
    let response = post(
        &cognito,
        TARGET,
        "Application/X-AMZ-JSON-1.1; charset=utf-8",
        body,
    )
    .await;
    assert_eq!(response.status(), 200);
}

#[actix_web::test]
async fn faults_of_the_token_endpoint_apply_and_requests_are_counted() {
    let cognito = start();
    let body = r#"{"__type":"InternalErrorException"}"#.to_owned();
    let fault = Fault::Status(500, Some(3), Some(body));
    cognito.set_fault(Endpoint::Token, Some(fault));
    let response = call(
        &cognito,
        json!({"ClientId": "reporting", "Secret": "s3cret"}),
    )
    .await;
    assert_eq!(response.status(), 500);
    assert_eq!(response.headers()["retry-after"], "3");
    assert_eq!(json(response).await["__type"], "InternalErrorException");
    assert_eq!(cognito.token_requests(), 1);

    let other = http().get(cognito.api_url()).send().await.unwrap();
    assert!(other.status().is_client_error());
    assert_eq!(cognito.token_requests(), 1);
}
