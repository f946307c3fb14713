//! A user pool with all its issuers: of both types, and of replicas in other Regions.

mod switch;

use actix_web::{HttpResponse, Responder, get, web};
use cognito_m2m::settings::{IssuerType, PoolSettings};
use cognito_m2m::testing::{LocalCognito, TestClock, TokenBuilder};
use cognito_m2m::{
    CognitoAuth, Policy, ServicePrincipal, Settings, allow_client_ids, require_authentication,
};
use cognito_m2m_tests::{Api, serve_routes};

/// The Region of the replicas, in which neither pool is.
const REPLICA: &str = "eu-west-1";

#[get("/any")]
#[require_authentication]
async fn any(principal: ServicePrincipal) -> impl Responder {
    format!("{}:{}", principal.pool(), principal.client_id())
}

#[get("/listed")]
#[allow_client_ids("reporting", "tenant:reporting")]
async fn listed() -> impl Responder {
    HttpResponse::Ok()
}

#[get("/listed-with-pools")]
#[allow_client_ids("default:reporting", "tenant:reporting")]
async fn listed_with_pools() -> impl Responder {
    HttpResponse::Ok()
}

fn routes(config: &mut web::ServiceConfig) {
    let grouped = web::resource("/grouped")
        .wrap(Policy::allow_groups(["reporters"]))
        .to(HttpResponse::Ok);
    config
        .service(any)
        .service(listed)
        .service(listed_with_pools)
        .service(grouped);
}

/// Starts the local Cognito of a pool that issues tokens with the ORIGINAL issuer.
fn start_pool(id: &str, clock: &TestClock) -> LocalCognito {
    LocalCognito::builder()
        .user_pool_id(id)
        .issuer_type(IssuerType::Original)
        .clock(clock.clone())
        .start()
        .expect("the local Cognito starts")
}

/// A server that accepts tokens of two user pools: the default one and `tenant`. The keys of all their
/// issuers are available.
struct TwoPools {
    default: LocalCognito,
    tenant: LocalCognito,
    auth: CognitoAuth,
    api: Api,
}

impl TwoPools {
    async fn start() -> Self {
        Self::with_settings(|settings| settings, |pool| pool).await
    }

    /// Starts with changed settings of the default pool and of the pool `tenant`.
    async fn with_settings(
        change: impl FnOnce(Settings) -> Settings,
        change_tenant: impl FnOnce(PoolSettings) -> PoolSettings,
    ) -> Self {
        let clock = TestClock::new();
        let default = start_pool("us-east-1_Default", &clock);
        let tenant = start_pool("eu-central-1_Tenant", &clock);
        for cognito in [&default, &tenant] {
            // Makes the keys of the UPDATED issuer available.
            cognito.set_issuer_type(IssuerType::Updated);
            cognito.set_issuer_type(IssuerType::Original);
        }
        let settings = change(default.settings())
            .pool("tenant", change_tenant(tenant.pool_settings()))
            .client_group("reporters", ["reporting", "tenant:reporting"]);
        let auth = CognitoAuth::builder()
            .settings(settings)
            .clock(clock)
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("the keys are fetched");
        let api = serve_routes(auth.clone(), routes);
        Self {
            default,
            tenant,
            auth,
            api,
        }
    }

    fn both(&self) -> [(&'static str, &LocalCognito); 2] {
        [("default", &self.default), ("tenant", &self.tenant)]
    }

    async fn refusal_of(&self, token: &TokenBuilder) -> Option<&'static str> {
        let validated = self.auth.validate_token(&token.sign()).await;
        validated.err().map(|refusal| refusal.reason())
    }
}

/// Returns a token with the issuer of this type.
fn token(cognito: &LocalCognito, issuer_type: IssuerType, client: &str) -> String {
    cognito.set_issuer_type(issuer_type);
    cognito.token(client).sign()
}

#[actix_web::test]
async fn client_is_the_same_under_both_issuers() {
    let pools = TwoPools::start().await;
    for (name, cognito) in pools.both() {
        for issuer_type in [IssuerType::Original, IssuerType::Updated] {
            let token = token(cognito, issuer_type, "reporting");
            let answer = pools.api.get("/any", &token).await;
            assert_eq!(answer.body, format!("{name}:reporting"), "{issuer_type:?}");
            for path in ["/listed", "/listed-with-pools", "/grouped"] {
                let answer = pools.api.get(path, &token).await;
                assert_eq!(answer.status, 200, "{path} {name} {issuer_type:?}");
            }
        }
    }
}

#[actix_web::test]
async fn other_client_is_refused_under_both_issuers() {
    let pools = TwoPools::start().await;
    for (name, cognito) in pools.both() {
        for issuer_type in [IssuerType::Original, IssuerType::Updated] {
            let token = token(cognito, issuer_type, "other");
            for path in ["/listed", "/listed-with-pools", "/grouped"] {
                let answer = pools.api.get(path, &token).await;
                assert_eq!(answer.status, 403, "{path} {name} {issuer_type:?}");
            }
        }
    }
}

