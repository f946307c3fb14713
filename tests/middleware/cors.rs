//! The middleware in combination with the CORS and logging middleware.

use actix_cors::Cors;
use actix_web::App;
use actix_web::middleware::Logger;

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
