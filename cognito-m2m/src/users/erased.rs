use std::any::{Any, TypeId, type_name};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;

use super::error::UserMappingError;
use super::interface::UserMapper;
use crate::pool::PoolName;
use crate::principal::ServicePrincipal;
use crate::validator::BoxFuture;

/// A user whose type the handler knows.
pub(crate) type AnyUser = Arc<dyn Any + Send + Sync>;

/// The result of a user lookup, shared by all extractors of a request.
pub(crate) type UserLookup = OnceCell<Result<Option<AnyUser>, UserMappingError>>;

/// What the settings and the builder say about users.
#[derive(Default)]
pub(crate) struct Users {
    /// None where mapping is off.
    pub(crate) mapper: Option<Box<dyn AnyMapper>>,
    pub(crate) pools: Option<Box<[String]>>,
    pub(crate) return_proxy: bool,
    pub(crate) timeout: Duration,
}

impl Users {
    /// Looks a user up, within the time that the settings give.
    pub(crate) async fn find(
        &self,
        principal: &ServicePrincipal,
    ) -> Result<Option<AnyUser>, UserMappingError> {
        let Some(mapper) = self
            .mapper
            .as_ref()
            .filter(|_| self.serves(principal.pool()))
        else {
            return Ok(None);
        };
        tokio::time::timeout(self.timeout, mapper.find_any(principal))
            .await
            .unwrap_or(Err(UserMappingError::TimedOut(self.timeout)))
    }

    fn serves(&self, pool: &PoolName) -> bool {
        let served = self.pools.as_deref();
        served.is_none_or(|served| served.iter().any(|name| name == pool.as_str()))
    }
}

/// A [`UserMapper`] whose user type has been forgotten.
pub(crate) trait AnyMapper: Send + Sync {
    fn find_any<'a>(
        &'a self,
        principal: &'a ServicePrincipal,
    ) -> BoxFuture<'a, Result<Option<AnyUser>, UserMappingError>>;

    fn served_pools(&self) -> Option<Vec<String>>;

    fn user_type(&self) -> (TypeId, &'static str);
}

impl<M: UserMapper> AnyMapper for M {
    fn find_any<'a>(
        &'a self,
        principal: &'a ServicePrincipal,
    ) -> BoxFuture<'a, Result<Option<AnyUser>, UserMappingError>> {
        Box::pin(async move {
            let found = self.find(principal).await?;
            Ok(found.map(|user| Arc::new(user) as AnyUser))
        })
    }

    fn served_pools(&self) -> Option<Vec<String>> {
        self.pools()
    }

    fn user_type(&self) -> (TypeId, &'static str) {
        (TypeId::of::<M::User>(), type_name::<M::User>())
    }
}
