/// Implements the methods and traits of a store on a database server.
///
/// The store is a tuple struct with a [`Session`](super::session::Session). This is a macro,
/// because a function that is generic over the connection would need a page of Diesel's bounds.
macro_rules! impl_network_store {
    (
        $store:ident, $connection:ty, url = $url:literal,
        statements = $statements:expr, dialect = $dialect:expr,
        migration = $migration:path, insert = $insert:path $(,)?
    ) => {
        impl $store {
            /// Creates an activity store for the database at this URL, without connecting yet.
            pub fn new(url: impl Into<String>) -> Self {
                Self($crate::activity::diesel::session::Session::new(
                    url.into(),
                    $statements,
                ))
            }

            /// Sets the name of the table, for example to keep the table of a Django app that this
            /// service replaces.
            ///
            /// Defaults to `service_client_activity`.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("use cognito_m2m::activity::{", stringify!($store), ", TableName};")]
            ///
            /// let table = TableName::new("django_cognito_m2m_serviceclientactivity")?;
            #[doc = concat!("let activity = ", stringify!($store), "::new(\"", $url, "\").table(table);")]
            /// # Ok::<(), cognito_m2m::activity::InvalidTableName>(())
            /// ```
            #[must_use]
            pub fn table(mut self, table: $crate::activity::TableName) -> Self {
                self.0.set_table(table);
                self
            }

            /// Sets the function that opens connections, for example with TLS or a short-lived
            /// password.
            ///
            /// The function receives the URL. It has the same signature as a `custom_setup` of
            /// `diesel-async`. For an example, see the documentation of the type.
            #[must_use]
            pub fn connect_with(
                mut self,
                connect: impl Fn(
                    &str,
                ) -> $crate::activity::diesel::session::Connecting<
                    '_,
                    $connection,
                > + Send
                + Sync
                + 'static,
            ) -> Self {
                self.0.set_connect(connect);
                self
            }

            /// Returns an [`ActivityReader`](crate::activity::ActivityReader) for the table of this
            /// store. It opens a connection for each query.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("use cognito_m2m::activity::", stringify!($store), ";")]
            /// use cognito_m2m::{ClientActivityList, Policy};
            ///
            #[doc = concat!("let activity = ", stringify!($store), "::new(\"", $url, "\");")]
            /// let policy = Policy::scopes(["widgets/admin"])?;
            /// let clients = ClientActivityList::new("/admin/clients", activity.reader(), policy);
            /// # Ok::<(), Box<dyn std::error::Error>>(())
            /// ```
            #[must_use]
            pub fn reader(&self) -> impl $crate::activity::ActivityReader + use<> {
                Reader(self.0.database().clone())
            }

            /// Creates the activity table if it does not exist, and never changes the columns of an
            /// existing one.
            ///
            /// Call it at every start. It closes its connection afterwards.
            ///
            /// # Errors
            ///
            /// Returns [`ActivityError`](crate::activity::ActivityError) if the database cannot be
            /// reached, or if it rejects a statement.
            pub async fn migrate(&mut self) -> Result<(), $crate::activity::ActivityError> {
                let migration = $migration(&self.0.database().statements);
                self.0.run_once(&migration).await
            }

            async fn merge(
                &mut self,
                batch: &[$crate::activity::ClientActivity],
            ) -> Result<(), $crate::activity::ActivityError> {
                let mut connection = self.0.take_connection().await?;
                let table = self.0.database().statements.table();
                $insert(&mut connection, &table, batch)
                    .await
                    .map_err($crate::activity::diesel::statements::statement_error)?;
                self.0.put_back(connection);
                Ok(())
            }
        }

        impl $crate::activity::ActivityStore for $store {
            fn check(&mut self) -> $crate::activity::StoreFuture<'_> {
                Box::pin(self.0.check())
            }

            fn write(
                &mut self,
                batch: std::sync::Arc<[$crate::activity::ClientActivity]>,
            ) -> $crate::activity::StoreFuture<'_> {
                Box::pin(async move { self.merge(&batch).await })
            }
        }

        impl std::fmt::Debug for $store {
            /// Omits the URL, which may contain a password.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($store)).finish_non_exhaustive()
            }
        }

        struct Reader($crate::activity::diesel::session::Database<$connection>);

        impl $crate::activity::ActivityReader for Reader {
            fn list<'a>(
                &'a self,
                query: &'a $crate::activity::ClientQuery,
            ) -> $crate::activity::ReaderFuture<'a> {
                use diesel::sql_types::{BigInt, Text};
                use diesel_async::RunQueryDsl as _;
                use $crate::activity::diesel::listing::{Count, ListedRow, Listing, client_rows};
                use $crate::activity::diesel::statements::statement_error;

                Box::pin(async move {
                    let listing = Listing::new(&self.0.statements, query, &$dialect);
                    let mut connection = self.0.connect().await?;
                    let count = diesel::sql_query(listing.count)
                        .bind::<Text, _>(&listing.pattern)
                        .get_result::<Count>(&mut connection)
                        .await
                        .map_err(statement_error)?;
                    let rows = diesel::sql_query(listing.rows)
                        .bind::<Text, _>(&listing.pattern)
                        .bind::<BigInt, _>(listing.limit)
                        .bind::<BigInt, _>(listing.offset)
                        .load::<ListedRow>(&mut connection)
                        .await
                        .map_err(statement_error)?;
                    client_rows(rows, &count)
                })
            }
        }
    };
}
pub(super) use impl_network_store;
