//! Policies about claims wherever a policy can be, and their order among other rules.

use actix_web::{App, web};
use cognito_m2m::reqwest::Method;
use cognito_m2m::{Policy, Settings};
use cognito_m2m_tests::{Api, CapturedLog, serve};

use super::handlers::{OWN_TENANT, ok, routes};
use super::*;

const PROD: &str = r#""environment":"prod""#;
const ACME: &str = r#""tenant":"acme""#;

fn policies(config: &mut web::ServiceConfig) {
    let prod = || Policy::claim("environment", "prod");
    let level = Policy::claim_one_of("level", [1, 2]).and(Policy::claim("internal", true));
    config
        .service(web::resource("/resource").wrap(prod()).get(ok))
        .service(web::resource("/level").wrap(level).get(ok))
        .service(
            web::scope("/wrapped")
                .wrap(prod())
                .route("/ok", web::get().to(ok)),
        )
        .service(
            web::scope("/routed")
                .guard(prod())
                .route("/ok", web::get().to(ok)),
        )
        .service(web::resource("/own/{tenant_id}").wrap(OWN_TENANT).get(ok))
        .service(
            web::scope("/own-scope/{tenant_id}")
                .wrap(OWN_TENANT)
                .route("/ok", web::get().to(ok)),
        )
        .service(
            web::scope("/inner-scope/{tenant_id}")
                .service(web::resource("/ok").wrap(OWN_TENANT).get(ok)),
        )
        .service(
            web::resource("/own-routed/{tenant_id}").route(web::get().guard(OWN_TENANT).to(ok)),
        )
        .configure(routes);
}

#[actix_web::test]
async fn policy_for_a_claim_works_in_every_place() {
    let fixture = ApiFixture::start(policies).await;
    for path in ["/resource", "/wrapped/ok", "/routed/ok", "/authorizes"] {
        let accepted = get_with(&fixture, path, PROD).await;
        assert_eq!(
            (accepted.status, accepted.body.as_str()),
            (200, "ok"),
            "{path}"
        );
        let refused = get_with(&fixture, path, r#""environment":"dev""#).await;
        match path {
            "/routed/ok" => assert_eq!(refused.status, 404),
            _ => assert_refused(&refused, path),
        }
    }
    for (claims, is_accepted) in [
        (r#""level":1,"internal":true"#, true),
        (r#""level":2,"internal":true"#, true),
        (r#""level":3,"internal":true"#, false),
        (r#""level":1,"internal":false"#, false),
        (r#""level":"1","internal":true"#, false),
    ] {
        let answer = get_with(&fixture, "/level", claims).await;
        assert_eq!(answer.status == 200, is_accepted, "{claims}");
    }
}

#[actix_web::test]
async fn path_parameter_is_known_around_a_resource() {
    let fixture = ApiFixture::start(policies).await;
    for path in ["/own/acme", "/inner-scope/acme/ok"] {
        assert_eq!(get_with(&fixture, path, ACME).await.status, 200, "{path}");
    }
    for path in ["/own/other", "/own/acm%2565", "/inner-scope/other/ok"] {
        assert_refused(&get_with(&fixture, path, ACME).await, path);
    }
}

#[actix_web::test]
async fn path_parameter_is_unknown_in_other_places_and_refuses() {
    let fixture = ApiFixture::start(policies).await;
    for path in [
        "/own-scope/acme/ok",
        "/own-scope/other/ok",
        "/authorizes/acme",
    ] {
        assert_refused(&get_with(&fixture, path, ACME).await, path);
    }
    assert_eq!(
        get_with(&fixture, "/own-routed/acme", ACME).await.status,
        405
    );
    let auth = fixture.auth.clone();
    let around_app = Api::at(serve!(move || App::new()
        .wrap(OWN_TENANT)
        .wrap(auth.clone())
        .route("/t/{tenant_id}", web::get().to(ok))
        .route("/", web::get().to(ok))));
    let token = token_with(&fixture, ACME);
    for path in ["/t/acme", "/t/other", "/", "/unknown"] {
        assert_refused(&around_app.get(path, &token).await, path);
    }
}

#[actix_web::test]
async fn claims_do_not_replace_other_rules() {
    let with_settings = |settings: Settings| settings.allowed_client_ids(["reporting"]);
    let fixture = ApiFixture::with_settings(policies, with_settings).await;
    let other_client = fixture.cognito.token("other").claim("environment", "prod");
    let answer = fixture.api.get("/string", &other_client.sign()).await;
    assert_eq!(
        (answer.status, answer.detail().as_str()),
        (403, "Client is not allowed.")
    );
    let without_token = fixture.api.get_without_token("/string").await;
    assert_eq!(without_token.status, 401);
    let with_settings = |settings: Settings| settings.resource_servers(["parts"]);
    let fixture = ApiFixture::with_settings(policies, with_settings).await;
    let answer = get_with(&fixture, "/string", r#""environment":"dev""#).await;
    assert_eq!(
        (answer.status, answer.detail().as_str()),
        (403, "Token is not for this API.")
    );
}

#[actix_web::test]
async fn refusal_comes_before_the_body_is_read() {
    let fixture = ApiFixture::start(policies).await;
    for (claims, status) in [(r#""environment":"dev""#, 403), (PROD, 400)] {
        let request = fixture.api.request(Method::POST, "/body");
        let request = request
            .bearer_auth(token_with(&fixture, claims))
            .body("{broken");
        let request = request.header("content-type", "application/json");
        assert_eq!(Answer::receive(request).await.status, status, "{claims}");
    }
}

#[actix_web::test]
async fn error_function_answers_a_refused_claim() {
    let fixture = ApiFixture::start(policies).await;
    let answer = get_with(&fixture, "/custom-refusal", "").await;
    assert_eq!((answer.status, answer.body.as_str()), (418, "claim"));
}

#[actix_web::test]
async fn without_the_middleware_claims_are_never_checked() {
    let this = without_the_middleware_claims_are_never_checked;
    let Some(_log) = CapturedLog::alone(this) else {
        return;
    };
    let api = Api::at(serve!(|| App::new().configure(policies)));
    for path in ["/string", "/t/acme", "/resource", "/own/acme"] {
        assert_eq!(api.get_without_token(path).await.status, 500, "{path}");
    }
}
