//! The connection pools of diesel-async.

/// Defines the functions `bb8` and `deadpool`. Each creates a pool of connections of one type, from a
/// URL and a size.
macro_rules! async_pools {
    ($connection:ty) => {
        pub(in crate::user_tables) async fn bb8(
            url: &str,
            size: u32,
        ) -> diesel_async::pooled_connection::bb8::Pool<$connection> {
            use diesel_async::pooled_connection::AsyncDieselConnectionManager;
            let manager = AsyncDieselConnectionManager::new(url);
            let builder = diesel_async::pooled_connection::bb8::Pool::builder();
            let pool = builder.max_size(size).build(manager).await;
            pool.expect("the pool is created")
        }

        pub(in crate::user_tables) async fn deadpool(
            url: &str,
            size: usize,
        ) -> diesel_async::pooled_connection::deadpool::Pool<$connection> {
            use diesel_async::pooled_connection::AsyncDieselConnectionManager;
            let manager = AsyncDieselConnectionManager::new(url);
            let builder = diesel_async::pooled_connection::deadpool::Pool::builder(manager);
            let pool = builder.max_size(size).build();
            pool.expect("the pool is created")
        }
    };
}

pub(super) use async_pools;
