//! What is logged about unguarded routes.

use actix_web::{App, get};
use cognito_m2m::reqwest::Method;
use cognito_m2m::{CognitoAuth, PublicRoutes, ServicePrincipal, public, require_scopes};
use cognito_m2m_tests::{Api, CapturedLog, serve};

use super::*;

const MESSAGE: &str = "an unguarded route answered";

#[get("/guarded")]
#[require_scopes("widgets/read")]
async fn guarded() -> &'static str {
    "secret"
}

#[get("/public")]
#[public(reason = "a test")]
async fn public_one() -> &'static str {
    "open"
}

fn routes(app: &mut web::ServiceConfig) {
    app.service(guarded)
        .service(public_one)
        .route("/principal", web::get().to(async |_: ServicePrincipal| ""))
        .configure(open_at("/widgets/{id}"))
        .service(web::scope("/files").default_service(web::to(open)))
        .service(
            web::scope("/health")
                .wrap(PublicRoutes::because("a test"))
                .configure(open_at("/live")),
        );
}

async fn send(api: &Api, method: &str, path: &str) -> u16 {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    Answer::receive(api.request(method, path)).await.status
}

#[actix_web::test]
async fn unguarded_route_is_reported_once_for_each_pattern_and_standard_method() {
    let Some(log) =
        CapturedLog::alone(unguarded_route_is_reported_once_for_each_pattern_and_standard_method)
    else {
        return;
    };
    let fixture = ApiFixture::start(routes).await;
    let api = &fixture.api;
    for path in ["/guarded", "/principal", "/public", "/health/live", "/none"] {
        for method in ["GET", "POST"] {
            send(api, method, path).await;
            fixture.get_with_scope(path, "widgets/read").await;
        }
    }
    assert_eq!(log.lines_with(MESSAGE), [""; 0], "nothing to report");
    for id in 0..20 {
        let path = format!("/widgets/{id}");
        for method in ["GET", "DELETE", "PURGE", "LOCK"] {
            assert_eq!(send(api, method, &path).await, 200);
        }
        assert_eq!(send(api, "GET", &format!("/files/{id}")).await, 200);
    }
    let lines = log.lines_with(MESSAGE);
    for (method, route) in [
        ("GET", "/widgets/{id}"),
        ("DELETE", "/widgets/{id}"),
        ("(other)", "/widgets/{id}"),
        ("GET", "(default)"),
    ] {
        let part = format!("method=\"{method}\" route=\"{route}\"");
        let found = lines.iter().filter(|line| line.contains(&part));
        assert_eq!(found.count(), 1, "{part}: {lines:#?}");
    }
    assert_eq!(lines.len(), 4, "{lines:#?}");
    assert!(
        lines
            .iter()
            .all(|line| line.contains(" WARN ") && line.contains("reason=\"unguarded_route\""))
    );
}

#[actix_web::test]
async fn denied_response_is_logged_with_its_reason() {
    let Some(log) = CapturedLog::alone(denied_response_is_logged_with_its_reason) else {
        return;
    };
    let fixture = deny(routes).await;
    send(&fixture.api, "GET", "/widgets/1").await;
    send(&fixture.api, "GET", "/files/1").await;
    let lines = log.lines_with("unguarded_route\"");
    assert_eq!(lines.len(), 2, "{lines:#?}");
    for (line, route) in lines.iter().zip(["/widgets/{id}", "(default)"]) {
        assert!(line.contains("ERROR"), "{line}");
        assert!(line.contains(&format!("route=\"{route}\"")), "{line}");
        assert!(line.contains("put an attribute on its handler"), "{line}");
    }
    assert_eq!(log.lines_with(MESSAGE), [""; 0]);
}

#[actix_web::test]
async fn two_nested_cognito_auths_report_a_route_once() {
    let Some(log) = CapturedLog::alone(two_nested_cognito_auths_report_a_route_once) else {
        return;
    };
    let fixture = ApiFixture::start(routes).await;
    let outer = fixture.auth.clone();
    let inner = CognitoAuth::new(fixture.cognito.settings()).expect("valid settings");
    let api = Api::at(serve!(move || {
        let scope = web::scope("")
            .wrap(inner.clone())
            .configure(open_at("/open"));
        App::new().wrap(outer.clone()).service(scope)
    }));
    for _ in 0..5 {
        assert_eq!(send(&api, "GET", "/open").await, 200);
    }
    assert_eq!(log.lines_with(MESSAGE).len(), 1);
}

#[actix_web::test]
async fn public_routes_outside_of_cognito_auth_are_warned_about_once() {
    let Some(log) = CapturedLog::alone(public_routes_outside_of_cognito_auth_are_warned_about_once)
    else {
        return;
    };
    let fixture = ApiFixture::start(routes).await;
    let auth = fixture.auth.clone();
    let api = Api::at(serve!(move || {
        App::new()
            .configure(open_at("/open"))
            .wrap(auth.clone())
            .wrap(PublicRoutes::because("in the wrong place"))
    }));
    for _ in 0..3 {
        send(&api, "GET", "/open").await;
    }
    let lines = log.lines_with("has no effect outside of `CognitoAuth`");
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains("in the wrong place"), "{lines:#?}");
    assert_eq!(log.lines_with(MESSAGE).len(), 1, "the route is unguarded");
}
