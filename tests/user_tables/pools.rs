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

/// Defines the functions `bb8_untested` and `deadpool_untested`, whose pools do not test a connection with
/// a query before they lend it.
#[cfg(any(feature = "mysql", feature = "postgres"))]
macro_rules! untested_pools {
    ($connection:ty) => {
        pub(in crate::user_tables) async fn bb8_untested(
            url: &str,
            size: u32,
        ) -> diesel_async::pooled_connection::bb8::Pool<$connection> {
            let manager = diesel_async::pooled_connection::AsyncDieselConnectionManager::new(url);
            let builder = diesel_async::pooled_connection::bb8::Pool::builder();
            let builder = builder.max_size(size).test_on_check_out(false);
            builder.build(manager).await.expect("the pool is created")
        }

        pub(in crate::user_tables) async fn deadpool_untested(
            url: &str,
            size: usize,
        ) -> diesel_async::pooled_connection::deadpool::Pool<$connection> {
            use diesel_async::pooled_connection::{
                AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
            };
            let mut config = ManagerConfig::default();
            config.recycling_method = RecyclingMethod::Fast;
            let manager = AsyncDieselConnectionManager::new_with_config(url, config);
            let builder = diesel_async::pooled_connection::deadpool::Pool::builder(manager);
            let pool = builder.max_size(size).build();
            pool.expect("the pool is created")
        }
    };
}

pub(super) use async_pools;
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(super) use untested_pools;
