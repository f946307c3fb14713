use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cognito_m2m::users::{UserMapper, UserMappingError};
use cognito_m2m::{BoxFuture, ServicePrincipal};
use cognito_m2m_tests::eventually;

/// The number of requests that have asked a mapper for a user.
#[derive(Clone, Default)]
pub(crate) struct Arrivals(Arc<AtomicUsize>);

impl Arrivals {
    /// Counts the requests in front of a mapper.
    pub(crate) fn before<M: UserMapper>(&self, mapper: M) -> CountedArrivals<M> {
        CountedArrivals {
            arrivals: self.clone(),
            mapper,
        }
    }

    /// Waits until this number of requests has arrived.
    pub(crate) async fn wait_for(&self, requests: usize) {
        let arrived = || self.0.load(Ordering::SeqCst) >= requests;
        eventually("all requests arrive", arrived).await;
    }
}

/// A mapper that counts the requests for a user.
pub(crate) struct CountedArrivals<M> {
    arrivals: Arrivals,
    mapper: M,
}

impl<M: UserMapper> UserMapper for CountedArrivals<M> {
    type User = M::User;

    fn find<'a>(
        &'a self,
        principal: &'a ServicePrincipal,
    ) -> BoxFuture<'a, Result<Option<M::User>, UserMappingError>> {
        Box::pin(async move {
            let mut found = self.mapper.find(principal);
            // The first poll looks into the cache, and starts or shares a lookup.
            let first = futures_util::poll!(&mut found);
            self.arrivals.0.fetch_add(1, Ordering::SeqCst);
            match first {
                std::task::Poll::Ready(found) => found,
                std::task::Poll::Pending => found.await,
            }
        })
    }
}
