use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::query::{ClientQuery, ClientRows};
use super::timestamp::Timestamp;

/// A future of a store; it runs on the crate's own thread.
///
/// # Examples
///
/// ```
/// use cognito_m2m::activity::StoreFuture;
///
/// fn nothing_to_check() -> StoreFuture<'static> {
///     Box::pin(async { Ok(()) })
/// }
/// ```
pub type StoreFuture<'a> = Pin<Box<dyn Future<Output = Result<(), ActivityError>> + Send + 'a>>;

/// Where client activity is kept.
///
/// It is asked on the crate's own thread and must not block it. A call that takes longer than 5 s is
/// dropped; after a failure the same sightings come again, with later ones.
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
///             for seen in batch.iter() {
///                 println!("{} was seen at {} UTC", seen.client_id, seen.last_seen_at);
///             }
///             Ok(())
///         })
///     }
/// }
/// ```
pub trait ActivityStore: Send + 'static {
    /// Finds out at start-up whether the store can be used.
    ///
    /// # Errors
    ///
    /// [`ActivityError`]; it is logged, and nothing else comes of it.
    fn check(&mut self) -> StoreFuture<'_>;

    /// Merges sightings into the store: of one client, the least `first_seen_at` and the greatest
    /// `last_seen_at` stay. At most 1,000 at a time, in the order of their client ids, so that
    /// several writers lock rows in one order.
    ///
    /// # Errors
    ///
    /// [`ActivityError`]; the same will be written again.
    fn write(&mut self, batch: Arc<[ClientActivity]>) -> StoreFuture<'_>;
}

/// A future of a reader; it runs on the runtime of the request.
///
/// # Examples
///
/// ```
/// use cognito_m2m::activity::{ClientRows, ReaderFuture};
///
/// fn nobody() -> ReaderFuture<'static> {
///     Box::pin(async { Ok(ClientRows { clients: Vec::new(), total: 0 }) })
/// }
/// ```
pub type ReaderFuture<'a> =
    Pin<Box<dyn Future<Output = Result<ClientRows, ActivityError>> + Send + 'a>>;

/// Where the list for operators comes from: [`ClientActivityList`](crate::ClientActivityList) and
/// [`ClientActivityPage`](crate::ClientActivityPage) ask it.
///
/// The stores of this crate give one with `reader()`.
///
/// # Examples
///
/// ```
/// use cognito_m2m::activity::{ActivityReader, ClientQuery, ClientRows, ReaderFuture, ClientActivity};
///
/// /// Keeps the list in memory, in the order of the client ids.
/// struct InMemory(Vec<ClientActivity>);
///
/// impl ActivityReader for InMemory {
///     fn list<'a>(&'a self, query: &'a ClientQuery) -> ReaderFuture<'a> {
///         Box::pin(async move {
///             let found: Vec<_> =
///                 self.0.iter().filter(|seen| seen.client_id.contains(query.search())).collect();
///             let page = found.iter().skip(query.offset() as usize).take(query.limit() as usize);
///             Ok(ClientRows {
///                 clients: page.map(|seen| ClientActivity::clone(seen)).collect(),
///                 total: found.len() as u64,
///             })
///         })
///     }
/// }
/// ```
pub trait ActivityReader: Send + Sync + 'static {
    /// The clients that the query asks for. A call that takes longer than 5 s is dropped.
    ///
    /// # Errors
    ///
    /// [`ActivityError`]; the list is answered 503.
    fn list<'a>(&'a self, query: &'a ClientQuery) -> ReaderFuture<'a>;
}

impl<R: ActivityReader + ?Sized> ActivityReader for Arc<R> {
    fn list<'a>(&'a self, query: &'a ClientQuery) -> ReaderFuture<'a> {
        R::list(self, query)
    }
}

/// When a client was seen.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use cognito_m2m::activity::{Timestamp, ClientActivity};
///
/// let seen = ClientActivity {
///     client_id: "sync-worker".into(),
///     first_seen_at: Timestamp::from(Duration::from_secs(1_767_225_600)),
///     last_seen_at: Timestamp::from(Duration::from_secs(1_767_225_601)),
/// };
/// assert!(seen.first_seen_at < seen.last_seen_at);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientActivity {
    /// The client id; of a further user pool `pool:client_id`. At most 255 characters.
    pub client_id: Box<str>,
    /// Its first authenticated request that this process has seen.
    pub first_seen_at: Timestamp,
    /// Its latest one.
    pub last_seen_at: Timestamp,
}

/// Why a store could not do its work.
///
/// # Examples
///
/// ```
/// use cognito_m2m::activity::ActivityError;
///
/// let refused = ActivityError::Statement("the disk is full".into());
/// assert!(refused.to_string().contains("statement"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ActivityError {
    /// No connection to be had.
    #[error("expected a connection to the store of client activity")]
    Connect(#[source] Box<dyn Error + Send + Sync>),
    /// The table can't be read as it should.
    #[error(
        "expected the table `{table}` with `client_id`, `first_seen_at` and `last_seen_at`: run the migrations of cognito-m2m, or `migrate()` of the store, before the start"
    )]
    Table {
        /// The table.
        table: String,
        /// What the database says.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The database refused a statement.
    #[error("expected the store of client activity to take a statement")]
    Statement(#[source] Box<dyn Error + Send + Sync>),
    /// The store took longer than 5 s.
    #[error("expected the store of client activity to answer within 5 s")]
    TimedOut,
}
