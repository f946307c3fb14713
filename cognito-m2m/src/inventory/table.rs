use std::fmt::{self, Write as _};

use crate::inventory::Inventory;
use crate::inventory::rows::{COLUMNS, Row, RowRule, rows};

const GAP: &str = "  ";

impl Inventory {
    /// Returns the routes as an aligned text table, with one line for each endpoint.
    ///
    /// The methods of a handler that require the same at one path share a line. The rule is the one of
    /// these methods: of a [`scope_map`](macro@crate::scope_map), it is the entry that applies to them.
    /// What is unknown appears as `-`.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::{HttpResponse, Responder, get};
    /// use cognito_m2m::{inventory, require_any_scope};
    ///
    /// #[require_any_scope("widgets/read", "widgets/admin")]
    /// #[get("/widgets")]
    /// async fn list() -> impl Responder {
    ///     HttpResponse::Ok()
    /// }
    ///
    /// let table = inventory::routes().to_table();
    /// assert!(table.starts_with("METHOD"));
    /// assert!(table.contains("any of widgets/read, widgets/admin"));
    /// # let _ = list;
    /// ```
    #[must_use]
    pub fn to_table(&self) -> String {
        self.to_string()
    }
}

/// The same table as [`Inventory::to_table`].
impl fmt::Display for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = COLUMNS.map(str::to_owned);
        let lines: Vec<_> = [header]
            .into_iter()
            .chain(rows(self).into_iter().map(cells))
            .collect();
        let widths = widths(&lines);
        for cells in &lines {
            f.write_str(&line(cells, widths))?;
        }
        Ok(())
    }
}

fn cells(row: Row) -> [String; 5] {
    let rule = match row.rule {
        RowRule::Guarded(rule) => rule,
        RowRule::Public(Some(reason)) => format!("public: {reason}"),
        RowRule::Public(None) => "public".to_owned(),
        RowRule::Unguarded => "UNGUARDED".to_owned(),
    };
    let or_dash = |cell: Option<String>| cell.unwrap_or_else(|| "-".to_owned());
    [
        or_dash(row.methods),
        or_dash(row.path),
        rule,
        or_dash(row.handler),
        or_dash(row.place),
    ]
}

fn widths(lines: &[[String; 5]]) -> [usize; 5] {
    let mut widths = [0; 5];
    for cells in lines {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = cell.chars().count().max(*width);
        }
    }
    widths
}

/// Returns a line without trailing blanks, and with its line break.
fn line(cells: &[String; 5], widths: [usize; 5]) -> String {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let _ = write!(line, "{cell:<width$}{GAP}");
    }
    line.truncate(line.trim_end().len());
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use crate::inventory::samples::{enforced, guarded, report_only, route};
    use crate::inventory::{Access, Inventory};
    use crate::policy::{Policy, ScopeRule};

    #[test]
    fn each_endpoint_has_a_line_with_the_rule_of_its_method() {
        let rule = |scope| ScopeRule::all([scope]).expect("a valid scope");
        let map = Policy::scope_map([
            ("GET", rule("widgets/read")),
            ("POST", rule("widgets/write")),
        ]);
        let client = Policy::allow_client_ids(["reporting"]).expect("a valid client ID");
        let public = Access::Public {
            reason: Some("load\nbalancer".to_owned()),
        };
        let guards = vec![enforced(map), report_only(client)];
        let mut closure = route("", &["GET /é/{id}"], Access::Unguarded);
        (closure.handler, closure.file, closure.line) = (None, None, None);
        let inventory = Inventory::of_app(vec![
            route("list", &[], guarded([Policy::authenticated()])),
            route(
                "widgets",
                &[
                    "POST /widgets",
                    "GET /widgets",
                    "HEAD /widgets",
                    "PUT /widgets",
                    "GET /w",
                ],
                Access::Guarded(guards),
            ),
            route("health", &["GET /health"], public),
            closure,
        ]);
        let expected = r"
METHOD     PATH      RULE                                                                               HANDLER          PLACE
GET        /health   public: load\nbalancer                                                             my_api::health   src/main.rs:7
GET        /w        widgets/read and client reporting (report only)                                    my_api::widgets  src/main.rs:7
GET, HEAD  /widgets  widgets/read and client reporting (report only)                                    my_api::widgets  src/main.rs:7
POST       /widgets  widgets/write and client reporting (report only)                                   my_api::widgets  src/main.rs:7
PUT        /widgets  (always refused: the map has no entry for PUT) and client reporting (report only)  my_api::widgets  src/main.rs:7
GET        /é/{id}   UNGUARDED                                                                          -                -
-          -         any valid token                                                                    my_api::list     src/main.rs:7
";
        let table = inventory.to_table();
        assert_eq!(format!("\n{table}"), expected);
        assert_eq!(inventory.to_string(), table);
    }

    #[test]
    fn table_of_no_routes_is_the_header() {
        assert_eq!(
            Inventory::default().to_table(),
            "METHOD  PATH  RULE  HANDLER  PLACE\n"
        );
    }
}
