use std::fmt;
use std::future::ready;

use actix_web::body::MessageBody;
use actix_web::dev::{
    AppService, HttpServiceFactory, ServiceRequest, ServiceResponse, Transform, fn_factory,
};
use actix_web::{Error, web};

use super::page_service::{BoxedBody, ClientActivityPageService};
use super::source::Source;
use crate::activity::ActivityReader;
use crate::cutoff::CutoffStore;
use crate::web::cutoffs::CutoffSource;

/// An HTML page of the clients and their activity, with search, sorting and paging.
///
/// A browser sends no bearer token, so the page is protected by your login rather than by
/// `CognitoAuth`. Wrap it with the middleware of your login and pass the result to `App::service`:
/// `App::new().service(page.wrap(login))`. The page itself is not a service, so
/// `App::service(page)` does not compile. To serve it without a login, call
/// [`danger_unguarded`](Self::danger_unguarded).
///
/// Inside of `CognitoAuth`, it counts as public for the setting
/// [`unguarded_routes`](crate::Settings::unguarded_routes): your login guards it.
///
/// The page runs no scripts and loads nothing from other servers.
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
/// // A proxy with a login sets this header, and removes it from all other requests. A session of
/// // `actix-session` works as well.
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
/// // `reader` is `SqliteActivity::new("api.db").reader()`, or the reader of another store.
/// let page = ClientActivityPage::new("/operators/clients", reader);
/// let app = move || App::new().service(page.clone().wrap(from_fn(login)));
/// # }
/// ```
#[derive(Clone)]
pub struct ClientActivityPage {
    path: String,
    source: Source,
    cutoffs: Option<CutoffSource>,
}

impl ClientActivityPage {
    /// Creates the HTML page at this URL path. Add a login with [`wrap`](Self::wrap).
    ///
    /// All links on the page stay on this path.
    pub fn new(path: impl Into<String>, reader: impl ActivityReader) -> Self {
        Self {
            path: path.into(),
            source: Source::new(reader),
            cutoffs: None,
        }
    }

    /// Adds the [cut-offs](crate::cutoff) of this store: the clients, including those that have never
    /// been seen, with the times and reasons. A search applies to them too. Up to 500 are shown.
    ///
    /// If the store is unavailable, the page shows a note and still lists the clients.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::ClientActivityPage;
    /// use cognito_m2m::activity::ActivityReader;
    /// use cognito_m2m::cutoff::CutoffFile;
    ///
    /// # fn example(reader: impl ActivityReader) {
    /// let cutoffs = CutoffFile::new("cutoffs.json");
    /// let page = ClientActivityPage::new("/operators/clients", reader).cutoffs(cutoffs);
    /// # }
    /// ```
    #[must_use]
    pub fn cutoffs(mut self, store: impl CutoffStore) -> Self {
        self.cutoffs = Some(CutoffSource::new(store));
        self
    }

    /// Wraps the page in your login middleware, which must admit operators only.
    ///
    /// Pass the result to `App::service`.
    /// For an example, see [`ClientActivityPage`].
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
        let page = ClientActivityPageService::new(self.source, self.cutoffs);
        let factory = fn_factory(move || {
            let guarded = login.new_transform(page.clone());
            async { guarded.await.map(|service| BoxedBody { service }) }
        });
        web::service(&self.path).finish(factory)
    }

    /// Serves the page without a login, for a `web::scope` that already has one or a server that
    /// listens on loopback only.
    ///
    /// Everyone who can send a request to this path can read the page.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::web;
    /// use cognito_m2m::ClientActivityPage;
    /// use cognito_m2m::activity::ActivityReader;
    ///
    /// # fn example(reader: impl ActivityReader) {
    /// // Wrap the scope with your login: `.wrap(login)`.
    /// let operators = web::scope("/operators")
    ///     .service(ClientActivityPage::new("/clients", reader).danger_unguarded());
    /// # }
    /// ```
    #[must_use]
    pub fn danger_unguarded(self) -> impl HttpServiceFactory + 'static {
        let page = ClientActivityPageService::new(self.source, self.cutoffs);
        let factory = fn_factory(move || ready(Ok::<_, ()>(page.clone())));
        web::service(&self.path).finish(factory)
    }
}

/// A page with a login. No type implements this trait.
#[diagnostic::on_unimplemented(
    message = "`ClientActivityPage` has no login",
    label = "expected `page.wrap(login)`, with the middleware of your login",
    note = "in a scope that already has a login, or on loopback, pass `page.danger_unguarded()` instead"
)]
trait HasLogin {}

/// Makes the compiler explain what to do if the page is mounted without a login.
// A bound without a lifetime would be rejected here, because it is always false.
#[doc(hidden)]
impl HttpServiceFactory for ClientActivityPage
where
    for<'page> &'page Self: HasLogin,
{
    fn register(self, _: &mut AppService) {}
}

impl fmt::Debug for ClientActivityPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientActivityPage")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
