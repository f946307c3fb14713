//! Handlers with the name of the argument.

use actix_web::web;
use cognito_m2m::action_scope_map;
use cognito_m2m::policy::guarded_handlers;

use crate::Fixture;

#[action_scope_map(r#danger_report_only = "widgets/read", report_only = "widgets/write")]
mod reports {
    use actix_web::{Responder, get};

    #[get("/danger-report-only")]
    pub(super) async fn danger_report_only() -> impl Responder {
        "served"
    }

    #[get("/report-only")]
    pub(super) async fn report_only() -> impl Responder {
        "served"
    }
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .service(reports::danger_report_only)
        .service(reports::report_only);
}

#[actix_web::test]
async fn handlers_with_the_name_of_the_argument_are_enforced() {
    let fixture = Fixture::start(routes).await;
    for (path, scope, status) in [
        ("/danger-report-only", "widgets/read", 200),
        ("/danger-report-only", "widgets/write", 403),
        ("/report-only", "widgets/write", 200),
        ("/report-only", "widgets/read", 403),
    ] {
        assert_eq!(fixture.get(path, "other", scope).await, status, "{path}");
    }
    let layers = guarded_handlers().filter(|layer| layer.handler.contains("::names::reports::"));
    let layers: Vec<_> = layers.collect();
    assert_eq!(layers.len(), 2);
    assert!(layers.iter().all(|layer| !layer.report_only), "{layers:?}");
}
