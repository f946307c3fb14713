//! What counts as a guard, whether it admits the request or refuses it.

use actix_web::{HttpRequest, get};
use cognito_m2m::policy::Denial;
use cognito_m2m::{
    MappedUser, OptionalPrincipal, Policy, RequestPrincipal, RequestUser, ServicePrincipal,
    allow_client_ids, require_scopes,
};

use super::*;

const ADMIN: Policy = Policy::scope("widgets/admin");

#[get("/attribute")]
#[require_scopes("widgets/admin")]
async fn attribute() -> &'static str {
    "secret"
}

#[allow_client_ids("reporting")]
mod module {
    #[actix_web::get("/module")]
    pub(super) async fn handler() -> &'static str {
        "secret"
    }
}

#[get("/principal")]
async fn takes_principal(_: ServicePrincipal) -> &'static str {
    "secret"
}

#[get("/last-argument")]
async fn last_argument(_: HttpRequest, _: (web::Query<()>, ServicePrincipal)) -> &'static str {
    "secret"
}

#[get("/request-user")]
async fn request_user(_: RequestUser<String>) -> &'static str {
    "secret"
}

#[get("/mapped-user")]
async fn mapped_user(_: MappedUser<String>) -> &'static str {
    "secret"
}

#[get("/authorize")]
async fn authorize(principal: OptionalPrincipal) -> Result<&'static str, Denial> {
    let Some(principal) = principal.into_inner() else {
        return Ok("anonymous");
    };
    principal.authorize(&ADMIN)?;
    Ok("secret")
}

#[get("/authorize-by-trait")]
async fn authorize_by_trait(request: HttpRequest) -> &'static str {
    let is_admin = request
        .service_principal()
        .is_some_and(|principal| principal.authorize(&ADMIN).is_ok());
    if is_admin { "secret" } else { "not an admin" }
}

#[get("/authorize-in-an-option")]
async fn authorize_in_an_option(principal: Option<ServicePrincipal>) -> &'static str {
    match principal.map(|principal| principal.authorize(&ADMIN)) {
        Some(Ok(())) => "secret",
        _ => "not an admin",
    }
}

#[get("/authorize-on-another-thread")]
async fn authorize_on_another_thread(request: HttpRequest) -> &'static str {
    let principal = request.service_principal();
    let is_admin = move || principal.is_some_and(|found| found.clone().authorize(&ADMIN).is_ok());
    match web::block(is_admin).await {
        Ok(true) => "secret",
        _ => "not an admin",
    }
}

fn routes(app: &mut web::ServiceConfig) {
    app.service(attribute)
        .service(module::handler)
        .service(takes_principal)
        .service(last_argument)
        .service(request_user)
        .service(mapped_user)
        .service(authorize)
        .service(authorize_by_trait)
        .service(authorize_in_an_option)
        .service(authorize_on_another_thread)
        .service(web::resource("/policy").wrap(ADMIN).to(open))
        .service(
            web::scope("/scope")
                .wrap(Policy::authenticated())
                .configure(open_at("/in-it")),
        );
}

#[actix_web::test]
async fn every_guard_counts_if_it_admits_the_request() {
    let fixture = deny(routes).await;
    for path in [
        "/attribute",
        "/module",
        "/principal",
        "/last-argument",
        "/request-user",
        "/authorize",
        "/authorize-by-trait",
        "/authorize-in-an-option",
        "/authorize-on-another-thread",
        "/policy",
        "/scope/in-it",
    ] {
        let answer = fixture.get_with_scope(path, "widgets/admin").await;
        assert_eq!((answer.status, &*answer.body), (200, "secret"), "{path}");
    }
}

#[actix_web::test]
async fn every_guard_counts_if_it_refuses_the_request() {
    let fixture = deny(routes).await;
    for path in [
        "/attribute",
        "/module",
        "/principal",
        "/last-argument",
        "/request-user",
        "/mapped-user",
        "/policy",
        "/scope/in-it",
    ] {
        let answer = fixture.api.get_without_token(path).await;
        assert_eq!(answer.status, 401, "{path}");
    }
    for path in ["/attribute", "/authorize", "/policy", "/mapped-user"] {
        let answer = fixture.get_with_scope(path, "widgets/read").await;
        assert_eq!(answer.status, 403, "{path}");
    }
    for path in [
        "/authorize-by-trait",
        "/authorize-in-an-option",
        "/authorize-on-another-thread",
    ] {
        let answer = fixture.get_with_scope(path, "widgets/read").await;
        assert_eq!(
            (answer.status, &*answer.body),
            (200, "not an admin"),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn authorize_counts_only_for_requests_that_reach_it() {
    let fixture = deny(routes).await;
    for path in ["/authorize", "/authorize-by-trait"] {
        assert_denied(&fixture.api.get_without_token(path).await, path);
    }
}
