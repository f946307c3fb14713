//! The server under test, as the table wants it: the one place here that knows its interface.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use actix_web::web::Data;
use actix_web::{App, HttpServer, get, route, rt, web};
use cognito_m2m::{
    CognitoAuth, Settings, allow_client_ids, require_authentication, require_scopes,
};

use super::upstream::Upstream;

/// The issuer of the pool.
pub(crate) const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_TestPool1";
/// The client that all tokens name.
pub(crate) const CLIENT_ID: &str = "4kq7n2v9c1m8x5z0t3r6w2b1d9";
/// Where the key set is, on the server that stands in for Cognito.
pub(crate) const JWKS_PATH: &str = "/us-east-1_TestPool1/.well-known/jwks.json";

/// A running server with warm keys; it lives until the process ends.
pub(crate) struct AppUnderTest {
    pub(crate) address: SocketAddr,
    handler_runs: Arc<AtomicUsize>,
}

impl AppUnderTest {
    /// Starts a server whose keys are at `issuer`, and waits until it has them.
    pub(crate) fn start(issuer: &Upstream) -> Self {
        let handler_runs = Arc::new(AtomicUsize::new(0));
        let jwks_url = issuer.url() + JWKS_PATH;
        let (sender, started) = mpsc::channel();
        let runs = Arc::clone(&handler_runs);
        thread::spawn(move || {
            rt::System::new().block_on(async move {
                let auth = authentication(jwks_url);
                auth.prefetch().await.expect("the key set is there");
                let app = move || {
                    let guarded = web::scope("").wrap(auth.clone());
                    App::new()
                        .app_data(Data::from(Arc::clone(&runs)))
                        .service(without_middleware)
                        .service(guarded.configure(routes))
                };
                let server = HttpServer::new(app).workers(1).disable_signals();
                let server = server.bind("127.0.0.1:0").expect("a free port");
                sender.send(server.addrs()[0]).expect("the test waits");
                server
                    .run()
                    .await
                    .expect("the server ends with the process");
            });
        });
        Self {
            address: started.recv().expect("the server starts"),
            handler_runs,
        }
    }

    /// Whether there is a route for `path`; users of a database are another test's subject.
    pub(crate) fn mounts(path: &str) -> bool {
        ["/open", "/read", "/rw", "/svc", "/m2m", "/nomw"].contains(&path)
    }

    /// How often any handler has run.
    pub(crate) fn handler_runs(&self) -> usize {
        self.handler_runs.load(Ordering::SeqCst)
    }
}

fn authentication(jwks_url: String) -> CognitoAuth {
    let settings = Settings::default()
        .issuer(ISSUER)
        .jwks_url(jwks_url)
        .audience("https://api.example.test")
        .require_audience(false)
        // All cases together take longer than the defaults on a busy machine.
        .jwks_cooldown(Duration::from_secs(3_600))
        .jwks_ttl(Duration::from_secs(3_600));
    let auth = CognitoAuth::builder().settings(settings).build();
    auth.expect("the settings are sound")
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

fn ran(runs: &Runs) -> &'static str {
    runs.fetch_add(1, Ordering::SeqCst);
    "ok"
}

#[get("/open")]
async fn open(runs: Runs) -> &'static str {
    ran(&runs)
}

#[get("/read")]
#[require_scopes("api/read")]
async fn read(runs: Runs) -> &'static str {
    ran(&runs)
}

#[route("/rw", method = "GET", method = "POST")]
#[require_scopes("api/read", "api/write")]
async fn read_and_write(runs: Runs) -> &'static str {
    ran(&runs)
}

#[get("/svc")]
#[allow_client_ids(CLIENT_ID)]
async fn listed_client(runs: Runs) -> &'static str {
    ran(&runs)
}

#[get("/m2m")]
#[require_authentication]
async fn machine(runs: Runs) -> &'static str {
    ran(&runs)
}

#[get("/nomw")]
#[require_scopes("api/read")]
async fn without_middleware(runs: Runs) -> &'static str {
    ran(&runs)
}
