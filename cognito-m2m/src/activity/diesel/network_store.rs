/// Implements the methods and traits of a store on a database server.
///
/// The store is a tuple struct with a [`Session`](super::session::Session). This is a macro, because
/// the documentation of each store has its own examples.
macro_rules! impl_network_store {
    (
        $store:ident, $session:ty, connection = $connection:ty, url = $url:literal,
        dialect = $dialect:expr $(,)?
    ) => {
        impl $store {
            /// Creates an activity store for the database at this URL, without connecting yet.
            pub fn new(url: impl Into<String>) -> Self {
                Self($crate::activity::diesel::session::Session::new(
                    url.into(),
                    $crate::activity::diesel::statements::Statements::new($dialect),
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
                ) -> $crate::database::Connecting<
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

            /// Creates the activity table if it does not exist. Of an existing table, it only drops the
            /// index on `last_seen_at` that earlier versions of this crate have created.
            ///
            /// Call it at every start. If the table exists, the database user needs no permission
            /// to create tables or to drop the index. The index makes writes slower, and nothing else
            /// depends on it: if it cannot be dropped within about a second, a warning is logged.
            /// The connection is closed afterwards.
            ///
            /// # Errors
            ///
            /// Returns [`ActivityError`](crate::activity::ActivityError) if the database cannot be
            /// reached, if it rejects a statement, or if the existing table lacks a column or the
            /// unique constraint on `client_id`.
            pub async fn migrate(&mut self) -> Result<(), $crate::activity::ActivityError> {
                self.0.migrate().await
            }
        }

        impl $crate::activity::ActivityStore for $store {
            fn check(&mut self) -> $crate::activity::StoreFuture<'_> {
                Box::pin(self.0.check())
            }

            fn set_precision(&mut self, precision: std::time::Duration) {
                self.0.set_precision(precision.into());
            }

            fn stored(
                &mut self,
                client_ids: std::sync::Arc<[Box<str>]>,
            ) -> $crate::activity::StoredFuture<'_> {
                Box::pin(self.0.stored(client_ids))
            }

            fn write(
                &mut self,
                batch: std::sync::Arc<[$crate::activity::ClientActivity]>,
            ) -> $crate::activity::StoreFuture<'_> {
                Box::pin(self.0.merge(batch))
            }
        }

        impl std::fmt::Debug for $store {
            /// Omits the URL, which may contain a password.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($store)).finish_non_exhaustive()
            }
        }

        struct Reader($crate::activity::diesel::session::Database<$session>);

        impl $crate::activity::ActivityReader for Reader {
            fn list<'a>(
                &'a self,
                query: &'a $crate::activity::ClientQuery,
            ) -> $crate::activity::ReaderFuture<'a> {
                Box::pin(self.0.list(query))
            }
        }
    };
}
pub(super) use impl_network_store;
