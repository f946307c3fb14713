use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use super::error::UserMappingError;
use super::interface::UserMapper;
use crate::principal::ServicePrincipal;
use crate::time::{Clock, SystemClock};
use crate::two_generation_cache::TwoGenerationCache;
use crate::validator::BoxFuture;

/// Enough for the tokens that a busy API sees within a time to live.
const MAX_ENTRIES: usize = 10_000;

/// A mapper and the users that it has found lately; [`UserMapper::cached_for`] makes it.
///
/// An entry belongs to one token, and its key is all that a mapper may read of a principal: pool,
/// token, every claim, and the settings that it is judged by, compared in full. A shorter key
/// would serve one tenant with another's user: a claim or a function may map the same client to
/// several users. So a client is looked up once for each of its tokens and time to live.
///
/// Reading takes no lock. Two requests that miss at the same time both look up.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use cognito_m2m::ServicePrincipal;
/// use cognito_m2m::users::{Cached, UserMapper, UserMappingError};
///
/// async fn find(_: ServicePrincipal) -> Result<Option<u64>, UserMappingError> {
///     Ok(Some(7))
/// }
///
/// fn mapper() -> Cached<impl UserMapper<User = u64>> {
///     find.cached_for(Duration::from_secs(30)).max_entries(1_000)
/// }
/// ```
pub struct Cached<M: UserMapper> {
    mapper: M,
    ttl: Duration,
    clock: Arc<dyn Clock>,
    users: TwoGenerationCache<Caller, Found<M::User>>,
}

impl<M: UserMapper> Cached<M>
where
    M::User: Clone,
{
    pub(super) fn new(mapper: M, ttl: Duration) -> Self {
        Self {
            mapper,
            ttl,
            clock: Arc::new(SystemClock::default()),
            users: TwoGenerationCache::new(MAX_ENTRIES),
        }
    }

    /// How many users are kept at most; those that nobody asked for lately go first. An entry
    /// holds the user, and the principal with its token and claims. Default: 10 000. With 0 nothing
    /// is kept.
    #[must_use]
    pub fn max_entries(mut self, entries: usize) -> Self {
        self.users = TwoGenerationCache::new(entries);
        self
    }

    /// The clock that the time to live runs on, by its monotonic hand. Default: [`SystemClock`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use cognito_m2m::time::SystemClock;
    /// use cognito_m2m::users::{Cached, UserMapper};
    ///
    /// fn cached<M: UserMapper<User = u64>>(mapper: M) -> Cached<M> {
    ///     mapper.cached_for(Duration::from_secs(30)).clock(SystemClock::default())
    /// }
    /// ```
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    fn known(&self, caller: &Caller, now: Duration) -> Option<M::User> {
        self.users.find(caller, |found| {
            (now < found.ends_at).then(|| M::User::clone(&found.user))
        })
    }
}

impl<M: UserMapper> UserMapper for Cached<M>
where
    M::User: Clone,
{
    type User = M::User;

    fn find<'a>(
        &'a self,
        principal: &'a ServicePrincipal,
    ) -> BoxFuture<'a, Result<Option<M::User>, UserMappingError>> {
        Box::pin(async move {
            let caller = Caller(principal.clone());
            // The life begins before the lookup: what changes while it runs is seen in time too.
            let asked_at = self.clock.monotonic();
            if let Some(user) = self.known(&caller, asked_at) {
                return Ok(Some(user));
            }
            let found = self.mapper.find(principal).await?;
            if let Some(user) = &found {
                let found = Found {
                    user: Arc::new(user.clone()),
                    ends_at: asked_at.saturating_add(self.ttl),
                };
                self.users.insert(caller, found);
            }
            Ok(found)
        })
    }

    fn pools(&self) -> Option<Vec<String>> {
        self.mapper.pools()
    }
}

struct Found<U> {
    user: Arc<U>,
    ends_at: Duration,
}

impl<U> Clone for Found<U> {
    fn clone(&self) -> Self {
        Self {
            user: Arc::clone(&self.user),
            ends_at: self.ends_at,
        }
    }
}

/// A principal as a key: the hash goes by what differs most often, equality by everything.
#[derive(Clone)]
struct Caller(ServicePrincipal);

impl Hash for Caller {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.raw_token().hash(state);
        self.0.claims().payload().hash(state);
    }
}

impl PartialEq for Caller {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_same_as(&other.0)
    }
}

impl Eq for Caller {}

#[cfg(test)]
mod tests;
