//! A claim equals a path parameter only if both are the same text, and that text is fully decoded.

use super::handlers::routes;
use super::*;

/// Sends a request whose token has this claim `tenant`, and no environment but `prod`.
async fn get_as(fixture: &ApiFixture, path: &str, tenant: &str) -> Answer {
    let claims = format!(r#""environment":"prod","tenant":{tenant}"#);
    get_with(fixture, path, &claims).await
}

async fn assert_answers(accepted: &[(&str, &str)], refused: &[(&str, &str)]) {
    let fixture = ApiFixture::start(routes).await;
    for (path, tenant) in accepted {
        let answer = get_as(&fixture, path, tenant).await;
        assert_eq!(answer.status, 200, "{path} {tenant}");
    }
    for (path, tenant) in refused {
        let answer = get_as(&fixture, path, tenant).await;
        assert_refused(&answer, &format!("{path} {tenant}"));
    }
}

#[actix_web::test]
async fn tenant_of_the_token_opens_only_its_own_path() {
    let accepted = [
        ("/t/acme", r#""acme""#),
        ("/above/acme", r#""acme""#),
        ("/below/acme/widgets/1", r#""acme""#),
        ("/module/acme", r#""acme""#),
        ("/scope/acme/widgets", r#""acme""#),
        ("/digits/42", r#""42""#),
        ("/tail/acme/widgets", r#""acme/widgets""#),
        ("/t/acme?tenant_id=other", r#""acme""#),
    ];
    let refused = [
        ("/t/acme", r#""other""#),
        ("/t/other", r#""acme""#),
        ("/above/other", r#""acme""#),
        ("/below/other/widgets/acme", r#""acme""#),
        ("/module/other", r#""acme""#),
        ("/scope/other/widgets", r#""acme""#),
        ("/digits/43", r#""42""#),
        ("/tail/acme/widgets", r#""acme""#),
        ("/t/other?tenant_id=acme", r#""acme""#),
        ("/t/acm", r#""acme""#),
        ("/t/acmee", r#""acme""#),
    ];
    assert_answers(&accepted, &refused).await;
}

#[actix_web::test]
async fn comparison_neither_folds_nor_trims_nor_normalizes() {
    let accepted = [
        ("/t/caf%C3%A9", r#""caf\u00e9""#),
        ("/t/a%20b", r#""a b""#),
        ("/t/a+b", r#""a+b""#),
        ("/t/acme.", r#""acme.""#),
    ];
    let refused = [
        ("/t/Acme", r#""acme""#),
        ("/t/acme", r#""ACME""#),
        ("/t/acme.", r#""acme""#),
        ("/t/acme%20", r#""acme""#),
        ("/t/%20acme", r#""acme""#),
        ("/t/acme%00", r#""acme""#),
        ("/t/acme;v=1", r#""acme""#),
        ("/t/a+b", r#""a b""#),
        // Composed and decomposed.
        ("/t/caf%C3%A9", r#""cafe\u0301""#),
        ("/t/cafe%CC%81", r#""caf\u00e9""#),
        // Full-width letters, and a sign that folds to two letters.
        ("/t/%EF%BD%81cme", r#""acme""#),
        ("/t/stra%C3%9Fe", r#""strasse""#),
        // An invisible character.
        ("/t/ac%E2%80%8Bme", r#""acme""#),
    ];
    assert_answers(&accepted, &refused).await;
}

#[actix_web::test]
async fn percent_encoding_never_opens_another_path() {
    let accepted = [
        // Actix decodes these, so the handler sees `acme` too.
        ("/t/%61cme", r#""acme""#),
        ("/t/%61%63%6D%65", r#""acme""#),
    ];
    let mut refused = Vec::new();
    for path in [
        "/t/a%2Fb",
        "/t/a%2fb",
        "/t/a%252Fb",
        "/t/a%25252Fb",
        "/t/a%5C%2Fb",
    ] {
        for tenant in [
            "a/b",
            "a%2Fb",
            "a%2fb",
            "a%252Fb",
            "a%25252Fb",
            r"a\\\/b",
            "a",
            "b",
        ] {
            refused.push((path, format!("\"{tenant}\"")));
        }
    }
    for path in [
        "/t/%2561cme",
        "/t/%25%36%31cme",
        "/t/%%61cme",
        "/t/%2",
        "/t/%zz",
        "/t/%25",
        "/t/%2525",
    ] {
        for tenant in [
            "acme", "%61cme", "%2561cme", "%acme", "%2", "%zz", "%", "%25", "%2525",
        ] {
            refused.push((path, format!("\"{tenant}\"")));
        }
    }
    for tenant in ["a+b", "a%2Bb", "a b"] {
        refused.push(("/t/a%2Bb", format!("\"{tenant}\"")));
    }
    let refused: Vec<_> = refused
        .iter()
        .map(|(path, tenant)| (*path, tenant.as_str()))
        .collect();
    assert_answers(&accepted, &refused).await;
}

#[actix_web::test]
async fn path_with_invalid_utf8_is_refused() {
    let mut refused = Vec::new();
    for path in [
        "/t/%FF",
        "/t/acme%FF",
        // Overlong forms of `/` and of `a`.
        "/t/%C0%AF",
        "/t/%C1%A1cme",
        // A surrogate, and a cut-off sequence.
        "/t/%ED%A0%80",
        "/t/caf%C3",
        // The replacement character itself.
        "/t/%EF%BF%BD",
    ] {
        for tenant in [
            r"\ufffd",
            r"acme\ufffd",
            r"\ufffd\ufffd",
            r"\ufffd\ufffdcme",
            r"\ufffd\ufffd\ufffd",
            r"caf\ufffd",
            "acme",
            "/",
        ] {
            refused.push((path, format!("\"{tenant}\"")));
        }
    }
    let refused: Vec<_> = refused
        .iter()
        .map(|(path, tenant)| (*path, tenant.as_str()))
        .collect();
    assert_answers(&[], &refused).await;
}

#[actix_web::test]
async fn only_a_string_claim_can_equal_a_path_parameter() {
    let refused = [
        ("/t/42", "42"),
        ("/digits/42", "42"),
        ("/t/true", "true"),
        ("/t/null", "null"),
        ("/t/acme", r#"["acme"]"#),
        ("/t/acme", r#"["other","acme"]"#),
        ("/t/acme", r#"{"acme":"acme"}"#),
        ("/t/acme", r#"{"tenant":"acme"}"#),
        ("/t/acme", "[]"),
        ("/t/acme", r#""""#),
        ("/t/1.5", "1.5"),
        ("/t/[]", "[]"),
        // Not the JSON text, either.
        ("/t/%22acme%22", r#""acme""#),
    ];
    assert_answers(&[], &refused).await;
    let fixture = ApiFixture::start(routes).await;
    for path in ["/t/acme", "/t/null", "/t/undefined", "/t/%20", "/tail/"] {
        let answer = get_with(&fixture, path, "").await;
        assert_refused(&answer, path);
        let nested = get_with(&fixture, path, r#""custom":{"tenant":"acme"}"#).await;
        assert_refused(&nested, path);
    }
}

#[actix_web::test]
async fn empty_parameter_equals_no_claim() {
    assert_answers(&[], &[("/tail/", r#""""#)]).await;
}

// A parameter that occurs twice is refused too: see `tests/generators/others/tests/repeated_parameter.rs`. With the
// feature `experimental-introspection`, which this workspace enables, Actix-web panics for such a route.
#[actix_web::test]
async fn parameter_that_is_absent_is_refused() {
    let refused = [
        ("/no-parameter", r#""acme""#),
        ("/no-parameter", r#""""#),
        ("/other/acme", r#""acme""#),
    ];
    assert_answers(&[], &refused).await;
}

#[actix_web::test]
async fn handler_reads_the_parameter_that_was_compared() {
    let fixture = ApiFixture::start(routes).await;
    for (path, tenant) in [
        ("/t/%61cme", "acme"),
        ("/t/a+b", "a+b"),
        ("/t/caf%C3%A9", "café"),
        ("/t/a%20b", "a b"),
    ] {
        let answer = get_as(&fixture, path, &format!("{tenant:?}")).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, tenant),
            "{path}"
        );
    }
}
