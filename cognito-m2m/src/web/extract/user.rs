use std::any::TypeId;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};

use super::extraction::extraction;
use crate::box_future::BoxFuture;
use crate::error::{Misconfiguration, Refusal};
use crate::principal::ServicePrincipal;
use crate::users::{ProxyUser, UserLookup, UserMappingError};
use crate::web::cognito_auth::WorkerState;
use crate::web::request::{Authentication, refusal_error, with_authentication};

/// An extractor for the mapped user of a request, which falls back to a proxy or to an anonymous
/// user.
///
/// The user is looked up only if a handler takes this argument, and at most once per request. A
/// handler that takes it but has no attribute is treated as if it had `#[require_authentication]`,
/// including the default allowlist. The handler can also take the [`ServicePrincipal`].
///
/// # Errors
///
/// Requests are refused as for [`ServicePrincipal`]. In addition, the response is 403 with `Client is
/// not mapped to a user.` if the user of the principal is inactive, 503 if the user store is
/// unavailable or the lookup takes longer than `mapping_timeout`, and 500 if several users
/// match, the mapper fails, or the mapper returns another user type.
///
/// `Option<RequestUser<U>>` turns each of these refusals into `None`, including that of an inactive
/// user. To serve principals without a user, take `RequestUser<U>` itself.
///
/// # Examples
///
/// ```
/// use actix_web::Responder;
/// use cognito_m2m::RequestUser;
///
/// struct LegacyUser {
///     name: String,
/// }
///
/// async fn greet(user: RequestUser<LegacyUser>) -> impl Responder {
///     match user {
///         RequestUser::Mapped(user) => format!("hello, {}", user.name),
///         RequestUser::Proxy(proxy) => format!("hello, {}", proxy.username()),
///         RequestUser::Anonymous => "hello, machine".to_owned(),
///     }
/// }
/// # let _ = actix_web::web::get().to(greet);
///
/// let user = RequestUser::<LegacyUser>::Anonymous;
/// assert!(user.is_anonymous() && !user.is_authenticated());
/// assert!(user.mapped().is_none());
/// ```
#[derive(Debug)]
pub enum RequestUser<U> {
    /// The user that the principal is mapped to.
    Mapped(Arc<U>),
    /// A stand-in for a principal without a user, if the setting `return_user_proxy` is on. Never
    /// stands in for an inactive user.
    Proxy(ProxyUser),
    /// No user: the principal is not mapped to one, and `return_user_proxy` is off. Never an inactive
    /// user.
    Anonymous,
}

impl<U> RequestUser<U> {
    /// Returns the user, if the principal is mapped to one.
    #[must_use]
    pub fn mapped(&self) -> Option<&U> {
        match self {
            Self::Mapped(user) => Some(user),
            Self::Proxy(_) | Self::Anonymous => None,
        }
    }

    /// Returns `true` for a mapped user or a proxy.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        !self.is_anonymous()
    }

    /// Returns `true` if there is neither a mapped user nor a proxy.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        matches!(self, Self::Anonymous)
    }
}

impl<U> Clone for RequestUser<U> {
    fn clone(&self) -> Self {
        match self {
            Self::Mapped(user) => Self::Mapped(Arc::clone(user)),
            Self::Proxy(proxy) => Self::Proxy(proxy.clone()),
            Self::Anonymous => Self::Anonymous,
        }
    }
}

impl<U: Send + Sync + 'static> FromRequest for RequestUser<U> {
    type Error = Error;
    type Future = BoxFuture<'static, Result<Self, Error>>;

    #[track_caller]
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |user, user_request| {
            Ok(match user {
                Some(user) => Self::Mapped(user),
                None if user_request.state.users.return_proxy => {
                    Self::Proxy(user_request.principal.into())
                }
                None => Self::Anonymous,
            })
        })
    }
}

/// An extractor for the user that the principal is mapped to. A request without one is refused.
///
/// # Errors
///
/// Requests are refused as for [`RequestUser`]. In addition, the response is 403 with `Client is not
/// mapped to a user.` if the principal is not mapped to one.
///
/// `Option<MappedUser<U>>` turns each of these refusals into `None`, including that of an inactive
/// user. If the user is optional, take a [`RequestUser`].
///
/// # Examples
///
/// ```
/// use actix_web::Responder;
/// use cognito_m2m::MappedUser;
///
/// struct LegacyUser {
///     name: String,
/// }
///
/// async fn profile(user: MappedUser<LegacyUser>) -> impl Responder {
///     let shared: std::sync::Arc<LegacyUser> = user.into_inner();
///     format!("hello, {}", shared.name)
/// }
/// # let _ = actix_web::web::get().to(profile);
/// ```
#[derive(Debug)]
pub struct MappedUser<U>(Arc<U>);

impl<U> MappedUser<U> {
    /// Returns the user, as an `Arc` that all extractors of the request share.
    #[must_use]
    pub fn into_inner(self) -> Arc<U> {
        self.0
    }
}

impl<U> Clone for MappedUser<U> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<U> Deref for MappedUser<U> {
    type Target = U;

    fn deref(&self) -> &U {
        &self.0
    }
}

impl<U: Send + Sync + 'static> FromRequest for MappedUser<U> {
    type Error = Error;
    type Future = BoxFuture<'static, Result<Self, Error>>;

    #[track_caller]
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |user, _| {
            user.map(Self).ok_or(UserMappingError::NotMapped.into())
        })
    }
}

/// A user lookup for one request.
struct UserRequest {
    state: WorkerState,
    principal: ServicePrincipal,
    lookup: Rc<UserLookup>,
}

/// Checks the principal immediately, but starts the lookup on the first poll: Actix polls it only
/// if the guard has admitted the request.
#[track_caller]
fn extract<T: 'static, U: Send + Sync + 'static>(
    request: &HttpRequest,
    finish: impl FnOnce(Option<Arc<U>>, UserRequest) -> Result<T, Refusal> + 'static,
) -> BoxFuture<'static, Result<T, Error>> {
    let extraction = extraction(request);
    let allowed = with_authentication(&request.extensions(), |authentication| {
        authentication.allowed_principal(extraction, request)
    });
    let request = request.clone();
    Box::pin(async move {
        let extracted = async {
            let user_request = UserRequest::new(allowed?, &request)?;
            finish(user_request.find().await?, user_request)
        };
        extracted
            .await
            .map_err(|refusal| refusal_error(refusal, &request))
    })
}

impl UserRequest {
    fn new(principal: ServicePrincipal, request: &HttpRequest) -> Result<Self, Refusal> {
        let mut extensions = request.extensions_mut();
        let authentication = extensions
            .get_mut::<Authentication>()
            .ok_or(Misconfiguration::MiddlewareMissing)?;
        Ok(Self {
            principal,
            lookup: Rc::clone(authentication.lookup.get_or_insert_default()),
            state: authentication.state.clone(),
        })
    }

    async fn find<U: Send + Sync + 'static>(&self) -> Result<Option<Arc<U>>, Refusal> {
        let users = &self.state.users;
        if let Some((user_type, name)) = users.mapper.as_ref().map(|mapper| mapper.user_type())
            && user_type != TypeId::of::<U>()
        {
            return Err(Misconfiguration::OtherUserType { mapped: name }.into());
        }
        let found = self
            .lookup
            .get_or_init(|| users.find(&self.principal))
            .await
            .clone()?;
        Ok(found.and_then(|user| user.downcast().ok()))
    }
}
