use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::clients::ANY_CLIENT;
use super::*;
use crate::inventory::RouteGuard;
use crate::inventory::samples::{enforced, report_only, wrap};
use crate::policy::value::Rule;
use crate::policy::{
    ClientGroups, ClientList, Denial, Policy, PolicyDefaults, ResourceServers, ScopeRule,
};
use crate::scope::Scope;
use crate::scope_match::ScopeMatch;

fn cases_of(guards: &[RouteGuard], method: &str, defaults: &PolicyDefaults) -> Cases {
    let path_parameters = [("tenant_id".to_owned(), "acme".to_owned())];
    let rules = Rules {
        guards,
        method,
        path_parameters: &path_parameters,
        defaults,
    };
    let cases = cases(&rules, &BTreeMap::new());
    check(&rules, &cases);
    cases
}

/// Checks with the policies themselves that each case has the result that it stands for.
fn check(rules: &Rules<'_>, cases: &Cases) {
    match cases {
        Cases::Satisfiable(cases) => {
            for caller in std::iter::once(&cases.least).chain(&cases.alternatives) {
                assert_eq!(rules.evaluate(caller), Ok(()), "{caller}");
                for scope in &caller.scopes {
                    let mut less = caller.clone();
                    less.scopes.remove(scope);
                    let is_minimal = rules.evaluate(&less).is_err();
                    assert!(is_minimal, "{caller} does not need {scope}");
                    let is_case = cases
                        .refused
                        .iter()
                        .any(|it| it.caller.scopes == less.scopes);
                    assert!(is_case, "{less} is not tried");
                }
            }
            for refused in &cases.refused {
                let result = rules.evaluate(&refused.caller);
                assert!(result.is_err(), "{} is admitted", refused.lacking);
            }
        }
        Cases::Unsatisfiable(cases) => {
            let result = rules.evaluate(&cases.everything);
            assert_eq!(result, Err(cases.denial.clone()));
        }
    }
}

fn satisfiable(cases: Cases) -> Satisfiable {
    match cases {
        Cases::Satisfiable(cases) => cases,
        Cases::Unsatisfiable(cases) => panic!("expected a caller: {cases:?}"),
    }
}

/// Returns the sets of scopes that are admitted, and what the refused callers lack.
fn summary(cases: Cases) -> (Vec<String>, Vec<String>) {
    let cases = satisfiable(cases);
    let admitted = std::iter::once(&cases.least).chain(&cases.alternatives);
    (
        admitted.map(Caller::scope).collect(),
        cases
            .refused
            .iter()
            .map(|it| it.lacking.to_string())
            .collect(),
    )
}

fn get(policy: Policy) -> Cases {
    cases_of(&[enforced(policy)], "GET", &PolicyDefaults::default())
}

#[test]
fn each_alternative_is_a_minimal_set() {
    let scope = |name: &'static str| ScopeRule::all([name]).unwrap();
    let all = |rules: Vec<ScopeRule>| ScopeRule::All(rules.into());
    let any = |rules: Vec<ScopeRule>| ScopeRule::Any(rules.into());
    let bc = ScopeRule::all(["b", "c"]).unwrap();
    for (rule, expected) in [
        (scope("a"), "a"),
        (ScopeRule::all(["a", "b"]).unwrap(), "a b"),
        (ScopeRule::any(["a", "b"]).unwrap(), "a|b"),
        (
            all(vec![any(vec![scope("a"), bc.clone()]), scope("d")]),
            "a d|b c d",
        ),
        // `a` alone satisfies the rule, so `a b` is not minimal.
        (
            any(vec![scope("a"), ScopeRule::all(["a", "b"]).unwrap()]),
            "a",
        ),
        (all(vec![scope("a"), any(vec![scope("a"), bc])]), "a"),
    ] {
        let (sets, _) = summary(get(Policy::scope_rule(rule.clone())));
        assert_eq!(sets.join("|"), expected, "{rule:?}");
    }
}

#[test]
fn default_match_decides_the_sets() {
    let guards = [enforced(Policy::scopes(["a", "b"]).unwrap())];
    for (scope_match, expected) in [(ScopeMatch::All, "a b"), (ScopeMatch::Any, "a|b")] {
        let defaults = PolicyDefaults {
            scope_match,
            ..PolicyDefaults::default()
        };
        let (sets, _) = summary(cases_of(&guards, "GET", &defaults));
        assert_eq!(sets.join("|"), expected);
    }
}

