use super::*;
use crate::inventory::cognito::code_scopes::tests::definition;
use crate::inventory::cognito::required_scopes::tests::{reporting_route, route, scope};
use crate::policy::Policy;

fn faults(scopes: &[(&str, &str)]) -> Vec<ScopeFault> {
    match UserPoolResourceServers::from_scopes(scopes.iter().copied()) {
        Ok(servers) => panic!("no faults: {servers:?}"),
        Err(faults) => faults.iter().cloned().collect(),
    }
}

fn servers(scopes: &[(&str, &str)]) -> UserPoolResourceServers {
    UserPoolResourceServers::from_scopes(scopes.iter().copied()).expect("valid scopes")
}

#[test]
fn scopes_are_grouped_by_what_is_before_the_last_slash() {
    let servers = servers(&[
        ("b/z", ""),
        ("https://api.example.com/v1/read", ""),
        ("b/a", "Reads a."),
        ("https://api.example.com//read", ""),
        ("b/c/d", ""),
    ]);
    let names = |server: &ResourceServer| {
        let names = server.scopes.iter().map(|scope| scope.name.clone());
        (
            server.identifier.clone(),
            names.collect::<Vec<_>>().join(" "),
        )
    };
    let expected = [
        ("b", "a z"),
        ("b/c", "d"),
        ("https://api.example.com/", "read"),
        ("https://api.example.com/v1", "read"),
    ];
    let expected = expected.map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(servers.iter().map(names).collect::<Vec<_>>(), expected);
    let first = servers.iter().next().expect("a server");
    assert_eq!(first.scopes[0].description, "Reads a.");
    assert_eq!(first.scopes[1].description, "b/z");
}

#[test]
fn scopes_of_the_routes_are_in_the_resource_servers() {
    let inventory = Inventory::of_items(vec![
        route("x::one", &[scope("unit/read"), scope("openid")]),
        reporting_route("x::two", scope("unit/write")),
    ]);
    let servers = inventory.resource_servers().expect("valid scopes");
    let unit = servers.iter().find(|server| server.identifier == "unit");
    let names = unit.expect("a server").scopes.iter();
    let names: Vec<_> = names.map(|scope| scope.name.as_str()).collect();
    assert_eq!(names, ["read", "write"]);
    let warnings: Vec<_> = servers.warnings().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "`openid` has no slash, so no resource server can define it and no app client can request it with the client-credentials grant, required by x::one (src/main.rs:7)"
        ]
    );
}

