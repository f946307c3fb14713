//! Signing keys that are unavailable, cancelled requests and panicking handlers.

use std::time::Duration;

use actix_web::{App, HttpResponse};

use super::*;

#[actix_web::test]
async fn unavailable_keys_are_503_except_on_unguarded_handlers() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(500, None, None)));
    let auth = CognitoAuth::new(cognito.settings()).expect("the settings are valid");
    let api = serve_routes(auth, routes);
    let token = cognito.token("reporting").sign();
    assert_eq!(api.get("/open", &token).await.body, "anonymous");
    for path in ["/optional", "/me", "/guarded"] {
        assert_eq!(api.get(path, &token).await.status, 503, "{path}");
    }
}

#[actix_web::test]
async fn rule_5_cancelled_request_does_no_damage() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Hang));
    let settings = cognito.settings().jwks_timeout(Duration::from_secs(2));
    let auth = CognitoAuth::new(settings).expect("the settings are valid");
    let api = serve_routes(auth.clone(), routes);
    let token = cognito.token("reporting").sign();
    let mut cancelled = 0;
    for _ in 0..10 {
        let request = api.request(Method::GET, "/me").bearer_auth(&token);
        let request = request.timeout(Duration::from_millis(5));
        match request.send().await {
            Err(_) => cancelled += 1,
            // On a busy machine the fetch may have ended before the request was cancelled.
            Ok(answer) => assert_eq!(answer.status(), 503, "no keys are available"),
        }
    }
    assert!(cancelled > 0, "no request was cancelled");
    cognito.set_fault(Endpoint::Jwks, None);
    eventually("the keys are fetched", || auth.health().is_ready()).await;
    assert_eq!(api.get("/me", &token).await.status, 200);
}

#[get("/panics")]
async fn panics(_principal: ServicePrincipal) -> HttpResponse {
    panic!("a bug of the handler")
}

#[actix_web::test]
async fn rule_5_panicking_handler_does_not_stop_the_service() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let auth = CognitoAuth::new(cognito.settings()).expect("the settings are valid");
    let api = Api::at(serve!(move || App::new()
        .wrap(auth.clone())
        .service(panics)
        .configure(routes)));
    let token = cognito.token("reporting").sign();
    for _ in 0..4 {
        let request = api.request(Method::GET, "/panics").bearer_auth(&token);
        let _ = request.send().await;
    }
    assert_eq!(api.get("/me", &token).await.status, 200);
}
