use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::statements::Statements;
use crate::activity::{ActivityError, ClientActivity, ClientQuery, ClientRows, Timestamp};

/// The two statements that list a page of clients and count all matches, with their bind values.
pub(super) struct Listing {
    pub(super) rows: String,
    pub(super) count: String,
    pub(super) pattern: String,
    pub(super) limit: i64,
    pub(super) offset: i64,
}

#[derive(QueryableByName)]
pub(super) struct ListedRow {
    #[diesel(sql_type = Text)]
    pub(super) client_id: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) first_seen_micros: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) last_seen_micros: Option<i64>,
}

#[derive(QueryableByName)]
pub(super) struct Count {
    #[diesel(sql_type = BigInt)]
    pub(super) total: i64,
}

impl Listing {
    pub(super) fn new(statements: &Statements, query: &ClientQuery) -> Self {
        let (table, dialect) = (statements.table(), statements.dialect());
        let [pattern, limit, offset] = dialect.placeholders;
        let matches =
            format!("FROM {table} AS known WHERE lower(client_id) LIKE {pattern} ESCAPE '!'");
        let [first, last] = statements.micros();
        let client_id = dialect.client_id;
        let column = query.sort_by().column();
        let direction = if query.is_descending() { "DESC" } else { "ASC" };
        Self {
            rows: format!(
                "SELECT {client_id} AS client_id, {first} AS first_seen_micros, {last} AS last_seen_micros {matches}
                 ORDER BY known.{column} {direction}, known.client_id ASC
                 LIMIT {limit} OFFSET {offset}"
            ),
            count: format!("SELECT count(*) AS total {matches}"),
            pattern: like_pattern(query.search()),
            limit: query.limit().into(),
            offset: i64::try_from(query.offset()).unwrap_or(i64::MAX),
        }
    }
}

/// Returns the `LIKE` pattern for a search. Wildcards in the text are escaped.
fn like_pattern(search: &str) -> String {
    let mut pattern = String::from("%");
    for character in search.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}

impl TryFrom<ListedRow> for ClientActivity {
    type Error = ActivityError;

    fn try_from(row: ListedRow) -> Result<Self, ActivityError> {
        let timestamp = |micros: Option<i64>| {
            // Times before the Unix epoch are clamped to it.
            let micros = micros.map(|micros| u64::try_from(micros).unwrap_or(0));
            micros.map(Timestamp::from_micros).ok_or_else(|| {
                let problem = format!("the times of the client {:?} are invalid", row.client_id);
                ActivityError::Statement(problem.into())
            })
        };
        let first_seen_at = timestamp(row.first_seen_micros)?;
        let last_seen_at = timestamp(row.last_seen_micros)?;
        Ok(Self {
            client_id: row.client_id.into(),
            first_seen_at,
            last_seen_at,
        })
    }
}

/// Converts the results of the two statements.
pub(super) fn client_rows(
    listed: Vec<ListedRow>,
    count: &Count,
) -> Result<ClientRows, ActivityError> {
    let clients: Result<_, _> = listed.into_iter().map(ClientActivity::try_from).collect();
    Ok(ClientRows {
        clients: clients?,
        total: u64::try_from(count.total).unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_4_4_wildcards_in_a_search_are_escaped() {
        assert_eq!(like_pattern(""), "%%");
        assert_eq!(like_pattern("50%_Off!"), "%50!%!_off!!%");
    }
}
