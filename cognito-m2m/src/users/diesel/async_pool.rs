/// Implements [`RowSource`](super::RowSource) for a connection pool of `diesel-async`.
///
/// A macro, because the pools share no trait that returns a connection.
macro_rules! impl_row_source {
    ($($pool:ident)::+) => {
        impl<C, Query, Row> $crate::users::diesel::RowSource<Query, Row> for $($pool)::+<C>
        where
            C: diesel_async::pooled_connection::PoolableConnection + 'static,
            for<'a> diesel::dsl::select<diesel::dsl::AsExprOf<i32, diesel::sql_types::Integer>>:
                diesel_async::methods::LoadQuery<'a, C, i32>,
            diesel::query_builder::SqlQuery: diesel::query_builder::QueryFragment<C::Backend>,
            Query: diesel_async::RunQueryDsl<C>
                + diesel_async::methods::LoadQuery<'static, C, Row>
                + Send
                + 'static,
            Row: Send + 'static,
        {
            fn rows(
                &self,
                query: Query,
            ) -> $crate::BoxFuture<
                '_,
                Result<Vec<Row>, $crate::users::UserMappingError>,
            > {
                use $crate::users::UserMappingError;
                use $crate::users::diesel::rows_of_failure;

                Box::pin(async move {
                    let connection = self.get().await;
                    let mut connection = connection.map_err(UserMappingError::unavailable)?;
                    query.load(&mut *connection).await.or_else(rows_of_failure)
                })
            }
        }
    };
}
pub(super) use impl_row_source;
