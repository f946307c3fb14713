use super::*;

async fn document(url: String) -> Value {
    let response = http().get(url).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    json(response).await
}

#[actix_web::test]
async fn document_below_the_issuer_names_the_local_endpoints() {
    let cognito = start();
    let url = format!("{}/.well-known/openid-configuration", cognito.issuer());
    assert_eq!(cognito.discovery_url(), url);
    let document = document(url).await;
    assert_eq!(document["issuer"], cognito.issuer());
    assert_eq!(document["jwks_uri"], cognito.jwks_url());
    assert_eq!(document["token_endpoint"], cognito.token_url());
    let scopes = serde_json::json!(["widgets/read", "widgets/write"]);
    assert_eq!(document["scopes_supported"], scopes);
}

#[actix_web::test]
async fn document_has_every_required_member() {
    let document = document(LocalCognito::start().unwrap().discovery_url()).await;
    for member in [
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
    ] {
        assert!(document[member].is_string(), "{member}");
    }
    for member in [
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
        "grant_types_supported",
        "token_endpoint_auth_methods_supported",
    ] {
        assert!(!document[member].as_array().unwrap().is_empty(), "{member}");
    }
    // A list without elements is omitted.
    assert_eq!(document["scopes_supported"], Value::Null);
}

#[actix_web::test]
async fn deleted_scopes_are_not_supported() {
    let cognito = start();
    cognito.delete_scope("widgets/write");
    let document = document(cognito.discovery_url()).await;
    let scopes = serde_json::json!(["widgets/read"]);
    assert_eq!(document["scopes_supported"], scopes);
}

#[actix_web::test]
async fn document_has_a_custom_issuer_and_loopback_urls() {
    let issuer = "https://issuer.example.com/pool";
    let cognito = LocalCognito::builder().issuer(issuer).start().unwrap();
    let document = document(cognito.discovery_url()).await;
    assert_eq!(document["issuer"], issuer);
    assert_eq!(document["jwks_uri"], cognito.jwks_url());
}
