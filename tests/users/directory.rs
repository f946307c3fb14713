//! A user mapper whose result depends on the client ID, and an API with handlers that use it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::{HttpResponse, Responder, get, web};
use cognito_m2m::BoxFuture;
use cognito_m2m::users::{UserMapper, UserMappingError};
use cognito_m2m::{MappedUser, RequestUser, ServicePrincipal, Settings, require_scopes};
use cognito_m2m_tests::Answer;

use super::fixture::UserApi;

#[derive(Debug)]
pub(super) struct LegacyUser {
    name: String,
}

/// A user mapper that counts its lookups. Some client IDs make it fail or wait.
#[derive(Clone, Default)]
pub(super) struct Directory {
    lookups: Arc<AtomicUsize>,
}

impl Directory {
    pub(super) async fn find_user(client_id: &str) -> Result<Option<LegacyUser>, UserMappingError> {
        match client_id {
            "slow" => actix_web::rt::time::sleep(Duration::from_secs(60)).await,
            "pending" => actix_web::rt::time::sleep(Duration::from_millis(20)).await,
            "inactive" => return Err(UserMappingError::Inactive),
            "ambiguous" => return Err(UserMappingError::Ambiguous(2)),
            "failing" => return Err(UserMappingError::failed("the secret of the row")),
            "unreachable" => return Err(UserMappingError::unavailable("connection refused")),
            "unknown" => return Ok(None),
            _ => {}
        }
        let name = client_id.to_owned();
        Ok(Some(LegacyUser { name }))
    }
}

impl UserMapper for Directory {
    type User = LegacyUser;

    fn find<'a>(
        &'a self,
        principal: &'a ServicePrincipal,
    ) -> BoxFuture<'a, Result<Option<LegacyUser>, UserMappingError>> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        Box::pin(Self::find_user(principal.client_id().as_str()))
    }
}

/// An API whose users are in a [`Directory`].
pub(super) struct DirectoryApi {
    pub(super) users: UserApi,
    directory: Directory,
}

impl DirectoryApi {
    pub(super) async fn start() -> Self {
        Self::with_settings(|settings| settings.user_mapping_enabled(true)).await
    }

    pub(super) async fn with_settings(change: impl FnOnce(Settings) -> Settings) -> Self {
        let directory = Directory::default();
        Self {
            users: UserApi::start(directory.clone(), routes, change).await,
            directory,
        }
    }

    pub(super) async fn get(&self, path: &str, client_id: &str) -> Answer {
        self.users.get(path, client_id).await
    }

    pub(super) fn lookups(&self) -> usize {
        self.directory.lookups.load(Ordering::SeqCst)
    }
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(show_user)
        .service(show_mapped)
        .service(show_same_user)
        .service(show_optional_user)
        .service(show_principal)
        .service(require_scope)
        .service(require_other_type);
}

#[get("/user")]
async fn show_user(user: RequestUser<LegacyUser>, principal: ServicePrincipal) -> impl Responder {
    let kind = match &user {
        RequestUser::Mapped(user) => format!("mapped {}", user.name),
        RequestUser::Proxy(proxy) => format!("proxy {}", proxy.username()),
        RequestUser::Anonymous => "anonymous".to_owned(),
    };
    format!("{kind}, principal {}", principal.client_id())
}

#[get("/mapped")]
async fn show_mapped(user: MappedUser<LegacyUser>) -> impl Responder {
    user.name.clone()
}

#[get("/same-user")]
async fn show_same_user(
    mapped: MappedUser<LegacyUser>,
    first: RequestUser<LegacyUser>,
    second: RequestUser<LegacyUser>,
) -> impl Responder {
    let is_same = |user: &RequestUser<LegacyUser>| matches!(user, RequestUser::Mapped(user) if std::ptr::eq(&raw const **user, &raw const *mapped));
    if is_same(&first) && is_same(&second) {
        "the same"
    } else {
        "different"
    }
}

#[get("/optional-user")]
async fn show_optional_user(
    user: Option<RequestUser<LegacyUser>>,
    mapped: Option<MappedUser<LegacyUser>>,
) -> impl Responder {
    match (user, mapped) {
        (None, None) => "no user",
        _ => "a user",
    }
}

#[get("/principal")]
async fn show_principal(_: ServicePrincipal) -> impl Responder {
    HttpResponse::Ok()
}

#[get("/scoped")]
#[require_scopes("widgets/admin")]
async fn require_scope(_: MappedUser<LegacyUser>) -> impl Responder {
    HttpResponse::Ok()
}

#[get("/other-type")]
async fn require_other_type(_: RequestUser<u64>) -> impl Responder {
    HttpResponse::Ok()
}
