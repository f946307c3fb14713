use super::*;
use crate::client_id::ClientId;
use crate::policy::{ClientGroups, ClientList, PathParameters, PolicyDefaults};
use crate::pool::PoolName;
use crate::scope::ScopeSet;
use crate::scope_match::ScopeMatch;
use crate::token::Claims;

/// Evaluates a policy for the client `reporting`, which is in the group `known`.
fn evaluate(policy: &Policy, method: &str, scopes: &str) -> Result<(), Denial> {
    let known = ClientList::new(["reporting"]).expect("a valid list");
    policy.evaluate(&PolicyInput {
        pool: &PoolName::default(),
        client_id: &ClientId::new("reporting").expect("a valid client ID"),
        scopes: &ScopeSet::parse(scopes),
        claims: &Claims::from_value(serde_json::json!({ "tenant": "acme" }))
            .expect("the claims are an object"),
        method,
        path_parameters: PathParameters::from_pairs(&[("tenant_id", "acme")]),
        defaults: &PolicyDefaults {
            groups: ClientGroups::from_iter([("known".to_owned(), known)]),
            ..PolicyDefaults::default()
        },
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
fn all_requires_every_scope_and_any_requires_one() {
    let all = Policy::all_scopes(["a", "b"]).expect("valid scopes");
    let any = Policy::any_scope(["a", "b"]).expect("valid scopes");
    assert!(evaluate(&all, "GET", "a b c").is_ok());
    assert_eq!(required(evaluate(&all, "GET", "a")), "a b");
    assert!(evaluate(&any, "GET", "b").is_ok());
    assert_eq!(required(evaluate(&any, "GET", "c")), "a b");
}

#[test]
fn empty_policy_denies() {
    let none: [&'static str; 0] = [];
    for policy in [
        Policy::all_scopes(none).expect("valid scopes"),
        Policy::any_scope(none).expect("valid scopes"),
        Policy::scopes(none).expect("valid scopes"),
        Policy::scope_map(none.map(|method| (method, ScopeRule::All(Cow::Borrowed(&[]))))),
        Policy::allow_client_ids(none).expect("valid client IDs"),
        Policy::claim_one_of("tenant", none),
        Policy(Rule::Claims(Cow::Borrowed(&[]))),
    ] {
        assert!(evaluate(&policy, "GET", "a").is_err(), "{policy:?}");
    }
}

#[test]
fn default_scope_match_applies_if_a_policy_specifies_none() {
    let policy = Policy::scopes(["a", "b"]).expect("valid scopes");
    assert!(evaluate(&policy, "GET", "a").is_err());
    let Rule::Scopes(rule) = &policy.0 else {
        panic!("the policy is a scope rule")
    };
    assert!(rule.is_met_by(&ScopeSet::parse("a"), ScopeMatch::Any));
}

#[test]
fn unlisted_method_is_denied() {
    let rule = || ScopeRule::all(["a"]).expect("valid scopes");
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
fn nested_rules_keep_their_grouping() {
    // Pasting `&&` and `||` without parentheses would admit `a` alone.
    let scope = |name: &'static str| ScopeRule::all([name]).expect("valid scopes");
    let bc = ScopeRule::all(["b", "c"]).expect("valid scopes");
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
fn client_list_admits_its_clients_only() {
    let listed = Policy::allow_client_ids(["other", "reporting"]).expect("valid client IDs");
    assert!(evaluate(&listed, "GET", "").is_ok());
    for entry in ["other", "Reporting", "tenant:reporting"] {
        let policy = Policy::allow_client_ids([entry]).expect("valid client IDs");
        assert_eq!(evaluate(&policy, "GET", ""), Err(Denial::Client), "{entry}");
    }
    assert!(Policy::allow_client_ids(["a b"]).is_err());
}

#[test]
fn group_admits_its_clients_and_an_undefined_group_admits_none() {
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
fn combined_policies_must_both_be_satisfied() {
    let policy = Policy::all_scopes(["a"])
        .expect("valid scopes")
        .and(Policy::allow_client_ids(["x"]).expect("valid client IDs"));
    assert!(policy.lists_clients());
    assert_eq!(evaluate(&policy, "GET", "a"), Err(Denial::Client));
    assert_eq!(required(evaluate(&policy, "GET", "")), "a");
}
