//! A pool that is switched to the UPDATED issuer under load.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::{Responder, get, web};
use cognito_m2m::activity::SqliteActivity;
use cognito_m2m::client::TokenClient;
use cognito_m2m::settings::IssuerType;
use cognito_m2m::testing::{LocalClient, LocalCognito, TestClock};
use cognito_m2m::users::UserMapper as _;
use cognito_m2m::{CognitoAuth, MappedUser, ServicePrincipal, user_mapper};
use cognito_m2m_tests::{Api, eventually, serve_routes};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};

use super::start_pool;
use crate::sqlite_file::sqlite_path;

const CALLERS: usize = 40;
const REQUESTS_PER_CALLER: usize = 24;
/// The number of requests of a caller with the same scope, and so with the same cached token.
const REQUESTS_PER_SCOPE: usize = 4;
/// The number of requests after which a caller waits for the switch.
const REQUESTS_BEFORE_SWITCH: usize = REQUESTS_PER_CALLER / 2;

diesel::table! {
    switched_users (id) {
        id -> Integer,
        username -> Text,
        client -> Text,
    }
}

diesel::table! {
    service_client_activity (client_id) {
        client_id -> Text,
    }
}

#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = switched_users)]
struct LegacyUser {
    username: String,
}

#[get("/user")]
async fn show_user(user: MappedUser<LegacyUser>, principal: ServicePrincipal) -> impl Responder {
    let issuer = principal.iss().unwrap_or_default();
    let client = principal.client_id();
    format!("{} {}:{client} {issuer}", user.username, principal.pool())
}

fn routes(config: &mut web::ServiceConfig) {
    config.service(show_user);
}

/// Creates a database with a user of the client `reporting`, and returns its path.
fn user_database(name: &str) -> String {
    let path = sqlite_path(name);
    let mut connection = SqliteConnection::establish(&path).expect("the database opens");
    let create = "
        CREATE TABLE switched_users (id INTEGER PRIMARY KEY, username TEXT NOT NULL, client TEXT NOT NULL);
        INSERT INTO switched_users VALUES (1, 'jane', 'reporting'), (2, 'joe', 'other');";
    let created = connection.batch_execute(create);
    created.expect("the table is created");
    path
}

/// Two pools whose clients are tracked and mapped to users. Their UPDATED issuer has no keys yet.
struct TrackedPools {
    default: LocalCognito,
    tenant: LocalCognito,
    clock: TestClock,
    auth: CognitoAuth,
    api: Api,
    activity_database: String,
}

impl TrackedPools {
    /// `served` is the pool whose clients are mapped to users. `test` names the databases.
    async fn start(test: &str, served: &str) -> Self {
        // Two databases, since SQLite locks a whole database while one connection writes.
        let user_database = user_database(&format!("issuer-switch-users-{test}"));
        let activity_database = sqlite_path(&format!("issuer-switch-activity-{test}"));
        let clock = TestClock::new();
        let default = start_pool("us-east-1_Default", &clock);
        let tenant = start_pool("eu-central-1_Tenant", &clock);
        let mut store = SqliteActivity::new(&activity_database);
        store.migrate().await.expect("the migration runs");
        let connections = Pool::builder().max_size(4);
        let connections =
            connections.build_unchecked(ConnectionManager::<SqliteConnection>::new(&user_database));
        let mapper = user_mapper!(connections, LegacyUser, client_id => switched_users::client);
        let settings = default
            .settings()
            .pool("tenant", tenant.pool_settings())
            .track_client_activity(true)
            .user_mapping_enabled(true)
            .mapping_timeout(Duration::from_secs(60))
            .shutdown_timeout(Duration::from_secs(60));
        let auth = CognitoAuth::builder()
            .settings(settings)
            .clock(clock.clone())
            .activity_store(store)
            .user_mapper(mapper.serving([served]))
            .allow_undefined_groups()
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("the keys are fetched");
        let api = serve_routes(auth.clone(), routes);
        let pools = Self {
            default,
            tenant,
            clock,
            auth,
            api,
            activity_database,
        };
        pools.wait_for_status_403().await;
        pools
    }

    /// Waits until each UPDATED issuer has answered with 403. The switch follows within the cool-down.
    async fn wait_for_status_403(&self) {
        for cognito in [&self.default, &self.tenant] {
            let issuer = cognito
                .issuer()
                .replace("cognito-idp", "issuer-cognito-idp");
            // It waits for the first fetch, which is in progress.
            let token = cognito.token("reporting").claim("iss", issuer);
            let validated = self.auth.validate_token(&token.kid("unknown").sign()).await;
            assert!(validated.is_err());
            assert_eq!(cognito.updated_jwks_requests(), 1);
        }
    }

