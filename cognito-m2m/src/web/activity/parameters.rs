use url::form_urlencoded::{self, Serializer};

use crate::activity::{ClientQuery, MAX_PER_PAGE, SortBy};

/// The maximum length of a search string in characters, equal to that of a stored client ID.
pub(super) const MAX_SEARCH: usize = 255;

const SORTABLE: [SortBy; 3] = [SortBy::ClientId, SortBy::FirstSeenAt, SortBy::LastSeenAt];

/// The error returned for an invalid query string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadParameter {
    #[error("expected `search` of at most 255 characters, none of them a control character")]
    Search,
    #[error(
        "expected `sort` to be `client_id`, `first_seen_at` or `last_seen_at`, with a `-` in front for the greatest first"
    )]
    Sort,
    #[error("expected `page` to be a whole number from 1")]
    Page,
    #[error("expected `per_page` to be a whole number from 1 to 500")]
    PerPage,
    #[error("expected each of `search`, `sort`, `page` and `per_page` once at most")]
    Repeated,
}

/// Parses a query string.
///
/// Unknown parameters are ignored. An empty value counts as absent, because browsers also submit
/// the empty fields of a form.
pub(super) fn parse(query_string: &str) -> Result<ClientQuery, BadParameter> {
    let mut query = ClientQuery::new();
    let mut seen = Vec::new();
    for (name, value) in form_urlencoded::parse(query_string.as_bytes()) {
        if !matches!(&*name, "search" | "sort" | "page" | "per_page") {
            continue;
        }
        if seen.contains(&name) {
            return Err(BadParameter::Repeated);
        }
        query = match (&*name, &*value) {
            (_, "") => query,
            ("search", text) => query.with_search(search(text)?),
            ("sort", text) => {
                let (sort_by, descending) = sort(text)?;
                query.with_order(sort_by, descending)
            }
            ("page", text) => query.with_page(number(text).ok_or(BadParameter::Page)?),
            (_, text) => {
                let per_page = number(text).filter(|number| *number <= MAX_PER_PAGE);
                query.with_per_page(per_page.ok_or(BadParameter::PerPage)?)
            }
        };
        seen.push(name);
    }
    Ok(query)
}

/// Returns the query string for a query, without the `?`.
pub(super) fn query_string(query: &ClientQuery) -> String {
    let mut pairs = Serializer::new(String::new());
    if !query.search().is_empty() {
        pairs.append_pair("search", query.search());
    }
    pairs
        .append_pair("sort", &sort_value(query))
        .append_pair("page", &query.page().to_string())
        .append_pair("per_page", &query.limit().to_string());
    pairs.finish()
}

/// Returns the value of the `sort` parameter.
pub(super) fn sort_value(query: &ClientQuery) -> String {
    let sign = if query.is_descending() { "-" } else { "" };
    format!("{sign}{}", query.sort_by().column())
}

fn search(text: &str) -> Result<&str, BadParameter> {
    let is_valid = text.chars().count() <= MAX_SEARCH && !text.chars().any(char::is_control);
    is_valid.then_some(text).ok_or(BadParameter::Search)
}

fn sort(text: &str) -> Result<(SortBy, bool), BadParameter> {
    let (column, descending) = match text.strip_prefix('-') {
        Some(column) => (column, true),
        None => (text, false),
    };
    let sort_by = SORTABLE
        .into_iter()
        .find(|sort_by| sort_by.column() == column);
    sort_by
        .map(|sort_by| (sort_by, descending))
        .ok_or(BadParameter::Sort)
}

fn number(text: &str) -> Option<u32> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_number)?;
    (number > 0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_parameters_have_defaults_and_unknown_ones_are_ignored() {
        for query in [
            "",
            "search=&sort=&page=&per_page=",
            "ticket=1&ticket=2",
            "&&",
        ] {
            assert_eq!(parse(query), Ok(ClientQuery::new()), "{query:?}");
        }
    }

    #[test]
    fn query_string_round_trips() {
        let query = ClientQuery::new()
            .with_search("a&b=c%\u{e9} +")
            .with_order(SortBy::ClientId, false)
            .with_page(7)
            .with_per_page(3);
        assert_eq!(parse(&query_string(&query)), Ok(query));
    }

    #[test]
    fn invalid_values_are_reported_by_parameter() {
        for (query, error) in [
            ("search=%00", BadParameter::Search),
            ("sort=name", BadParameter::Sort),
            ("sort=--client_id", BadParameter::Sort),
            ("sort=-", BadParameter::Sort),
            ("page=0", BadParameter::Page),
            ("page=-1", BadParameter::Page),
            ("page=+1", BadParameter::Page),
            ("page=4294967296", BadParameter::Page),
            ("per_page=501", BadParameter::PerPage),
            ("per_page=1.5", BadParameter::PerPage),
            ("page=1&page=2", BadParameter::Repeated),
        ] {
            assert_eq!(parse(query), Err(error), "{query}");
        }
        let long = format!("search={}", "a".repeat(256));
        assert_eq!(parse(&long), Err(BadParameter::Search));
    }
}