#[test]
fn method_map_has_a_set_for_each_method() {
    let rule = |name: &'static str| ScopeRule::all([name]).unwrap();
    let guards = [enforced(Policy::scope_map([
        ("GET", rule("r")),
        ("POST", rule("w")),
    ]))];
    let defaults = PolicyDefaults::default();
    for (method, expected) in [("GET", "r"), ("HEAD", "r"), ("POST", "w")] {
        let (sets, _) = summary(cases_of(&guards, method, &defaults));
        assert_eq!(sets, [expected], "{method}");
    }
    let Cases::Unsatisfiable(cases) = cases_of(&guards, "PUT", &defaults) else {
        panic!("PUT is not listed");
    };
    assert_eq!(cases.denial, Denial::Method);
    assert_eq!(cases.everything.scope(), "r w");
}

#[test]
fn all_guards_must_be_satisfied_and_those_that_report_are_not() {
    let guards = [
        wrap(Policy::scope("outer")),
        enforced(
            Policy::any_scope(["a", "b"])
                .unwrap()
                .and(Policy::scope("c")),
        ),
        report_only(Policy::scope("reported")),
    ];
    let (sets, _) = summary(cases_of(&guards, "GET", &PolicyDefaults::default()));
    assert_eq!(sets, ["a c outer", "b c outer"]);
    let guards = [report_only(Policy::scope("reported"))];
    let cases = cases_of(&guards, "GET", &PolicyDefaults::default());
    assert_eq!(summary(cases), (vec![String::new()], Vec::new()));
}

#[test]
fn each_listed_client_is_admitted_and_another_one_is_not() {
    let cases = satisfiable(get(
        Policy::allow_client_ids(["tenant:x", "y", "z"]).unwrap()
    ));
    assert_eq!(cases.least.client.to_string(), "y");
    let others: Vec<_> = cases
        .alternatives
        .iter()
        .map(|it| it.client.as_str())
        .collect();
    assert_eq!(others, ["z", "tenant:x"]);
    assert_eq!(cases.refused.len(), 1);
    assert_eq!(cases.refused[0].lacking, Lacking::Client);
}

#[test]
fn groups_and_the_default_allowlist_have_members() {
    let list = |id: &str| ClientList::new([id]).unwrap();
    let defaults = PolicyDefaults {
        groups: ClientGroups::from_iter([("known".to_owned(), list("member"))]),
        allowed_clients: Some(list("allowed")),
        ..PolicyDefaults::default()
    };
    for (guard, expected) in [
        (enforced(Policy::allow_groups(["known"])), "member"),
        (enforced(Policy::scope("a")), "allowed"),
        (report_only(Policy::allow_groups(["known"])), "allowed"),
        (wrap(Policy::scope("a")), ANY_CLIENT),
    ] {
        let cases = satisfiable(cases_of(&[guard], "GET", &defaults));
        assert_eq!(cases.least.client.as_str(), expected);
    }
    let unknown = [enforced(Policy::allow_groups(["unknown"]))];
    let cases = cases_of(&unknown, "GET", &defaults);
    assert!(matches!(cases, Cases::Unsatisfiable(it) if it.denial == Denial::Client));
}

#[test]
fn token_has_a_scope_of_the_resource_servers() {
    let defaults = PolicyDefaults {
        resource_servers: Some(ResourceServers::new(["widgets"]).unwrap()),
        ..PolicyDefaults::default()
    };
    for (policy, expected) in [
        (Policy::authenticated(), "widgets/cognito-m2m-test"),
        (Policy::scope("widgets/read"), "widgets/read"),
        (
            Policy::scope("other/read"),
            "other/read widgets/cognito-m2m-test",
        ),
    ] {
        let (sets, lacking) = summary(cases_of(&[enforced(policy)], "GET", &defaults));
        assert_eq!(sets, [expected]);
        assert_eq!(lacking.len(), expected.split(' ').count());
    }
}

#[test]
fn claims_have_each_value_and_no_other() {
    let policy = Policy::claim_one_of("environment", ["prod", "staging"])
        .and(Policy::claim("version", 3))
        .and(Policy::claim("internal", true))
        .and(Policy::claim_equals_path("tenant", "tenant_id"));
    let cases = satisfiable(get(policy));
    let values: Vec<_> = cases.least.claims.values().flatten().cloned().collect();
    assert_eq!(
        values,
        [json!("prod"), json!(true), json!("acme"), json!(3)]
    );
    assert_eq!(cases.alternatives.len(), 1);
    let of = |name: &str| -> Vec<Option<Value>> {
        let changed = cases.refused.iter().filter(|it| match &it.lacking {
            Lacking::Claim(claim) | Lacking::Value(claim, _) | Lacking::Type(claim, _) => {
                claim == name
            }
            _ => false,
        });
        changed.map(|it| it.caller.claims[name].clone()).collect()
    };
    let other = || Some(json!("cognito-m2m-other"));
    assert_eq!(of("environment"), [None, other(), Some(json!(["prod"]))]);
    assert_eq!(of("version"), [None, Some(json!(0)), Some(json!("3"))]);
    assert_eq!(
        of("internal"),
        [None, Some(json!(false)), Some(json!("true"))]
    );
    assert_eq!(of("tenant"), [None, other(), Some(json!(["acme"]))]);
}

