//! A process that forks after it has built `CognitoAuth` or `TokenClient`, like a daemon.

use std::io::{Read as _, Write as _, pipe};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs};

use actix_web::rt::System;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, Responder, get};
use cognito_m2m::activity::{ActivityStore, ClientActivity, StoreFuture};
use cognito_m2m::client::{TokenClient, TokenClientError};
use cognito_m2m::testing::{Endpoint, Fault, LocalClient, LocalCognito};
use cognito_m2m::{CognitoAuth, ServicePrincipal};
use cognito_m2m_tests::{CapturedLog, assert_passed, command_of};

/// A time limit of the crate that a child would wait for if it did not notice the fork.
const LONG: Duration = Duration::from_secs(600);

/// The environment variable that is set in the process that forks.
const FORKS: &str = "TEST_FORKS";

#[get("/guarded")]
async fn guarded(_: ServicePrincipal) -> impl Responder {
    HttpResponse::Ok()
}

#[test]
fn use_after_a_fork_fails_at_once_and_is_reported() {
    if env::var_os(FORKS).is_some() {
        fork_and_check();
        return;
    }
    let run = command_of(&use_after_a_fork_fails_at_once_and_is_reported)
        .env(FORKS, "yes")
        .env("LD_PRELOAD", compile_shim())
        .output();
    assert_passed(&run.expect("the test program starts again"));
}

/// Compiles the library that forks, and returns its path.
fn compile_shim() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("fork/fork.c");
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fork.so");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .status();
    assert!(compiled.expect("a C compiler").success());
    library
}

/// What a process builds before it forks.
struct Built {
    cognito: LocalCognito,
    /// An instance with keys that were fetched before the fork, and an activity table.
    warm: CognitoAuth,
    /// An instance whose first fetch is under way.
    cold: CognitoAuth,
    tokens: TokenClient,
    log: CapturedLog,
}

impl Built {
    fn new() -> Self {
        let log = CapturedLog::start();
        let cognito = LocalCognito::start().expect("the local Cognito starts");
        let client = LocalClient::new("reporting").secret("s3cret");
        cognito.register(client.scopes(["widgets/read", "widgets/write"]));
        let settings = cognito
            .settings()
            .shutdown_timeout(LONG)
            .jwks_timeout(LONG)
            .jwks_connect_timeout(LONG);
        let warm = CognitoAuth::builder()
            .settings(settings.clone().track_client_activity(true))
            .activity_store(SlowStore)
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        let tokens = TokenClient::builder()
            .token_url(cognito.token_url())
            .client_id("reporting")
            .client_secret("s3cret")
            .deadline(LONG)
            .timeout(LONG)
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        System::new().block_on(async {
            warm.prefetch().await.expect("the keys are fetched");
            let token = tokens.token("widgets/read").await;
            token.expect("a token for the parent process");
        });
        cognito.set_fault(Endpoint::Jwks, Some(Fault::Hang));
        let cold = CognitoAuth::new(settings).unwrap_or_else(|error| panic!("{error}"));
        while cognito.jwks_requests() < 2 {
            std::thread::sleep(Duration::from_millis(10));
        }
        Self {
            cognito,
            warm,
            cold,
            tokens,
            log,
        }
    }

    async fn status(&self, auth: &CognitoAuth, kid: Option<&str>) -> u16 {
        let app = init_service(App::new().wrap(auth.clone()).service(guarded)).await;
        let token = self.cognito.token("reporting");
        let token = match kid {
            Some(kid) => token.kid(kid).sign(),
            None => token.sign(),
        };
        let request = TestRequest::get().uri("/guarded");
        let request = request.insert_header(("Authorization", format!("Bearer {token}")));
        let response = call_service(&app, request.to_request()).await;
        response.status().as_u16()
    }
}

/// A store whose writes never end.
struct SlowStore;

impl ActivityStore for SlowStore {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(async { Ok(()) })
    }

    fn write(&mut self, _: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        Box::pin(std::future::pending())
    }
}

