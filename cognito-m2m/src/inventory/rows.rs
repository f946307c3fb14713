use crate::inventory::words::guards_in_words;
use crate::inventory::{Access, Inventory, Route};

/// The names of the columns of a [`Row`].
pub(super) const COLUMNS: [&str; 5] = ["METHOD", "PATH", "RULE", "HANDLER", "PLACE"];

/// One line of a table: the methods of a handler that require the same at one path.
///
/// All texts are escaped, so they contain no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// `None` if the methods are unknown.
    pub(super) methods: Option<String>,
    /// `None` if the path is unknown.
    pub(super) path: Option<String>,
    pub(super) rule: RowRule,
    pub(super) handler: Option<String>,
    /// The file and the line of the outermost attribute.
    pub(super) place: Option<String>,
}

/// What a [`Row`] requires of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RowRule {
    Guarded(String),
    Public(Option<String>),
    Unguarded,
}

/// Returns the rows, sorted by path and method. Handlers with an unknown path come last.
pub(super) fn rows(inventory: &Inventory) -> Vec<Row> {
    let mut rows: Vec<_> = inventory.routes().iter().flat_map(rows_of).collect();
    rows.sort_by(|a, b| {
        let key = |row: &Row| (row.path.is_none(), row.path.clone(), row.methods.clone());
        key(a).cmp(&key(b))
    });
    rows
}

fn rows_of(route: &Route) -> Vec<Row> {
    let row = |methods: Option<String>, path: Option<&str>, rule| Row {
        methods,
        path: path.map(escaped),
        rule,
        handler: route.handler.as_deref().map(escaped),
        place: place(route),
    };
    if route.endpoints.is_empty() {
        return vec![row(None, None, rule(&route.access, None))];
    }
    let mut groups: Vec<(&str, RowRule, Vec<String>)> = Vec::new();
    for endpoint in &route.endpoints {
        let method = escaped(&endpoint.method);
        let rule = rule(&route.access, Some(&endpoint.method));
        let mut same = groups.iter_mut();
        match same.find(|(path, other, _)| *path == endpoint.path && *other == rule) {
            Some((_, _, methods)) => methods.push(method),
            None => groups.push((&endpoint.path, rule, vec![method])),
        }
    }
    groups
        .into_iter()
        .map(|(path, rule, methods)| row(Some(methods.join(", ")), Some(path), rule))
        .collect()
}

fn rule(access: &Access, method: Option<&str>) -> RowRule {
    match access {
        Access::Guarded(guards) => RowRule::Guarded(escaped(&guards_in_words(guards, method))),
        Access::Public { reason } => RowRule::Public(reason.as_deref().map(escaped)),
        Access::Unguarded => RowRule::Unguarded,
    }
}

fn place(route: &Route) -> Option<String> {
    let file = escaped(route.file.as_deref()?);
    Some(match route.line {
        Some(line) => format!("{file}:{line}"),
        None => file,
    })
}

/// Escapes what a terminal would not show as it is, such as line breaks and characters that change the
/// direction of the text.
fn escaped(text: &str) -> String {
    if text.is_empty() {
        return r#""""#.to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '"' | '\'' | '\\') {
            escaped.push(c);
        } else {
            escaped.extend(c.escape_debug());
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_other_text_is_kept() {
        for (text, expected) in [
            ("/widgets/{id}", "/widgets/{id}"),
            (r#"claim a = "b\n" 'c'"#, r#"claim a = "b\n" 'c'"#),
            ("é 東", "é 東"),
            ("a\nb\r\tc", r"a\nb\r\tc"),
            ("a\u{1b}[31mb", r"a\u{1b}[31mb"),
            ("a\u{202e}b", r"a\u{202e}b"),
            ("", r#""""#),
        ] {
            assert_eq!(escaped(text), expected, "{text:?}");
        }
    }
}
