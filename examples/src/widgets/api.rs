//! The routes and their guards.

use actix_web::{
    HttpRequest, HttpResponse, Responder, Route, guard,
    http::header::LOCATION,
    web::{self, Data, Json, Path, ServiceConfig},
};
use cognito_m2m::{
    MappedUser, RequestPrincipal, RequestUser, ServicePrincipal, require_all_scopes,
    require_any_scope, require_authentication, scope_map,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    problem::Problem,
    store::{Store, Widget},
    widget_name::WidgetName,
};
use crate::LegacyUser;

/// Registers the API. The `App` must be wrapped in `CognitoAuth`.
pub(crate) fn routes(app: &mut ServiceConfig) {
    app.app_data(web::JsonConfig::default().error_handler(Problem::from_body))
        .app_data(web::PathConfig::default().error_handler(Problem::from_path))
        .service(web::resource("/public").route(get_or_head().to(public)))
        .service(
            web::resource("/widgets")
                .route(get_or_head().to(widgets::list))
                .post(widgets::create)
                .default_service(web::to(widgets::refuse_method)),
        )
        .service(
            web::resource("/widgets/{id}")
                .route(get_or_head().to(widgets::read))
                .put(widgets::replace)
                .patch(widgets::change)
                .delete(widgets::remove)
                .default_service(web::to(widgets::refuse_method)),
        )
        .service(web::resource("/both").route(get_or_head().to(both)))
        .service(web::resource("/either").route(get_or_head().to(either)))
        .service(web::resource("/me").route(get_or_head().to(me)))
        .service(web::resource("/legacy").route(get_or_head().to(legacy)))
        .default_service(web::to(no_such_route));
}

/// Matches `GET` and `HEAD` (RFC 9110 section 9.3.2). Actix's `web::get` matches `GET` only.
fn get_or_head() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// An open route. If the caller sends a token, the handler sees its principal.
#[cognito_m2m::public(reason = "it reveals nothing but the caller's own client ID")]
async fn public(request: HttpRequest) -> impl Responder {
    let principal = request.service_principal();
    Json(json!({
        "authenticated": principal.is_some(),
        "client_id": principal.as_ref().map(ServicePrincipal::client_id),
    }))
}

/// One map guards all handlers of the module.
#[scope_map(
    GET = "widgets/read",
    POST = "widgets/write",
    PUT = "widgets/write",
    PATCH = "widgets/write",
    DELETE = "widgets/write"
)]
mod widgets {
    use super::*;

    #[derive(Deserialize)]
    pub(super) struct NewWidget {
        name: WidgetName,
    }

    #[derive(Deserialize)]
    pub(super) struct Changes {
        name: Option<WidgetName>,
    }

    pub(super) async fn list(store: Data<Store>) -> Result<Json<Vec<Widget>>, Problem> {
        Ok(Json(store.list().await?))
    }

    pub(super) async fn create(
        store: Data<Store>,
        new: Json<NewWidget>,
    ) -> Result<HttpResponse, Problem> {
        let widget = store.add(new.into_inner().name).await?;
        Ok(HttpResponse::Created()
            .insert_header((LOCATION, format!("/widgets/{}", widget.id)))
            .json(widget))
    }

    pub(super) async fn read(store: Data<Store>, id: Path<i64>) -> Result<Json<Widget>, Problem> {
        found(store.find(*id).await?)
    }

    pub(super) async fn replace(
        store: Data<Store>,
        id: Path<i64>,
        new: Json<NewWidget>,
    ) -> Result<Json<Widget>, Problem> {
        found(store.rename(*id, new.into_inner().name).await?)
    }

    pub(super) async fn change(
        store: Data<Store>,
        id: Path<i64>,
        changes: Json<Changes>,
    ) -> Result<Json<Widget>, Problem> {
        match changes.into_inner().name {
            Some(name) => found(store.rename(*id, name).await?),
            None => found(store.find(*id).await?),
        }
    }

    pub(super) async fn remove(store: Data<Store>, id: Path<i64>) -> Result<HttpResponse, Problem> {
        if store.remove(*id).await? {
            Ok(HttpResponse::NoContent().finish())
        } else {
            Err(Problem::NotFound)
        }
    }

    /// Responds to methods that the route does not have, after the guard has admitted the caller.
    pub(super) async fn refuse_method(request: HttpRequest) -> Result<HttpResponse, Problem> {
        let allow = match request.match_info().get("id") {
            None => "GET, HEAD, POST",
            Some(_) => "GET, HEAD, PUT, PATCH, DELETE",
        };
        Err(Problem::MethodNotAllowed { allow })
    }

    fn found(widget: Option<Widget>) -> Result<Json<Widget>, Problem> {
        widget.map(Json).ok_or(Problem::NotFound)
    }
}

#[require_all_scopes("widgets/read", "widgets/write")]
async fn both(principal: ServicePrincipal) -> impl Responder {
    granted(&principal)
}

#[require_any_scope("widgets/read", "widgets/admin")]
async fn either(principal: ServicePrincipal) -> impl Responder {
    granted(&principal)
}

fn granted(principal: &ServicePrincipal) -> impl Responder + use<> {
    Json(json!({ "client_id": principal.client_id(), "scopes": principal.scopes() }))
}

/// Returns the claims of the token, and the caller's row in the user table.
#[require_authentication]
async fn me(principal: ServicePrincipal, user: RequestUser<LegacyUser>) -> impl Responder {
    Json(json!({
        "client_id": principal.client_id(),
        "scopes": principal.scopes(),
        "sub": principal.sub(),
        "aud": principal.aud(),
        "iss": principal.iss(),
        "exp": principal.exp(),
        "user": user_json(&user),
    }))
}

fn user_json(user: &RequestUser<LegacyUser>) -> Value {
    match user {
        RequestUser::Mapped(user) => {
            json!({ "kind": "mapped", "username": user.username, "email": user.email })
        }
        RequestUser::Proxy(user) => json!({ "kind": "proxy", "username": user.username() }),
        RequestUser::Anonymous => json!({ "kind": "anonymous" }),
    }
}

/// Requires a row in the user table. Other clients get 403.
#[require_authentication]
async fn legacy(user: MappedUser<LegacyUser>) -> impl Responder {
    Json(json!({ "username": user.username, "email": user.email }))
}

async fn no_such_route() -> Result<HttpResponse, Problem> {
    Err(Problem::NotFound)
}
