//! The log: it contains no part of a token, the reason of each refusal, and the settings at the start
//! of an application.

use actix_web::{App, HttpRequest, HttpResponse, get, web};
use cognito_m2m::reqwest::Method;
use cognito_m2m::settings::PoolSettings;
use cognito_m2m::testing::{Endpoint, Fault, LocalCognito};
use cognito_m2m::{CognitoAuth, RequestPrincipal, ServicePrincipal, require_scopes};
use cognito_m2m_tests::{Answer, Api, ApiFixture, CapturedLog, serve, serve_routes};

#[get("/guarded")]
#[require_scopes("widgets/read")]
async fn guarded(principal: ServicePrincipal) -> String {
    format!("{principal:?}")
}

#[get("/open")]
async fn open(request: HttpRequest) -> HttpResponse {
    HttpResponse::Ok().body(format!("{:?}", request.service_principal()))
}

fn routes(config: &mut web::ServiceConfig) {
    config.service(guarded).service(open);
}

#[actix_web::test]
async fn rule_1_9_token_is_neither_logged_nor_echoed() {
    let Some(log) = CapturedLog::alone(rule_1_9_token_is_neither_logged_nor_echoed) else {
        return;
    };
    let ApiFixture { cognito, auth, api } = ApiFixture::start(routes).await;
    let tokens = [
        cognito.token("reporting").scopes(["widgets/read"]).sign(),
        cognito.token("reporting").scopes(["other"]).sign(),
        cognito.token("reporting").expired().sign(),
        cognito.token("reporting").kid("unknown").sign(),
        cognito.token("bad client\nINFO forged line").sign(),
        cognito
            .token("reporting")
            .claim("iss", "https://evil.example/\u{1b}[31m")
            .sign(),
    ];
    let mut bodies = String::new();
    for token in &tokens {
        for path in ["/guarded", "/open"] {
            bodies += &api.get(path, token).await.body;
        }
    }
    let text = log.text() + &bodies + &format!("{auth:?}");
    assert!(text.contains("request refused"), "the log is captured");
    for token in &tokens {
        let parts: Vec<_> = token.split('.').collect();
        let [_, payload, signature] = parts[..] else {
            panic!("a token has three parts");
        };
        assert!(!text.contains(signature), "no signature appears");
        assert!(!text.contains(payload), "no payload appears");
    }
    assert!(!text.contains("\nINFO forged"), "line breaks are escaped");
    assert!(!text.contains('\u{1b}'), "terminal sequences are escaped");
    assert!(!bodies.contains("evil.example"), "no claim is echoed");
}

#[actix_web::test]
async fn each_refusal_is_logged_with_its_reason() {
    let Some(log) = CapturedLog::alone(each_refusal_is_logged_with_its_reason) else {
        return;
    };
    let ApiFixture { cognito, api, .. } = ApiFixture::start(routes).await;
    api.get_without_token("/guarded").await;
    let without_scope = cognito.token("reporting").sign();
    let expired = cognito.token("reporting").expired().sign();
    for token in [without_scope, expired] {
        api.get("/guarded", &token).await;
    }
    for reason in ["missing", "insufficient_scope", "expired"] {
        let lines = log.lines_with(&format!("reason=\"{reason}\""));
        let refusals = lines.iter().filter(|line| line.contains("request refused"));
        assert_eq!(refusals.count(), 1, "{reason}");
    }
    let lines = log.lines_with("reason=\"insufficient_scope\"");
    assert!(lines.iter().any(
        |line| line.contains("client_id=\"reporting\"") && line.contains("route=\"/guarded\"")
    ));
}

#[actix_web::test]
async fn header_that_counts_as_no_token_is_explained() {
    let Some(log) = CapturedLog::alone(header_that_counts_as_no_token_is_explained) else {
        return;
    };
    let ApiFixture { cognito, api, .. } = ApiFixture::start(routes).await;
    let token = cognito.token("reporting").scope("widgets/read").sign();
    let bare = "cause=\"the header `authorization` has no authentication scheme, \
                expected `Bearer <token>`\"";
    let other = "cause=\"the header `authorization` has another authentication scheme, \
                 expected `Bearer <token>`\"";
    for (value, cause) in [
        (token.clone(), bare),
        (format!("\"{token}\""), bare),
        (format!("Token {token}"), other),
        (format!("JWT {token}"), other),
        ("Basic dTpwYXNzd29yZA==".to_owned(), other),
        (format!("Bearer%20{token}"), bare),
    ] {
        let before = log.lines_with("request refused").len();
        let request = api.request(Method::GET, "/guarded");
        let answer = Answer::receive(request.header("Authorization", &value)).await;
        assert_eq!(answer.status, 401);
        assert_eq!(
            answer.detail(),
            "Authentication credentials were not provided."
        );
        let lines = log.lines_with("request refused");
        let [line] = &lines[before..] else {
            panic!("one line for {value}: {lines:?}");
        };
        assert!(line.contains(cause), "{line}");
    }
    api.get_without_token("/guarded").await;
    let last = log.lines_with("request refused").pop();
    assert!(last.is_some_and(|line| !line.contains("cause=")));
    let text = log.text();
    assert!(!text.contains(&token) && !text.contains("dTpwYXNzd29yZA"));
}

#[actix_web::test]
async fn token_in_the_usual_header_is_explained_if_another_is_configured() {
    let this = token_in_the_usual_header_is_explained_if_another_is_configured;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let fixture = ApiFixture::with_settings(routes, |settings| settings.header_name("X-Token"));
    let ApiFixture { cognito, api, .. } = fixture.await;
    let token = cognito.token("reporting").scope("widgets/read").sign();
    assert_eq!(api.get("/guarded", &token).await.status, 401);
    let lines = log.lines_with("reason=\"missing\"");
    let expected = "the token is in the header `authorization`, expected `x-token`";
    assert!(
        lines.iter().any(|line| line.contains(expected)),
        "{lines:?}"
    );
    assert!(!log.text().contains(&token));
}

