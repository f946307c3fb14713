//! The server under test, with the routes and settings that the table expects.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::rt::System;
use actix_web::web::Data;
use actix_web::{App, get, route, web};
use cognito_m2m::{
    CognitoAuth, Settings, allow_client_ids, require_authentication, require_scopes,
};
use cognito_m2m_tests::serve;

use super::upstream::Upstream;

/// The issuer of the user pool.
pub(crate) const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_TestPool1";
/// The client ID of the tokens.
pub(crate) const CLIENT_ID: &str = "4kq7n2v9c1m8x5z0t3r6w2b1d9";
/// The path of the key set on the server that replaces Cognito.
pub(crate) const JWKS_PATH: &str = "/us-east-1_TestPool1/.well-known/jwks.json";

/// A running server that has fetched its keys. It runs until the process ends.
pub(crate) struct AppUnderTest {
    pub(crate) address: SocketAddr,
    handler_runs: Arc<AtomicUsize>,
}

impl AppUnderTest {
    /// Starts a server with the keys of `issuer`, and waits until it has fetched them.
    pub(crate) fn start(issuer: &Upstream) -> Self {
        let handler_runs = Arc::new(AtomicUsize::new(0));
        let auth = build_auth(issuer.url() + JWKS_PATH);
        System::new()
            .block_on(auth.prefetch())
            .expect("the keys are fetched");
        let runs = Arc::clone(&handler_runs);
        let address = serve!(move || {
            let guarded = web::scope("").wrap(auth.clone());
            App::new()
                .app_data(Data::from(Arc::clone(&runs)))
                .service(without_middleware)
                .service(guarded.configure(routes))
        });
        Self {
            address,
            handler_runs,
        }
    }

    /// Returns the number of requests that reached a handler.
    pub(crate) fn handler_runs(&self) -> usize {
        self.handler_runs.load(Ordering::SeqCst)
    }
}

fn build_auth(jwks_url: String) -> CognitoAuth {
    let settings = Settings::default()
        .issuer(ISSUER)
        .jwks_url(jwks_url)
        .audience("https://api.example.test")
        .require_audience(false)
        // On a busy machine, all cases together take longer than the defaults.
        .jwks_cooldown(Duration::from_secs(3_600))
        .jwks_ttl(Duration::from_secs(3_600));
    let auth = CognitoAuth::builder().settings(settings).build();
    auth.expect("the settings are valid")
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .service(open)
        .service(read)
        .service(read_and_write)
        .service(listed_client)
        .service(machine);
}

type Runs = Data<AtomicUsize>;

fn count_run(runs: &Runs) -> &'static str {
    runs.fetch_add(1, Ordering::SeqCst);
    "ok"
}

#[get("/open")]
async fn open(runs: Runs) -> &'static str {
    count_run(&runs)
}

#[get("/read")]
#[require_scopes("api/read")]
async fn read(runs: Runs) -> &'static str {
    count_run(&runs)
}

#[route("/rw", method = "GET", method = "POST")]
#[require_scopes("api/read", "api/write")]
async fn read_and_write(runs: Runs) -> &'static str {
    count_run(&runs)
}

#[get("/svc")]
#[allow_client_ids(CLIENT_ID)]
async fn listed_client(runs: Runs) -> &'static str {
    count_run(&runs)
}

#[get("/m2m")]
#[require_authentication]
async fn machine(runs: Runs) -> &'static str {
    count_run(&runs)
}

#[get("/nomw")]
#[require_scopes("api/read")]
async fn without_middleware(runs: Runs) -> &'static str {
    count_run(&runs)
}
