use crate::inventory::Inventory;
use crate::inventory::rows::{Row, RowRule, rows};

impl Inventory {
    /// Returns the routes as a table in GitHub's Markdown, for example for a comment on a pull request.
    ///
    /// It has the lines of [`to_table`](Self::to_table). Text of the program appears in code spans, so it
    /// can't contain links, mentions or HTML.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::{HttpResponse, Responder, get};
    /// use cognito_m2m::{inventory, require_scopes};
    ///
    /// #[require_scopes("widgets/read")]
    /// #[get("/widgets")]
    /// async fn list() -> impl Responder {
    ///     HttpResponse::Ok()
    /// }
    ///
    /// let markdown = inventory::routes().to_markdown();
    /// assert!(markdown.contains("| `GET` | `/widgets` | `widgets/read` | "));
    /// # let _ = list;
    /// ```
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let header =
            "| Method | Path | Rule | Handler | Place |\n| --- | --- | --- | --- | --- |\n";
        let lines = rows(self).into_iter().map(line);
        [header.to_owned()].into_iter().chain(lines).collect()
    }
}

fn line(row: Row) -> String {
    let rule = match row.rule {
        RowRule::Guarded(rule) => code_span_in_cell(&rule),
        RowRule::Public(Some(reason)) => format!("public: {}", code_span_in_cell(&reason)),
        RowRule::Public(None) => "public".to_owned(),
        RowRule::Unguarded => "**UNGUARDED**".to_owned(),
    };
    let cell =
        |text: Option<String>| text.map_or_else(|| "-".to_owned(), |text| code_span_in_cell(&text));
    let [methods, path] = [row.methods, row.path].map(cell);
    let [handler, place] = [row.handler, row.place].map(cell);
    format!("| {methods} | {path} | {rule} | {handler} | {place} |\n")
}

/// Returns text as a code span in the cell of a table, where a pipe needs a backslash even in a code span (GitHub
/// Flavored Markdown section 4.10).
pub(crate) fn code_span_in_cell(text: &str) -> String {
    code_span(&text.replace('|', r"\|"))
}

/// Returns text as a code span outside of a table.
///
/// The delimiters are longer than every run of backticks in the text (GitHub Flavored Markdown section 6.3).
pub(crate) fn code_span(text: &str) -> String {
    let runs = text.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0).saturating_add(1));
    // One space on both sides is removed again when the text is rendered.
    let is_edge = |c| matches!(c, '`' | ' ');
    let pad = if text.starts_with(is_edge) || text.ends_with(is_edge) {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Access;
    use crate::inventory::samples::{guarded, route};
    use crate::policy::Policy;

    #[test]
    fn each_endpoint_has_a_line() {
        let public = Access::Public {
            reason: Some("asked by @team | `lb`".to_owned()),
        };
        let read = Policy::scope("widgets/read");
        let inventory = Inventory::of_app(vec![
            route("list", &["GET /widgets", "HEAD /widgets"], guarded([read])),
            route("health", &["GET /health/{x:a|b}"], public),
            route("legacy", &["GET /legacy"], Access::Unguarded),
            route("other", &[], Access::Public { reason: None }),
        ]);
        let expected = r"| Method | Path | Rule | Handler | Place |
| --- | --- | --- | --- | --- |
| `GET` | `/health/{x:a\|b}` | public: `` asked by @team \| `lb` `` | `my_api::health` | `src/main.rs:7` |
| `GET` | `/legacy` | **UNGUARDED** | `my_api::legacy` | `src/main.rs:7` |
| `GET, HEAD` | `/widgets` | `widgets/read` | `my_api::list` | `src/main.rs:7` |
| - | - | public | `my_api::other` | `src/main.rs:7` |
";
        assert_eq!(inventory.to_markdown(), expected);
    }

    #[test]
    fn code_spans_keep_backticks_and_pipes() {
        for (text, expected) in [
            ("widgets/read", "`widgets/read`"),
            ("a`b", "``a`b``"),
            ("a``b`c", "```a``b`c```"),
            ("`a", "`` `a ``"),
            ("a`", "`` a` ``"),
            (" a ", "`  a  `"),
            ("a|b", r"`a\|b`"),
            ("/{id:a|b}", r"`/{id:a\|b}`"),
            (r"a\b", r"`a\b`"),
            ("@team <b>", "`@team <b>`"),
        ] {
            assert_eq!(code_span_in_cell(text), expected, "{text:?}");
        }
    }
}
