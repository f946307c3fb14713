//! The setting `resource_servers`: tokens for other APIs of the user pool are refused wherever the
//! principal is asked for.

mod places;
mod start_up;
mod tokens;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::{HttpRequest, HttpResponse, Responder, web};
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::users::UserMappingError;
use cognito_m2m::{
    CognitoAuth, MappedUser, OptionalPrincipal, Policy, RequestPrincipal, RequestUser,
    ServicePrincipal, Settings, allow_client_ids, require_authentication, require_scopes,
    scope_map,
};
use cognito_m2m_tests::{Answer, Api, serve_routes};

pub(crate) const REFUSED: (u16, &str) = (403, "Token is not for this API.");

async fn open() -> impl Responder {
    "open"
}

/// A handler that asks whether there is a principal, and answers 401 by itself.
async fn own_answer(request: HttpRequest) -> HttpResponse {
    let principal = request.service_principal();
    assert_eq!(principal.is_some(), request.is_machine_authenticated());
    assert_eq!(principal.is_some(), request.client_id().is_some());
    match principal {
        Some(principal) => HttpResponse::Ok().body(principal.client_id().to_string()),
        None if request.scopes().is_empty() => HttpResponse::Unauthorized().body("own answer"),
        None => HttpResponse::Ok().body("scopes without a principal"),
    }
}

#[require_authentication]
async fn authenticated() -> impl Responder {
    "authenticated"
}

#[allow_client_ids("reporting")]
async fn listed() -> impl Responder {
    "listed"
}

#[require_scopes("other/read")]
async fn other_scope() -> impl Responder {
    "other scope"
}

#[require_scopes("widgets/admin")]
async fn scoped() -> impl Responder {
    "scoped"
}

#[scope_map(POST = "widgets/write")]
async fn mapped_methods() -> impl Responder {
    "mapped methods"
}

#[require_authentication]
mod module {
    pub(super) async fn inner() -> &'static str {
        "inner"
    }
}

async fn takes_principal(principal: ServicePrincipal) -> impl Responder {
    principal.client_id().to_string()
}

async fn takes_optional(principal: OptionalPrincipal) -> impl Responder {
    match principal.into_inner() {
        Some(principal) => principal.client_id().to_string(),
        None => "without a token".to_owned(),
    }
}

/// Turns every refusal into `None`.
async fn takes_option(principal: Option<ServicePrincipal>) -> impl Responder {
    if principal.is_some() { "some" } else { "none" }
}

async fn takes_user(user: RequestUser<u32>) -> impl Responder {
    format!("{user:?}")
}

async fn takes_mapped_user(user: MappedUser<u32>) -> impl Responder {
    format!("user {}", *user)
}

async fn authorizes(principal: ServicePrincipal) -> actix_web::Result<&'static str> {
    principal.authorize(&Policy::authenticated())?;
    Ok("authorized")
}

async fn fallback() -> impl Responder {
    "fallback"
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    let read = Policy::scope("other/read");
    config
        .route("/open", web::get().to(open))
        .route("/own-answer", web::get().to(own_answer))
        .route("/authenticated", web::get().to(authenticated))
        .route("/listed", web::get().to(listed))
        .route("/other-scope", web::get().to(other_scope))
        .route("/scoped", web::get().to(scoped))
        .route("/mapped-methods", web::get().to(mapped_methods))
        .route("/module", web::get().to(module::inner))
        .route("/principal", web::get().to(takes_principal))
        .route("/optional", web::get().to(takes_optional))
        .route("/option", web::get().to(takes_option))
        .route("/user", web::get().to(takes_user))
        .route("/mapped-user", web::get().to(takes_mapped_user))
        .route("/authorizes", web::get().to(authorizes))
        .service(
            web::scope("/wrapped")
                .wrap(Policy::authenticated())
                .route("/open", web::get().to(open)),
        )
        .service(
            web::scope("/wrapped-with-scope")
                .wrap(read.clone())
                .route("/open", web::get().to(open)),
        )
        .service(
            web::resource("/routed")
                .route(web::get().guard(read).to(open))
                .route(web::get().guard(Policy::authenticated()).to(open))
                .route(web::get().to(fallback)),
        );
}

/// An API that is the resource server `widgets`, unless the settings are changed. Its clients are
/// mapped to user 7.
pub(crate) struct WidgetsApi {
    pub(crate) cognito: LocalCognito,
    pub(crate) auth: CognitoAuth,
    pub(crate) api: Api,
    lookups: Arc<AtomicUsize>,
}

impl WidgetsApi {
    pub(crate) async fn start() -> Self {
        Self::with_settings(|settings| settings).await
    }

    pub(crate) async fn with_settings(change: impl FnOnce(Settings) -> Settings) -> Self {
        let cognito = LocalCognito::start().expect("the local Cognito starts");
        let settings = cognito
            .settings()
            .resource_servers(["widgets"])
            .user_mapping_enabled(true);
        let lookups = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&lookups);
        let mapper = move |_: ServicePrincipal| {
            counter.fetch_add(1, Ordering::SeqCst);
            async { Ok::<_, UserMappingError>(Some(7_u32)) }
        };
        let auth = CognitoAuth::builder()
            .settings(change(settings))
            .user_mapper(mapper)
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("the keys are fetched");
        let api = serve_routes(auth.clone(), routes);
        Self {
            cognito,
            auth,
            api,
            lookups,
        }
    }

    /// Returns a token of the client `reporting`. `scope` lists its scopes, separated by spaces.
    pub(crate) fn token(&self, scope: &str) -> String {
        self.cognito.token("reporting").scope(scope).sign()
    }

    pub(crate) async fn get(&self, path: &str, scope: &str) -> Answer {
        self.api.get(path, &self.token(scope)).await
    }

    pub(crate) fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }
}

/// Returns the status and the text of a refusal.
pub(crate) fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status, answer.detail())
}
