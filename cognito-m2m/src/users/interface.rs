use std::future::Future;
use std::time::Duration;

use super::cached::Cached;
use super::error::UserMappingError;
use crate::box_future::BoxFuture;
use crate::principal::ServicePrincipal;

/// A lookup that maps a principal to a user.
///
/// Every async function `fn(ServicePrincipal) -> Result<Option<User>, UserMappingError>` is a
/// mapper. Implement the trait for a type that holds state, such as a connection pool. If Diesel
/// can read the table, create a mapper with `user_mapper!`.
///
/// The mapper runs only for handlers that take a [`RequestUser`](crate::RequestUser) or a
/// [`MappedUser`](crate::MappedUser), at most once per request, on the worker that serves the
/// request. A lookup that takes longer than `mapping_timeout` is cancelled by dropping its future, and
/// the response is 503. Use [`actix_web::web::block`] for work that blocks the thread.
///
/// If the dropped future held a pooled connection, the pool may lend that connection to another request
/// while its query is still running. `user_mapper!` prevents this. In a custom mapper, run the query in a
/// spawned task.
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
/// use cognito_m2m::BoxFuture;
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a user mapper",
    label = "not a user mapper",
    note = "pass an async function `fn(ServicePrincipal) -> Result<Option<User>, UserMappingError>`, where `User` is `Send + Sync + 'static`",
    note = "or the result of `user_mapper!`, or a type that implements `UserMapper`"
)]
pub trait UserMapper: Send + Sync + 'static {
    /// The user type, usually your model of the user table.
    type User: Send + Sync + 'static;

    /// Returns the user mapped to the principal, or `None`. There is no fallback user.
    ///
    /// After `None`, a [`RequestUser`](crate::RequestUser) is a proxy or anonymous.
    ///
    /// # Errors
    ///
    /// Return [`UserMappingError::Inactive`] if the user must not be served: the response is 403.
    /// Return [`UserMappingError::unavailable`] if the user store cannot be reached, and
    /// [`UserMappingError::failed`] for all other failures. The responses are 503 and 500.
    fn find<'a>(
        &'a self,
        principal: &'a ServicePrincipal,
    ) -> BoxFuture<'a, Result<Option<Self::User>, UserMappingError>>;

    /// Returns the names of the user pools that the mapper serves, or `None` if it serves all.
    ///
    /// The names are those in the settings. `default` is the pool of the top-level settings.
    ///
    /// Principals of other pools are not mapped to a user. The default implementation returns
    /// `None`, which is an error at start-up if several pools are configured.
    fn pools(&self) -> Option<Vec<String>> {
        None
    }

    /// Restricts the mapper to the named user pools.
    ///
    /// This is required if several pools are configured, because a client ID is only unique within
    /// its pool.
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

    /// Caches each user that the mapper finds, for the duration `ttl`. Without a cache, every
    /// request that needs a user runs a lookup.
    ///
    /// Errors and lookups that find no user, or an inactive one, are not cached. A new or
    /// reactivated user is therefore found by the next lookup, and a user who is deleted or deactivated
    /// in the table is found for at most `ttl` longer. Concurrent requests of the same caller share one
    /// lookup: see [`Cached`]. A cached user is also found while the user
    /// store is unavailable. Each request receives a clone of the user.
    ///
    /// The cache holds up to 10,000 users, which [`Cached::max_entries`] changes. For the key of an
    /// entry, see [`Cached`].
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

/// A mapper restricted to the named user pools, created by [`UserMapper::serving`].
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