    /// Returns the clients in the activity table.
    fn tracked_clients(&self) -> Vec<String> {
        let mut connection =
            SqliteConnection::establish(&self.activity_database).expect("the database opens");
        service_client_activity::table
            .select(service_client_activity::client_id)
            .load(&mut connection)
            .expect("the rows are read")
    }
}

/// What the callers share.
#[derive(Default)]
struct Load {
    has_switched: AtomicBool,
    answers: AtomicUsize,
}

/// Sends requests before and after the switch, and returns the bodies of the answers.
async fn call(api: Api, tokens: TokenClient, load: Arc<Load>) -> BTreeSet<String> {
    let mut bodies = BTreeSet::new();
    for request in 0..REQUESTS_PER_CALLER {
        if request == REQUESTS_BEFORE_SWITCH {
            let has_switched = || load.has_switched.load(Ordering::SeqCst);
            eventually("the pool is switched", has_switched).await;
        }
        let scope = format!("widgets/{}", request / REQUESTS_PER_SCOPE);
        let token = tokens.token(scope).await.expect("a token");
        let answer = api.get("/user", token.secret()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        bodies.insert(answer.body);
        load.answers.fetch_add(1, Ordering::SeqCst);
    }
    bodies
}

/// Switches a pool while callers send requests, with tokens from before the switch and from after it.
/// Returns the bodies of the answers.
async fn switch_under_load(pools: &TrackedPools, cognito: &LocalCognito) -> BTreeSet<String> {
    let scopes = (0..REQUESTS_PER_CALLER / REQUESTS_PER_SCOPE).map(|n| format!("widgets/{n}"));
    let client = LocalClient::new("reporting").secret("s3cret");
    cognito.register(client.scopes(scopes));
    let tokens = TokenClient::builder()
        .token_url(cognito.token_url())
        .client_id("reporting")
        .client_secret("s3cret")
        .timeout(Duration::from_secs(60))
        .deadline(Duration::from_secs(60))
        .clock(pools.clock.clone())
        .build()
        .expect("the token client is built");

    let load = Arc::<Load>::default();
    let start = || actix_web::rt::spawn(call(pools.api.clone(), tokens.clone(), load.clone()));
    let callers: Vec<_> = (0..CALLERS).map(|_| start()).collect();
    let first_third = CALLERS * REQUESTS_PER_CALLER / 3;
    let is_busy = || load.answers.load(Ordering::SeqCst) >= first_third;
    eventually("a third of the requests is answered", is_busy).await;
    cognito.set_issuer_type(IssuerType::Updated);
    load.has_switched.store(true, Ordering::SeqCst);

    let mut bodies = BTreeSet::new();
    for caller in callers {
        bodies.extend(caller.await.expect("no request fails"));
    }
    bodies
}

#[actix_web::test]
async fn switch_under_load_fails_no_request_and_keeps_one_row_and_one_user() {
    let pools = TrackedPools::start("load", "default").await;
    let bodies = switch_under_load(&pools, &pools.default).await;
    let expected = [
        "jane default:reporting https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Default",
        "jane default:reporting https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_Default",
    ];
    assert_eq!(Vec::from_iter(bodies), expected);
    pools.auth.shutdown().await;
    assert_eq!(pools.tracked_clients(), ["reporting"]);
    // The keys that were fetched for the ORIGINAL issuer verify its tokens until the next refresh.
    assert_eq!(pools.default.updated_jwks_requests(), 1);
    assert_eq!(pools.default.jwks_requests(), 1);
}

#[actix_web::test]
async fn switch_of_an_additional_pool_keeps_one_row_and_one_user() {
    let pools = TrackedPools::start("additional", "tenant").await;
    let bodies = switch_under_load(&pools, &pools.tenant).await;
    let expected = [
        "jane tenant:reporting https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Tenant",
        "jane tenant:reporting https://issuer-cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Tenant",
    ];
    assert_eq!(Vec::from_iter(bodies), expected);
    pools.auth.shutdown().await;
    assert_eq!(pools.tracked_clients(), ["tenant:reporting"]);
    assert_eq!(pools.tenant.updated_jwks_requests(), 1);
    assert_eq!(pools.default.updated_jwks_requests(), 1);
}

#[actix_web::test]
async fn pool_that_is_switched_back_keeps_one_row_and_one_user() {
    let pools = TrackedPools::start("back", "default").await;
    let mut bodies = BTreeSet::new();
    for issuer_type in [
        IssuerType::Original,
        IssuerType::Updated,
        IssuerType::Original,
    ] {
        pools.default.set_issuer_type(issuer_type);
        let token = pools.default.token("reporting").sign();
        let answer = pools.api.get("/user", &token).await;
        assert_eq!(answer.status, 200, "{issuer_type:?}");
        bodies.insert(answer.body);
    }
    assert_eq!(bodies.len(), 2);
    pools.auth.shutdown().await;
    assert_eq!(pools.tracked_clients(), ["reporting"]);
}
