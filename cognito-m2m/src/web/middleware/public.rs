use std::future::{Ready, ready};
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::{Error, HttpMessage};

use crate::web::request::{PublicMark, mark_public};

/// A middleware that marks routes as public, for the setting
/// [`unguarded_routes`](crate::Settings::unguarded_routes).
///
/// Wrap it around a `web::scope`, a `web::resource` or an `App`, inside of
/// [`CognitoAuth`](crate::CognitoAuth). Outside of it, it has no effect, and a warning is logged. It
/// only states that the routes may answer everyone: a guard on one of them still holds. To mark a single
/// handler, use [`#[public]`](crate::public).
///
/// # Examples
///
/// ```
/// use actix_web::{App, HttpResponse, web};
/// use cognito_m2m::{CognitoAuth, PublicRoutes};
///
/// const PROBES: PublicRoutes = PublicRoutes::because("the load balancer has no token");
///
/// # fn example(auth: CognitoAuth) {
/// let app = App::new()
///     .service(
///         web::scope("/health")
///             .wrap(PROBES)
///             .route("/live", web::get().to(HttpResponse::Ok)),
///     )
///     .wrap(auth);
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PublicRoutes {
    reason: &'static str,
}

impl PublicRoutes {
    /// Creates the middleware. `reason` explains to readers of the program why the routes are public.
    ///
    /// # Panics
    ///
    /// Panics if the reason is blank. In a constant, that is a compile error.
    #[must_use]
    pub const fn because(reason: &'static str) -> Self {
        assert!(
            !reason.trim_ascii().is_empty(),
            "the reason is blank: say why the routes are public"
        );
        Self { reason }
    }

    /// Returns the reason why the routes are public.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        self.reason
    }
}

impl<S, B> Transform<S, ServiceRequest> for PublicRoutes
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type InitError = ();
    type Transform = PublicRoutesMiddleware<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(PublicRoutesMiddleware {
            service,
            routes: *self,
        }))
    }
}

/// The service that [`PublicRoutes`] wraps around another service. Actix creates it.
pub struct PublicRoutesMiddleware<S> {
    service: S,
    routes: PublicRoutes,
}

impl<S, B> Service<ServiceRequest> for PublicRoutesMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = S::Future;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let is_marked = mark_public(
            &request.extensions(),
            PublicMark::Routes(self.routes.reason),
        );
        if !is_marked {
            warn_about_order(self.routes.reason);
        }
        self.service.call(request)
    }
}

static IS_REPORTED: AtomicBool = AtomicBool::new(false);

/// Warns, once in the life of the process, that the middleware is in the wrong place.
fn warn_about_order(reason: &str) {
    if !IS_REPORTED.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            public_because = reason,
            "`PublicRoutes` has no effect outside of `CognitoAuth`: wrap it around a scope inside, or call \
             `.wrap(auth)` after it"
        );
    }
}
