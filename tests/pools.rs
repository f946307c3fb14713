//! Several user pools: the issuer of a token selects its pool, and pools share nothing.

use std::time::Duration;

use actix_web::{HttpRequest, Responder, get, web};
use cognito_m2m::settings::PoolSettings;
use cognito_m2m::testing::{LocalCognito, TokenBuilder};
use cognito_m2m::{
    CognitoAuth, RequestPrincipal, Settings, allow_client_ids, require_authentication,
};
use cognito_m2m_tests::{Answer, Api, serve_routes};

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
async fn open(request: HttpRequest) -> impl Responder {
    request
        .service_principal()
        .map_or("anonymous".to_owned(), |found| {
            format!("{}:{}", found.pool(), found.client_id())
        })
}

fn routes(config: &mut web::ServiceConfig) {
    config.service(any).service(listed).service(open);
}

/// A server that accepts tokens of two user pools: the default one and `tenant`.
struct TwoPools {
    default: LocalCognito,
    tenant: LocalCognito,
    api: Api,
}

impl TwoPools {
    async fn start() -> Self {
        Self::with_settings(|settings, pool| settings.pool("tenant", pool)).await
    }

    /// `configure` receives the settings and those of the pool `tenant`, and must add the latter.
    async fn with_settings(configure: impl FnOnce(Settings, PoolSettings) -> Settings) -> Self {
        let default = LocalCognito::start().expect("the local Cognito starts");
        let tenant = LocalCognito::builder()
            .user_pool_id("eu-west-1_Tenant")
            .start()
            .expect("the second local Cognito starts");
        let settings = configure(default.settings(), tenant.pool_settings());
        let auth = CognitoAuth::new(settings).unwrap_or_else(|error| panic!("{error}"));
        let keys = auth.prefetch().await;
        keys.expect("the keys of both pools are fetched");
        Self {
            default,
            tenant,
            api: serve_routes(auth, routes),
        }
    }

    async fn get(&self, path: &str, token: TokenBuilder) -> Answer {
        self.api.get(path, &token.sign()).await
    }
}

#[actix_web::test]
async fn iss_selects_the_pool() {
    let pools = TwoPools::start().await;
    let of_default = pools.get("/open", pools.default.token("a")).await;
    assert_eq!(of_default.body, "default:a");
    let of_tenant = pools.get("/open", pools.tenant.token("a")).await;
    assert_eq!(of_tenant.body, "tenant:a");
}

#[actix_web::test]
async fn key_of_one_pool_signs_no_token_of_another() {
    let pools = TwoPools::start().await;
    let issuer = pools.default.issuer();
    let with_other_issuer = pools.tenant.token("a").claim("iss", issuer);
    assert_eq!(pools.get("/any", with_other_issuer).await.status, 401);
    let [kid, _] = pools.default.kids();
    let key = pools.tenant.signing_key();
    let with_other_key = pools.default.token("a").signed_by(&key).kid(kid);
    assert_eq!(pools.get("/any", with_other_key).await.status, 401);
}

#[actix_web::test]
async fn client_id_without_a_pool_names_a_client_of_the_default_pool() {
    let pools = TwoPools::start().await;
    for (cognito, client, status) in [
        (&pools.default, "reporting", 200),
        (&pools.tenant, "reporting", 403),
        (&pools.tenant, "sync", 200),
        (&pools.default, "sync", 403),
    ] {
        let answer = pools.get("/listed", cognito.token(client)).await;
        assert_eq!(answer.status, status, "{} {client}", cognito.issuer());
    }
}

#[actix_web::test]
async fn allowed_clients_of_a_pool_apply_to_every_request() {
    let pools = TwoPools::with_settings(|settings, pool| {
        settings.pool("tenant", pool.allowed_client_ids(["sync"]))
    })
    .await;
    for path in ["/open", "/any", "/open", "/any"] {
        let answer = pools.get(path, pools.tenant.token("other")).await;
        assert_eq!(
            (answer.status, answer.detail().as_str()),
            (403, "Client is not allowed."),
            "{path}"
        );
    }
    for token in [pools.tenant.token("sync"), pools.default.token("other")] {
        assert_eq!(pools.get("/any", token).await.status, 200);
    }
}

#[actix_web::test]
async fn each_pool_has_its_audience() {
    let pools = TwoPools::with_settings(|settings, pool| {
        settings
            .audience("default")
            .pool("tenant", pool.audience("tenant"))
    })
    .await;
    for (cognito, audience, status) in [
        (&pools.default, "default", 200),
        (&pools.default, "tenant", 401),
        (&pools.tenant, "tenant", 200),
        (&pools.tenant, "default", 401),
    ] {
        let token = cognito.token("a").claim("aud", audience);
        let answer = pools.get("/any", token).await;
        assert_eq!(answer.status, status, "{} {audience}", cognito.issuer());
    }
}

#[actix_web::test]
async fn rule_2_2_cooldown_is_per_pool() {
    let pools = TwoPools::with_settings(|settings, pool| {
        let settings = settings.jwks_cooldown(Duration::from_secs(3_600));
        settings.pool("tenant", pool)
    })
    .await;
    for _ in 0..5 {
        let unknown = pools.default.token("a").kid("unknown");
        assert_eq!(pools.get("/any", unknown).await.status, 401);
    }
    assert_eq!(
        (pools.default.jwks_requests(), pools.tenant.jwks_requests()),
        (1, 1),
        "only the prefetch of each pool"
    );
}
