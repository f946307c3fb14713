//! The middleware in combination with the CORS and logging middleware.

use actix_cors::Cors;
use actix_web::App;
use actix_web::middleware::Logger;
use cognito_m2m::Policy;

use super::*;

#[actix_web::test]
async fn preflight_requests_need_no_token_if_cors_wraps_the_middleware() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let auth = CognitoAuth::new(cognito.settings()).expect("the settings are valid");
    let api = Api::at(serve!(move || {
        let cors = Cors::default()
            .allowed_origin("https://app.example")
            .allow_any_method()
            .allow_any_header();
        App::new()
            .wrap(auth.clone())
            .wrap(cors)
            .wrap(Logger::default())
            .configure(routes)
    }));
    let request = |method: Method| {
        api.request(method, "/me")
            .header("Origin", "https://app.example")
    };
    let preflight = request(Method::OPTIONS).header("Access-Control-Request-Method", "GET");
    assert_eq!(Answer::receive(preflight).await.status, 200);
    let refused = request(Method::GET).send().await;
    let refused = refused.expect("the server answers");
    assert_eq!(refused.status().as_u16(), 401);
    let allowed = refused.headers().get("access-control-allow-origin");
    assert_eq!(
        allowed.and_then(|value| value.to_str().ok()),
        Some("https://app.example"),
        "refusals have CORS headers"
    );
    let plain = Answer::receive(api.request(Method::OPTIONS, "/me")).await;
    assert_eq!(plain.status, 404, "the crate itself exempts no method");
}

/// An `App` with three scopes, each with a policy, and `Cors` in different places.
async fn cors_and_policies(cognito: &LocalCognito, is_around_app: bool) -> Api {
    let auth = CognitoAuth::new(cognito.settings()).expect("the settings are valid");
    let cors = || {
        Cors::default()
            .allowed_origin("https://app.example")
            .allow_any_method()
            .allow_any_header()
    };
    let policy = Policy::scopes(["widgets/admin"]).expect("a valid scope");
    Api::at(serve!(move || {
        let outer = actix_web::middleware::Condition::new(is_around_app, cors());
        let scope = |path| web::scope(path).wrap(policy.clone());
        App::new()
            .wrap(auth.clone())
            .wrap(outer)
            .service(scope("/without").service(open))
            .service(scope("/outside").wrap(cors()).service(open))
            .service(
                web::scope("/inside")
                    .wrap(cors())
                    .wrap(policy.clone())
                    .service(open),
            )
    }))
}

async fn preflight(api: &Api, path: &str) -> u16 {
    let request = api
        .request(Method::OPTIONS, path)
        .header("Origin", "https://app.example")
        .header("Access-Control-Request-Method", "GET")
        .header("Access-Control-Request-Headers", "authorization");
    Answer::receive(request).await.status
}

/// Returns the status of a request, and whether a page may read the response.
async fn readable(api: &Api, path: &str, token: Option<&str>) -> (u16, bool) {
    let request = api
        .request(Method::GET, path)
        .header("Origin", "https://app.example");
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let response = request.send().await.expect("the server answers");
    let is_readable = response
        .headers()
        .contains_key("access-control-allow-origin");
    (response.status().as_u16(), is_readable)
}

#[actix_web::test]
async fn cors_around_the_app_covers_scopes_with_a_policy() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let api = cors_and_policies(&cognito, true).await;
    assert_eq!(preflight(&api, "/without/open").await, 200);
    let other = cognito.token("reporting").scope("other").sign();
    for (token, status) in [
        (None, 401),
        (Some("a.b.c"), 401),
        (Some(other.as_str()), 403),
    ] {
        let answer = readable(&api, "/without/open", token).await;
        assert_eq!(answer, (status, true), "{token:?}");
    }
}

#[actix_web::test]
async fn cors_on_a_scope_must_be_outside_of_the_policy() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let api = cors_and_policies(&cognito, false).await;
    assert_eq!(preflight(&api, "/outside/open").await, 200);
    assert_eq!(readable(&api, "/outside/open", None).await, (401, true));
    // `CognitoAuth` is outside of the scope, and of its `Cors`.
    let invalid = readable(&api, "/outside/open", Some("a.b.c")).await;
    assert_eq!(invalid, (401, false));
    assert_eq!(preflight(&api, "/inside/open").await, 401);
    assert_eq!(readable(&api, "/inside/open", None).await, (401, false));
}
