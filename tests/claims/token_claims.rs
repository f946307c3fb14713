//! The extractor `TokenClaims`.

use std::collections::BTreeMap;

use actix_web::{App, Responder, web};
use cognito_m2m::{TokenClaims, allow_client_ids, require_scopes};
use cognito_m2m_tests::{Api, CapturedLog, serve};
use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
struct Tenant {
    tenant: String,
    #[serde(default)]
    level: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnlyTenant {
    #[serde(rename = "tenant")]
    _tenant: String,
}

async fn tenant(claims: TokenClaims<Tenant>) -> impl Responder {
    format!("{} {:?}", claims.tenant, claims.level)
}

async fn owned(claims: TokenClaims<Tenant>) -> impl Responder {
    claims.into_inner().tenant
}

async fn debug(claims: TokenClaims<Tenant>) -> impl Responder {
    format!("{claims:?}")
}

async fn optional(claims: Option<TokenClaims<Tenant>>) -> impl Responder {
    claims.is_some().to_string()
}

async fn only_tenant(_: TokenClaims<OnlyTenant>) -> impl Responder {
    "ok"
}

async fn all(claims: TokenClaims<BTreeMap<String, serde_json::Value>>) -> impl Responder {
    claims["client_id"].to_string()
}

#[require_scopes("widgets/read")]
async fn scoped(claims: TokenClaims<Tenant>, _: web::Json<u64>) -> impl Responder {
    claims.tenant.clone()
}

#[require_scopes("widgets/admin")]
async fn admin(_: TokenClaims<Tenant>) -> impl Responder {
    "ok"
}

#[allow_client_ids("reporting")]
async fn listed(claims: TokenClaims<Tenant>) -> impl Responder {
    claims.tenant.clone()
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/tenant", web::get().to(tenant))
        .route("/owned", web::get().to(owned))
        .route("/debug", web::get().to(debug))
        .route("/optional", web::get().to(optional))
        .route("/only-tenant", web::get().to(only_tenant))
        .route("/all", web::get().to(all))
        .route("/scoped", web::get().to(scoped))
        .route("/admin", web::get().to(admin))
        .route("/listed", web::get().to(listed));
}

#[actix_web::test]
async fn claims_arrive_as_the_type_of_the_handler() {
    let fixture = ApiFixture::start(routes).await;
    for (path, claims, body) in [
        ("/tenant", r#""tenant":"acme""#, "acme None"),
        (
            "/tenant",
            r#""tenant":"acme","level":18446744073709551615"#,
            "acme Some(18446744073709551615)",
        ),
        ("/tenant", r#""tenant":"acme","level":null"#, "acme None"),
        ("/tenant", r#""tenant":"acme","other":1e999"#, "acme None"),
        ("/owned", r#""tenant":"acme""#, "acme"),
        ("/optional", r#""tenant":"acme""#, "true"),
        ("/optional", "", "false"),
        ("/all", "", "\"reporting\""),
    ] {
        let answer = get_with(&fixture, path, claims).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, body),
            "{path} {claims}"
        );
    }
}

#[actix_web::test]
async fn claims_that_do_not_fit_are_refused() {
    let fixture = ApiFixture::start(routes).await;
    for claims in [
        "",
        r#""Tenant":"acme""#,
        r#""tenant":null"#,
        r#""tenant":42"#,
        r#""tenant":["acme"]"#,
        r#""tenant":{"tenant":"acme"}"#,
        r#""nested":{"tenant":"acme"}"#,
        r#""tenant":"acme","level":"1""#,
        r#""tenant":"acme","level":1.5"#,
        r#""tenant":"acme","level":-1"#,
        r#""tenant":"acme","level":18446744073709551616"#,
    ] {
        let answer = get_with(&fixture, "/tenant", claims).await;
        assert_refused(&answer, claims);
    }
    let answer = get_with(&fixture, "/only-tenant", r#""tenant":"acme""#).await;
    assert_refused(
        &answer,
        "the other claims of the token are unknown to the type",
    );
}

#[actix_web::test]
async fn claims_require_a_token_that_the_settings_admit() {
    let fixture = ApiFixture::with_settings(routes, |settings| {
        settings
            .allowed_client_ids(["billing"])
            .resource_servers(["widgets"])
    })
    .await;
    assert_eq!(fixture.api.get_without_token("/tenant").await.status, 401);
    let token = |client: &str, scope: &str| {
        let token = fixture.cognito.token(client).scope(scope);
        token.claim("tenant", "acme").sign()
    };
    for (path, client, scope, detail) in [
        (
            "/tenant",
            "reporting",
            "widgets/read",
            "Client is not allowed.",
        ),
        (
            "/listed",
            "billing",
            "widgets/read",
            "Client is not allowed.",
        ),
        (
            "/tenant",
            "billing",
            "parts/read",
            "Token is not for this API.",
        ),
    ] {
        let answer = fixture.api.get(path, &token(client, scope)).await;
        assert_eq!(
            (answer.status, answer.detail().as_str()),
            (403, detail),
            "{path} {client}"
        );
    }
    for (path, client) in [("/tenant", "billing"), ("/listed", "reporting")] {
        let answer = fixture.api.get(path, &token(client, "widgets/read")).await;
        assert_eq!(answer.status, 200, "{path} {client}");
    }
}

#[actix_web::test]
async fn guard_refuses_before_the_claims_do_and_claims_before_the_body() {
    let fixture = ApiFixture::start(routes).await;
    let answer = get_with(&fixture, "/admin", "").await;
    assert_eq!(answer.detail(), "Insufficient scope.");
    assert_refused(&get_with(&fixture, "/scoped", "").await, "without a body");
}

#[actix_web::test]
async fn debug_output_contains_no_claim() {
    let fixture = ApiFixture::start(routes).await;
    let answer = get_with(&fixture, "/debug", r#""tenant":"acme""#).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "TokenClaims { .. }")
    );
}

#[actix_web::test]
async fn without_the_middleware_there_are_no_claims() {
    let Some(log) = CapturedLog::alone(without_the_middleware_there_are_no_claims) else {
        return;
    };
    let api = Api::at(serve!(|| App::new().configure(routes)));
    assert_eq!(api.get_without_token("/tenant").await.status, 500);
    assert_eq!(log.lines_with(r#"reason="middleware_missing""#).len(), 1);
}
