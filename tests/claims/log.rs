//! The log line of a refused claim.

use actix_web::web;
use cognito_m2m::TokenClaims;
use cognito_m2m_tests::CapturedLog;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Level {
    #[serde(rename = "level")]
    _level: u64,
}

async fn level(_: TokenClaims<Level>) -> &'static str {
    "ok"
}

fn routes(config: &mut web::ServiceConfig) {
    handlers::routes(config);
    config.route("/level-claims", web::get().to(level));
}

#[actix_web::test]
async fn refused_claim_is_logged_by_name_without_its_value() {
    let Some(log) = CapturedLog::alone(refused_claim_is_logged_by_name_without_its_value) else {
        return;
    };
    let fixture = ApiFixture::start(routes).await;
    for (path, members, claim) in [
        ("/string", r#""environment":"secret-value""#, "environment"),
        ("/t/acme", r#""tenant":"secret-value""#, "tenant"),
        ("/t/secret-value", r#""tenant":"other-value""#, "tenant"),
        (
            "/authorizes",
            r#""environment":"secret-value""#,
            "environment",
        ),
        (
            "/stacked",
            r#""environment":"prod","internal":"secret-value""#,
            "internal",
        ),
    ] {
        let before = log.lines_with("request refused").len();
        assert_refused(&get_with(&fixture, path, members).await, path);
        let lines = log.lines_with("request refused");
        assert_eq!(lines.len(), before + 1, "{path}");
        let line = lines.last().expect("a line");
        assert!(line.contains(r#"reason="claim""#), "{line}");
        assert!(line.contains(&format!(r#"claim="{claim}""#)), "{line}");
        assert!(line.contains(" INFO "), "{line}");
    }
    let refused = log.lines_with("request refused").join("\n");
    assert!(
        !refused.contains("secret-value") && !refused.contains("other-value"),
        "{refused}"
    );
}

#[actix_web::test]
async fn claims_that_do_not_fit_are_logged_with_the_cause() {
    let Some(log) = CapturedLog::alone(claims_that_do_not_fit_are_logged_with_the_cause) else {
        return;
    };
    let fixture = ApiFixture::start(routes).await;
    assert_refused(&get_with(&fixture, "/level-claims", "").await, "absent");
    let lines = log.lines_with("request refused");
    let [line] = lines.as_slice() else {
        panic!("{lines:?}");
    };
    for part in [
        r#"reason="claims""#,
        "cause=\"missing field `level`",
        r#"route="/level-claims""#,
    ] {
        assert!(line.contains(part), "{line}");
    }
}
