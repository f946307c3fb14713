//! Several user pools: `iss` picks one, and each is a world of its own.

use std::time::Duration;

use actix_web::{App, Responder, get, web};
use cognito_m2m::settings::PoolSettings;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{
    CognitoAuth, RequestPrincipal, Settings, allow_client_ids, require_authentication,
};
use cognito_m2m_tests::{Api, serve};

#[get("/any")]
#[require_authentication]
async fn any() -> impl Responder {
    "any"
}

#[get("/listed")]
#[allow_client_ids("reporting", "tenant:sync")]
async fn listed() -> impl Responder {
    "listed"
}

#[get("/open")]
async fn open(request: actix_web::HttpRequest) -> impl Responder {
    request
        .service_principal()
        .map_or("nobody".to_owned(), |found| {
            format!("{}:{}", found.pool(), found.client_id())
        })
}

fn routes(config: &mut web::ServiceConfig) {
    config.service(any).service(listed).service(open);
}

struct Fixture {
    main: LocalCognito,
    tenant: LocalCognito,
    api: Api,
}

impl Fixture {
    async fn with(change: impl FnOnce(Settings, PoolSettings) -> Settings) -> Self {
        let main = LocalCognito::start().expect("a local Cognito");
        let tenant = LocalCognito::builder()
            .user_pool_id("eu-west-1_Tenant")
            .start()
            .expect("another one");
        let pool = PoolSettings::default()
            .issuer(tenant.issuer())
            .jwks_url(tenant.jwks_url());
        let auth = CognitoAuth::new(change(main.settings(), pool))
            .unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("keys of both");
        let api = Api::at(serve!(move || App::new()
            .wrap(auth.clone())
            .configure(routes)));
        Self { main, tenant, api }
    }
}

#[actix_web::test]
async fn iss_picks_the_pool() {
    let fixture = Fixture::with(|settings, pool| settings.pool("tenant", pool)).await;
    assert_eq!(
        fixture
            .api
            .get("/open", &fixture.main.token("a").sign())
            .await
            .body,
        "default:a"
    );
    assert_eq!(
        fixture
            .api
            .get("/open", &fixture.tenant.token("a").sign())
            .await
            .body,
        "tenant:a"
    );
}

#[actix_web::test]
async fn keys_of_one_pool_sign_nothing_for_another() {
    let fixture = Fixture::with(|settings, pool| settings.pool("tenant", pool)).await;
    let key = fixture.tenant.signing_key();
    let forged = fixture
        .tenant
        .token("a")
        .claim("iss", fixture.main.issuer())
        .sign();
    assert_eq!(fixture.api.get("/any", &forged).await.status, 401);
    let [kid, _] = fixture.main.kids();
    let forged = fixture.main.token("a").signed_by(&key).kid(kid).sign();
    assert_eq!(fixture.api.get("/any", &forged).await.status, 401);
}

#[actix_web::test]
async fn a_client_id_alone_names_no_client_of_another_pool() {
    let fixture = Fixture::with(|settings, pool| settings.pool("tenant", pool)).await;
    let status = async |token: String| fixture.api.get("/listed", &token).await.status;
    assert_eq!(status(fixture.main.token("reporting").sign()).await, 200);
    assert_eq!(status(fixture.tenant.token("reporting").sign()).await, 403);
    assert_eq!(status(fixture.tenant.token("sync").sign()).await, 200);
    assert_eq!(status(fixture.main.token("sync").sign()).await, 403);
}

#[actix_web::test]
async fn the_allowed_clients_of_a_pool_are_a_gate_on_every_request() {
    let fixture =
        Fixture::with(|settings, pool| settings.pool("tenant", pool.allowed_client_ids(["sync"])))
            .await;
    let stranger = fixture.tenant.token("stranger").sign();
    for path in ["/open", "/any", "/open", "/any"] {
        let answer = fixture.api.get(path, &stranger).await;
        assert_eq!(
            (answer.status, answer.detail().as_str()),
            (403, "Client is not allowed."),
            "{path}"
        );
    }
    assert_eq!(
        fixture
            .api
            .get("/any", &fixture.tenant.token("sync").sign())
            .await
            .status,
        200
    );
    assert_eq!(
        fixture
            .api
            .get("/any", &fixture.main.token("stranger").sign())
            .await
            .status,
        200
    );
}

#[actix_web::test]
async fn each_pool_has_its_audience() {
    let fixture = Fixture::with(|settings, pool| {
        settings
            .audience("main")
            .pool("tenant", pool.audience("tenant"))
    })
    .await;
    let status = async |cognito: &LocalCognito, audience: &str| {
        fixture
            .api
            .get("/any", &cognito.token("a").claim("aud", audience).sign())
            .await
            .status
    };
    assert_eq!(status(&fixture.main, "main").await, 200);
    assert_eq!(status(&fixture.main, "tenant").await, 401);
    assert_eq!(status(&fixture.tenant, "tenant").await, 200);
    assert_eq!(status(&fixture.tenant, "main").await, 401);
}

#[actix_web::test]
async fn rule_2_2_the_cool_down_is_per_pool() {
    let fixture = Fixture::with(|settings, pool| {
        let settings = settings.jwks_cooldown(Duration::from_secs(3_600));
        settings.pool("tenant", pool)
    })
    .await;
    let unknown = |cognito: &LocalCognito| cognito.token("a").kid("unknown").sign();
    for _ in 0..5 {
        assert_eq!(
            fixture
                .api
                .get("/any", &unknown(&fixture.main))
                .await
                .status,
            401
        );
    }
    assert_eq!(
        (fixture.main.jwks_requests(), fixture.tenant.jwks_requests()),
        (1, 1),
        "both have just been fetched"
    );
}
