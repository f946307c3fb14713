//! User mapping without a database: the modes, the strategies, and what a lookup may cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, Responder, get, web};
use cognito_m2m::settings::PoolSettings;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::users::{UserMapper, UserMappingError};
use cognito_m2m::validator::BoxFuture;
use cognito_m2m::{
    BuildError, CognitoAuth, MappedUser, RequestUser, ServicePrincipal, Settings, require_scopes,
};
use cognito_m2m_tests::{Api, serve};

#[derive(Debug)]
struct LegacyUser {
    name: String,
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

#[get("/twice")]
async fn twice(
    required: MappedUser<LegacyUser>,
    asked: RequestUser<LegacyUser>,
    again: RequestUser<LegacyUser>,
) -> impl Responder {
    let same = |other: &RequestUser<LegacyUser>| matches!(other, RequestUser::Mapped(user) if std::ptr::eq(&raw const **user, &raw const *required));
    if same(&asked) && same(&again) {
        "the same"
    } else {
        "others"
    }
}

#[get("/principal")]
async fn only_principal(_: ServicePrincipal) -> impl Responder {
    HttpResponse::Ok()
}

#[get("/scoped")]
#[require_scopes("widgets/admin")]
async fn scoped(_: MappedUser<LegacyUser>) -> impl Responder {
    HttpResponse::Ok()
}

#[get("/other-type")]
async fn other_type(_: RequestUser<u64>) -> impl Responder {
    HttpResponse::Ok()
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .service(show_user)
        .service(show_mapped)
        .service(twice)
        .service(only_principal)
        .service(scoped)
        .service(other_type);
}

/// What a mapper does, by the client id that it is asked about.
#[derive(Clone, Default)]
struct Directory {
    lookups: Arc<AtomicUsize>,
}

impl Directory {
    async fn answer(client_id: &str) -> Result<Option<LegacyUser>, UserMappingError> {
        match client_id {
            "slow" => actix_web::rt::time::sleep(Duration::from_secs(60)).await,
            "pending" => actix_web::rt::time::sleep(Duration::from_millis(20)).await,
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
        Box::pin(Self::answer(principal.client_id().as_str()))
    }
}

struct Fixture {
    cognito: LocalCognito,
    directory: Directory,
    api: Api,
}

impl Fixture {
    async fn with(change: impl FnOnce(Settings) -> Settings) -> Self {
        let cognito = LocalCognito::start().expect("a local Cognito");
        let directory = Directory::default();
        let auth = CognitoAuth::builder()
            .settings(change(cognito.settings()))
            .user_mapper(directory.clone())
            .allow_undefined_groups()
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("keys");
        let api = Api::at(serve!(move || App::new()
            .wrap(auth.clone())
            .configure(routes)));
        Self {
            cognito,
            directory,
            api,
        }
    }

    async fn mapping() -> Self {
        Self::with(|settings| settings.user_mapping_enabled(true)).await
    }

    async fn get(&self, path: &str, client_id: &str) -> cognito_m2m_tests::Answer {
        self.api
            .get(path, &self.cognito.token(client_id).sign())
            .await
    }