#[actix_web::test]
async fn nested_middleware_with_another_pool_is_reported_once() {
    let this = nested_middleware_with_another_pool_is_reported_once;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let outer = LocalCognito::start().expect("the local Cognito starts");
    let inner = LocalCognito::builder()
        .user_pool_id("eu-west-1_Inner")
        .start()
        .expect("the second local Cognito starts");
    let auth = |cognito: &LocalCognito| {
        CognitoAuth::new(cognito.settings()).expect("the settings are valid")
    };
    let (outer_auth, inner_auth) = (auth(&outer), auth(&inner));
    let api = Api::at(serve!(move || {
        let scope = web::scope("").wrap(inner_auth.clone()).configure(routes);
        App::new().wrap(outer_auth.clone()).service(scope)
    }));
    let warnings = || log.lines_with("refused a token that an outer one accepted");
    let of_inner = inner.token("reporting").scope("widgets/read").sign();
    assert_eq!(api.get("/guarded", &of_inner).await.status, 401);
    assert_eq!(warnings().len(), 0, "the outer middleware refused it");
    let of_outer = outer.token("reporting").scope("widgets/read").sign();
    for _ in 0..2 {
        assert_eq!(api.get("/guarded", &of_outer).await.status, 401);
    }
    let found = warnings();
    let [line] = found.as_slice() else {
        panic!("one warning: {found:?}");
    };
    assert!(line.contains(" WARN "), "{line}");
}

#[actix_web::test]
async fn unavailable_keys_are_logged_with_the_error_of_the_fetch() {
    let Some(log) = CapturedLog::alone(unavailable_keys_are_logged_with_the_error_of_the_fetch)
    else {
        return;
    };
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(418, None, None)));
    let auth = CognitoAuth::new(cognito.settings()).expect("the settings are valid");
    let api = serve_routes(auth, routes);
    let token = cognito.token("reporting").sign();
    assert_eq!(api.get("/guarded", &token).await.status, 503);
    let refused = log.lines_with("request refused");
    let [line] = refused.as_slice() else {
        panic!("exactly one refusal is logged: {refused:?}");
    };
    assert!(line.contains(" WARN ") && line.contains("reason=\"keys_unavailable\""));
    assert!(
        line.contains("cause=\"default: the JWKS URL responded with status 418 instead of 200\""),
        "{line}"
    );
}

#[actix_web::test]
async fn start_logs_the_settings_and_warns_about_weak_ones() {
    let Some(log) = CapturedLog::alone(start_logs_the_settings_and_warns_about_weak_ones) else {
        return;
    };
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let settings = cognito.settings().header_name("X-Token");
    let _auth = CognitoAuth::new(settings).expect("the settings are valid");
    let ready = log.lines_with("cognito-m2m is ready");
    assert_eq!(ready.len(), 1);
    for part in [
        cognito.issuer(),
        "leeway=60s",
        "activity_flush_interval=1s",
        "activity_precision=60s",
        "cutoff_refresh=5s",
        "cutoff_required=true",
        "header_name=\"X-Token\"",
        "default_scope_match=All",
    ] {
        assert!(ready[0].contains(part), "{part} in {}", ready[0]);
    }
    let warnings = log.lines_with("a setting weakens security");
    for part in [
        "no resource_servers and no allowlist",
        "header_name is not Authorization",
    ] {
        assert!(warnings.iter().any(|line| line.contains(part)), "{part}");
    }
}

#[actix_web::test]
async fn start_warns_about_a_pool_that_a_handler_names_and_no_setting_defines() {
    let this = start_warns_about_a_pool_that_a_handler_names_and_no_setting_defines;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let warnings = || log.lines_with("the setting `pools` does not define");
    let count_of_tenant = |lines: &[String]| {
        let of_tenant =
            |line: &&String| line.contains("pool=\"tenant\"") && line.contains("::pools::listed\"");
        lines.iter().filter(of_tenant).count()
    };
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let _auth = CognitoAuth::new(cognito.settings()).expect("the settings are valid");
    // The handler in `pools.rs`, among others, is linked into this program and names the pool `tenant`.
    let without_pool = warnings();
    assert_eq!(count_of_tenant(&without_pool), 1, "{without_pool:?}");
    for part in ["pools::listed", "pools.rs"] {
        assert!(
            without_pool.iter().any(|line| line.contains(part)),
            "{part}"
        );
    }
    let pool = PoolSettings::default()
        .issuer("https://tenant.example")
        .jwks_url(cognito.jwks_url());
    let settings = cognito.settings().pool("tenant", pool);
    let _auth = CognitoAuth::new(settings).expect("the settings are valid");
    assert_eq!(
        count_of_tenant(&warnings()),
        1,
        "no further warning if the pool is defined"
    );
}

#[actix_web::test]
async fn guarded_handler_without_the_middleware_is_named_in_the_log() {
    let this = guarded_handler_without_the_middleware_is_named_in_the_log;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let api = Api::at(serve!(|| App::new().configure(routes)));
    assert_eq!(api.get_without_token("/guarded").await.status, 500);
    let lines = log.lines_with("outside the `CognitoAuth` middleware");
    assert!(
        lines
            .iter()
            .any(|line| line.contains("logs::guarded") && line.contains("logs.rs")),
        "{lines:?}"
    );
}
