use crate::inventory::{InvalidInventory, Inventory};

/// The document of one route, with a part replaced.
pub(super) fn with(part: &str, replacement: &str) -> String {
    let json = r#"{"version": 1, "source": "app", "routes": [{"endpoints": [{"method": "GET", "path": "/"}], "access": "guarded", "guards": [{"source": "attribute", "report_only": false, "words": "the scope a", "rule": {"scopes": "a"}}]}]}"#;
    assert!(json.contains(part), "{part}");
    json.replace(part, replacement)
}

#[test]
fn errors_name_the_member_and_what_is_expected() {
    assert!(Inventory::from_json(&with("\"a\"", "\"b\"")).is_ok());
    let scopes =
        "expected a scope, or an object with one of the members `all`, `any` and `default`";
    for (part, replacement, expected) in [
        ("}]}]}", "}]}]", "the inventory is not JSON"),
        (
            "\"version\": 1, ",
            "",
            "the inventory has no member `.version`",
        ),
        (
            "\"version\": 1",
            "\"version\": null",
            "the inventory has no member `.version`",
        ),
        (
            "\"version\": 1",
            "\"version\": 2",
            "the inventory has version 2, but this release of cognito-m2m reads version 1",
        ),
        (
            "\"version\": 1",
            "\"version\": \"1\"",
            "the inventory has version \"1\"",
        ),
        (
            "\"version\": 1",
            "\"version\": 1.0",
            "the inventory has version 1.0",
        ),
        (
            "\"app\"",
            "\"apps\"",
            r#"expected "app" or "items" at `.source`, found "apps""#,
        ),
        ("\"app\"", "1", "expected a string at `.source`, found 1"),
        (
            "[{\"endpoints\"",
            "{}, \"x\": [{\"endpoints\"",
            "expected an array at `.routes`, found {}",
        ),
        (
            "\"path\": \"/\"",
            "\"paths\": 1",
            "the inventory has no member `.routes[0].endpoints[0].path`",
        ),
        (
            "\"access\": \"guarded\", ",
            "",
            "the inventory has no member `.routes[0].access`",
        ),
        (
            "\"guarded\"",
            "\"open\"",
            r#"expected "guarded", "public" or "unguarded" at `.routes[0].access`, found "open""#,
        ),
        (
            "\"endpoints\"",
            "\"line\": -1, \"endpoints\"",
            "expected the number of a line at `.routes[0].line`, found -1",
        ),
        (
            "\"guards\": [{",
            "\"guards\": [], \"x\": [{",
            "expected at least one guard at `.routes[0].guards`, found []",
        ),
        (
            "\"attribute\"",
            "\"filter\"",
            r#"expected "attribute", "wrap" or "extractor" at `.routes[0].guards[0].source`, found "filter""#,
        ),
        (
            "false",
            "0",
            "expected a boolean at `.routes[0].guards[0].report_only`, found 0",
        ),
        (
            "false",
            "false, \"report_only\": true",
            "the inventory has the member `.routes[0].guards[0].report_only` twice",
        ),
        (
            "{\"scopes\": \"a\"}",
            "{\"roles\": \"a\"}",
            "expected an object with one of the members `authenticated`",
        ),
        (
            "{\"scopes\": \"a\"}",
            "{}",
            "expected an object with one of the members `authenticated`",
        ),
        (
            "\"scopes\": \"a\"",
            "\"scopes\": \"a\", \"claims\": []",
            "expected an object with one of the members `authenticated`",
        ),
        (
            "\"scopes\": \"a\"",
            "\"authenticated\": false",
            "expected `true` at `.routes[0].guards[0].rule.authenticated`, found false",
        ),
        (
            "\"a\"",
            "\"a b\"",
            "invalid scope at `.routes[0].guards[0].rule.scopes` of the inventory",
        ),
        (
            "\"a\"",
            "{\"all\": [\"a\", \"\"]}",
            "invalid scope at `.routes[0].guards[0].rule.scopes.all[1]` of the inventory",
        ),
        ("\"a\"", "{\"none\": [\"a\"]}", scopes),
        ("\"a\"", "[\"a\"]", scopes),
        (
            "\"scopes\": \"a\"",
            "\"methods\": {\"GET\": \"a\", \"GET\": \"b\"}",
            "the inventory has the member `.routes[0].guards[0].rule.methods.GET` twice",
        ),
        (
            "\"scopes\": \"a\"",
            "\"methods\": {\"X-1\": \" \"}",
            "invalid scope at `.routes[0].guards[0].rule.methods[\"X-1\"]` of the inventory",
        ),
        (
            "\"scopes\": \"a\"",
            "\"clients\": [\"a:b:c\"]",
            "invalid client ID at `.routes[0].guards[0].rule.clients[0]` of the inventory",
        ),
        (
            "\"scopes\": \"a\"",
            "\"clients\": [{\"pool\": \"x\"}]",
            "expected a client ID, or an object with the member `group` at `.routes[0].guards[0].rule.clients[0]`",
        ),
        (
            "\"scopes\": \"a\"",
            "\"clients\": [1]",
            "expected a client ID, or an object with the member `group` at `.routes[0].guards[0].rule.clients[0]`",
        ),
        (
            "\"scopes\": \"a\"",
            "\"claim\": {\"one_of\": []}",
            "the inventory has no member `.routes[0].guards[0].rule.claim.name`",
        ),
        (
            "\"scopes\": \"a\"",
            "\"claim\": {\"name\": \"a\"}",
            "expected an object with one of the members `one_of` and `equals_path`",
        ),
        (
            "\"scopes\": \"a\"",
            "\"claims\": [{\"name\": \"a\", \"one_of\": [1.5]}]",
            "expected a string, a boolean, or an integer of at most 64 bits at `.routes[0].guards[0].rule.claims[0].one_of[0]`, found 1.5",
        ),
        (
            "\"scopes\": \"a\"",
            "\"both\": [{\"authenticated\": true}]",
            "expected two rules at `.routes[0].guards[0].rule.both`",
        ),
    ] {
        let error = Inventory::from_json(&with(part, replacement)).expect_err(replacement);
        assert!(
            error.to_string().contains(expected),
            "{replacement}: {error}"
        );
    }
}

#[test]
fn long_values_are_shortened_in_errors() {
    let long = format!("\"{}\"", "é".repeat(1_000));
    let error = Inventory::from_json(&with("\"app\"", &long)).expect_err("another source");
    assert!(error.to_string().chars().count() < 150, "{error}");
}

#[test]
fn rules_that_are_nested_too_deeply_are_refused() {
    let nested = |levels: usize| {
        let rule = format!(
            "{}\"a\"{}",
            "{\"any\": [".repeat(levels),
            "]}".repeat(levels)
        );
        Inventory::from_json(&with("\"a\"", &rule))
    };
    assert!(nested(50).is_ok());
    assert!(matches!(nested(100), Err(InvalidInventory::Depth { .. })));
    assert!(matches!(nested(5_000), Err(InvalidInventory::Depth { .. })));
}
