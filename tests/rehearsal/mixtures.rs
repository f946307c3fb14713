//! Enforced and rehearsed rules on one handler.

use actix_web::{HttpResponse, Responder, get, post, web};
use cognito_m2m::reqwest::Method;
use cognito_m2m::{ServicePrincipal, allow_client_ids, require_authentication, require_scopes};
use cognito_m2m_tests::{Answer, CapturedLog};

use crate::{Fixture, reported};

#[get("/reported-above")]
#[allow_client_ids("sync-worker", danger_report_only)]
#[require_scopes("widgets/read")]
async fn reported_above() -> impl Responder {
    "served"
}

#[require_scopes("widgets/read")]
#[get("/reported-below")]
#[allow_client_ids("sync-worker", danger_report_only)]
async fn reported_below() -> impl Responder {
    "served"
}

#[get("/reported-between")]
#[require_authentication]
#[allow_client_ids("sync-worker", danger_report_only)]
#[require_scopes("widgets/read")]
async fn reported_between(principal: ServicePrincipal) -> impl Responder {
    principal.client_id().to_string()
}

#[allow_client_ids("sync-worker", danger_report_only)]
mod reported_module {
    use actix_web::{Responder, get};
    use cognito_m2m::require_scopes;

    #[get("/reported-module")]
    #[require_scopes("widgets/read")]
    pub(super) async fn handler() -> impl Responder {
        "served"
    }
}

#[require_scopes("widgets/read")]
mod enforced_module {
    use actix_web::{Responder, get};
    use cognito_m2m::allow_client_ids;

    #[get("/enforced-module")]
    #[allow_client_ids("sync-worker", danger_report_only)]
    pub(super) async fn handler() -> impl Responder {
        "served"
    }
}

/// The response of the rehearsed attribute is the one of the handler, as if the attribute were enforced.
#[get("/custom-response")]
#[require_scopes("widgets/read")]
#[allow_client_ids("sync-worker", danger_report_only, error = crate::not_found)]
async fn custom_response() -> impl Responder {
    "served"
}

#[post("/body")]
#[allow_client_ids("sync-worker", danger_report_only)]
async fn count(body: web::Json<Vec<u8>>) -> impl Responder {
    HttpResponse::Ok().body(body.len().to_string())
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .service(reported_above)
        .service(reported_below)
        .service(reported_between)
        .service(reported_module::handler)
        .service(enforced_module::handler)
        .service(custom_response)
        .service(count);
}

#[actix_web::test]
async fn enforced_rule_refuses_beside_a_rehearsed_one_and_only_served_requests_are_reported() {
    let this = enforced_rule_refuses_beside_a_rehearsed_one_and_only_served_requests_are_reported;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let fixture = Fixture::start(routes).await;
    for path in [
        "/reported-above",
        "/reported-below",
        "/reported-between",
        "/reported-module",
        "/enforced-module",
        "/custom-response",
    ] {
        let refused = if path == "/custom-response" { 404 } else { 403 };
        for (client, scope, status, reports) in [
            ("sync-worker", "widgets/read", 200, 0),
            ("other", "widgets/read", 200, 1),
            ("sync-worker", "", refused, 0),
            ("other", "", refused, 0),
        ] {
            let before = (
                reported(&log).len(),
                log.lines_with("request refused").len(),
            );
            let answer = fixture.get(path, client, scope).await;
            assert_eq!(answer, status, "{path} by {client} with {scope:?}");
            let lines = reported(&log).split_off(before.0);
            assert_eq!(lines.len(), reports, "{path} by {client}: {lines:?}");
            let is_client = |line: &String| line.contains("reason=\"client_not_allowed\"");
            assert!(lines.iter().all(is_client), "{lines:?}");
            let refusals = log.lines_with("request refused").split_off(before.1);
            assert_eq!(refusals.len(), usize::from(status != 200), "{refusals:?}");
            let is_scope = |line: &String| line.contains("reason=\"insufficient_scope\"");
            assert!(refusals.iter().all(is_scope), "{refusals:?}");
        }
    }
}

#[actix_web::test]
async fn request_with_a_broken_body_is_reported_once_and_answered_by_the_extractor() {
    let this = request_with_a_broken_body_is_reported_once_and_answered_by_the_extractor;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let fixture = Fixture::start(routes).await;
    for (client, body, status, reports) in [
        ("other", "[1, 2]", 200, 1),
        ("other", "[1, ", 400, 1),
        ("sync-worker", "[1, ", 400, 0),
    ] {
        let before = reported(&log).len();
        let request = fixture.api.request(Method::POST, "/body");
        let request = request
            .bearer_auth(fixture.token(client, ""))
            .header("content-type", "application/json")
            .body(body);
        assert_eq!(
            Answer::receive(request).await.status,
            status,
            "{client} {body}"
        );
        assert_eq!(reported(&log).len() - before, reports, "{client} {body}");
    }
}

#[actix_web::test]
async fn requests_at_the_same_time_are_each_reported_once() {
    let this = requests_at_the_same_time_are_each_reported_once;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let fixture = Fixture::start(routes).await;
    let clients: Vec<_> = (0..20).map(|number| format!("client-{number}")).collect();
    let requests = clients
        .iter()
        .map(|client| fixture.get("/reported-above", client, "widgets/read"));
    let statuses = futures_util::future::join_all(requests).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    let lines = reported(&log);
    assert_eq!(lines.len(), clients.len());
    for client in clients {
        let field = format!("client_id=\"{client}\"");
        let of_client = lines.iter().filter(|line| line.contains(&field));
        assert_eq!(of_client.count(), 1, "{client}");
    }
}
