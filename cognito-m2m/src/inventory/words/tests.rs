use fastrand::Rng;

use super::*;
use crate::inventory::samples::{SCOPES, any_scope_rule, enforced, report_only};
use crate::policy::{ClaimRule, ClientSelector};
use crate::qualified_client_id::QualifiedClientId;
use crate::scope::{Scope, ScopeSet};
use crate::scope_match::ScopeMatch;

fn scope(scope: &'static str) -> ScopeRule {
    ScopeRule::Scope(Scope::new(scope).expect("a valid scope"))
}

fn all(rules: &[ScopeRule]) -> ScopeRule {
    ScopeRule::All(rules.to_vec().into())
}

fn any(rules: &[ScopeRule]) -> ScopeRule {
    ScopeRule::Any(rules.to_vec().into())
}

fn clients(entries: &[&'static str]) -> Policy {
    let selector = |entry: &&'static str| match entry.strip_prefix('@') {
        Some(group) => ClientSelector::Group(group.into()),
        None => {
            let client = QualifiedClientId::new(*entry).expect("a valid client ID");
            ClientSelector::Client(client)
        }
    };
    Policy(Rule::Clients(entries.iter().map(selector).collect()))
}

fn claims(rules: &[ClaimRule]) -> Policy {
    Policy(Rule::Claims(rules.to_vec().into()))
}

fn widgets() -> Policy {
    Policy::scope_map([
        ("GET", scope("widgets/read")),
        (
            "POST",
            any(&[scope("widgets/write"), scope("widgets/admin")]),
        ),
    ])
}

