use std::future::Future;

use super::existing_table::ExistingTable;
use super::failure::Failure;
use super::listing::{Count, ListedRow, Listing};
use crate::activity::{ActivityError, ClientActivity};

/// A connection to a database server, with the statements of a store.
///
/// It is a trait because a function that is generic over Diesel's connections would need too many
/// bounds.
pub(super) trait StoreConnection: Sized + Send + 'static {
    /// Opens a connection to the database at this URL.
    fn open(url: &str) -> impl Future<Output = Result<Self, ActivityError>> + Send;

    /// Runs statements that have no parameters and no result.
    fn run(&mut self, statements: &str) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Runs [`Statements::find_table`](super::statements::Statements::find_table).
    fn find_table(
        &mut self,
        query: &str,
    ) -> impl Future<Output = Result<Option<ExistingTable>, Failure>> + Send;

    /// Inserts or merges a batch.
    fn merge(
        &mut self,
        table: &str,
        batch: &[ClientActivity],
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Lists a page of clients, and counts all matches.
    fn list(
        &mut self,
        listing: &Listing,
    ) -> impl Future<Output = Result<(Vec<ListedRow>, Count), Failure>> + Send;
}

/// Defines the methods that all connections of `diesel-async` share.
macro_rules! diesel_methods {
    () => {
        async fn run(&mut self, statements: &str) -> Result<(), Failure> {
            Ok(self.batch_execute(statements).await?)
        }

        async fn find_table(&mut self, query: &str) -> Result<Option<ExistingTable>, Failure> {
            let found = diesel::sql_query(query).load(self).await?;
            Ok(found.into_iter().next())
        }

        async fn list(&mut self, listing: &Listing) -> Result<(Vec<ListedRow>, Count), Failure> {
            use diesel::sql_types::{BigInt, Text};

            let count = diesel::sql_query(&listing.count)
                .bind::<Text, _>(&listing.pattern)
                .get_result(self)
                .await?;
            let rows = diesel::sql_query(&listing.rows)
                .bind::<Text, _>(&listing.pattern)
                .bind::<BigInt, _>(listing.limit)
                .bind::<BigInt, _>(listing.offset)
                .load(self)
                .await?;
            Ok((rows, count))
        }
    };
}
pub(super) use diesel_methods;