#[actix_web::test]
async fn allowed_clients_of_a_pool_apply_under_both_issuers() {
    let settings = |pool: PoolSettings| pool.allowed_client_ids(["reporting"]);
    let pools = TwoPools::with_settings(|settings| settings, settings).await;
    for issuer_type in [IssuerType::Original, IssuerType::Updated] {
        for (client, status) in [("reporting", 200), ("other", 403)] {
            let token = token(&pools.tenant, issuer_type, client);
            let answer = pools.api.get("/any", &token).await;
            assert_eq!(answer.status, status, "{client} {issuer_type:?}");
        }
    }
}

#[actix_web::test]
async fn issuer_of_one_pool_with_a_key_of_the_other_is_refused() {
    let pools = TwoPools::start().await;
    pools.default.set_issuer_type(IssuerType::Updated);
    pools.tenant.set_issuer_type(IssuerType::Updated);
    let of_tenant = pools.tenant.token("reporting");
    let forged = of_tenant.claim("iss", pools.default.issuer());
    let answer = pools.api.get("/any", &forged.sign()).await;
    assert_eq!(answer.status, 401);
}

#[actix_web::test]
async fn one_issuer_type_refuses_the_other() {
    for (accepted, refused) in [
        (IssuerType::Original, IssuerType::Updated),
        (IssuerType::Updated, IssuerType::Original),
    ] {
        // The default pool and the additional pool are narrowed by a setting of their own.
        let pools = TwoPools::with_settings(
            |settings| settings.issuer_types([accepted]),
            |pool| pool.issuer_types([accepted]),
        )
        .await;
        for (name, cognito) in pools.both() {
            let token_of = |issuer_type| {
                cognito.set_issuer_type(issuer_type);
                cognito.token("reporting")
            };
            let answer = pools.api.get("/any", &token_of(accepted).sign()).await;
            assert_eq!(answer.status, 200, "{name} {accepted:?}");
            let answer = pools.api.get("/any", &token_of(refused).sign()).await;
            assert_eq!(answer.status, 401, "{name} {refused:?}");
            assert_eq!(pools.refusal_of(&token_of(refused)).await, Some("iss"));
        }
    }
}

#[actix_web::test]
async fn additional_pool_can_accept_other_issuer_types_than_the_default_pool() {
    let pools = TwoPools::with_settings(
        |settings| settings.issuer_types([IssuerType::Original]),
        |pool| pool.issuer_types([IssuerType::Original, IssuerType::Updated]),
    )
    .await;
    for (cognito, status) in [(&pools.default, 401), (&pools.tenant, 200)] {
        let token = token(cognito, IssuerType::Updated, "reporting");
        assert_eq!(pools.api.get("/any", &token).await.status, status);
    }
}

#[actix_web::test]
async fn token_of_a_replica_is_accepted_if_its_region_is_listed() {
    let pools = TwoPools::with_settings(
        |settings| settings.replica_regions([REPLICA]),
        |pool| pool.replica_regions([REPLICA]),
    )
    .await;
    for (name, cognito) in pools.both() {
        cognito.issue_in_region(REPLICA);
        let token = cognito.token("reporting").sign();
        let answer = pools.api.get("/any", &token).await;
        assert_eq!(answer.body, format!("{name}:reporting"));
        for path in ["/listed", "/listed-with-pools", "/grouped"] {
            assert_eq!(pools.api.get(path, &token).await.status, 200, "{path}");
        }
        assert_eq!(cognito.replica_jwks_requests(), 1);
    }
}

#[actix_web::test]
async fn token_of_a_replica_whose_region_is_not_listed_is_refused() {
    let unlisted = TwoPools::start().await;
    // The Region is listed for the default pool only, and that of the other pool is another one.
    let listed_elsewhere = TwoPools::with_settings(
        |settings| settings.replica_regions(["us-west-2"]),
        |pool| pool,
    )
    .await;
    for pools in [unlisted, listed_elsewhere] {
        for (name, cognito) in pools.both() {
            let token = cognito.token("reporting").issued_in_region(REPLICA);
            let answer = pools.api.get("/any", &token.sign()).await;
            assert_eq!(answer.status, 401, "{name}");
            assert_eq!(pools.refusal_of(&token).await, Some("iss"), "{name}");
        }
        let token = pools.tenant.token("reporting");
        let token = token.issued_in_region("us-west-2");
        assert_eq!(pools.refusal_of(&token).await, Some("iss"));
    }
}

#[actix_web::test]
async fn updated_issuer_names_the_primary_region_in_tokens_of_a_replica() {
    let pools = TwoPools::start().await;
    for (name, cognito) in pools.both() {
        cognito.set_issuer_type(IssuerType::Updated);
        cognito.issue_in_region(REPLICA);
        let answer = pools.api.get("/any", &cognito.token("a").sign()).await;
        assert_eq!(answer.body, format!("{name}:a"));
    }
}

#[actix_web::test]
async fn updated_issuer_with_the_region_of_a_replica_is_refused() {
    let pools = TwoPools::with_settings(
        |settings| settings.replica_regions([REPLICA]),
        |pool| pool.replica_regions([REPLICA]),
    )
    .await;
    for (name, id) in [
        ("default", "us-east-1_Default"),
        ("tenant", "eu-central-1_Tenant"),
    ] {
        let issuer = format!("https://issuer-cognito-idp.{REPLICA}.amazonaws.com/{id}");
        for (_, cognito) in pools.both() {
            let token = cognito.token("reporting").claim("iss", issuer.as_str());
            assert_eq!(pools.refusal_of(&token).await, Some("iss"), "{name}");
        }
    }
}
