use std::time::Duration;

use tokio::sync::OnceCell;

use super::any_mapper::{AnyMapper, AnyUser};
use super::error::UserMappingError;
use crate::pool::PoolName;
use crate::principal::ServicePrincipal;

/// The result of a user lookup, shared by all extractors of a request.
pub(crate) type UserLookup = OnceCell<Result<Option<AnyUser>, UserMappingError>>;

/// The configured user mapping.
#[derive(Default)]
pub(crate) struct Users {
    /// `None` if mapping is disabled.
    pub(crate) mapper: Option<Box<dyn AnyMapper>>,
    /// The names of the user pools that the mapper serves, or `None` if it serves all of them.
    pub(crate) pools: Option<Box<[String]>>,
    /// `true` if a principal without a row gets a [`ProxyUser`](super::ProxyUser).
    pub(crate) return_proxy: bool,
    pub(crate) timeout: Duration,
}

impl Users {
    /// Returns the user mapped to the principal, or `None`.
    ///
    /// # Errors
    ///
    /// Returns the mapper's error, or [`UserMappingError::TimedOut`] if the lookup takes longer
    /// than `timeout`.
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