#[test]
fn contradictions_admit_no_token() {
    for policy in [
        Policy::claim("a", 1).and(Policy::claim("a", 2)),
        Policy::claim_equals_path("tenant", "absent"),
        Policy::allow_client_ids(["x"])
            .unwrap()
            .and(Policy::allow_client_ids(["y"]).unwrap()),
        Policy::scope_rule(ScopeRule::All(Cow::Borrowed(&[]))),
        Policy::scope_rule(ScopeRule::Any(Cow::Borrowed(&[]))),
        Policy(Rule::Claims(Cow::Borrowed(&[]))),
        Policy(Rule::Clients(Cow::Borrowed(&[]))),
        Policy::scope("a").and(Policy::scope_rule(ScopeRule::Any(Cow::Borrowed(&[])))),
    ] {
        let cases = get(policy.clone());
        assert!(matches!(cases, Cases::Unsatisfiable(_)), "{policy:?}");
    }
}

#[test]
fn given_claims_are_in_every_token() {
    let guards = [enforced(Policy::claim_one_of(
        "environment",
        ["prod", "staging"],
    ))];
    let defaults = PolicyDefaults::default();
    let rules = Rules {
        guards: &guards,
        method: "GET",
        path_parameters: &[],
        defaults: &defaults,
    };
    let given = [("environment", "staging"), ("other", "x")];
    let given = given.map(|(name, value)| (name.to_owned(), json!(value)));
    let cases = satisfiable(cases(&rules, &BTreeMap::from(given)));
    assert_eq!(cases.least.claims["environment"], Some(json!("staging")));
    assert!(
        cases
            .refused
            .iter()
            .all(|it| it.caller.claims["other"] == Some(json!("x")))
    );
}

#[test]
fn alternatives_are_bounded_and_each_scope_is_in_one_of_them() {
    let any = |prefix: &str| {
        let scopes = (0..20).map(|number| format!("{prefix}{number}"));
        ScopeRule::any(scopes).unwrap()
    };
    let rule = ScopeRule::All(vec![any("a"), any("b")].into());
    let (sets, _) = summary(get(Policy::scope_rule(rule.clone())));
    assert!(sets.len() <= 32);
    for scope in rule.named_scopes() {
        let is_named = |set: &String| set.split(' ').any(|it| it == scope.as_str());
        assert!(sets.iter().any(is_named), "{scope}");
    }
}

/// A rule of up to four levels over eight scopes.
fn random_rule(random: &mut fastrand::Rng, depth: u32) -> ScopeRule {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    if depth == 0 || random.u8(..4) == 0 {
        return ScopeRule::Scope(Scope::from_static(names[random.usize(..names.len())]));
    }
    let count = random.usize(0..4);
    let rules = (0..count).map(|_| random_rule(random, depth - 1));
    let rules: Vec<_> = rules.collect();
    match random.u8(..3) {
        0 => ScopeRule::All(rules.into()),
        1 => ScopeRule::Any(rules.into()),
        _ => ScopeRule::Default(rules.into()),
    }
}

#[test]
fn minimal_sets_of_random_rules_are_minimal_and_exist_if_a_token_is_admitted() {
    let mut random = fastrand::Rng::with_seed(13);
    let mut satisfiable = 0;
    for round in 0..500 {
        let guards: Vec<_> = (0..random.usize(1..4))
            .map(|_| {
                let policy = Policy::scope_rule(random_rule(&mut random, 3));
                if random.bool() {
                    enforced(policy)
                } else {
                    wrap(policy)
                }
            })
            .collect();
        let defaults = PolicyDefaults {
            scope_match: if random.bool() {
                ScopeMatch::All
            } else {
                ScopeMatch::Any
            },
            ..PolicyDefaults::default()
        };
        // `cases_of` checks each case.
        let is_satisfiable = matches!(cases_of(&guards, "GET", &defaults), Cases::Satisfiable(_));
        // Scope rules are monotone, so a rule that denies all scopes denies every token.
        let everything = Caller {
            client: crate::qualified_client_id::QualifiedClientId::from_static(ANY_CLIENT),
            scopes: ('a'..='h')
                .map(|name| Scope::new(name.to_string()).unwrap())
                .collect(),
            claims: BTreeMap::new(),
        };
        let rules = Rules {
            guards: &guards,
            method: "GET",
            path_parameters: &[],
            defaults: &defaults,
        };
        let is_admitted = rules.evaluate(&everything).is_ok();
        assert_eq!(is_satisfiable, is_admitted, "round {round}: {guards:?}");
        satisfiable += u32::from(is_satisfiable);
    }
    assert!((50..480).contains(&satisfiable), "{satisfiable}");
}
