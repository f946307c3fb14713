use super::candidate::Candidate;
use super::key::Key;
use super::source::RowSource;
use crate::principal::ServicePrincipal;
use crate::users::{UserMapper, UserMappingError};
use crate::validator::BoxFuture;

/// What of a principal names its user.
///
/// # Examples
///
/// ```
/// use cognito_m2m::users::diesel::KeySource;
///
/// let tenant = KeySource::Claim("tenant".to_owned());
/// ```
#[derive(Clone, Debug)]
pub enum KeySource {
    /// The client id.
    ClientId,
    /// A claim; one that is absent, null or empty names nobody.
    Claim(String),
}

/// A mapper over one column of a table; [`user_mapper!`](crate::user_mapper) makes it.
///
/// # Examples
///
/// ```
/// use cognito_m2m::users::diesel::{ColumnMapper, KeySource, RowSource};
/// use cognito_m2m::users::{UserMapper, UserMappingError};
/// use cognito_m2m::validator::BoxFuture;
///
/// type Row = (Option<String>, u64);
///
/// /// Stands for a pool; its queries are names.
/// struct Pool;
///
/// impl RowSource<String, Row> for Pool {
///     fn rows(&self, name: String) -> BoxFuture<'_, Result<Vec<Row>, UserMappingError>> {
///         Box::pin(async { Ok(vec![(Some(name), 7)]) })
///     }
/// }
///
/// fn mapper() -> impl UserMapper<User = u64> {
///     ColumnMapper::<_, _, _, Row>::new(Pool, KeySource::ClientId, |name: String| name)
/// }
/// ```
pub struct ColumnMapper<Pool, K, Query, Row> {
    pool: Pool,
    source: KeySource,
    query: fn(K) -> Query,
    // No row is ever held.
    row: std::marker::PhantomData<fn() -> Row>,
}

impl<Pool, K, Query, Row> ColumnMapper<Pool, K, Query, Row>
where
    K: Key,
    Pool: RowSource<Query, Row>,
    Row: Candidate<K>,
{
    /// Runs `query` over `pool` for what `source` says of a principal. The query narrows the
    /// choice; it needs no `LIMIT`, which could cut off the right row behind others like it.
    pub fn new(pool: Pool, source: KeySource, query: fn(K) -> Query) -> Self {
        Self {
            pool,
            source,
            query,
            row: std::marker::PhantomData,
        }
    }

    fn key(&self, principal: &ServicePrincipal) -> Option<K> {
        match &self.source {
            KeySource::ClientId => K::from_text(principal.client_id().as_str()),
            KeySource::Claim(name) => principal.claims().find(name).and_then(K::from_claim),
        }
    }
}

impl<Pool, K, Query, Row> UserMapper for ColumnMapper<Pool, K, Query, Row>
where
    K: Key,
    Pool: RowSource<Query, Row>,
    Query: 'static,
    Row: Candidate<K>,
{
    type User = Row::User;

    fn find<'a>(
        &'a self,
        principal: &'a ServicePrincipal,
    ) -> BoxFuture<'a, Result<Option<Row::User>, UserMappingError>> {
        Box::pin(async move {
            let Some(key) = self.key(principal) else {
                return Ok(None);
            };
            let rows = self.pool.rows((self.query)(key.clone())).await?;
            the_one(rows, &key)
        })
    }
}

/// The database may have folded case and more; here only equality counts.
fn the_one<K: Key, Row: Candidate<K>>(
    rows: Vec<Row>,
    key: &K,
) -> Result<Option<Row::User>, UserMappingError> {
    let mut exact = rows.into_iter().filter(|row| row.key() == Some(key));
    let first = exact.next();
    match exact.count() {
        0 => Ok(first.and_then(Row::into_active_user)),
        others => Err(UserMappingError::Ambiguous(others.saturating_add(1))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rows: Vec<(Option<&str>, Option<bool>, u8)>) -> Result<Option<u8>, UserMappingError> {
        let rows = rows
            .into_iter()
            .map(|(key, active, user)| (key.map(str::to_owned), active, user));
        the_one(rows.collect(), &"a".to_owned())
    }

    #[test]
    fn rule_4_3_exactly_one_row_must_be_left() {
        assert_eq!(found(vec![]), Ok(None));
        let near = [Some("A"), Some("a "), Some("á"), None].map(|key| (key, Some(true), 1));
        assert_eq!(found(near.to_vec()), Ok(None));
        let mut with_the_right_one = near.to_vec();
        with_the_right_one.push((Some("a"), Some(true), 2));
        assert_eq!(found(with_the_right_one), Ok(Some(2)));
    }

    #[test]
    fn two_rows_are_an_error_whoever_is_active() {
        for active in [Some(true), Some(false), None] {
            let rows = vec![(Some("a"), Some(true), 1), (Some("a"), active, 2)];
            assert_eq!(found(rows), Err(UserMappingError::Ambiguous(2)));
        }
    }

    #[test]
    fn who_is_not_active_is_a_miss() {
        assert_eq!(found(vec![(Some("a"), Some(false), 1)]), Ok(None));
        assert_eq!(found(vec![(Some("a"), None, 1)]), Ok(None));
    }
}
