use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use diesel::ConnectionResult;

use super::connection::DatabaseConnection;
use super::failure::Failure;

/// The future that returns a new connection of `diesel-async`.
pub(crate) type Connecting<'a, C> = Pin<Box<dyn Future<Output = ConnectionResult<C>> + Send + 'a>>;

/// The future that returns a new connection of a store.
type Opening<'a, C> = Pin<Box<dyn Future<Output = Result<C, Failure>> + Send + 'a>>;

type Open<C> = Arc<dyn Fn(&str) -> Opening<'_, C> + Send + Sync>;

/// A database on a server, and the function that opens connections to it.
pub(crate) struct DatabaseServer<C> {
    url: String,
    open: Open<C>,
}

impl<C: DatabaseConnection> DatabaseServer<C> {
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            open: Arc::new(|url| Box::pin(C::open(url))),
        }
    }

    pub(crate) fn set_connect<Custom>(
        &mut self,
        connect: impl Fn(&str) -> Connecting<'_, Custom> + Send + Sync + 'static,
    ) where
        C: From<Custom>,
        Custom: 'static,
    {
        self.open = Arc::new(move |url| {
            let connecting = connect(url);
            Box::pin(async { Ok(C::from(connecting.await?)) })
        });
    }

    /// Opens a connection whose statements the server [limits](super::limits). Custom connections to
    /// PostgreSQL are limited by [`DatabaseConnection::begin`] instead.
    pub(crate) async fn connect(&self) -> Result<C, Failure> {
        let mut connection = (self.open)(&self.url).await?;
        connection.limit_statements().await;
        Ok(connection)
    }
}

impl<C> Clone for DatabaseServer<C> {
    fn clone(&self) -> Self {
        Self {
            url: self.url.clone(),
            open: Arc::clone(&self.open),
        }
    }
}
