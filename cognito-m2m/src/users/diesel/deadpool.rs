use diesel_async::pooled_connection::deadpool::{Object, Pool};

use super::async_pool::impl_row_source;
use super::closing::drop_as_broken;

impl_row_source!(
    Pool,
    get,
    |object| drop_as_broken(Object::<C>::take(object)),
    |pool| Some(pool.status().max_size)
);
