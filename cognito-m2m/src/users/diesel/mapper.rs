use super::candidate::Candidate;
use super::columns::Columns;
use super::key::Key;
use super::limits::QueryLimits;
use super::source::RowSource;
use crate::box_future::BoxFuture;
use crate::principal::ServicePrincipal;
use crate::users::{UserMapper, UserMappingError};

/// The part of a principal that identifies its user.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// The client ID.
    ClientId,
    /// A claim. If it is absent, null or empty, the principal is not mapped to a user.
    Claim(String),
}

/// A mapper that looks up a user by one column of a table, created by `user_mapper!`.
pub struct ColumnMapper<Pool, C: Columns, Query> {
    pool: Pool,
    source: KeySource,
    columns: C,
    query: fn(C::Key, C) -> Query,
    limits: QueryLimits<C::Key>,
}

impl<Pool, C, Query> ColumnMapper<Pool, C, Query>
where
    C: Columns<Key: Key, Row: Candidate<C::Key>>,
    Pool: RowSource<Query, C::Row>,
{
    /// Creates a mapper that runs `query` on `pool` with the key from `source`.
    ///
    /// The query selects candidates and must not have a `LIMIT`, which could hide the matching row
    /// behind rows that only the database considers equal.
    pub fn new(pool: Pool, source: KeySource, columns: C, query: fn(C::Key, C) -> Query) -> Self {
        let limits = QueryLimits::new(pool.max_queries());
        Self {
            pool,
            source,
            columns,
            query,
            limits,
        }
    }

    fn key(&self, principal: &ServicePrincipal) -> Option<C::Key> {
        match &self.source {
            KeySource::ClientId => Key::from_text(principal.client_id().as_str()),
            KeySource::Claim(name) => principal.claims().find(name).and_then(Key::from_claim),
        }
    }
}

impl<Pool, C, Query> UserMapper for ColumnMapper<Pool, C, Query>
where
    C: Columns<Key: Key, Row: Candidate<C::Key>>,
    Pool: RowSource<Query, C::Row>,
    Query: 'static,
{
    type User = <C::Row as Candidate<C::Key>>::User;

    fn find<'a>(
        &'a self,
        principal: &'a ServicePrincipal,
    ) -> BoxFuture<'a, Result<Option<Self::User>, UserMappingError>> {
        Box::pin(async move {
            let Some(key) = self.key(principal) else {
                return Ok(None);
            };
            let permit = self.limits.permit(&key).await;
            let query = (self.query)(key.clone(), self.columns);
            let rows = self.pool.rows_with_permit(query, permit).await?;
            single_match(rows, &key)
        })
    }
}

/// Returns the user of the single active row whose key equals `key` exactly.
fn single_match<K: Key, Row: Candidate<K>>(
    rows: Vec<Row>,
    key: &K,
) -> Result<Option<Row::User>, UserMappingError> {
    let exact = rows.into_iter().filter(|row| row.key() == Some(key));
    let (active, inactive): (Vec<_>, Vec<_>) = exact.partition(Row::is_active);
    let matches = active.len();
    match active.into_iter().next() {
        Some(row) if matches == 1 => Ok(Some(row.into_user())),
        Some(_) => Err(UserMappingError::Ambiguous(matches)),
        None if inactive.is_empty() => Ok(None),
        None => Err(UserMappingError::Inactive),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user_a(rows: Vec<(Option<&str>, Option<bool>, u8)>) -> Result<Option<u8>, UserMappingError> {
        let rows = rows
            .into_iter()
            .map(|(key, active, user)| (key.map(str::to_owned), active, user));
        single_match(rows.collect(), &"a".to_owned())
    }

    #[test]
    fn rule_4_3_exactly_one_row_must_match() {
        assert_eq!(user_a(vec![]), Ok(None));
        let near_misses = [Some("A"), Some("a "), Some("á"), None].map(|key| (key, Some(true), 1));
        assert_eq!(user_a(near_misses.to_vec()), Ok(None));
        let mut with_match = near_misses.to_vec();
        with_match.push((Some("a"), Some(true), 2));
        assert_eq!(user_a(with_match), Ok(Some(2)));
    }

    #[test]
    fn two_active_rows_are_an_error() {
        let rows = vec![
            (Some("a"), Some(true), 1),
            (Some("a"), Some(false), 2),
            (Some("a"), Some(true), 3),
        ];
        assert_eq!(user_a(rows), Err(UserMappingError::Ambiguous(2)));
    }

    #[test]
    fn inactive_row_beside_an_active_one_is_not_ambiguous() {
        for inactive in [Some(false), None] {
            let mut rows = vec![
                (Some("a"), inactive, 1),
                (Some("a"), Some(true), 2),
                (Some("a"), inactive, 3),
            ];
            assert_eq!(user_a(rows.clone()), Ok(Some(2)));
            rows.reverse();
            assert_eq!(user_a(rows), Ok(Some(2)));
        }
    }

    #[test]
    fn client_with_only_inactive_users_is_refused() {
        for inactive in [Some(false), None] {
            for number in 1..4 {
                let rows = vec![(Some("a"), inactive, 1); number];
                assert_eq!(user_a(rows), Err(UserMappingError::Inactive));
            }
            // A key that is only similar belongs to another user, active or not.
            let rows = vec![(Some("A"), inactive, 1)];
            assert_eq!(user_a(rows), Ok(None));
        }
    }
}
