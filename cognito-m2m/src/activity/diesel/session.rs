use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{AsyncConnection, SimpleAsyncConnection};

use super::statements::Statements;
use crate::activity::{ActivityError, TableName};

/// A connection on its way.
pub(super) type Connecting<'a, C> = Pin<Box<dyn Future<Output = ConnectionResult<C>> + Send + 'a>>;

type Connect<C> = Arc<dyn Fn(&str) -> Connecting<'_, C> + Send + Sync>;

/// A database with the table in it: how to reach it, and what is said to it.
pub(super) struct Place<C> {
    url: String,
    connect: Connect<C>,
    pub(super) statements: Statements,
}

/// A place, and the connection that a writer keeps to it.
pub(super) struct Session<C> {
    place: Place<C>,
    kept: Option<C>,
}

impl<C> Place<C>
where
    C: AsyncConnection + SimpleAsyncConnection + Send + 'static,
{
    pub(super) async fn connect(&self) -> Result<C, ActivityError> {
        (self.connect)(&self.url).await.map_err(|error| {
            ActivityError::Connect(match error {
                // It may repeat the URL, password and all.
                ConnectionError::InvalidConnectionUrl(_) => "the URL is not valid".into(),
                other => other.into(),
            })
        })
    }
}

impl<C> Session<C>
where
    C: AsyncConnection + SimpleAsyncConnection + Send + 'static,
{
    pub(super) fn new(url: String, statements: Statements) -> Self {
        Self {
            place: Place {
                url,
                connect: Arc::new(|url| Box::pin(C::establish(url))),
                statements,
            },
            kept: None,
        }
    }

    pub(super) fn set_table(&mut self, table: TableName) {
        self.place.statements.set_table(table);
    }

    pub(super) fn set_connect(
        &mut self,
        connect: impl Fn(&str) -> Connecting<'_, C> + Send + Sync + 'static,
    ) {
        self.place.connect = Arc::new(connect);
    }

    pub(super) fn place(&self) -> &Place<C> {
        &self.place
    }

    /// Runs statements on a connection that is not kept.
    pub(super) async fn run_apart(&self, statements: &str) -> Result<(), ActivityError> {
        let mut connection = self.place.connect().await?;
        let done = connection.batch_execute(statements).await;
        done.map_err(|error| ActivityError::Statement(error.into()))
    }

    pub(super) async fn check(&mut self) -> Result<(), ActivityError> {
        let mut connection = self.place.connect().await?;
        let statements = &self.place.statements;
        let checked = connection.batch_execute(&statements.check()).await;
        checked.map_err(|error| ActivityError::Table {
            table: statements.table_name(),
            source: error.into(),
        })?;
        self.keep(connection);
        Ok(())
    }

    /// The connection that is kept, or a new one. Whoever takes it puts it back with [`Self::keep`]
    /// after a success, and else lets it go.
    pub(super) async fn take(&mut self) -> Result<C, ActivityError> {
        match self.kept.take() {
            Some(connection) => Ok(connection),
            None => self.place.connect().await,
        }
    }

    pub(super) fn keep(&mut self, connection: C) {
        self.kept = Some(connection);
    }
}

impl<C> Clone for Place<C> {
    fn clone(&self) -> Self {
        Self {
            url: self.url.clone(),
            connect: Arc::clone(&self.connect),
            statements: self.statements.clone(),
        }
    }
}

/// `Reader`, which lists what a place holds. By a macro, since Diesel asks a page of bounds of a
/// function over any connection.
macro_rules! reader {
    ($connection:ty, $dialect:expr) => {
        struct Reader($crate::activity::diesel::session::Place<$connection>);

        impl $crate::activity::ActivityReader for Reader {
            fn list<'a>(
                &'a self,
                query: &'a $crate::activity::ClientQuery,
            ) -> $crate::activity::ReaderFuture<'a> {
                use diesel::sql_types::{BigInt, Text};
                use $crate::activity::diesel::listing::{Count, ListedRow, Listing, rows_of};

                Box::pin(async move {
                    let listing = Listing::new(&self.0.statements, query, &$dialect);
                    let mut connection = self.0.connect().await?;
                    let count = diesel::sql_query(listing.count)
                        .bind::<Text, _>(&listing.pattern)
                        .get_result::<Count>(&mut connection)
                        .await
                        .map_err(|error| ActivityError::Statement(error.into()))?;
                    let rows = diesel::sql_query(listing.rows)
                        .bind::<Text, _>(&listing.pattern)
                        .bind::<BigInt, _>(listing.limit)
                        .bind::<BigInt, _>(listing.offset)
                        .load::<ListedRow>(&mut connection)
                        .await
                        .map_err(|error| ActivityError::Statement(error.into()))?;
                    rows_of(rows, &count)
                })
            }
        }
    };
}
pub(super) use reader;
