//! Handlers with attributes of other crates, and guards above and below them.

use std::future::{Ready, ready};
use std::sync::atomic::{AtomicU32, Ordering};

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, Responder, get, web};
use actix_web_grants::protect;
use async_recursion::async_recursion;
use cached::{cached, once};
use cognito_m2m::{ServicePrincipal, require_authentication, require_scopes};
use cognito_m2m_generators_support::SCOPE;
use tracing::instrument;

/// How often the bodies of cached handlers have run.
pub static RUNS: AtomicU32 = AtomicU32::new(0);

fn run(name: &str) -> String {
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    format!("{name}, run {run}")
}

/// An extractor that can be part of a key, which `web::Path` can't.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Id(pub String);

impl FromRequest for Id {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(request.match_info().query("id").to_owned())))
    }
}

#[get("/cached/{id}")]
#[require_scopes(SCOPE)]
#[cached]
pub async fn cached_below(id: Id) -> String {
    run(&id.0)
}

#[require_authentication]
#[get("/cached_twice/{id}")]
#[require_scopes(SCOPE)]
#[cached(max_size = 10)]
#[instrument]
pub async fn cached_and_instrumented(id: Id) -> String {
    run(&id.0)
}

#[require_scopes(SCOPE)]
#[cached(key = "u32", convert = r#"{ *id }"#)]
pub async fn cached_with_key(principal: ServicePrincipal, id: web::Path<u32>) -> String {
    drop(principal);
    run(&id.to_string())
}

#[require_scopes(SCOPE)]
#[once]
pub async fn once_below() -> String {
    run("once")
}

/// A guarded module with cached handlers.
#[require_scopes(SCOPE)]
pub mod caches {
    use super::*;

    #[cached]
    pub async fn cached_in_module(id: Id) -> String {
        run(&id.0)
    }

    #[allow(clippy::too_many_arguments)]
    #[once]
    pub async fn once_with_sixteen(
        a: web::Path<u32>,
        b: web::Path<u32>,
        c: web::Path<u32>,
        d: web::Path<u32>,
        e: web::Path<u32>,
        f: web::Path<u32>,
        g: web::Path<u32>,
        h: web::Path<u32>,
        i: web::Path<u32>,
        j: web::Path<u32>,
        k: web::Path<u32>,
        l: web::Path<u32>,
        m: web::Path<u32>,
        n: web::Path<u32>,
        o: web::Path<u32>,
        p: web::Path<u32>,
    ) -> String {
        let ids = [
            *a, *b, *c, *d, *e, *f, *g, *h, *i, *j, *k, *l, *m, *n, *o, *p,
        ];
        run(&ids.len().to_string())
    }
}

// `#[async_recursion]` above turns the `async fn` into one that returns a boxed future.
#[async_recursion(?Send)]
#[require_scopes(SCOPE)]
pub async fn recursion_above(_request: HttpRequest) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[require_scopes(SCOPE)]
#[async_recursion(?Send)]
pub async fn recursion_below(_request: HttpRequest) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[instrument(skip_all)]
#[require_scopes(SCOPE)]
pub async fn instrument_above(principal: ServicePrincipal) -> String {
    principal.client_id().to_string()
}

#[require_scopes(SCOPE)]
#[instrument]
pub async fn instrument_below(principal: ServicePrincipal) -> String {
    principal.client_id().to_string()
}

#[require_scopes(SCOPE)]
#[protect(any("admin", "writer"))]
pub async fn protect_below() -> impl Responder {
    HttpResponse::Ok()
}

#[protect(any("admin", "writer"))]
#[require_scopes(SCOPE)]
pub async fn protect_above() -> impl Responder {
    HttpResponse::Ok()
}

#[cfg_attr(all(), require_scopes(SCOPE))]
#[inline]
#[must_use]
pub async fn conditional() -> HttpResponse {
    HttpResponse::Ok().finish()
}

/// A handler that is written as a function that returns a future.
#[require_scopes(SCOPE)]
pub fn future() -> impl Future<Output = HttpResponse> {
    async { HttpResponse::Ok().finish() }
}

#[require_scopes(SCOPE)]
pub fn boxed() -> std::pin::Pin<Box<dyn Future<Output = HttpResponse>>> {
    Box::pin(async { HttpResponse::Ok().finish() })
}

/// A service whose methods are not handlers, called by one.
#[async_trait::async_trait]
pub trait Store: Send + Sync {
    /// Returns the name of a widget.
    async fn name(&self) -> String;
}

/// A store with one widget.
pub struct OneWidget;

#[async_trait::async_trait]
impl Store for OneWidget {
    async fn name(&self) -> String {
        "gear".to_owned()
    }
}

#[require_scopes(SCOPE)]
pub async fn stored(store: web::Data<dyn Store>) -> String {
    store.name().await
}
