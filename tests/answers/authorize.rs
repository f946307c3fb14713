//! Policies that a handler evaluates itself, with each error type that it may return.

use std::error::Error;

use actix_web::HttpResponse;

use super::*;

const WRITE: Policy = Policy::scope("widgets/write");

#[get("/actix")]
async fn actix_error(principal: ServicePrincipal) -> Result<impl Responder, actix_web::Error> {
    principal.authorize(&Policy::scopes(["widgets/write"])?)?;
    Ok("served")
}

#[get("/response")]
async fn actix_result(principal: ServicePrincipal) -> actix_web::Result<HttpResponse> {
    principal.authorize(
        &Policy::any_scope(["widgets/write", "widgets/admin"])?
            .and(Policy::all_scopes(["widgets/write"])?)
            .and(Policy::allow_client_ids(["reporting", "sync"])?)
            .and(Policy::scope_rule(ScopeRule::all(["widgets/write"])?)),
    )?;
    Ok(HttpResponse::Ok().finish())
}

#[get("/boxed")]
async fn boxed_error(principal: ServicePrincipal) -> Result<impl Responder, Box<dyn Error>> {
    principal.authorize(&Policy::scopes(["widgets/write"])?)?;
    Ok("served")
}

#[get("/constant")]
async fn constant_policy(principal: ServicePrincipal) -> Result<impl Responder, Denial> {
    principal.authorize(&WRITE)?;
    principal.authorize(&Policy::scope("widgets/write"))?;
    Ok("served")
}

#[get("/two-steps")]
async fn boxed_actix_error(
    principal: Result<ServicePrincipal, actix_web::Error>,
) -> Result<impl Responder, Box<dyn Error>> {
    principal?.authorize(&WRITE)?;
    Ok("served")
}

#[get("/scope/{scope}")]
async fn scope_of_the_path(
    principal: ServicePrincipal,
    scope: web::Path<String>,
) -> Result<impl Responder, actix_web::Error> {
    principal.authorize(&Policy::scopes([scope.into_inner()])?)?;
    Ok("served")
}

#[get("/client/{id}")]
async fn client_of_the_path(
    principal: ServicePrincipal,
    id: web::Path<String>,
) -> Result<impl Responder, Box<dyn Error>> {
    principal.authorize(&Policy::allow_client_ids([id.into_inner()])?)?;
    Ok("served")
}

#[get("/handled")]
async fn handled(principal: ServicePrincipal) -> impl Responder {
    match principal.authorize(&WRITE) {
        Ok(()) => "may write",
        Err(_) => "may not write",
    }
}

pub(super) fn handlers(config: &mut web::ServiceConfig) {
    config
        .service(actix_error)
        .service(actix_result)
        .service(boxed_error)
        .service(constant_policy)
        .service(boxed_actix_error)
        .service(scope_of_the_path)
        .service(client_of_the_path)
        .service(handled);
}

#[actix_web::test]
async fn policy_created_in_a_handler_answers_as_an_attribute_does() {
    let fixture = ApiFixture::with_settings(handlers, |settings| settings.realm("widgets")).await;
    for path in ["/actix", "/response", "/boxed", "/constant", "/two-steps"] {
        let served = fixture.get_with_scope(path, "widgets/write").await;
        assert_eq!(served.status, 200, "{path}");
        let refused = get_as_reader(&fixture, path).await;
        assert_eq!(refused.status, 403, "{path}");
        assert_eq!(refused.detail(), "Insufficient scope.", "{path}");
        let challenge = refused.challenge.unwrap_or_default();
        assert!(
            challenge.starts_with(r#"Bearer realm="widgets", error="insufficient_scope", scope="#),
            "{path}: {challenge}"
        );
    }
    let missing = fixture.api.get_without_token("/two-steps").await;
    let challenge = r#"Bearer realm="widgets""#;
    let detail = "Authentication credentials were not provided.";
    assert_answer(&missing, 401, detail, Some(challenge));
    assert_eq!(
        get_as_reader(&fixture, "/handled").await.body,
        "may not write"
    );
}

#[actix_web::test]
async fn invalid_policy_in_a_handler_is_500_without_details() {
    let fixture = ApiFixture::start(handlers).await;
    for path in ["/scope/two%20words", "/client/two%20words"] {
        let answer = get_as_reader(&fixture, path).await;
        assert_answer(&answer, 500, "Internal server error.", None);
    }
    assert_eq!(get_as_reader(&fixture, "/scope/widgets").await.status, 403);
    assert_eq!(
        get_as_reader(&fixture, "/client/reporting").await.status,
        200
    );
    assert_eq!(get_as_reader(&fixture, "/client/other").await.status, 403);
}

#[test]
fn invalid_policy_outside_of_the_middleware_reveals_no_details() {
    let scope = Policy::scopes(["CANARY CANARY"]).expect_err("an invalid scope");
    let client = Policy::allow_client_ids(["CANARY CANARY"]).expect_err("an invalid client ID");
    for error in [actix_web::Error::from(scope), client.into()] {
        let response = error.error_response();
        assert_eq!(response.status(), 500);
        let body = actix_web::body::MessageBody::try_into_bytes(response.into_body());
        let body = body.expect("the body is in memory");
        assert_eq!(body, r#"{"detail":"Internal server error."}"#);
    }
}
