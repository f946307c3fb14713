//! The responses to refused requests.

use serde_json::json;

use crate::{
    program::Widgets,
    user_pool::{cognito, pool, token},
};

const BROKEN: &str = "{\"name\": ";

#[test]
fn refusal_precedes_reading_the_body() {
    let cognito = cognito();
    let widgets = Widgets::with_pool(&cognito);
    let reader = token(&cognito, &["widgets/read"]);
    for (method, path) in [
        ("POST", "/widgets"),
        ("PUT", "/widgets/1"),
        ("PATCH", "/widgets/x"),
    ] {
        let refused = widgets.send_text(method, path, Some(&reader), BROKEN);
        assert_eq!(
            (refused.status, refused.json()),
            (403, json!({"detail": "Insufficient scope."})),
            "{method} {path}"
        );
        assert_eq!(
            widgets.send_text(method, path, None, BROKEN).status,
            401,
            "{method} {path}"
        );
    }
}

#[test]
fn expired_and_forged_tokens_are_401() {
    let cognito = cognito();
    let widgets = Widgets::with_pool(&cognito);
    let expired = cognito
        .token("service")
        .scopes(["widgets/read"])
        .expired()
        .sign();
    let forged = cognito
        .token("service")
        .scopes(["widgets/read"])
        .unsigned()
        .sign();
    for (token, detail) in [
        (expired.as_str(), "Bearer token has expired."),
        (forged.as_str(), "Invalid bearer token."),
        ("a.b.c", "Invalid bearer token."),
    ] {
        let refused = widgets.send("GET", "/widgets", Some(token));
        assert_eq!(
            (refused.status, refused.json()),
            (401, json!({"detail": detail}))
        );
        let challenge = refused.header("WWW-Authenticate");
        assert!(challenge.is_some_and(|challenge| challenge.contains(r#"error="invalid_token""#)));
    }
}

#[test]
fn with_fail_on_invalid_bearer_off_open_routes_work_and_guarded_routes_report_the_token() {
    let cognito = cognito();
    let lenient = [("COGNITO_M2M_FAIL_ON_INVALID_BEARER", "false")];
    let widgets = Widgets::with_pool_and(&cognito, &lenient);
    let expired = cognito
        .token("service")
        .scopes(["widgets/read"])
        .expired()
        .sign();

    let open = widgets.send("GET", "/public", Some(&expired));
    assert_eq!(
        (open.status, &open.json()["authenticated"]),
        (200, &json!(false))
    );
    let refused = widgets.send("GET", "/widgets", Some(&expired));
    assert_eq!(
        (refused.status, refused.json()),
        (401, json!({"detail": "Bearer token has expired."}))
    );
}

#[test]
fn without_keys_open_routes_work_and_guarded_routes_are_503() {
    let cognito = cognito();
    let token = token(&cognito, &["widgets/read"]);
    // Nothing listens on port 9, `discard`.
    let widgets = Widgets::start(&pool(cognito.issuer(), "http://127.0.0.1:9/jwks"));

    assert_eq!(widgets.send("GET", "/public", Some(&token)).status, 200);
    let refused = widgets.send("GET", "/widgets", Some(&token));
    assert_eq!(refused.status, 503);
    let seconds = refused
        .header("Retry-After")
        .and_then(|seconds| seconds.parse::<u32>().ok());
    assert!(seconds.is_some_and(|seconds| seconds >= 1));
}
