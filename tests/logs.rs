//! `RULES.md` 1.9: what a token says reaches logs only escaped, and its signature nowhere.

use actix_web::{App, HttpResponse, get, web};
use cognito_m2m::settings::PoolSettings;
use cognito_m2m::testing::{Endpoint, Fault, LocalCognito};
use cognito_m2m::{CognitoAuth, RequestPrincipal, ServicePrincipal, require_scopes};
use cognito_m2m_tests::{Api, CapturedLog, serve};

#[get("/guarded")]
#[require_scopes("widgets/read")]
async fn guarded(principal: ServicePrincipal) -> String {
    format!("{principal:?}")
}

#[get("/open")]
async fn open(request: actix_web::HttpRequest) -> HttpResponse {
    HttpResponse::Ok().body(format!("{:?}", request.service_principal()))
}

#[actix_web::test]
async fn rule_1_9_the_token_appears_nowhere() {
    let Some(log) = CapturedLog::alone(rule_1_9_the_token_appears_nowhere) else {
        return;
    };
    let cognito = LocalCognito::start().expect("a local Cognito");
    let auth = CognitoAuth::new(cognito.settings()).expect("sound settings");
    auth.prefetch().await.expect("keys");
    let shared = auth.clone();
    let api = Api::at(serve!(move || {
        App::new()
            .wrap(auth.clone())
            .app_data(web::Data::new(auth.clone()))
            .service(guarded)
            .service(open)
    }));
    let signature = |token: &str| {
        token
            .rsplit('.')
            .next()
            .map(str::to_owned)
            .expect("three parts")
    };
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
    let text = log.text() + &bodies + &format!("{shared:?}");
    assert!(text.contains("request refused"), "the log was captured");
    for token in &tokens {
        assert!(!text.contains(&signature(token)), "a signature has leaked");
        assert!(
            !text.contains(token.split('.').nth(1).expect("three parts")),
            "a payload has leaked"
        );
    }
    assert!(!text.contains("\nINFO forged"), "a claim has forged a line");
    assert!(!text.contains('\u{1b}'), "a claim has reached the terminal");
    assert!(!bodies.contains("evil.example"), "a claim was echoed");
}

#[actix_web::test]
async fn each_refusal_is_logged_with_its_reason() {
    let Some(log) = CapturedLog::alone(each_refusal_is_logged_with_its_reason) else {
        return;
    };
    let cognito = LocalCognito::start().expect("a local Cognito");
    let auth = CognitoAuth::new(cognito.settings()).expect("sound settings");
    auth.prefetch().await.expect("keys");
    let api = Api::at(serve!(move || App::new()
        .wrap(auth.clone())
        .service(guarded)));
    api.get_without_token("/guarded").await;
    api.get("/guarded", &cognito.token("reporting").sign())
        .await;
    api.get("/guarded", &cognito.token("reporting").expired().sign())
        .await;
    for reason in ["missing", "insufficient_scope", "expired"] {
        let lines = log.lines_with(&format!("reason=\"{reason}\""));
        assert_eq!(
            lines
                .iter()
                .filter(|line| line.contains("request refused"))
                .count(),
            1,
            "{reason}"
        );
    }
    let lacking = log.lines_with("reason=\"insufficient_scope\"");
    assert!(lacking.iter().any(
        |line| line.contains("client_id=\"reporting\"") && line.contains("route=\"/guarded\"")
    ));
}

#[actix_web::test]
async fn a_503_is_logged_with_what_the_keys_have_run_into() {
    let Some(log) = CapturedLog::alone(a_503_is_logged_with_what_the_keys_have_run_into) else {
        return;
    };
    let cognito = LocalCognito::start().expect("a local Cognito");
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(418, None, None)));
    let auth = CognitoAuth::new(cognito.settings()).expect("sound settings");
    let api = Api::at(serve!(move || App::new()
        .wrap(auth.clone())
        .service(guarded)));
    let token = cognito.token("reporting").sign();
    assert_eq!(api.get("/guarded", &token).await.status, 503);
    let refused = log.lines_with("request refused");
    let [line] = refused.as_slice() else {
        panic!("one line: {refused:?}");
    };
    assert!(line.contains(" WARN ") && line.contains("reason=\"keys_unavailable\""));
    assert!(
        line.contains("cause=\"default: the JWKS URL responded with status 418 instead of 200\""),
        "{line}"
    );
}

#[actix_web::test]
async fn one_line_at_start_states_the_settings_and_warnings_what_loosens_them() {
    let Some(log) =
        CapturedLog::alone(one_line_at_start_states_the_settings_and_warnings_what_loosens_them)
    else {
        return;
    };
    let cognito = LocalCognito::start().expect("a local Cognito");
    let settings = cognito.settings().header_name("X-Token");
    let _auth = CognitoAuth::new(settings).expect("sound settings");
    let ready = log.lines_with("cognito-m2m is ready");
    assert_eq!(ready.len(), 1);
    for part in [
        cognito.issuer(),
        "leeway=60s",
        "activity_flush_interval=1s",
        "header_name=\"X-Token\"",
        "default_scope_match=All",
    ] {
        assert!(ready[0].contains(part), "{part} in {}", ready[0]);
    }
    let warnings = log.lines_with("a setting weakens security");
    assert!(
        warnings
            .iter()
            .any(|line| line.contains("no audience and no allowlist"))
    );
    assert!(
        warnings
            .iter()
            .any(|line| line.contains("header_name is not Authorization"))
    );
    // The handler stands in `pools.rs`; every start of this program sees it.
    let pools = log.lines_with("the setting `pools` does not define");
    let of_tenant = |line: &&String| line.contains("pool=\"tenant\"");
    assert_eq!(pools.iter().filter(of_tenant).count(), 1, "{pools:?}");
    for part in ["pools::listed", "pools.rs"] {
        assert!(pools.iter().any(|line| line.contains(part)), "{part}");
    }
    let settings = cognito.settings().pool(
        "tenant",
        PoolSettings::default()
            .issuer("https://tenant.example")
            .jwks_url(cognito.jwks_url()),
    );
    let _auth = CognitoAuth::new(settings).expect("sound settings");
    let pools_again = log.lines_with("the setting `pools` does not define");
    assert_eq!(pools_again.iter().filter(of_tenant).count(), 1);
}

#[actix_web::test]
async fn a_guarded_handler_without_the_middleware_is_named_in_the_log() {
    let Some(log) =
        CapturedLog::alone(a_guarded_handler_without_the_middleware_is_named_in_the_log)
    else {
        return;
    };
    let api = Api::at(serve!(|| App::new().service(guarded)));
    assert_eq!(api.get_without_token("/guarded").await.status, 500);
    let lines = log.lines_with("outside the `CognitoAuth` middleware");
    assert!(
        lines
            .iter()
            .any(|line| line.contains("logs::guarded") && line.contains("logs.rs")),
        "{lines:?}"
    );
}