fn fork_and_check() {
    let built = Built::new();
    let (mut reader, mut writer) = pipe().expect("a pipe");
    let process = fs::read_link("/fork-this-process").expect("the library is loaded");
    if process == Path::new("child") {
        let checked = catch_unwind(std::panic::AssertUnwindSafe(|| check_child(built)));
        let outcome: &[u8] = if checked.is_ok() {
            b"passed"
        } else {
            b"failed"
        };
        writer.write_all(outcome).expect("the parent reads");
        std::process::exit(0);
    }
    drop(writer);
    let mut outcome = String::new();
    // Ends when the child ends.
    reader
        .read_to_string(&mut outcome)
        .expect("the child writes");
    assert_eq!(outcome, "passed", "the child hung if it wrote nothing");
    System::new().block_on(check_parent(&built));
    // Dropping the store would wait for the write that never ends.
    std::mem::forget(built);
}

fn check_child(built: Built) {
    let begin = Instant::now();
    System::new().block_on(async {
        check_server(&built).await;
        check_client(&built.tokens).await;
        check_new_client(&built.cognito).await;
        built.warm.shutdown().await;
        built.cold.shutdown().await;
    });
    let errors = built.log.lines_with("ERROR");
    let forked = errors
        .iter()
        .filter(|line| line.contains("the process has forked"));
    // Two servers and one client.
    assert_eq!(forked.count(), 3, "{errors:?}");
    let Built {
        cognito,
        warm,
        cold,
        tokens,
        ..
    } = built;
    drop((warm, cold, tokens));
    // Its thread is the parent's.
    std::mem::forget(cognito);
    assert!(begin.elapsed() < Duration::from_secs(60));
}

async fn check_server(built: &Built) {
    for (auth, keys_age) in [(&built.warm, true), (&built.cold, false)] {
        let health = auth.health();
        assert!(health.has_forked() && !health.is_ready());
        let pool = &health.pools()[0];
        assert_eq!(pool.keys_age().is_some(), keys_age);
        assert!(
            pool.last_error()
                .is_some_and(|error| error.contains("forked"))
        );
        let error = auth.prefetch().await.expect_err("no keys are fetched");
        assert!(error.to_string().contains("after the fork"), "{error}");
    }
    assert_eq!(built.status(&built.cold, None).await, 503);
    assert_eq!(built.status(&built.warm, None).await, 200, "a known key");
    assert_eq!(built.status(&built.warm, Some("unknown")).await, 503);
    let refused = built.log.lines_with("request refused");
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(
        refused.iter().all(|line| line.contains("forked")),
        "{refused:?}"
    );
}

async fn check_client(tokens: &TokenClient) {
    let cached = tokens.token("widgets/read").await;
    assert!(cached.is_ok(), "a token that was fetched before the fork");
    for result in [
        tokens.token("widgets/write").await.map(drop),
        tokens.fetch_token("widgets/read").await.map(drop),
    ] {
        let error = result.expect_err("no token is fetched");
        assert!(matches!(error, TokenClientError::Forked), "{error}");
        assert!(error.to_string().contains("after the fork"), "{error}");
        assert!(!error.is_transient());
    }
}

/// A client that is built in the child gets a thread of the child.
async fn check_new_client(cognito: &LocalCognito) {
    let tokens = TokenClient::builder()
        .token_url(cognito.token_url())
        .client_id("reporting")
        .client_secret("s3cret")
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let token = tokens.token("widgets/write").await;
    token.expect("the child fetches a token");
}

/// The fork changes nothing for the parent.
async fn check_parent(built: &Built) {
    built.cognito.set_fault(Endpoint::Jwks, None);
    assert!(built.warm.health().is_ready() && !built.warm.health().has_forked());
    assert_eq!(built.status(&built.warm, None).await, 200);
    let token = built.tokens.token("widgets/write").await;
    token.expect("the parent still fetches tokens");
    assert_eq!(built.log.lines_with("the process has forked").len(), 0);
}
