//! The changes in Markdown.

use super::*;

#[test]
fn changes_are_a_table_under_a_heading_with_counts() {
    let app = |list: Policy, delete: Policy| {
        vec![
            route("api::delete", &["DELETE /a"], guarded(delete)),
            route("api::list", &["GET /a", "GET /b"], guarded(list)),
        ]
    };
    let both = || read().and(write());
    let changes = changes(app(both(), read()), app(read(), both()));
    let expected = "\
### Authorization: 1 change loosens, 1 tightens

| Effect | Endpoints | Handler | Change |
| --- | --- | --- | --- |
| **LOOSENED** | `GET /a`<br>`GET /b` | `api::list` | was `a/read and a/write`, now `a/read`<br>a token with the scope `a/read` was refused and is now admitted |
| TIGHTENED | `DELETE /a` | `api::delete` | was `a/read`, now `a/read and a/write`<br>a token with the scope `a/read` was admitted and is now refused |
";
    assert_eq!(changes.to_markdown(), expected);
}

#[test]
fn text_of_the_program_is_in_code_spans() {
    let public = public("see | [docs](http://x) @team <b>\n`now`");
    let found = changes(
        vec![route(
            "api::list",
            &["GET /{id:a|b}"],
            guarded(Policy::claim("a|b", "`c`\n")),
        )],
        vec![route("api::list", &["GET /{id:a|b}"], public)],
    );
    let markdown = found.to_markdown();
    let line = markdown.lines().last().expect("a line");
    assert_eq!(
        line,
        r#"| **LOOSENED** | `GET /{id:a\|b}` | `api::list` | was ``claim a\|b = "`c`\n"``, now ``public ("see \| [docs](http://x) @team <b>\n`now`")``<br>a request without a token was refused and is now admitted |"#
    );
}

#[test]
fn unchanged_routes_are_one_line() {
    let changes = changes(Vec::new(), Vec::new());
    assert_eq!(
        changes.to_markdown(),
        "Authorization: no route has changed.\n"
    );
}
