use std::any::TypeId;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};

use crate::error::{Misconfiguration, Refusal};
use crate::principal::ServicePrincipal;
use crate::users::{ProxyUser, UserLookup, UserMappingError};
use crate::validator::BoxFuture;
use crate::web::cognito_auth::WorkerState;
use crate::web::request::{Authentication, refused, with_authentication};

/// The user of a request: a row, its proxy, or nobody.
///
/// A handler without an attribute that takes it counts as `#[require_authentication]`, the default
/// allowlist included. The row is looked up when this is asked for, once per request. The
/// principal is there in every case, see [`ServicePrincipal`].
///
/// # Errors
///
/// As for a [`ServicePrincipal`]; a store that can't be reached, or takes longer than
/// `mapping_timeout`, is answered 503; several users for one principal, and a mapper that fails,
/// 500.
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
/// let nobody = RequestUser::<LegacyUser>::Anonymous;
/// assert!(nobody.is_anonymous() && !nobody.is_authenticated());
/// assert!(nobody.mapped().is_none());
/// ```
#[derive(Debug)]
pub enum RequestUser<U> {
    /// The row that the principal is mapped to.
    Mapped(Arc<U>),
    /// No row, and the setting `return_user_proxy` is on.
    Proxy(ProxyUser),
    /// No row.
    Anonymous,
}

impl<U> RequestUser<U> {
    /// The row, if there is one.
    #[must_use]
    pub fn mapped(&self) -> Option<&U> {
        match self {
            Self::Mapped(user) => Some(user),
            Self::Proxy(_) | Self::Anonymous => None,
        }
    }

    /// Whether there is a row or a proxy.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        !self.is_anonymous()
    }

    /// Whether there is neither a row nor a proxy.
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

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |user, asked| {
            Ok(match user {
                Some(user) => Self::Mapped(user),
                None if asked.state.users.return_proxy => Self::Proxy(asked.principal.into()),
                None => Self::Anonymous,
            })
        })
    }
}

/// The row that the principal is mapped to; without one the request is refused.
///
/// # Errors
///
/// As for [`RequestUser`]; where there is no row, 403 and `Client is not mapped to a user.`
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
    /// The row, for good; other extractors of the request may share it.
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

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |user, _| {
            user.map(Self).ok_or(UserMappingError::NotMapped.into())
        })
    }
}

/// Whose user is asked for, and of whom.
struct Asked {
    state: WorkerState,
    principal: ServicePrincipal,
    lookup: Rc<UserLookup>,
}

/// The caller is judged at once; the lookup starts with the first poll, when the guard in front
/// has let the request pass.
fn extract<T: 'static, U: Send + Sync + 'static>(
    request: &HttpRequest,
    finish: impl FnOnce(Option<Arc<U>>, Asked) -> Result<T, Refusal> + 'static,
) -> BoxFuture<'static, Result<T, Error>> {
    let judged = with_authentication(&request.extensions(), |authentication| {
        authentication.evaluate_default().map(drop)
    });
    let request = request.clone();
    Box::pin(async move {
        let extracted = async {
            judged?;
            let asked = Asked::of(&request)?;
            finish(asked.find().await?, asked)
        };
        extracted
            .await
            .map_err(|refusal| refused(&refusal, &request, None))
    })
}

impl Asked {
    fn of(request: &HttpRequest) -> Result<Self, Refusal> {
        let mut extensions = request.extensions_mut();
        let authentication = extensions
            .get_mut::<Authentication>()
            .ok_or(Misconfiguration::MiddlewareMissing)?;
        Ok(Self {
            principal: authentication.principal()?.clone(),
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