#[test]
fn policies_are_described_with_their_grouping() {
    let [a, b, c] = ["a", "b", "c"].map(scope);
    let default = Policy::scopes(["a", "b"]).expect("valid scopes");
    let rule = |rule: &ScopeRule| Policy::scope_rule(rule.clone());
    let tenant = ClaimRule::equals_path("tenant", "tenant_id");
    let no_values: [&'static str; 0] = [];
    for (policy, expected) in [
        (Policy::authenticated(), "any valid token"),
        (rule(&a), "a"),
        (rule(&all(std::slice::from_ref(&a))), "a"),
        (rule(&all(&[a.clone(), b.clone()])), "all of a, b"),
        (
            rule(&any(&[a.clone(), all(&[b.clone(), c.clone()])])),
            "any of a, (all of b, c)",
        ),
        (
            rule(&all(&[any(&[a.clone(), b.clone()]), c.clone()])),
            "all of (any of a, b), c",
        ),
        (default.clone(), "a, b (all or any, by default_scope_match)"),
        (
            rule(&any(&[])),
            "always refused: the list of scopes is empty",
        ),
        (
            rule(&any(&[a.clone(), all(&[])])),
            "any of a, (always refused: the list of scopes is empty)",
        ),
        (
            rule(&all(&[scope("a,b"), scope("(c")])),
            r#"all of "a,b", "(c""#,
        ),
        (
            widgets(),
            "GET: widgets/read; POST: any of widgets/write, widgets/admin",
        ),
        (
            Policy::scope_map([("GET", a.clone()), ("GET", b.clone())]),
            "GET: a",
        ),
        (
            Policy::scope_map(no_values.map(|method| (method, a.clone()))),
            "always refused: the map of methods is empty",
        ),
        (clients(&["reporting"]), "client reporting"),
        (
            clients(&["reporting", "@ops", "tenant-a:sync"]),
            "client reporting, tenant-a:sync or group ops",
        ),
        (
            clients(&["@ops", "@two words"]),
            r#"group ops or group "two words""#,
        ),
        (clients(&[]), "always refused: the list of clients is empty"),
        (
            Policy::claim("environment", "prod"),
            r#"claim environment = "prod""#,
        ),
        (Policy::claim("level", 3), "claim level = 3"),
        (Policy::claim("a = b", true), r#"claim "a = b" = true"#),
        (
            Policy::claim_one_of("environment", ["prod", "a\"b"]),
            r#"claim environment = one of "prod", "a\"b""#,
        ),
        (
            Policy::claim_one_of("environment", no_values),
            "always refused: claim environment has an empty list of values",
        ),
        (
            Policy::claim_rule(tenant.clone()),
            "claim tenant = path parameter tenant_id",
        ),
        (
            claims(&[
                tenant,
                ClaimRule::new("level".into(), vec![1.into(), 2.into()]),
            ]),
            "claim tenant = path parameter tenant_id and (claim level = one of 1, 2)",
        ),
        (claims(&[]), "always refused: the list of claims is empty"),
        (
            default.and(clients(&["x", "y"])).and(Policy::scope("z")),
            "(a, b (all or any, by default_scope_match)) and (client x or y) and z",
        ),
    ] {
        assert_eq!(policy_in_words(&policy), expected, "{policy:?}");
    }
}

#[test]
fn map_of_methods_is_reduced_to_the_rule_of_one_method() {
    let for_method =
        |policy: &Policy, method| guards_in_words(&[enforced(policy.clone())], Some(method));
    let policy = widgets().and(clients(&["x"]));
    for (method, expected) in [
        ("GET", "widgets/read and client x"),
        ("HEAD", "widgets/read and client x"),
        ("POST", "(any of widgets/write, widgets/admin) and client x"),
        (
            "PUT",
            "(always refused: the map has no entry for PUT) and client x",
        ),
    ] {
        assert_eq!(for_method(&policy, method), expected, "{method}");
    }
    let listed = Policy::scope_map([("GET", scope("a")), ("HEAD", scope("b"))]);
    assert_eq!(for_method(&listed, "HEAD"), "b");
    let refused = "always refused: the map has no entry for PUT";
    assert_eq!(for_method(&widgets(), "PUT"), refused);
}

#[test]
fn guards_of_a_route_are_joined() {
    let read = || Policy::scope("widgets/read");
    let both = || Policy::all_scopes(["a", "b"]).expect("valid scopes");
    let authenticated = Policy::authenticated;
    for (guards, expected) in [
        (vec![enforced(authenticated())], "any valid token"),
        (
            vec![enforced(authenticated()), enforced(read())],
            "widgets/read",
        ),
        (
            vec![enforced(authenticated()), report_only(read())],
            "any valid token and widgets/read (report only)",
        ),
        (vec![enforced(read()), enforced(read())], "widgets/read"),
        (
            vec![enforced(read()), report_only(read())],
            "widgets/read and widgets/read (report only)",
        ),
        (vec![enforced(both())], "all of a, b"),
        (vec![report_only(both())], "(all of a, b) (report only)"),
        (
            vec![
                report_only(both().and(read())),
                enforced(clients(&["x", "y"])),
            ],
            "((all of a, b) and widgets/read) (report only) and (client x or y)",
        ),
    ] {
        assert_eq!(guards_in_words(&guards, Some("GET")), expected);
    }
    let map = [enforced(widgets())];
    assert_eq!(guards_in_words(&map, Some("HEAD")), "widgets/read");
    assert_eq!(guards_in_words(&map, None), policy_in_words(&widgets()));
}

#[test]
fn words_of_generated_scope_rules_mean_the_same_as_the_rules() {
    let mut rng = Rng::with_seed(13);
    for _ in 0..200 {
        let rule = any_scope_rule(&mut rng, 3);
        let words = policy_in_words(&Policy::scope_rule(rule.clone()));
        for subset in 0_u32..1 << SCOPES.len() {
            let held = SCOPES
                .iter()
                .enumerate()
                .filter(|(index, _)| subset >> index & 1 == 1);
            let held: Vec<_> = held.map(|(_, scope)| *scope).collect();
            let granted = ScopeSet::parse(&held.join(" "));
            for default in [ScopeMatch::All, ScopeMatch::Any] {
                let expected = rule.is_met_by(&granted, default);
                let mut rest = words.as_str();
                assert_eq!(
                    is_met(&mut rest, &granted, default),
                    expected,
                    "{words} {held:?}"
                );
                assert_eq!(rest, "", "{words}");
            }
        }
    }
}

/// Evaluates words as a reader would, up to a closing parenthesis.
fn is_met(rest: &mut &str, granted: &ScopeSet, default: ScopeMatch) -> bool {
    if takes(rest, "always refused: the list of scopes is empty") {
        return false;
    }
    let requires_all = takes(rest, "all of ");
    let requires_any = takes(rest, "any of ");
    let mut met = Vec::new();
    loop {
        met.push(if takes(rest, "(") {
            let inner = is_met(rest, granted, default);
            assert!(takes(rest, ")"), "{rest}");
            inner
        } else {
            granted.contains(name(rest))
        });
        if !takes(rest, ", ") {
            break;
        }
    }
    let is_default = takes(rest, " (all or any, by default_scope_match)");
    let marks = [requires_all, requires_any, is_default]
        .iter()
        .filter(|mark| **mark)
        .count();
    assert_eq!(marks, usize::from(met.len() > 1), "{rest}");
    if requires_any || (is_default && default == ScopeMatch::Any) {
        met.contains(&true)
    } else {
        !met.contains(&false)
    }
}

fn takes(rest: &mut &str, expected: &str) -> bool {
    match rest.strip_prefix(expected) {
        Some(after) => {
            *rest = after;
            true
        }
        None => false,
    }
}

fn name<'r>(rest: &mut &'r str) -> &'r str {
    let (name, after) = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').expect("a closing quotation mark"),
        None => rest.split_at(rest.find([',', ')', ' ']).unwrap_or(rest.len())),
    };
    *rest = after;
    name
}
