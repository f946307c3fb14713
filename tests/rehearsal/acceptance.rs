//! One acceptance suite, for the enforced rules and for the rehearsed ones.

use cognito_m2m::reqwest::Method;
use cognito_m2m_tests::{Answer, CapturedLog};

use crate::cases::{CASES, Case};
use crate::rules::{enforced, rehearsed};
use crate::{Fixture, reported};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Enforced,
    Rehearsed,
}

#[actix_web::test]
async fn enforced_rules_refuse_the_requests_that_they_deny() {
    let this = enforced_rules_refuse_the_requests_that_they_deny;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let fixture = Fixture::start(enforced::routes).await;
    check(&fixture, &log, Mode::Enforced).await;
}

#[actix_web::test]
async fn rehearsed_rules_serve_and_report_the_requests_that_they_deny() {
    let this = rehearsed_rules_serve_and_report_the_requests_that_they_deny;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let fixture = Fixture::start(rehearsed::routes).await;
    check(&fixture, &log, Mode::Rehearsed).await;
}

async fn check(fixture: &Fixture, log: &CapturedLog, mode: Mode) {
    for case in &CASES {
        check_valid_token(fixture, log, mode, case).await;
        check_bad_tokens(fixture, log, case).await;
    }
}

async fn check_valid_token(fixture: &Fixture, log: &CapturedLog, mode: Mode, case: &Case) {
    let Case {
        method,
        path,
        client,
        scope,
        claim,
        denials,
    } = case;
    let request = format!("{method} {path} by {client} with {scope:?} and {claim:?}");
    let (reported_before, refused_before) = (reported(log).len(), refused(log).len());
    let token = fixture.unsigned_token(client, scope);
    let token = match claim {
        Some((name, value)) => token.claim(*name, *value).sign(),
        None => token.sign(),
    };
    let answer = send(fixture, case, Some(&token)).await;
    let (status, reports, refusals) = match (mode, denials) {
        (_, []) => (200, 0, 0),
        (Mode::Enforced, _) if *path == "/custom" => (404, 0, 1),
        (Mode::Enforced, _) => (403, 0, 1),
        (Mode::Rehearsed, denials) => (200, denials.len(), 0),
    };
    assert_eq!(answer.status, status, "{request}");
    if status == 200 && *method != "HEAD" {
        assert_eq!(answer.body, "served", "{request}");
        assert_eq!(answer.challenge, None, "{request}");
    }
    let new_reports = reported(log).split_off(reported_before);
    let new_refusals = refused(log).split_off(refused_before);
    assert_eq!(new_reports.len(), reports, "{request}: {new_reports:?}");
    assert_eq!(new_refusals.len(), refusals, "{request}: {new_refusals:?}");
    // An enforced stack ends with the first rule that denies the request.
    for (line, reason) in new_reports.iter().chain(&new_refusals).zip(*denials) {
        check_line(line, case, reason, &token);
    }
    for line in &new_reports {
        assert!(line.contains(" WARN "), "{line}");
    }
}

/// A report has the same fields as a refusal.
fn check_line(line: &str, case: &Case, reason: &str, token: &str) {
    let Case {
        method,
        path,
        client,
        ..
    } = case;
    let client_id = client.trim_start_matches("tenant:");
    let is_tenant = path.starts_with("/tenants/");
    let route = if is_tenant { "/tenants/{tenant}" } else { path };
    for part in [
        format!("reason=\"{reason}\""),
        format!("method=\"{method}\""),
        format!("route=\"{route}\""),
        format!("client_id=\"{client_id}\""),
        "handler=\"rehearsal::rules::".to_owned(),
        "rules.rs\" line=".to_owned(),
        "refusal=authorization failed: ".to_owned(),
    ] {
        assert!(line.contains(&part), "{part} in {line}");
    }
    let names_scopes = line.contains(" required_scopes=\"");
    assert_eq!(names_scopes, reason == "insufficient_scope", "{line}");
    let names_groups = line.contains(" client_groups=\"reporting\"");
    assert_eq!(names_groups, *path == "/group", "{line}");
    let names_claims = line.contains(" claim=\"");
    assert_eq!(names_claims, reason == "claim", "{line}");
    if let Some((_, value)) = case.claim {
        assert!(!line.contains(value), "the claim of the token in {line}");
    }
    for part in token.split('.') {
        assert!(!line.contains(part), "a part of the token in {line}");
    }
}

/// A request without a valid token is refused, whether its rule is enforced or not.
async fn check_bad_tokens(fixture: &Fixture, log: &CapturedLog, case: &Case) {
    let Case {
        method,
        path,
        scope,
        ..
    } = case;
    let before = reported(log).len();
    let token = || fixture.default.token("sync-worker").scope(*scope);
    let (attacker, [kid, _]) = (fixture.tenant.signing_key(), fixture.default.kids());
    let bad = [
        None,
        Some(token().expired().sign()),
        Some(token().claim("iss", "https://other.example").sign()),
        Some(token().claim("token_use", "id").sign()),
        Some(token().signed_by(&attacker).kid(kid).sign()),
        Some("two parts".to_owned()),
    ];
    for token in bad {
        let answer = send(fixture, case, token.as_deref()).await;
        assert_eq!(answer.status, 401, "{method} {path} with {token:?}");
    }
    assert_eq!(reported(log).len(), before, "{method} {path}");
}

async fn send(fixture: &Fixture, case: &Case, token: Option<&str>) -> Answer {
    let method = Method::from_bytes(case.method.as_bytes()).expect("a valid method");
    let request = fixture.api.request(method, case.path);
    Answer::receive(match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    })
    .await
}

fn refused(log: &CapturedLog) -> Vec<String> {
    log.lines_with(": request refused ")
}
