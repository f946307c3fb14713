//! Users and machines that send different bearer tokens in the same header, as the guide describes.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpMessage, HttpRequest, HttpResponse, get};
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{CognitoAuth, RequestPrincipal, require_scopes};
use cognito_m2m_tests::{Api, serve};

#[derive(Clone)]
struct User(String);

fn find_user(request: &ServiceRequest) -> Option<User> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    header
        .strip_prefix("Bearer user-")
        .map(|name| User(name.to_owned()))
}

async fn authenticate_user(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if !request.is_machine_authenticated()
        && let Some(user) = find_user(&request)
    {
        request.extensions_mut().insert(user);
    }
    next.call(request).await
}

#[get("/sync")]
#[require_scopes("widgets/write")]
async fn sync() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/widgets")]
async fn widgets(request: HttpRequest) -> HttpResponse {
    let user = request.extensions().get::<User>().cloned();
    match (request.service_principal(), user) {
        (Some(machine), _) if machine.has_scope("widgets/read") => {
            HttpResponse::Ok().body(format!("machine {}", machine.client_id()))
        }
        (Some(_), _) => HttpResponse::Forbidden().finish(),
        (None, Some(User(name))) => HttpResponse::Ok().body(format!("user {name}")),
        (None, None) => HttpResponse::Unauthorized().finish(),
    }
}

fn serve_users_and_machines(cognito: &LocalCognito) -> Api {
    let settings = cognito.settings().fail_on_invalid_bearer(false);
    let auth = CognitoAuth::new(settings).expect("the settings are valid");
    Api::at(serve!(move || {
        App::new()
            .wrap(from_fn(authenticate_user))
            .wrap(auth.clone())
            .service(sync)
            .service(widgets)
    }))
}

#[actix_web::test]
async fn users_and_machines_can_share_a_handler() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let api = serve_users_and_machines(&cognito);
    let machine = cognito.token("reporting").scopes(["widgets/read"]).sign();
    assert_eq!(
        api.get("/widgets", &machine).await.body,
        "machine reporting"
    );
    assert_eq!(api.get("/widgets", "user-jane").await.body, "user jane");
    let other = cognito.token("reporting").scopes(["other"]).sign();
    assert_eq!(api.get("/widgets", &other).await.status, 403);
    for invalid in ["a.b.c", "jane"] {
        assert_eq!(api.get("/widgets", invalid).await.status, 401);
    }
    assert_eq!(api.get_without_token("/widgets").await.status, 401);
}

#[actix_web::test]
async fn token_of_a_user_is_refused_by_an_attribute() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let api = serve_users_and_machines(&cognito);
    let machine = cognito.token("sync").scopes(["widgets/write"]).sign();
    assert_eq!(api.get("/sync", &machine).await.status, 200);
    let answer = api.get("/sync", "user-jane").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.detail(), "Invalid bearer token.");
}