#[test]
fn each_fault_is_returned_with_its_route() {
    let long = format!("{}/x", "i".repeat(257));
    let inventory = Inventory::of_items(vec![
        route("x::one", &[scope("widgets/"), scope("/read")]),
        route("x::two", &[Policy::all_scopes([long]).expect("a scope")]),
    ]);
    let error = inventory.resource_servers().expect_err("faults");
    let text = error.to_string();
    for part in [
        "- `widgets/` has no name after its last slash: use `identifier/name`, required by x::one (src/main.rs:7)",
        "- `/read` has no identifier of a resource server",
        "has an identifier of 257 characters, but Cognito allows 256, required by x::two",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(error.iter().count(), 3);
}

#[test]
fn limits_are_exact() {
    let scopes = |count: usize| {
        let scopes = (0..count).map(|n| (format!("a/{n}"), ""));
        UserPoolResourceServers::from_scopes(scopes)
    };
    assert!(scopes(100).is_ok());
    let error = scopes(101).expect_err("too many scopes").to_string();
    assert!(
        error.contains("the resource server `a` has 101 scopes"),
        "{error}"
    );

    for length in [256, 257] {
        let texts = [
            (format!("a/{}", "n".repeat(length)), String::new()),
            (format!("{}/n", "i".repeat(length)), String::new()),
            ("a/n".to_owned(), "\u{e9}".repeat(length)),
        ];
        for text in texts {
            let result = UserPoolResourceServers::from_scopes([text]);
            assert_eq!(result.is_ok(), length == 256, "{result:?}");
        }
    }
    for count in [25, 26] {
        let scopes = (0..count).map(|n| (format!("s{n}/a"), ""));
        let servers = UserPoolResourceServers::from_scopes(scopes).expect("valid scopes");
        assert_eq!(servers.warnings().len(), usize::from(count == 26));
    }
}

#[test]
fn texts_that_cognito_or_cloudformation_do_not_accept_are_faults() {
    for (scope, description) in [
        ("a b/c", ""),
        ("", ""),
        ("a/\u{e9}", ""),
        ("a/\"", ""),
        ("a\\b/c", ""),
        ("a/b", "x {{resolve:ssm:y}}"),
        ("{{resolve:ssm:y}}/b", ""),
    ] {
        assert_eq!(faults(&[(scope, description)]).len(), 1, "{scope:?}");
    }
}

#[test]
fn existing_texts_replace_only_generated_ones() {
    let existing = ExistingUserPool::default().with_json(
        r#"{ "ResourceServers": [{ "Identifier": "a", "Name": "The API", "Scopes": [
            { "ScopeName": "x", "ScopeDescription": "existing x" },
            { "ScopeName": "y", "ScopeDescription": "existing y" },
            { "ScopeName": "z", "ScopeDescription": "{{resolve:ssm:y}}" }
        ] }, { "Identifier": "b", "Name": "no/name" }] }"#,
    );
    let existing = existing.expect("a valid document");
    let scopes = [("a/x", ""), ("a/y", "mine"), ("a/z", ""), ("b/x", "")];
    let servers = servers(&scopes).with_existing_texts(&existing);
    let texts = servers.iter().flat_map(|server| {
        let descriptions = server.scopes.iter().map(|scope| &*scope.description);
        [&*server.name].into_iter().chain(descriptions)
    });
    let texts: Vec<_> = texts.collect();
    assert_eq!(texts, ["The API", "existing x", "mine", "a/z", "b", "b/x"]);
}

#[test]
fn resource_servers_that_the_app_only_calls_are_left_out() {
    let inventory = Inventory::of_items(vec![route("x::one", &[scope("own/read")])]);
    let definitions = [
        definition("own/read", "Read"),
        definition("own/write", ""),
        definition("called/read", ""),
    ];
    let code = CodeScopes::with_definitions(&inventory, &definitions);
    let servers = UserPoolResourceServers::of_code(&code, Vec::new()).expect("valid scopes");
    let scopes: Vec<_> = servers.iter().flat_map(|server| &server.scopes).collect();
    let texts: Vec<_> = scopes
        .iter()
        .map(|scope| (&*scope.name, &*scope.description))
        .collect();
    assert_eq!(texts, [("read", "Read"), ("write", "own/write")]);
}

#[test]
fn only_listed_resource_servers_and_their_warnings_are_kept() {
    let existing = ExistingUserPool::default().with_json(r#"["a/y", "b/y", "c/y"]"#);
    let existing = existing.expect("a valid document");
    let scopes = [
        ("a/x", ""),
        ("b/x", ""),
        ("https://a/x", ""),
        ("openid", ""),
    ];
    let listed = ResourceServers::new(["a", "c"]).expect("identifiers");
    let first = servers(&scopes).for_resource_servers(&listed);
    let last = servers(&scopes).with_existing_texts(&existing);
    let last = last.for_resource_servers(&listed);
    assert_eq!(first.with_existing_texts(&existing), last);
    let identifiers: Vec<_> = last.iter().map(|server| &*server.identifier).collect();
    assert_eq!(identifiers, ["a"]);
    assert_eq!(last.warnings().count(), 2);
}

#[test]
fn existing_scopes_that_the_output_deletes_are_warnings() {
    let existing = r#"["a/x", "a/y", "b/x", "openid"]"#;
    let existing = ExistingUserPool::default().with_json(existing);
    let existing = existing.expect("a valid document");
    let servers = servers(&[("a/x", "")]).with_existing_texts(&existing);
    let warnings: Vec<_> = servers.warnings().map(ToString::to_string).collect();
    let expected = "applying the output deletes the existing scope `a/y`, which no rule requires: define it with `scopes!` to keep it";
    assert_eq!(warnings, [expected]);
}
