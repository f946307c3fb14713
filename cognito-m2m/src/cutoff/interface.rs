use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::error::CutoffError;
use super::value::Cutoff;

/// The future that the methods of a [`CutoffStore`] return.
///
/// Unlike [`BoxFuture`](crate::BoxFuture), it is `Send`, because the store is read on a background
/// thread.
pub type CutoffFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, CutoffError>> + Send + 'a>>;

/// A store for cut-offs, with at most one per client.
///
/// [`CognitoAuth`](crate::CognitoAuth) reads it every `cutoff_refresh` on a background thread. The
/// methods must not block that thread, which serves every `CognitoAuth` and token client of the process.
/// A call that takes longer than 5 s is cancelled.
///
/// # Examples
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::{Mutex, PoisonError};
/// use std::time::SystemTime;
///
/// use cognito_m2m::cutoff::{Cutoff, CutoffFuture, CutoffStore};
///
/// /// Cut-offs in memory, by client ID.
/// #[derive(Default)]
/// struct InMemory(Mutex<BTreeMap<String, Cutoff>>);
///
/// impl CutoffStore for InMemory {
///     fn read(&self) -> CutoffFuture<'_, Vec<Cutoff>> {
///         let cutoffs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
///         let cutoffs = cutoffs.values().cloned().collect();
///         Box::pin(async { Ok(cutoffs) })
///     }
///
///     fn set(&self, cutoff: Cutoff) -> CutoffFuture<'_, ()> {
///         let mut cutoffs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
///         cutoffs.insert(cutoff.client_id().to_owned(), cutoff);
///         Box::pin(async { Ok(()) })
///     }
///
///     fn lift<'a>(&'a self, client_id: &'a str) -> CutoffFuture<'a, bool> {
///         let mut cutoffs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
///         let is_lifted = cutoffs.remove(client_id).is_some();
///         Box::pin(async move { Ok(is_lifted) })
///     }
/// }
///
/// # futures_util::future::FutureExt::now_or_never(async {
/// let store = InMemory::default();
/// store.set(Cutoff::new("sync-worker", SystemTime::now())?).await?;
/// assert!(store.lift("sync-worker").await?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("the store does not wait")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a cut-off store",
    label = "not a cut-off store",
    note = "pass a `CutoffFile`, `SqliteCutoffs` (feature `diesel-sqlite`), `PostgresCutoffs` (feature `diesel-postgres`) or `MysqlCutoffs` (feature `diesel-mysql`), or a type that implements `CutoffStore`"
)]
pub trait CutoffStore: Send + Sync + 'static {
    /// Returns all cut-offs.
    ///
    /// # Errors
    ///
    /// Returns [`CutoffError`] if the store cannot be read. The error is logged, the last known
    /// cut-offs stay in use, and the read is retried.
    fn read(&self) -> CutoffFuture<'_, Vec<Cutoff>>;

    /// Returns all cut-offs, for a list that an operator requests.
    ///
    /// The default implementation calls [`read`](Self::read). A store that reuses a connection for `read`
    /// should open another one here, so that lists never delay the periodic reads.
    ///
    /// # Errors
    ///
    /// Returns [`CutoffError`] if the store cannot be read.
    fn list(&self) -> CutoffFuture<'_, Vec<Cutoff>> {
        self.read()
    }

    /// Sets the cut-off of a client. It replaces a previous one of the same client.
    ///
    /// Every instance applies it within `cutoff_refresh`.
    ///
    /// # Errors
    ///
    /// Returns [`CutoffError`] if the store cannot be written.
    fn set(&self, cutoff: Cutoff) -> CutoffFuture<'_, ()>;

    /// Lifts the cut-off of a client, given as `client_id`, `default:client_id` or `pool:client_id`.
    /// Returns `false` if the client has none.
    ///
    /// # Errors
    ///
    /// Returns [`CutoffError`] if the store cannot be written.
    fn lift<'a>(&'a self, client_id: &'a str) -> CutoffFuture<'a, bool>;
}

impl<S: CutoffStore + ?Sized> CutoffStore for Arc<S> {
    fn read(&self) -> CutoffFuture<'_, Vec<Cutoff>> {
        S::read(self)
    }

    fn list(&self) -> CutoffFuture<'_, Vec<Cutoff>> {
        S::list(self)
    }

    fn set(&self, cutoff: Cutoff) -> CutoffFuture<'_, ()> {
        S::set(self, cutoff)
    }

    fn lift<'a>(&'a self, client_id: &'a str) -> CutoffFuture<'a, bool> {
        S::lift(self, client_id)
    }
}
