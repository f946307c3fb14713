//! One background thread serves every `CognitoAuth` and `TokenClient` of a process.
//!
//! The tests run in processes of their own, which have no other threads of the crate.

use std::fs::{self, File};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::rt::System;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, Responder, get};
use cognito_m2m::activity::{ActivityStore, ClientActivity, StoreFuture};
use cognito_m2m::client::TokenClient;
use cognito_m2m::testing::{LocalClient, LocalCognito};
use cognito_m2m::{BuildError, CognitoAuth, ServicePrincipal};
use cognito_m2m_tests::has_passed_with;

/// A limit that no test reaches.
const LONG: Duration = Duration::from_secs(120);

#[get("/me")]
async fn me(_: ServicePrincipal) -> impl Responder {
    HttpResponse::Ok()
}

/// Returns the number of background threads of this process.
fn threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").expect("the threads of this process");
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names
        .filter(|name| name.trim_end() == "cognito-m2m")
        .count()
}

fn wait_until(text: &str, mut is_true: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_true() {
        assert!(begin.elapsed() < LONG, "{text}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn start_cognito() -> LocalCognito {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let client = LocalClient::new("reporting").secret("s3cret");
    cognito.register(client.scopes(["widgets/read", "widgets/write"]));
    cognito
}

fn token_client(cognito: &LocalCognito) -> TokenClient {
    TokenClient::builder()
        .token_url(cognito.token_url())
        .client_id("reporting")
        .client_secret("s3cret")
        .build()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The IDs of the clients that were written.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<String>>>);

impl Written {
    fn client_ids(&self) -> Vec<String> {
        self.0.lock().expect("no panic").clone()
    }
}

impl ActivityStore for Written {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(async { Ok(()) })
    }

    fn write(&mut self, batch: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        let ids = batch.iter().map(|client| client.client_id.to_string());
        self.0.lock().expect("no panic").extend(ids);
        Box::pin(async { Ok(()) })
    }
}

/// A server that writes its activity when it ends, or after the first request of a new client.
struct Server {
    auth: CognitoAuth,
    written: Written,
}

impl Server {
    fn build(cognito: &LocalCognito) -> Self {
        let written = Written::default();
        let settings = cognito
            .settings()
            .track_client_activity(true)
            .activity_flush_interval(Duration::from_secs(3_600))
            .shutdown_timeout(LONG);
        let auth = CognitoAuth::builder()
            .settings(settings)
            .activity_store(written.clone())
            .allow_undefined_groups()
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        Self { auth, written }
    }

    /// Sends a request as this client, with a key that must be fetched first.
    async fn serve(&self, cognito: &LocalCognito, client_id: &str) {
        let app = init_service(App::new().wrap(self.auth.clone()).service(me)).await;
        let token = cognito.token(client_id).sign();
        let request = TestRequest::get().uri("/me");
        let request = request.insert_header(("Authorization", format!("Bearer {token}")));
        let response = call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), 200);
    }
}

#[test]
fn fifty_clients_and_three_servers_share_a_thread_that_ends_with_the_last() {
    if has_passed_with(
        fifty_clients_and_three_servers_share_a_thread_that_ends_with_the_last,
        &[],
    ) {
        return;
    }
    let cognito = start_cognito();
    assert_eq!(threads(), 0);
    let mut clients: Vec<_> = (0..50).map(|_| token_client(&cognito)).collect();
    let servers: Vec<_> = (0..3).map(|_| Server::build(&cognito)).collect();
    assert_eq!(threads(), 1);
    System::new().block_on(async {
        for client in &clients {
            let token = client.token("widgets/read").await;
            token.expect("each client fetches a token");
        }
        for server in &servers {
            server.serve(&cognito, "caller").await;
        }
        assert_eq!(cognito.token_requests(), 50);
        assert_eq!(threads(), 1);
        drop(servers);
        clients.truncate(1);
        let token = clients[0].token("widgets/write").await;
        token.expect("the last client still fetches tokens");
        assert_eq!(threads(), 1);
    });
    drop(clients);
    wait_until("the thread ends", || threads() == 0);
    let client = token_client(&cognito);
    let token = System::new().block_on(client.token("widgets/read"));
    token.expect("a client that is built later has a new thread");
    assert_eq!(threads(), 1);
}

