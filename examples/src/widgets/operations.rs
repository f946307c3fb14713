//! Other kinds of guards: a client group, a map by handler, and a policy around an Actix scope.

use actix_web::{
    HttpResponse, Responder,
    web::{self, Data, Json, ServiceConfig},
};
use cognito_m2m::{
    ClientActivityList, Policy, ServicePrincipal, action_scope_map, allow_client_ids,
    policy::ScopeRule, scope::Scope,
};
use serde_json::json;

use super::{activity::Clients, problem::Problem, store::Store};

/// The policy of all routes under `/admin`.
const ADMIN: Policy = Policy::scope_rule(ScopeRule::Scope(Scope::from_static("widgets/admin")));

/// Registers the routes. The `App` must be wrapped in `CognitoAuth`.
pub(crate) fn routes(app: &mut ServiceConfig, clients: Clients) {
    app.service(web::resource("/reports").get(reports))
        .service(web::resource("/actions/list").get(actions::list))
        .service(web::resource("/actions/create").post(actions::create))
        .service(
            web::scope("/admin")
                .wrap(ADMIN)
                .route("/statistics", web::get().to(statistics))
                .service(ClientActivityList::new("/clients", clients, ADMIN))
                .default_service(web::to(no_such_route)),
        );
}

/// Requires a client of the group. Its client IDs are a setting, since they differ by environment.
#[allow_client_ids(group = "reporting")]
async fn reports(
    store: Data<Store>,
    principal: ServicePrincipal,
) -> Result<impl Responder, Problem> {
    let widgets = store.list().await?.len();
    Ok(Json(
        json!({ "client_id": principal.client_id(), "widgets": widgets }),
    ))
}

/// Each handler must be listed with its scope.
#[action_scope_map(list = "widgets/read", create = "widgets/write")]
mod actions {
    use super::*;

    pub(super) async fn list(store: Data<Store>) -> Result<impl Responder, Problem> {
        Ok(Json(store.list().await?))
    }

    pub(super) async fn create() -> impl Responder {
        HttpResponse::Created().json(json!({ "action": "create" }))
    }
}

/// Returns the number of widgets. The policy of `/admin` guards this handler.
async fn statistics(store: Data<Store>) -> Result<impl Responder, Problem> {
    Ok(Json(json!({ "widgets": store.list().await?.len() })))
}

async fn no_such_route() -> Result<HttpResponse, Problem> {
    Err(Problem::NotFound)
}
