use std::net::TcpListener;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{future, io, thread};

use actix_web::http::StatusCode;
use actix_web::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION, PRAGMA,
    RETRY_AFTER,
};
use actix_web::rt::{System, time};
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, body, dev};
use serde_json::{Value, json};

use super::broken_body::BrokenBody;
use super::discovery;
use super::fault::{Endpoint, Fault};
use super::issuers::Source;
use super::token_endpoint::{self, TokenRequest};
use super::user_pool::UserPool;

// `aws_client_metadata` can have 128 KiB, and percent-encoding can triple that.
const MAX_FORM_BYTES: usize = 1 << 20;

/// The keep-alive timeout, longer than that of clients so that the server never closes a connection
/// while a client sends a request.
const KEEP_ALIVE: Duration = Duration::from_secs(3_600);

/// The HTTP server of the endpoints. Dropping it stops the server.
///
/// Its thread has its own Actix system, so the caller needs no runtime.
pub(super) struct Server {
    handle: dev::ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start(listener: TcpListener, pool: Arc<UserPool>) -> io::Result<Self> {
        let (report, started) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("local-cognito".to_owned())
            .spawn(move || {
                System::new().block_on(async move {
                    match run(listener, pool) {
                        Ok(server) => {
                            // Sending fails only if the caller of `start` is gone.
                            let _ = report.send(Ok(server.handle()));
                            let _ = server.await;
                        }
                        Err(error) => {
                            let _ = report.send(Err(error));
                        }
                    }
                });
            })?;
        let handle = started.recv().map_err(|_| {
            io::Error::other("the thread of the local Cognito ended during start-up")
        })??;
        Ok(Self {
            handle,
            thread: Some(thread),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The call already sends the command; awaiting the future only waits for completion.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(listener: TcpListener, pool: Arc<UserPool>) -> io::Result<dev::Server> {
    let pool = web::Data::from(pool);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(pool.clone())
            .app_data(web::PayloadConfig::new(MAX_FORM_BYTES))
            .configure(|config| routes(config, pool.issuers.user_pool_id()))
    })
    .workers(1)
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(Duration::ZERO)
    .disable_signals()
    .shutdown_timeout(0)
    .listen(listener)?;
    Ok(server.run())
}

// The documents of a pool with the issuers of AWS are below `/<host>/<user pool ID>`, and those of a
// pool with a fixed issuer are below `/<user pool ID>`.
fn routes(config: &mut ServiceConfig, user_pool_id: &str) {
    for base in ["", "/{host}"] {
        let well_known = format!("{base}/{user_pool_id}/.well-known");
        let jwks_path = format!("{well_known}/jwks.json");
        let discovery_path = format!("{well_known}/openid-configuration");
        config
            .service(web::resource(jwks_path).route(web::get().to(jwks)))
            .service(web::resource(discovery_path).route(web::get().to(discovery)));
    }
    config.service(web::resource("/oauth2/token").route(web::post().to(token)));
}

async fn jwks(pool: web::Data<UserPool>, request: HttpRequest) -> HttpResponse {
    let Some(source) = source_of(&pool, &request) else {
        return HttpResponse::NotFound().finish();
    };
    respond(&pool, source.endpoint, || {
        let state = pool.state();
        if source.endpoint == Endpoint::UpdatedJwks && !state.publishes_updated {
            return HttpResponse::Forbidden().finish();
        }
        let document = state.jwks.document(source.endpoint);
        let mut response = HttpResponse::Ok();
        response.insert_header((CONTENT_TYPE, document.content_type));
        if let Some(cache_control) = &state.jwks.cache_control {
            response.insert_header((CACHE_CONTROL, cache_control.as_str()));
        }
        response.body(document.body)
    })
    .await
}

async fn discovery(pool: web::Data<UserPool>, request: HttpRequest) -> HttpResponse {
    let Some(source) = source_of(&pool, &request) else {
        return HttpResponse::NotFound().finish();
    };
    let state = pool.state();
    if source.endpoint == Endpoint::UpdatedJwks && !state.publishes_updated {
        return HttpResponse::Forbidden().finish();
    }
    let document = discovery::document(&pool.issuers, &source.issuer, &state.all_scopes());
    HttpResponse::Ok().json(document)
}

fn source_of(pool: &UserPool, request: &HttpRequest) -> Option<Source> {
    pool.issuers.source(request.match_info().get("host"))
}

async fn token(pool: web::Data<UserPool>, request: HttpRequest, form: Bytes) -> HttpResponse {
    respond(&pool, Endpoint::Token, || {
        let request = TokenRequest {
            content_type: header_text(request.headers(), &CONTENT_TYPE),
            authorization: header_text(request.headers(), &AUTHORIZATION),
            form: &form,
        };
        match token_endpoint::grant(pool.clone().into_inner(), &request) {
            Ok(access_token) => json_response(
                StatusCode::OK,
                &json!({
                    "access_token": access_token,
                    "expires_in": pool.token_lifetime.as_secs(),
                    "token_type": "Bearer",
                }),
            ),
            // Cognito responds with 400 to all of them, including `invalid_client`.
            Err(error) => json_response(StatusCode::BAD_REQUEST, &json!({ "error": error.code() })),
        }
    })
    .await
}

fn header_text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

// RFC 6749 section 5.1: responses with tokens must not be stored.
fn json_response(status: StatusCode, body: &Value) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "application/json;charset=UTF-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((PRAGMA, "no-cache"))
        .body(body.to_string())
}

async fn respond(
    pool: &UserPool,
    endpoint: Endpoint,
    regular: impl FnOnce() -> HttpResponse,
) -> HttpResponse {
    let Some(fault) = pool.record_request(endpoint) else {
        return regular();
    };
    match fault {
        Fault::Status(status, retry_after, body) => failure(status, retry_after, body),
        Fault::Redirect(location) => HttpResponse::Found()
            .insert_header((LOCATION, location))
            .finish(),
        Fault::Delay(delay) => {
            time::sleep(delay).await;
            regular()
        }
        Fault::Hang => future::pending().await,
        Fault::Stall => stalled(regular()).await,
        Fault::CloseConnection => HttpResponse::Ok().body(BrokenBody::ClosesConnection),
    }
}

fn failure(status: u16, retry_after: Option<u64>, body: Option<String>) -> HttpResponse {
    // `set_fault` accepts valid status codes only.
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    if let Some(seconds) = retry_after {
        response.insert_header((RETRY_AFTER, seconds));
    }
    match body {
        Some(body) => response
            .insert_header((CONTENT_TYPE, "application/json;charset=UTF-8"))
            .body(body),
        None => response.finish(),
    }
}

async fn stalled(regular: HttpResponse) -> HttpResponse {
    let (head, whole) = regular.into_parts();
    // The regular bodies are in memory, so reading them neither waits nor fails.
    let whole = body::to_bytes(whole).await.unwrap_or_default();
    head.set_body(BrokenBody::half_of(&whole))
        .map_into_boxed_body()
}