#[test]
fn shutdown_of_one_server_leaves_the_others_fetching() {
    if has_passed_with(shutdown_of_one_server_leaves_the_others_fetching, &[]) {
        return;
    }
    let cognito = start_cognito();
    let (one, other) = (Server::build(&cognito), Server::build(&cognito));
    let client = token_client(&cognito);
    System::new().block_on(async {
        one.serve(&cognito, "caller").await;
        one.auth.shutdown().await;
        assert_eq!(one.written.client_ids(), ["caller"]);
        assert!(!one.auth.health().is_ready());

        other.serve(&cognito, "late").await;
        assert!(other.auth.health().is_ready());
        let token = client.token("widgets/read").await;
        token.expect("the client still fetches tokens");
        other.auth.shutdown().await;
        assert_eq!(other.written.client_ids(), ["late"]);
        assert_eq!(threads(), 1, "that of the client");
        drop(client);
    });
    // The servers have not been dropped.
    wait_until("the thread ends", || threads() == 0);
    drop((one, other));
}

#[test]
fn last_drop_of_a_server_writes_its_activity_while_others_run() {
    if has_passed_with(
        last_drop_of_a_server_writes_its_activity_while_others_run,
        &[],
    ) {
        return;
    }
    let cognito = start_cognito();
    let (one, other) = (Server::build(&cognito), Server::build(&cognito));
    System::new().block_on(one.serve(&cognito, "caller"));
    let written = one.written.clone();
    drop(one);
    assert_eq!(written.client_ids(), ["caller"]);
    System::new().block_on(other.serve(&cognito, "late"));
}

#[test]
fn secret_callback_ends_with_its_client_while_others_run() {
    struct SendOnDrop(mpsc::Sender<()>);

    impl Drop for SendOnDrop {
        fn drop(&mut self) {
            // The test may have ended.
            let _ = self.0.send(());
        }
    }

    let cognito = start_cognito();
    let other = token_client(&cognito);
    let (dropped, is_dropped) = mpsc::channel();
    let (called, is_called) = mpsc::channel();
    let client = TokenClient::builder()
        .token_url(cognito.token_url())
        .client_id("reporting")
        .client_secret_from(move || {
            let guard = SendOnDrop(dropped.clone());
            called.send(()).expect("the test waits for the call");
            async move {
                let _guard = guard;
                std::future::pending::<Result<String, std::io::Error>>().await
            }
        })
        .deadline(LONG * 10)
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    is_called
        .recv_timeout(LONG)
        .expect("the callback is called");
    drop(client);
    is_dropped
        .recv_timeout(LONG)
        .expect("the callback is aborted");
    let token = System::new().block_on(other.token("widgets/read"));
    token.expect("the other client still fetches tokens");
}

/// Clients are built while the last one of another thread is dropped, over and over.
#[test]
fn clients_that_are_built_and_dropped_at_the_same_time_all_fetch_tokens() {
    if has_passed_with(
        clients_that_are_built_and_dropped_at_the_same_time_all_fetch_tokens,
        &[],
    ) {
        return;
    }
    let cognito = start_cognito();
    let fetched = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                System::new().block_on(async {
                    for _ in 0..40 {
                        let token = token_client(&cognito).token("widgets/read").await;
                        token.expect("the client fetches a token");
                        fetched.fetch_add(1, Ordering::Relaxed);
                    }
                });
            });
        }
    });
    assert_eq!(fetched.into_inner(), 320);
    wait_until("all threads end", || threads() == 0);
}

#[test]
fn failure_to_start_the_thread_is_an_error_and_a_later_build_succeeds() {
    if has_passed_with(
        failure_to_start_the_thread_is_an_error_and_a_later_build_succeeds,
        &[],
    ) {
        return;
    }
    let cognito = start_cognito();
    let settings = cognito.settings();
    let build = || {
        CognitoAuth::builder()
            .settings(settings.clone())
            .allow_undefined_groups()
            .build()
    };
    // The thread's runtime needs file descriptors.
    let files: Vec<_> = (0..).map_while(|_| File::open("/dev/null").ok()).collect();
    let error = build().map(drop).expect_err("no file descriptors are left");
    assert!(matches!(error, BuildError::Thread(_)), "{error:?}");
    drop(files);
    let auth = build().unwrap_or_else(|error| panic!("{error}"));
    let ready = System::new().block_on(auth.prefetch());
    ready.unwrap_or_else(|error| panic!("{error}"));
}
