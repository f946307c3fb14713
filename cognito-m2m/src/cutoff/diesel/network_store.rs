/// Implements the methods and traits of a store on a database server.
///
/// The store is a tuple struct with a [`Session`](super::session::Session). This is a macro, because
/// the documentation of each store has its own examples.
macro_rules! impl_network_store {
    ($store:ident, connection = $connection:ty $(,)?) => {
        impl $store {
            /// Creates a cut-off store for the database at this URL, without connecting yet.
            pub fn new(url: impl Into<String>) -> Self {
                Self($crate::cutoff::diesel::session::Session::new(url.into()))
            }

            /// Sets the function that opens connections, for example with TLS or a short-lived
            /// password.
            ///
            /// The function receives the URL. It has the same signature as a `custom_setup` of
            /// `diesel-async`. For an example, see the documentation of the type.
            #[must_use]
            pub fn connect_with(
                mut self,
                connect: impl Fn(&str) -> $crate::database::Connecting<'_, $connection>
                + Send
                + Sync
                + 'static,
            ) -> Self {
                self.0.set_connect(connect);
                self
            }

            /// Creates the table `service_client_cutoff` if it does not exist. Changes nothing if it
            /// does.
            ///
            /// Call it at every start. If the table exists, the database user needs no permission to
            /// create tables. The connection is closed afterwards.
            ///
            /// # Errors
            ///
            /// Returns [`CutoffError`](crate::cutoff::CutoffError) if the database cannot be reached,
            /// if it rejects a statement, or if the existing table lacks a column.
            pub async fn migrate(&self) -> Result<(), $crate::cutoff::CutoffError> {
                self.0.migrate().await
            }
        }

        impl $crate::cutoff::CutoffStore for $store {
            fn read(&self) -> $crate::cutoff::CutoffFuture<'_, Vec<$crate::cutoff::Cutoff>> {
                Box::pin(self.0.read())
            }

            fn list(&self) -> $crate::cutoff::CutoffFuture<'_, Vec<$crate::cutoff::Cutoff>> {
                Box::pin(self.0.list())
            }

            fn set(&self, cutoff: $crate::cutoff::Cutoff) -> $crate::cutoff::CutoffFuture<'_, ()> {
                Box::pin(async move { self.0.set(&cutoff).await })
            }

            fn lift<'a>(&'a self, client_id: &'a str) -> $crate::cutoff::CutoffFuture<'a, bool> {
                Box::pin(self.0.lift(client_id))
            }
        }

        impl std::fmt::Debug for $store {
            /// Omits the URL, which may contain a password.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($store)).finish_non_exhaustive()
            }
        }
    };
}
pub(super) use impl_network_store;
