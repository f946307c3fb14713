use diesel_async::pooled_connection::bb8::Pool;
use diesel_async::{AsyncConnection, TransactionManager};

use super::async_pool::impl_row_source;
use super::closing::drop_as_broken;

impl_row_source!(
    Pool,
    get_owned,
    |connection| {
        let mut connection = connection;
        if !cfg!(panic = "unwind") {
            mark_as_broken::<C>(&mut connection);
        }
        drop_as_broken(connection);
    },
    |pool| usize::try_from(pool.config().max_size).ok()
);

/// Makes the pool close the connection when it is returned.
///
/// It is called only if a panic cannot do that. The `SyncConnectionWrapper` of `diesel-async` panics here
/// if its query still runs.
fn mark_as_broken<C: AsyncConnection>(connection: &mut C) {
    C::TransactionManager::transaction_manager_status_mut(connection).set_in_error();
}
