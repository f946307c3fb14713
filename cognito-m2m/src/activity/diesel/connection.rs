use std::future::Future;

use super::existing_table::ExistingTable;
use super::listing::{Count, ListedRow, Listing};
use super::precision::Precision;
use super::statements::Statements;
use super::stored::StoredRow;
use crate::activity::ClientActivity;
use crate::database::{DatabaseConnection, Failure};

/// A connection with the statements of a store.
pub(super) trait StoreConnection: DatabaseConnection {
    /// Runs [`Statements::find_table`].
    fn find_table(
        &mut self,
        query: &str,
    ) -> impl Future<Output = Result<Option<ExistingTable>, Failure>> + Send;

    /// Inserts or merges a batch, and leaves rows unchanged that are within the precision.
    fn merge(
        &mut self,
        table: &str,
        batch: &[ClientActivity],
        precision: Precision,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Reads the rows of at most 1,000 clients. Depending on the collation of the column, the result may
    /// contain other clients.
    fn stored(
        &mut self,
        statements: &Statements,
        client_ids: &[Box<str>],
    ) -> impl Future<Output = Result<Vec<StoredRow>, Failure>> + Send;

    /// Lists a page of clients, and counts all matches.
    fn list(
        &mut self,
        listing: &Listing,
    ) -> impl Future<Output = Result<(Vec<ListedRow>, Count), Failure>> + Send;
}

/// Defines the methods that all connections of `diesel-async` share.
macro_rules! diesel_methods {
    () => {
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
