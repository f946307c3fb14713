use diesel::dsl::{AsExprOf, select};
use diesel::query_builder::{QueryFragment, SqlQuery};
use diesel::sql_types::Integer;
use diesel_async::RunQueryDsl;
use diesel_async::methods::LoadQuery;
use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::pooled_connection::bb8::Pool;

use super::fault::rows_of_failure;
use super::source::RowSource;
use crate::users::UserMappingError;
use crate::validator::BoxFuture;

impl<C, Query, Row> RowSource<Query, Row> for Pool<C>
where
    C: PoolableConnection + 'static,
    for<'a> select<AsExprOf<i32, Integer>>: LoadQuery<'a, C, i32>,
    SqlQuery: QueryFragment<C::Backend>,
    Query: RunQueryDsl<C> + LoadQuery<'static, C, Row> + Send + 'static,
    Row: Send + 'static,
{
    fn rows(&self, query: Query) -> BoxFuture<'_, Result<Vec<Row>, UserMappingError>> {
        Box::pin(async move {
            let connection = self.get().await;
            let mut connection = connection.map_err(UserMappingError::unavailable)?;
            query.load(&mut *connection).await.or_else(rows_of_failure)
        })
    }
}
