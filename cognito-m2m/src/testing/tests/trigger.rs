use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::testing::{TokenChanges, TokenEvent};

const GRANT: &str = "grant_type=client_credentials&client_id=reporting&client_secret=s3cret";

async fn granted_claims(cognito: &LocalCognito, parameters: &str) -> Value {
    let response = post_form(cognito, &format!("{GRANT}{parameters}")).await;
    assert_eq!(response.status(), 200);
    let body = json(response).await;
    claims(body["access_token"].as_str().unwrap())
}

#[actix_web::test]
async fn trigger_adds_claims_of_every_json_type() {
    let cognito = start();
    cognito.set_trigger(|_: &TokenEvent| {
        TokenChanges::new()
            .claim("tenant", "blue")
            .claim("limit", 100)
            .claim("beta", true)
            .claim("regions", vec!["eu", "us"])
            .claim("nested", json!({ "a": [1, "b", false] }))
    });
    let claims = granted_claims(&cognito, "").await;
    assert_eq!(claims["tenant"], "blue");
    assert_eq!(claims["limit"], 100);
    assert_eq!(claims["beta"], true);
    assert_eq!(claims["regions"], json!(["eu", "us"]));
    assert_eq!(claims["nested"], json!({ "a": [1, "b", false] }));
    assert_eq!(claims["scope"], "widgets/read widgets/write");
}

#[actix_web::test]
async fn trigger_adds_and_suppresses_scopes() {
    let cognito = start();
    cognito.set_trigger(|_| {
        TokenChanges::new()
            .add_scope("widgets/extra")
            .add_scope("widgets/read")
            .add_scope("widgets/both")
            .suppress_scope("widgets/both")
            .suppress_scope("widgets/write")
            .suppress_scope("absent")
    });
    let claims = granted_claims(&cognito, "").await;
    assert_eq!(claims["scope"], "widgets/read widgets/extra");
}

#[actix_web::test]
async fn trigger_sees_client_scopes_and_metadata() {
    let cognito = start();
    cognito.delete_scope("widgets/write");
    let events = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&events);
    cognito.set_trigger(move |event| {
        seen.lock().unwrap().push(event.clone());
        TokenChanges::new()
    });
    let metadata = "&aws_client_metadata=%7B%22environment%22%3A%22dev%22%7D";
    granted_claims(&cognito, &format!("&scope=widgets/read{metadata}")).await;
    granted_claims(&cognito, "").await;

    let events = events.lock().unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].client_id(), "reporting");
    assert_eq!(events[0].scopes(), ["widgets/read"]);
    assert_eq!(events[0].client_metadata()["environment"], "dev");
    assert_eq!(events[1].scopes(), ["widgets/read"]);
    assert!(events[1].client_metadata().is_empty());
}

#[actix_web::test]
async fn reserved_claims_keep_their_values() {
    let cognito = start();
    let plain = granted_claims(&cognito, "").await;
    cognito.set_trigger(|_| {
        let reserved = [
            "sub",
            "token_use",
            "scope",
            "auth_time",
            "iss",
            "exp",
            "iat",
            "version",
            "jti",
            "client_id",
        ];
        let changes = reserved.iter().fold(TokenChanges::new(), |changes, name| {
            changes.claim(*name, "forged").suppress_claim(*name)
        });
        let changes = changes.claim("username", "jane").claim("nbf", 0);
        changes.claim("cognito:groups", vec!["admin"])
    });
    let changed = granted_claims(&cognito, "").await;
    let names = |claims: &Value| Vec::from_iter(claims.as_object().unwrap().keys().cloned());
    assert_eq!(names(&changed), names(&plain));
    for name in ["sub", "token_use", "scope", "iss", "version", "client_id"] {
        assert_eq!(changed[name], plain[name], "{name}");
    }
    for name in ["auth_time", "exp", "iat"] {
        assert!(changed[name].is_u64(), "{name}");
    }
}

#[actix_web::test]
async fn audience_can_only_be_the_client() {
    let cognito = start();
    cognito.set_trigger(|event| TokenChanges::new().claim("aud", event.client_id()));
    assert_eq!(granted_claims(&cognito, "").await["aud"], "reporting");
    cognito.set_trigger(|_| TokenChanges::new().claim("aud", "https://api.example.com"));
    assert_eq!(granted_claims(&cognito, "").await["aud"], Value::Null);
}

#[actix_web::test]
async fn suppressed_claim_is_absent_even_if_it_is_added() {
    let cognito = start();
    cognito.set_trigger(|_| {
        let changes = TokenChanges::new().suppress_claim("tenant");
        changes.claim("tenant", "blue").claim("kept", "yes")
    });
    let claims = granted_claims(&cognito, "").await;
    assert_eq!(claims["tenant"], Value::Null);
    assert_eq!(claims["kept"], "yes");
}

#[actix_web::test]
async fn trigger_that_panics_fails_the_request_with_invalid_request() {
    let cognito = start();
    cognito.set_trigger(|event| {
        assert!(event.client_metadata().contains_key("tenant"), "no tenant");
        TokenChanges::new()
    });
    let response = post_form(&cognito, GRANT).await;
    assert_eq!(response.status(), 400);
    assert_eq!(json(response).await["error"], "invalid_request");
    granted_claims(
        &cognito,
        "&aws_client_metadata=%7B%22tenant%22%3A%22a%22%7D",
    )
    .await;
}

#[actix_web::test]
async fn trigger_is_not_called_for_refused_requests() {
    let cognito = start();
    cognito.set_trigger(|_| panic!("the trigger is called"));
    let wrong_secret = "grant_type=client_credentials&client_id=reporting&client_secret=wrong";
    let body = json(post_form(&cognito, wrong_secret).await).await;
    assert_eq!(body["error"], "invalid_client");
    let body = json(post_form(&cognito, &format!("{GRANT}&scope=other")).await).await;
    assert_eq!(body["error"], "invalid_scope");
}

#[actix_web::test]
async fn trigger_may_use_the_local_cognito() {
    let cognito = Arc::new(start());
    let shared = Arc::downgrade(&cognito);
    cognito.set_trigger(move |_| {
        let cognito = shared.upgrade().unwrap();
        TokenChanges::new().claim("requests", cognito.token_requests())
    });
    assert_eq!(granted_claims(&cognito, "").await["requests"], 1);
    cognito.clear_trigger();
}

#[actix_web::test]
async fn tokens_made_to_order_and_tokens_after_removal_are_unchanged() {
    let cognito = start();
    cognito.set_trigger(|_| TokenChanges::new().claim("tenant", "blue"));
    let token = cognito.token("reporting").sign();
    assert_eq!(claims(&token)["tenant"], Value::Null);
    assert_eq!(granted_claims(&cognito, "").await["tenant"], "blue");
    cognito.clear_trigger();
    assert_eq!(granted_claims(&cognito, "").await["tenant"], Value::Null);
}
