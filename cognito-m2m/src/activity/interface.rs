use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::client_activity::ClientActivity;
use super::error::ActivityError;
use super::query::{ClientQuery, ClientRows};

/// The future that the methods of an [`ActivityStore`] return.
///
/// Unlike [`BoxFuture`](crate::BoxFuture), it is `Send`, because the store runs on a background
/// thread.
pub type StoreFuture<'a> = Pin<Box<dyn Future<Output = Result<(), ActivityError>> + Send + 'a>>;

/// The future that [`ActivityStore::stored`] returns.
pub type StoredFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Vec<ClientActivity>, ActivityError>> + Send + 'a>>;

/// A store for client activity.
///
/// Its methods run on the background thread of the crate and must not block it: one thread serves every
/// [`CognitoAuth`](crate::CognitoAuth) and token client of the process. A call that takes longer than
/// 5 s is cancelled. Records whose write failed or was cancelled are written again later, so writing the
/// same record twice must be harmless.
///
/// Tasks that a method spawns on the Tokio runtime of the thread are not aborted when the `CognitoAuth`
/// is dropped. They end with the thread, after the last `CognitoAuth` and token client.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use cognito_m2m::activity::{ActivityStore, ClientActivity, StoreFuture};
///
/// struct StandardOutput;
///
/// impl ActivityStore for StandardOutput {
///     fn check(&mut self) -> StoreFuture<'_> {
///         Box::pin(async { Ok(()) })
///     }
///
///     fn write(&mut self, batch: Arc<[ClientActivity]>) -> StoreFuture<'_> {
///         Box::pin(async move {
///             for client in batch.iter() {
///                 println!("{} was last seen at {} UTC", client.client_id, client.last_seen_at);
///             }
///             Ok(())
///         })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an activity store",
    label = "not an activity store",
    note = "pass `SqliteActivity` (feature `diesel-sqlite`), `PostgresActivity` (feature `diesel-postgres`) or `MysqlActivity` (feature `diesel-mysql`), or a type that implements `ActivityStore`"
)]
pub trait ActivityStore: Send + 'static {
    /// Checks at start-up that the store can be used.
    ///
    /// # Errors
    ///
    /// Returns [`ActivityError`] if the store cannot be used. The error is logged, and the server
    /// still starts.
    fn check(&mut self) -> StoreFuture<'_>;

    /// Sets the precision of `last_seen_at`, the setting `activity_precision`.
    ///
    /// It is called once, before the other methods. A store that several instances share should update
    /// a row only if the client was seen at least that much later than the stored time, or earlier than
    /// `first_seen_at`, because two instances may have read the same stored time. With a precision of
    /// 0, any later time counts. The default implementation ignores the precision.
    fn set_precision(&mut self, _precision: Duration) {}

    /// Returns the stored activity of these clients, in any order, without those that are not stored.
    ///
    /// It is called before a write, unless `activity_precision` is 0, with at most 1,000 client IDs in
    /// ascending order. A client whose stored time is recent enough is not written, and a client that
    /// is left out is written. The default implementation returns no activity. Each instance then writes
    /// a client at most once per `activity_precision`.
    ///
    /// # Errors
    ///
    /// Returns [`ActivityError`] if the store cannot be read. The read and the write are retried later.
    fn stored(&mut self, _client_ids: Arc<[Box<str>]>) -> StoredFuture<'_> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Merges activity into the store, keeping the earliest `first_seen_at` and the latest
    /// `last_seen_at` of each client.
    ///
    /// A batch has at most 1,000 records. They are sorted by client ID, so all writers lock rows in
    /// the same order.
    ///
    /// # Errors
    ///
    /// Returns [`ActivityError`] if the batch cannot be written. The same records are written again
    /// later. At shutdown, they are written again until `shutdown_timeout`, unless the error
    /// [is permanent](ActivityError::is_permanent).
    fn write(&mut self, batch: Arc<[ClientActivity]>) -> StoreFuture<'_>;
}

/// The future that [`ActivityReader::list`] returns.
///
/// It runs on the runtime of the request. It is `Send`, so a reader can also be used outside of
/// Actix.
pub type ReaderFuture<'a> =
    Pin<Box<dyn Future<Output = Result<ClientRows, ActivityError>> + Send + 'a>>;

/// A source of client activity for [`ClientActivityList`](crate::ClientActivityList) and
/// [`ClientActivityPage`](crate::ClientActivityPage).
///
/// The stores of this crate create one with their method `reader()`.
///
/// # Examples
///
/// ```
/// use cognito_m2m::activity::{ActivityReader, ClientActivity, ClientQuery, ClientRows, ReaderFuture};
///
/// /// Clients in memory, sorted by client ID.
/// struct InMemory(Vec<ClientActivity>);
///
/// impl ActivityReader for InMemory {
///     fn list<'a>(&'a self, query: &'a ClientQuery) -> ReaderFuture<'a> {
///         Box::pin(async move {
///             let matches = |client: &&ClientActivity| client.client_id.contains(query.search());
///             let found: Vec<_> = self.0.iter().filter(matches).cloned().collect();
///             let total = found.len() as u64;
///             let page = found.into_iter().skip(query.offset() as usize);
///             Ok(ClientRows { clients: page.take(query.limit() as usize).collect(), total })
///         })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an activity reader",
    label = "not an activity reader",
    note = "pass the result of `reader()` of `SqliteActivity`, `PostgresActivity` or `MysqlActivity`, or a type that implements `ActivityReader`"
)]
pub trait ActivityReader: Send + Sync + 'static {
    /// Returns a page of the clients that match the query, and their total number.
    ///
    /// A call that takes longer than 5 s is cancelled.
    ///
    /// # Errors
    ///
    /// Returns [`ActivityError`] if the store cannot be read. The response to the request is 503.
    fn list<'a>(&'a self, query: &'a ClientQuery) -> ReaderFuture<'a>;
}

impl<R: ActivityReader + ?Sized> ActivityReader for Arc<R> {
    fn list<'a>(&'a self, query: &'a ClientQuery) -> ReaderFuture<'a> {
        R::list(self, query)
    }
}
