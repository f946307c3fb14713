use super::*;
use crate::inventory::cognito::code_scopes::tests::definition;
use crate::inventory::cognito::required_scopes::tests::{reporting_route, route, scope};
use crate::inventory::{Access, Endpoint, Route};
use crate::policy::{Policy, ResourceServers, ScopeRule};

const MATCH: &str = "the rules and the user pool match\n";

fn existing(documents: &[&str]) -> ExistingUserPool {
    documents
        .iter()
        .fold(ExistingUserPool::default(), |existing, text| {
            existing.with_json(text).expect("a valid document")
        })
}

fn client(id: &str, scopes: &[&str]) -> String {
    serde_json::json!({ "UserPoolClient": {
        "ClientId": id,
        "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": scopes,
    } })
    .to_string()
}

fn drift(routes: Vec<Route>, documents: &[&str]) -> String {
    Inventory::of_items(routes)
        .drift(&existing(documents))
        .to_string()
}

#[test]
fn matching_rules_and_user_pool_have_no_drift() {
    let routes = vec![
        route("x::one", &[scope("a/x")]),
        reporting_route("x::two", scope("a/y")),
    ];
    let reader = client("reader", &["a/x", "a/y"]);
    let inventory = Inventory::of_items(routes);
    let drift = inventory.drift(&existing(&[r#"["a/x", "a/y"]"#, &reader]));
    assert!(drift.is_empty());
    assert_eq!(drift.to_string(), MATCH);
    assert_eq!(drift.to_markdown(), MATCH);
    assert!(inventory.drift(&ExistingUserPool::default()).is_empty());
}

#[test]
fn findings_are_grouped_by_kind() {
    let routes = vec![
        route("x::one", &[scope("a/x"), scope("openid")]),
        reporting_route("x::two", scope("a/y")),
    ];
    let documents = [
        r#"["a/z", "b/1", "b/2"]"#,
        r#"{ "UserPoolClient": { "ClientId": "i", "ClientName": "Idle", "AllowedOAuthFlows": ["client_credentials"],
            "AllowedOAuthScopes": ["b/1"] } }"#,
    ];
    let text = drift(routes.clone(), &documents);
    let expected = "Scopes that no resource server defines:
- `a/x`, required by `x::one (src/main.rs:7)`
- `a/y`, required by `x::two (src/main.rs:7)`

Scopes that no resource server can define:
- `openid`, required by `x::one (src/main.rs:7)`

Rules that no client can satisfy:
- `x::one (src/main.rs:7)`: the rules name `a/x`, `openid`

Scopes that no rule requires:
- `a/z`

Resource servers that no route uses:
- `b` with `b/1`, `b/2`

Clients with scopes that no rule requires:
- `i (Idle)`: `b/1`
";
    assert_eq!(text, expected);
    let markdown = Inventory::of_items(routes)
        .drift(&existing(&documents))
        .to_markdown();
    let first = "### Scopes that no resource server defines\n\n- `a/x`, required by `x::one (src/main.rs:7)`";
    assert!(markdown.starts_with(first), "{markdown}");
}

/// Returns `true` if a client can satisfy the policies.
fn is_satisfied(policies: &[Policy], scopes: &[&str]) -> bool {
    let text = drift(
        vec![route("x::one", policies)],
        &[&client("reader", scopes)],
    );
    !text.contains("Rules that no client can satisfy")
}

#[test]
fn rules_are_satisfied_by_one_client_with_all_of_the_scopes() {
    let any = Policy::any_scope(["a/x", "a/y"]).expect("scopes");
    let default = Policy::scopes(["a/x", "a/y"]).expect("scopes");
    let empty = Policy::scope_rule(ScopeRule::All(Vec::new().into()));
    for (policies, scopes, expected) in [
        (vec![scope("a/x")], vec!["a/x"], true),
        (vec![scope("a/x")], vec!["a/y"], false),
        (vec![scope("a/x"), scope("a/y")], vec!["a/x"], false),
        (vec![scope("a/x").and(scope("a/y"))], vec!["a/x"], false),
        (vec![scope("a/x"), scope("a/y")], vec!["a/x", "a/y"], true),
        (vec![any], vec!["a/y"], true),
        (vec![default.clone()], vec!["a/y"], true),
        (vec![default.clone(), scope("a/x")], vec!["a/x"], true),
        (vec![default], vec!["a/z"], false),
        (vec![empty], vec!["a/x"], false),
        (vec![Policy::authenticated()], vec!["b/x"], true),
        // Cognito issues no client-credentials token to a client without custom scopes.
        (vec![Policy::authenticated()], vec!["openid"], false),
        (vec![scope("openid")], vec!["openid", "a/x"], false),
    ] {
        assert_eq!(
            is_satisfied(&policies, &scopes),
            expected,
            "{policies:?} {scopes:?}"
        );
    }
}

#[test]
fn lists_of_clients_are_part_of_the_rules() {
    let ids =
        |ids: &[&'static str]| Policy::allow_client_ids(ids.iter().copied()).expect("client IDs");
    let group = Policy::allow_groups(["reporting"]);
    for (policies, expected) in [
        (vec![ids(&["reader", "x"])], true),
        (vec![ids(&["default:reader"])], true),
        (vec![ids(&["x"])], false),
        (vec![ids(&["reader"]), ids(&["x"])], false),
        (vec![ids(&["tenant-a:reader"])], true),
        (vec![group.clone()], true),
        (vec![group.and(ids(&["x"]))], false),
    ] {
        assert_eq!(is_satisfied(&policies, &["a/x"]), expected, "{policies:?}");
    }
    let listed = route("x::one", &[scope("a/x"), ids(&["x"])]);
    let text = drift(vec![listed], &[&client("reader", &["a/x"])]);
    let line = "- `x::one (src/main.rs:7)`: no client that can get a token is listed\n";
    assert!(text.contains(line), "{text}");
}

#[test]
fn each_method_is_checked_and_refused_methods_are_not() {
    let map = Policy::scope_map([
        ("GET", ScopeRule::all(["a/x"]).expect("scopes")),
        ("POST", ScopeRule::all(["a/y"]).expect("scopes")),
    ]);
    let reader = client("reader", &["a/x"]);
    let mut mapped = route("x::one", &[map]);
    let text = drift(vec![mapped.clone()], &[&reader]);
    let line = "- `POST` of `x::one (src/main.rs:7)`: the rules name `a/y`\n";
    assert!(text.contains(line), "{text}");
    let endpoints = ["GET", "HEAD", "POST", "DELETE"];
    mapped.endpoints = endpoints
        .map(|method| Endpoint::new(method, "/x/{id}"))
        .into();
    let text = drift(vec![mapped], &[&reader]);
    let lines: Vec<_> = text.lines().filter(|line| line.starts_with("- ")).collect();
    assert_eq!(
        lines,
        ["- `POST /x/{id}` of `x::one (src/main.rs:7)`: the rules name `a/y`"]
    );
}

#[test]
fn scopes_that_cognito_no_longer_defines_are_not_granted() {
    let routes = || vec![route("x::one", &[scope("a/x")])];
    let reader = client("reader", &["a/x"]);
    assert_eq!(drift(routes(), &[&reader]), MATCH);
    let text = drift(routes(), &["[]", &reader]);
    for heading in [
        "Scopes that no resource server defines:",
        "Rules that no client can satisfy:",
        "Clients that can call no guarded route:\n- `reader`",
    ] {
        assert!(text.contains(heading), "{text}");
    }
}

#[test]
fn clients_without_the_grant_satisfy_no_rule_and_are_not_idle() {
    let web =
        r#"{ "ClientId": "web", "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["a/x"] }"#;
    let text = drift(vec![route("x::one", &[scope("a/x")])], &[web]);
    assert!(text.contains("Rules that no client can satisfy"), "{text}");
    assert!(!text.contains("Clients that can call"), "{text}");
    let text = drift(vec![route("x::one", &[Policy::authenticated()])], &[web]);
    assert!(
        text.contains("(src/main.rs:7)`: no client can get a token\n"),
        "{text}"
    );
}

#[test]
fn open_routes_and_guards_that_only_report_are_satisfied() {
    let public = Route {
        access: Access::Public { reason: None },
        ..route("x::open", &[])
    };
    let reports = reporting_route("x::one", scope("a/x"));
    let text = drift(vec![public, reports], &[&client("reader", &["a/y"])]);
    assert_eq!(
        text,
        "Clients with scopes that no rule requires:\n- `reader`: `a/y`\n"
    );
}

#[test]
fn resource_servers_of_other_apis_are_left_out() {
    let servers = ResourceServers::new(["a"]).expect("an identifier");
    let documents = [
        r#"["a/x", "a/y", "b/x"]"#,
        &client("reader", &["a/x", "b/x"]),
        &client("billing", &["b/x"]),
        &client("idle", &["a/y"]),
    ];
    let inventory = Inventory::of_items(vec![route("x::one", &[scope("a/x")])]);
    let drift = inventory.drift(&existing(&documents).for_resource_servers(servers));
    let expected = "Scopes that no rule requires:
- `a/y`

Clients with scopes that no rule requires:
- `idle`: `a/y`

Clients that can call no guarded route:
- `idle`
";
    assert_eq!(drift.to_string(), expected);
}

#[test]
fn client_listed_under_the_name_of_another_pool_is_not_idle() {
    let listed = Policy::allow_client_ids(["tenant-a:reader"]).expect("client IDs");
    let routes = vec![route("x::one", &[scope("a/x"), listed])];
    let scopes = &["a/x"];
    assert_eq!(drift(routes.clone(), &[&client("reader", scopes)]), MATCH);
    let text = drift(routes, &[&client("reader", scopes), &client("x", scopes)]);
    assert_eq!(text, "Clients that can call no guarded route:\n- `x`\n");
}

/// Returns the findings for an app that requires `a/x`, and that defines scopes for itself and another API.
fn with_definitions(existing: &ExistingUserPool) -> Vec<String> {
    let inventory = Inventory::of_items(vec![route("x::one", &[scope("a/x")])]);
    let definitions = [
        definition("a/x", ""),
        definition("a/y", ""),
        definition("called/x", ""),
    ];
    let comparison = Comparison {
        inventory: &inventory,
        existing,
        scopes: CodeScopes::with_definitions(&inventory, &definitions),
    };
    let findings = comparison.findings();
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn defined_scopes_must_exist_and_are_not_unused() {
    let missing = "Scopes that no resource server defines: `a/y`, defined in code";
    let unused = "Scopes that no rule requires: `a/z`";
    let reader = client("reader", &["a/x", "a/y", "called/z"]);
    let other = client("reader", &["a/x", "a/z"]);
    for (documents, expected) in [
        (vec![r#"["a/x"]"#], vec![missing]),
        (vec![r#"["a/x", "a/y"]"#], vec![]),
        (vec![r#"["a/x", "a/y", "a/z"]"#], vec![unused]),
        (vec![r#"["a/x", "a/y", "called/x", "called/z"]"#], vec![]),
        (vec![&reader], vec![]),
        (
            vec![&other],
            vec!["Clients with scopes that no rule requires: `reader`: `a/z`"],
        ),
    ] {
        let findings = with_definitions(&existing(&documents));
        assert_eq!(findings, expected, "{documents:?}");
    }
    let others = ResourceServers::new(["b"]).expect("an identifier");
    let existing = existing(&[r#"["a/x"]"#]).for_resource_servers(others);
    assert_eq!(with_definitions(&existing), [] as [&str; 0]);
}

#[test]
fn scopes_of_a_trigger_are_granted_and_need_no_resource_server() {
    let routes = vec![route("x::one", &[scope("a/x"), scope("a/t"), scope("t")])];
    let inventory = Inventory::of_items(routes);
    let existing = existing(&[r#"["a/x"]"#, &client("reader", &["a/x"])]);
    assert_eq!(inventory.drift(&existing).iter().count(), 4);
    let existing = existing.with_trigger_scopes(["a/t", "t"]).expect("scopes");
    assert_eq!(inventory.drift(&existing).to_string(), MATCH);
    assert!(existing.with_trigger_scopes(["two words"]).is_err());
}
