super::async_pool::impl_row_source!(diesel_async::pooled_connection::deadpool::Pool);
