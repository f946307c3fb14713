use std::fmt;
use std::future::{Ready, ready};

use actix_web::body::MessageBody;
use actix_web::dev::{
    AppService, HttpServiceFactory, ServiceRequest, ServiceResponse, Transform, fn_factory,
};
use actix_web::{Error, web};

use super::page_service::{Boxed, ClientActivityPageService};
use super::source::Source;
use crate::activity::ActivityReader;

/// The list of clients as a page for people, with search, sorting and paging.
///
/// A browser sends no bearer token, so the page stands behind the login that a team has: with
/// [`wrap`](Self::wrap) it is a service for `App::service`. It needs no `CognitoAuth`, runs no script
/// and loads nothing from elsewhere.
///
/// # Examples
///
/// ```
/// use actix_web::body::MessageBody;
/// use actix_web::dev::{ServiceRequest, ServiceResponse};
/// use actix_web::middleware::{Next, from_fn};
/// use actix_web::{App, Error, error};
/// use cognito_m2m::ClientActivityPage;
/// use cognito_m2m::activity::ActivityReader;
///
/// // A proxy with a login sets this header, and takes it from everybody else; a session of
/// // `actix-session` would do as well.
/// async fn login(
///     request: ServiceRequest,
///     next: Next<impl MessageBody>,
/// ) -> Result<ServiceResponse<impl MessageBody>, Error> {
///     if request.headers().contains_key("x-operator") {
///         next.call(request).await
///     } else {
///         Err(error::ErrorForbidden("log in first"))
///     }
/// }
///
/// # fn example(reader: impl ActivityReader) {
/// // `reader` is `SqliteActivity::new("api.db").reader()`, or that of another store.
/// let page = ClientActivityPage::new("/operators/clients", reader);
/// let app = move || App::new().service(page.clone().wrap(from_fn(login)));
/// # }
/// ```
#[derive(Clone)]
pub struct ClientActivityPage {
    path: String,
    source: Source,
}

impl ClientActivityPage {
    /// A page at this path. Links of the page keep to it.
    pub fn new(path: impl Into<String>, reader: impl ActivityReader) -> Self {
        Self {
            path: path.into(),
            source: Source::new(reader),
        }
    }

    /// Puts a login in front: a middleware that lets operators through and nobody else.
    ///
    /// # Examples
    ///
    /// That of [`ClientActivityPage`].
    #[must_use]
    pub fn wrap<Login, B>(self, login: Login) -> impl HttpServiceFactory + 'static
    where
        Login: Transform<
                ClientActivityPageService,
                ServiceRequest,
                Response = ServiceResponse<B>,
                Error = Error,
                InitError = (),
            > + 'static,
        B: MessageBody + 'static,
    {
        Guarded { page: self, login }
    }

    /// Leaves the page open to whoever reaches it: for a scope that has a login around all of it, or
    /// for loopback.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::web;
    /// use cognito_m2m::ClientActivityPage;
    /// use cognito_m2m::activity::ActivityReader;
    ///
    /// # fn example(reader: impl ActivityReader) {
    /// // Here `.wrap(login)` on the scope.
    /// let operators = web::scope("/operators")
    ///     .service(ClientActivityPage::new("/clients", reader).danger_unguarded());
    /// # }
    /// ```
    #[must_use]
    pub fn danger_unguarded(self) -> impl HttpServiceFactory + 'static {
        Guarded {
            page: self,
            login: NoLogin,
        }
    }
}

impl fmt::Debug for ClientActivityPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientActivityPage")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

struct Guarded<Login> {
    page: ClientActivityPage,
    login: Login,
}

impl<Login, B> HttpServiceFactory for Guarded<Login>
where
    Login: Transform<
            ClientActivityPageService,
            ServiceRequest,
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    fn register(self, config: &mut AppService) {
        let service = ClientActivityPageService::new(self.page.source);
        let login = self.login;
        let factory = fn_factory(move || {
            let guarded = login.new_transform(service.clone());
            async { guarded.await.map(|service| Boxed { service }) }
        });
        web::service(&self.page.path)
            .finish(factory)
            .register(config);
    }
}

struct NoLogin;

impl Transform<ClientActivityPageService, ServiceRequest> for NoLogin {
    type Response = ServiceResponse;
    type Error = Error;
    type InitError = ();
    type Transform = ClientActivityPageService;
    type Future = Ready<Result<ClientActivityPageService, ()>>;

    fn new_transform(&self, page: ClientActivityPageService) -> Self::Future {
        ready(Ok(page))
    }
}
