use std::any::{Any, TypeId, type_name};
use std::sync::Arc;

use super::error::UserMappingError;
use super::interface::UserMapper;
use crate::box_future::BoxFuture;
use crate::principal::ServicePrincipal;

/// A user of any type. Extractors downcast it to the type that the handler takes.
pub(crate) type AnyUser = Arc<dyn Any + Send + Sync>;

/// A [`UserMapper`] without its user type, so that the middleware is not generic.
pub(crate) trait AnyMapper: Send + Sync {
    fn find_any<'a>(
        &'a self,
        principal: &'a ServicePrincipal,
    ) -> BoxFuture<'a, Result<Option<AnyUser>, UserMappingError>>;

    fn served_pools(&self) -> Option<Vec<String>>;

    /// Returns the user type, and its name for error messages.
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