    fn lookups(&self) -> usize {
        self.directory.lookups.load(Ordering::SeqCst)
    }
}

#[actix_web::test]
async fn mode_a_looks_nothing_up_and_everybody_is_anonymous() {
    let fixture = Fixture::with(|settings| settings).await;
    let answer = fixture.get("/user", "reporting").await;
    assert_eq!(answer.body, "anonymous, principal reporting");
    let answer = fixture.get("/mapped", "reporting").await;
    assert_eq!(
        (answer.status, answer.detail().as_str()),
        (403, "Client is not mapped to a user.")
    );
    assert_eq!(fixture.lookups(), 0);
}

#[actix_web::test]
async fn mode_b_maps_and_a_miss_is_anonymous() {
    let fixture = Fixture::mapping().await;
    for (client_id, body) in [
        ("reporting", "mapped reporting, principal reporting"),
        ("unknown", "anonymous, principal unknown"),
    ] {
        assert_eq!(fixture.get("/user", client_id).await.body, body);
    }
    assert_eq!(fixture.get("/mapped", "reporting").await.body, "reporting");
    let answer = fixture.get("/mapped", "unknown").await;
    assert_eq!(
        (answer.status, answer.detail().as_str()),
        (403, "Client is not mapped to a user.")
    );
    assert_eq!(answer.challenge, None);
}

#[actix_web::test]
async fn mode_c_gives_a_proxy_where_there_is_no_row() {
    let fixture = Fixture::with(|settings| settings.return_user_proxy(true)).await;
    let answer = fixture.get("/user", "reporting").await;
    assert_eq!(answer.body, "proxy reporting, principal reporting");
    assert_eq!(fixture.get("/mapped", "reporting").await.status, 403);

    let both =
        Fixture::with(|settings| settings.return_user_proxy(true).user_mapping_enabled(true)).await;
    for (client_id, body) in [
        ("reporting", "mapped reporting, principal reporting"),
        ("unknown", "proxy unknown, principal unknown"),
    ] {
        assert_eq!(both.get("/user", client_id).await.body, body);
    }
}

#[actix_web::test]
async fn the_lookup_happens_where_a_handler_asks_and_once_per_request() {
    let fixture = Fixture::mapping().await;
    assert_eq!(fixture.get("/principal", "pending").await.status, 200);
    assert_eq!(fixture.lookups(), 0);
    assert_eq!(fixture.get("/twice", "pending").await.body, "the same");
    assert_eq!(fixture.lookups(), 1);
    assert_eq!(fixture.get("/twice", "pending").await.status, 200);
    assert_eq!(fixture.lookups(), 2);
}

#[actix_web::test]
async fn whoever_is_refused_is_not_looked_up() {
    let fixture = Fixture::with(|settings| {
        settings
            .user_mapping_enabled(true)
            .allowed_client_ids(["sync"])
    })
    .await;
    assert_eq!(fixture.get("/scoped", "sync").await.status, 403);
    for path in ["/user", "/mapped"] {
        let answer = fixture.get(path, "reporting").await;
        assert_eq!(answer.detail(), "Client is not allowed.");
        let answer = fixture.api.get_without_token(path).await;
        assert_eq!(answer.status, 401);
        assert_eq!(
            answer.detail(),
            "Authentication credentials were not provided."
        );
    }
    assert_eq!(fixture.lookups(), 0);
    assert_eq!(fixture.get("/mapped", "sync").await.status, 200);
}

#[actix_web::test]
async fn rule_4_2_mapping_fails_closed() {
    let fixture = Fixture::mapping().await;
    for (client_id, status) in [("unreachable", 503), ("ambiguous", 500), ("failing", 500)] {
        for path in ["/user", "/mapped"] {
            let answer = fixture.get(path, client_id).await;
            assert_eq!(answer.status, status, "{client_id} at {path}");
            let retry_after = (status == 503).then(|| "1".to_owned());
            assert_eq!(answer.retry_after, retry_after);
            assert_eq!(answer.challenge, None);
            assert!(!answer.body.contains("secret"), "{}", answer.body);
        }
    }
}

#[actix_web::test]
async fn rule_4_2_a_lookup_ends_within_its_time() {
    let fixture = Fixture::with(|settings| {
        settings
            .user_mapping_enabled(true)
            .mapping_timeout(Duration::from_millis(100))
    })
    .await;
    let token = fixture.cognito.token("slow").sign();
    let started_at = Instant::now();
    let answer = fixture.api.get("/mapped", &token).await;
    assert_eq!(answer.status, 503);
    assert!(started_at.elapsed() < Duration::from_secs(30));
}

#[actix_web::test]
async fn a_handler_that_asks_for_another_type_is_a_mistake_of_the_program() {
    let fixture = Fixture::mapping().await;
    assert_eq!(fixture.get("/other-type", "reporting").await.status, 500);
    assert_eq!(fixture.lookups(), 0);
}

#[actix_web::test]
async fn without_the_middleware_the_answer_is_500() {
    let api = Api::at(serve!(|| App::new().configure(routes)));
    for path in ["/user", "/mapped"] {
        assert_eq!(api.get(path, "a.b.c").await.status, 500);
    }
}

#[actix_web::test]
async fn a_function_is_a_mapper() {
    async fn find(principal: ServicePrincipal) -> Result<Option<LegacyUser>, UserMappingError> {
        Directory::answer(principal.client_id().as_str()).await
    }
    let cognito = LocalCognito::start().expect("a local Cognito");
    let auth = CognitoAuth::builder()
        .settings(cognito.settings().user_mapping_enabled(true))
        .user_mapper(find)
        .allow_undefined_groups()
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    auth.prefetch().await.expect("keys");
    let api = Api::at(serve!(move || App::new()
        .wrap(auth.clone())
        .configure(routes)));
    let token = cognito.token("reporting").sign();
    assert_eq!(api.get("/mapped", &token).await.body, "reporting");
}

fn fault(settings: Settings, mapper: Option<Vec<&str>>) -> Option<String> {
    let mut builder = CognitoAuth::builder()
        .settings(settings)
        .allow_undefined_groups();
    builder = match mapper {
        Some(pools) if pools.is_empty() => builder.user_mapper(Directory::default()),
        Some(pools) => builder.user_mapper(Directory::default().serving(pools)),
        None => builder,
    };
    match builder.build() {
        Ok(_) => None,
        Err(BuildError::Settings(error)) => Some(error.to_string()),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn mapping_without_a_mapper_or_with_unnamed_pools_is_a_fault_at_start_up() {
    let one = || {
        Settings::default()
            .region("us-east-1")
            .user_pool_id("us-east-1_AbCdEfGhI")
            .user_mapping_enabled(true)
    };
    let tenant = PoolSettings::default().user_pool_id("eu-west-1_JkLmNoPqR");
    let two = || one().pool("tenant", tenant.clone());
    assert_eq!(fault(one(), Some(vec![])), None);
    assert_eq!(fault(two(), Some(vec!["default", "tenant"])), None);
    assert_eq!(fault(two().user_mapping_enabled(false), Some(vec![])), None);
    for (settings, mapper, problem) in [
        (one(), None, "is on, but no user mapper is configured"),
        (
            two(),
            Some(vec![]),
            "expected the mapper to name the pools that it serves",
        ),
        (two(), Some(vec!["tenent"]), "found \"tenent\""),
        (
            one().mapping_timeout(Duration::ZERO),
            Some(vec![]),
            "`mapping_timeout` (COGNITO_M2M_MAPPING_TIMEOUT): expected more than 0",
        ),
    ] {
        let message = fault(settings, mapper).expect("a fault");
        assert!(message.contains(problem), "{problem} in {message}");
    }
}

#[actix_web::test]
async fn one_pools_administrator_never_becomes_another_pools_user() {
    let [own, tenant] = ["us-east-1_Own", "us-east-1_Tenant"].map(|id| {
        LocalCognito::builder()
            .user_pool_id(id)
            .start()
            .expect("a local Cognito")
    });
    let pool = PoolSettings::default()
        .issuer(tenant.issuer())
        .jwks_url(tenant.jwks_url());
    let settings = own
        .settings()
        .pool("tenant", pool)
        .user_mapping_enabled(true)
        .return_user_proxy(true);
    let auth = CognitoAuth::builder()
        .settings(settings)
        .user_mapper(Directory::default().serving(["default"]))
        .allow_undefined_groups()
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    auth.prefetch().await.expect("keys");
    let api = Api::at(serve!(move || App::new()
        .wrap(auth.clone())
        .configure(routes)));
    let body = |token: String| {
        let api = api.clone();
        async move { api.get("/user", &token).await.body }
    };
    assert_eq!(
        body(own.token("reporting").sign()).await,
        "mapped reporting, principal reporting"
    );
    assert_eq!(
        body(tenant.token("reporting").sign()).await,
        "proxy tenant:reporting, principal reporting"
    );
}
