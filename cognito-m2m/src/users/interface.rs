use std::future::Future;
use std::time::Duration;

use super::cached::Cached;
use super::error::UserMappingError;
use crate::principal::ServicePrincipal;
use crate::validator::BoxFuture;

/// Who finds the user of a principal.
///
/// An asynchronous function is one, and so is any type that implements this. It is asked only for
/// a handler that takes a [`RequestUser`](crate::RequestUser) or a
/// [`MappedUser`](crate::MappedUser), at most once per request, on the worker that serves the
/// request; what takes longer than `mapping_timeout` is dropped and answered 503. What blocks a
/// thread belongs into [`actix_web::web::block`].
///
/// # Examples
///
/// A function:
///
/// ```no_run
/// use cognito_m2m::users::UserMappingError;
/// use cognito_m2m::{CognitoAuth, ServicePrincipal, Settings};
///
/// struct LegacyUser {
///     name: String,
/// }
///
/// async fn find(principal: ServicePrincipal) -> Result<Option<LegacyUser>, UserMappingError> {
///     let name = principal.client_id().to_string();
///     Ok((name == "reporting").then_some(LegacyUser { name }))
/// }
///
/// let auth = CognitoAuth::builder()
///     .settings(Settings::from_env().user_mapping_enabled(true))
///     .user_mapper(find)
///     .build()?;
/// # Ok::<(), cognito_m2m::BuildError>(())
/// ```
///
/// A type:
///
/// ```
/// use std::collections::HashMap;
///
/// use cognito_m2m::ServicePrincipal;
/// use cognito_m2m::users::{UserMapper, UserMappingError};
/// use cognito_m2m::validator::BoxFuture;
///
/// struct Directory(HashMap<String, u64>);
///
/// impl UserMapper for Directory {
///     type User = u64;
///
///     fn find<'a>(
///         &'a self,
///         principal: &'a ServicePrincipal,
///     ) -> BoxFuture<'a, Result<Option<u64>, UserMappingError>> {
///         let found = self.0.get(principal.client_id().as_str()).copied();
///         Box::pin(async move { Ok(found) })
///     }
/// }
/// ```
pub trait UserMapper: Send + Sync + 'static {
    /// What a user is: the team's own type.
    type User: Send + Sync + 'static;

    /// Finds the one user of a principal. `None` is a miss: nobody is ever a second choice.
    ///
    /// # Errors
    ///
    /// [`UserMappingError::Unavailable`] is answered 503, everything else 500.
    fn find<'a>(
        &'a self,
        principal: &'a ServicePrincipal,
    ) -> BoxFuture<'a, Result<Option<Self::User>, UserMappingError>>;

    /// The user pools that it serves, by their names in the settings; `default` is the one of the
    /// top-level settings. A principal of another pool is a miss. Default: not said, which is
    /// enough as long as there is one pool.
    fn pools(&self) -> Option<Vec<String>> {
        None
    }

    /// Names the user pools that it serves. With several pools in the settings somebody has to: a
    /// client id is unique in its pool only.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::ServicePrincipal;
    /// use cognito_m2m::users::{UserMapper, UserMappingError};
    ///
    /// async fn find(principal: ServicePrincipal) -> Result<Option<u64>, UserMappingError> {
    ///     Ok(Some(7))
    /// }
    ///
    /// let mapper = find.serving(["default"]);
    /// assert_eq!(mapper.pools(), Some(vec!["default".to_owned()]));
    /// ```
    fn serving(self, pools: impl IntoIterator<Item = impl Into<String>>) -> Serving<Self>
    where
        Self: Sized,
    {
        Serving {
            mapper: self,
            pools: pools.into_iter().map(Into::into).collect(),
        }
    }

    /// Remembers the users that it finds for `ttl`; without it every request is looked up.
    ///
    /// Hits only are kept, never a miss or an error: a new user is found at once, and one who
    /// is deleted or becomes inactive in the table is refused no later than `ttl` after that. For as
    /// long, a remembered user is served though the store can't be reached. Each request gets a
    /// clone of the user. At most 10 000 are kept, see [`Cached`] for that and for
    /// what an entry belongs to.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use cognito_m2m::ServicePrincipal;
    /// use cognito_m2m::users::{UserMapper, UserMappingError};
    ///
    /// async fn find(principal: ServicePrincipal) -> Result<Option<u64>, UserMappingError> {
    ///     Ok(Some(7))
    /// }
    ///
    /// let mapper = find.serving(["default"]).cached_for(Duration::from_secs(30));
    /// assert_eq!(mapper.pools(), Some(vec!["default".to_owned()]));
    /// ```
    fn cached_for(self, ttl: Duration) -> Cached<Self>
    where
        Self: Sized,
        Self::User: Clone,
    {
        Cached::new(self, ttl)
    }
}

impl<F, Found, U> UserMapper for F
where
    F: Fn(ServicePrincipal) -> Found + Send + Sync + 'static,
    Found: Future<Output = Result<Option<U>, UserMappingError>> + 'static,
    U: Send + Sync + 'static,
{
    type User = U;

    fn find<'a>(
        &'a self,
        principal: &'a ServicePrincipal,
    ) -> BoxFuture<'a, Result<Option<U>, UserMappingError>> {
        Box::pin(self(principal.clone()))
    }
}

/// A mapper and the user pools that it serves; [`UserMapper::serving`] makes it.
///
/// # Examples
///
/// ```
/// use cognito_m2m::ServicePrincipal;
/// use cognito_m2m::users::{Serving, UserMapper, UserMappingError};
///
/// async fn find(_: ServicePrincipal) -> Result<Option<u64>, UserMappingError> {
///     Ok(None)
/// }
///
/// fn mapper() -> Serving<impl UserMapper<User = u64>> {
///     find.serving(["default", "tenant-a"])
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Serving<M> {
    mapper: M,
    pools: Vec<String>,
}

impl<M: UserMapper> UserMapper for Serving<M> {
    type User = M::User;

    fn find<'a>(
        &'a self,
        principal: &'a ServicePrincipal,
    ) -> BoxFuture<'a, Result<Option<M::User>, UserMappingError>> {
        self.mapper.find(principal)
    }

    fn pools(&self) -> Option<Vec<String>> {
        Some(self.pools.clone())
    }
}
