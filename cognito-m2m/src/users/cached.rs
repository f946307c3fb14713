use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use running::RunningLookups;

use super::error::UserMappingError;
use super::interface::UserMapper;
use crate::box_future::BoxFuture;
use crate::principal::ServicePrincipal;
use crate::time::{Clock, ClockReading, SystemClock};
use crate::two_generation_cache::TwoGenerationCache;

mod running;

/// The default capacity, enough for the tokens that a busy API receives within a typical TTL.
const MAX_ENTRIES: usize = 10_000;

/// A mapper that caches the users that it finds, created by [`UserMapper::cached_for`].
///
/// The key of an entry is everything that a mapper can read from a principal: the pool, the token,
/// every claim, and the policy defaults. A shorter key could return one tenant's user to another,
/// because a mapper may map the same client to several users by a claim. A client is therefore
/// looked up once for each of its tokens within the TTL.
///
/// Reads take no lock.
///
/// # What happens to concurrent requests that miss the cache?
///
/// If their keys are equal, they share one lookup, whichever workers serve them. The first request runs it,
/// and the others wait for its result: the user, `None`, or the error. If the first request is cancelled or
/// times out, one of the others runs the lookup again, and later requests share a lookup with all of their
/// time. Each request waits for at most its own `mapping_timeout`. The lookup runs on the worker of its
/// request, so a handler that blocks that worker delays all of them.
///
/// A request may therefore get the result of a lookup that was already running when it arrived. If the row
/// was added or changed during that lookup, the result may be outdated. `None` and errors are not cached, so
/// the next request runs a new lookup.
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
    users: TwoGenerationCache<Caller, CachedUser<M::User>>,
    running: RunningLookups<Caller, Result<Option<M::User>, UserMappingError>>,
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
            running: RunningLookups::new(),
        }
    }

    /// Sets the maximum number of cached users. Defaults to 10,000. With 0, nothing is cached, and only
    /// concurrent requests share a lookup.
    ///
    /// When the cache is full, the entries that have not been used recently are dropped. An entry
    /// holds the user and the principal with its token and claims.
    #[must_use]
    pub fn max_entries(mut self, entries: usize) -> Self {
        self.users = TwoGenerationCache::new(entries);
        self
    }

    /// Sets the clock that determines when entries expire. Defaults to [`SystemClock`].
    ///
    /// An entry expires as soon as either the wall clock or the monotonic clock has advanced by the
    /// TTL, so entries expire during a suspension of the machine too.
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

    /// Runs a lookup, unless the one that has just ended cached the user.
    async fn look_up(
        &self,
        caller: &Caller,
        principal: &ServicePrincipal,
    ) -> Result<Option<M::User>, UserMappingError> {
        // The TTL starts before the lookup, so that a change during the lookup is also seen within the
        // TTL.
        let started_at = self.clock.now();
        if let Some(user) = self.cached_user(caller, started_at) {
            return Ok(Some(user));
        }
        let found = self.mapper.find(principal).await?;
        if let Some(user) = &found {
            let entry = CachedUser {
                user: Arc::new(user.clone()),
                expires_at: started_at.after(self.ttl),
            };
            // All workers read the key, so it has a reference count that no request writes.
            self.users.insert(Caller(principal.for_worker()), entry);
        }
        Ok(found)
    }

    fn cached_user(&self, caller: &Caller, now: ClockReading) -> Option<M::User> {
        self.users.find(caller, |entry| {
            (!now.has_reached(entry.expires_at)).then(|| M::User::clone(&entry.user))
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
            if let Some(user) = self.cached_user(&caller, self.clock.now()) {
                return Ok(Some(user));
            }
            let lookup = || self.look_up(&caller, principal);
            self.running.run(&caller, lookup).await
        })
    }

    fn pools(&self) -> Option<Vec<String>> {
        self.mapper.pools()
    }
}

struct CachedUser<U> {
    user: Arc<U>,
    expires_at: ClockReading,
}

impl<U> Clone for CachedUser<U> {
    fn clone(&self) -> Self {
        Self {
            user: Arc::clone(&self.user),
            expires_at: self.expires_at,
        }
    }
}

/// A principal as a cache key. Only the token and the claims are hashed, but equality compares
/// everything that a mapper can read.
#[derive(Clone)]
struct Caller(ServicePrincipal);

impl Hash for Caller {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.raw_token().hash(state);
        self.0.claims().hash_without_token(state);
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
