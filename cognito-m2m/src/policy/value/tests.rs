use serde_json::json;

use super::*;
use crate::policy::{ClientGroups, ClientList, Defaults};
use crate::principal::ServicePrincipal;
use crate::scope::ScopeMatch;
use crate::token::Claims;

fn evaluate(policy: &Policy, method: &str, scope: &str) -> Result<(), Denial> {
    let claims = json!({ "client_id": "reporting", "scope": scope });
    let claims = Claims::from_value(claims).expect("an object");
    let groups = [(
        "known".to_owned(),
        ClientList::new(["reporting"]).expect("a list"),
    )];
    policy.evaluate(&PolicyInput {
        principal: &ServicePrincipal::danger_from_claims(claims).expect("a principal"),
        method,
        groups: &ClientGroups::from_iter(groups),
        defaults: &Defaults::default(),
    })
}

fn required(denial: Result<(), Denial>) -> String {
    match denial {
        Err(Denial::Scope { required }) => required
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" "),
        other => format!("{other:?}"),
    }
}

#[test]
fn all_and_any_count_scopes() {
    let all = Policy::all_scopes(["a", "b"]).expect("scopes");
    let any = Policy::any_scope(["a", "b"]).expect("scopes");
    assert!(evaluate(&all, "GET", "a b c").is_ok());
    assert_eq!(required(evaluate(&all, "GET", "a")), "a b");
    assert!(evaluate(&any, "GET", "b").is_ok());
    assert_eq!(required(evaluate(&any, "GET", "c")), "a b");
}

#[test]
fn an_empty_policy_denies() {
    let none: [&'static str; 0] = [];
    for policy in [
        Policy::all_scopes(none).expect("scopes"),
        Policy::any_scope(none).expect("scopes"),
        Policy::scopes(none).expect("scopes"),
        Policy::scope_map(none.map(|method| (method, ScopeRule::All(Cow::Borrowed(&[]))))),
        Policy::allow_client_ids(none).expect("clients"),
    ] {
        assert!(evaluate(&policy, "GET", "a").is_err(), "{policy:?}");
    }
}

#[test]
fn the_default_match_is_asked_where_none_is_written() {
    let policy = Policy::scopes(["a", "b"]).expect("scopes");
    assert!(evaluate(&policy, "GET", "a").is_err());
    let Rule::Scopes(rule) = &policy.0 else {
        panic!("scopes")
    };
    assert!(rule.is_met_by(&crate::scope::ScopeSet::parse("a"), ScopeMatch::Any));
}

#[test]
fn a_method_that_is_not_listed_is_denied() {
    let rule = || ScopeRule::all(["a"]).expect("scopes");
    let policy = Policy::scope_map([("GET", rule())]);
    assert!(evaluate(&policy, "GET", "a").is_ok());
    assert!(evaluate(&policy, "HEAD", "a").is_ok());
    for method in ["POST", "get", "OPTIONS", "PURGE"] {
        assert_eq!(
            evaluate(&policy, method, "a"),
            Err(Denial::Method),
            "{method}"
        );
    }
    assert_eq!(
        evaluate(&Policy::scope_map([("POST", rule())]), "HEAD", "a"),
        Err(Denial::Method)
    );
}

#[test]
fn nesting_is_exact() {
    // all(any(a, all(b, c)), d): the case that went wrong elsewhere.
    let scope = |name: &'static str| ScopeRule::all([name]).expect("scopes");
    let bc = ScopeRule::all(["b", "c"]).expect("scopes");
    let rule = ScopeRule::All(vec![ScopeRule::Any(vec![scope("a"), bc].into()), scope("d")].into());
    let policy = Policy::scope_rule(rule);
    assert_eq!(required(evaluate(&policy, "GET", "a")), "a b c d");
    for (granted, admitted) in [
        ("a d", true),
        ("b c d", true),
        ("b d", false),
        ("b c", false),
        ("d", false),
    ] {
        assert_eq!(
            evaluate(&policy, "GET", granted).is_ok(),
            admitted,
            "{granted}"
        );
    }
}

#[test]
fn a_list_of_clients_admits_those_on_it() {
    let listed = Policy::allow_client_ids(["other", "reporting"]).expect("clients");
    assert!(evaluate(&listed, "GET", "").is_ok());
    for entry in ["other", "Reporting", "tenant:reporting"] {
        let policy = Policy::allow_client_ids([entry]).expect("clients");
        assert_eq!(evaluate(&policy, "GET", ""), Err(Denial::Client), "{entry}");
    }
    assert!(Policy::allow_client_ids(["a b"]).is_err());
}

#[test]
fn a_group_admits_its_clients_and_an_unknown_group_nobody() {
    let group = |name| {
        Policy(Rule::Clients(
            vec![ClientSelector::Group(Cow::Borrowed(name))].into(),
        ))
    };
    assert!(evaluate(&group("known"), "GET", "").is_ok());
    assert_eq!(evaluate(&group("unknown"), "GET", ""), Err(Denial::Client));
    assert_eq!(group("known").groups().collect::<Vec<_>>(), ["known"]);
}

#[test]
fn both_policies_must_hold() {
    let policy = Policy::all_scopes(["a"])
        .expect("scopes")
        .and(Policy::allow_client_ids(["x"]).expect("clients"));
    assert!(policy.lists_clients());
    assert_eq!(evaluate(&policy, "GET", "a"), Err(Denial::Client));
    assert_eq!(required(evaluate(&policy, "GET", "")), "a");
}
