//! The policy of each attribute, and the guard of several attributes on one handler.

mod policies;

use actix_web::{HttpRequest, HttpResponse, Responder};
use cognito_m2m::__private::{Guard, RoutePolicy};
use cognito_m2m::error::Refusal;
use cognito_m2m::policy::{ScopeRule, guarded_handlers};
use cognito_m2m::scope::Scope;
use cognito_m2m::{
    Policy, allow_client_ids, require_all_scopes, require_any_scope, require_authentication,
    require_scopes, scope_map,
};

use policies::policies;

mod scopes {
    pub(crate) const READ: &str = "widgets/read";
}

mod clients {
    pub(crate) const SYNC: &str = "tenant-a:sync";
}

const fn scope(scope: &'static str) -> ScopeRule {
    ScopeRule::Scope(Scope::from_static(scope))
}

#[require_authentication]
async fn authenticated() {}

#[require_scopes("widgets/read")]
async fn one_scope() {}

#[require_scopes(scopes::READ, "b")]
async fn matched_by_default() {}

#[require_scopes("a", "b", match = "any")]
async fn matched_by_any() {}

#[require_any_scope("a", "b")]
async fn any_scope() {}

#[require_all_scopes("a", "b")]
async fn all_scopes() {}

#[require_scopes(any("a", all("b", scopes::READ)))]
async fn nested() {}

#[test]
fn scope_attributes_have_scope_policies() {
    let any = Policy::any_scope(["a", "b"]).unwrap();
    assert_eq!(policies(authenticated), [Policy::authenticated()]);
    assert_eq!(
        policies(one_scope),
        [Policy::scope_rule(scope("widgets/read"))]
    );
    assert_eq!(
        policies(matched_by_default),
        [Policy::scopes(["widgets/read", "b"]).unwrap()]
    );
    assert_eq!(policies(any_scope), policies(matched_by_any));
    assert_eq!(policies(any_scope), [any]);
    assert_eq!(
        policies(all_scopes),
        [Policy::all_scopes(["a", "b"]).unwrap()]
    );
    let inner = ScopeRule::all(["b", "widgets/read"]).unwrap();
    let nested_rule = ScopeRule::Any(vec![scope("a"), inner].into());
    assert_eq!(policies(nested), [Policy::scope_rule(nested_rule)]);
}

mod typed {
    use cognito_m2m::scope::Scope;

    pub(crate) const READ: Scope = Scope::from_static("widgets/read");
    pub(crate) const WRITE: &Scope = &Scope::from_static("widgets/write");
    pub(crate) static ADMIN: Scope = Scope::from_static("widgets/admin");
    pub(crate) static TEXT: &str = "widgets/text";

    pub(crate) struct Widgets;

    impl Widgets {
        pub(crate) const COUNT: Scope = Scope::from_static("widgets/count");
    }

    pub(crate) struct Catalogue<const N: usize>;

    impl<const N: usize> Catalogue<N> {
        pub(crate) const READ: &str = if N == 1 { "catalogue/one" } else { "catalogue" };
    }
}

#[require_scopes(
    typed::READ,
    typed::WRITE,
    typed::ADMIN,
    typed::TEXT,
    typed::Widgets::COUNT
)]
async fn with_scope_constants() {}

#[require_scopes(typed::READ)]
async fn with_one_scope_constant() {}

#[require_any_scope(all(typed::READ, any(typed::WRITE, scopes::READ)), typed::ADMIN, "b")]
async fn with_nested_scope_constants() {}

#[scope_map(GET = typed::READ, POST = [typed::ADMIN, typed::WRITE], PUT = any(typed::READ, "b"), match = "all")]
async fn with_mapped_scope_constants() {}

#[require_scopes(typed::Catalogue::<1>::READ)]
async fn with_generic_constant() {}

#[test]
fn constants_of_scopes_are_strings_or_scopes() {
    let all = [
        "widgets/read",
        "widgets/write",
        "widgets/admin",
        "widgets/text",
        "widgets/count",
    ];
    assert_eq!(
        policies(with_scope_constants),
        [Policy::scopes(all).unwrap()]
    );
    let read = Policy::scope_rule(scope("widgets/read"));
    assert_eq!(policies(with_one_scope_constant), [read]);
    let inner = ScopeRule::any(["widgets/write", "widgets/read"]).unwrap();
    let all = ScopeRule::All(vec![scope("widgets/read"), inner].into());
    let nested = ScopeRule::Any(vec![all, scope("widgets/admin"), scope("b")].into());
    assert_eq!(
        policies(with_nested_scope_constants),
        [Policy::scope_rule(nested)]
    );
    let mapped = Policy::scope_map([
        ("GET", scope("widgets/read")),
        (
            "POST",
            ScopeRule::all(["widgets/admin", "widgets/write"]).unwrap(),
        ),
        ("PUT", ScopeRule::any(["widgets/read", "b"]).unwrap()),
    ]);
    assert_eq!(policies(with_mapped_scope_constants), [mapped]);
    assert_eq!(
        policies(with_generic_constant),
        [Policy::scope_rule(scope("catalogue/one"))]
    );
}

const WITH_COMMA: &str = "https://api.example/a,b/read";

#[require_scopes(WITH_COMMA, "https://api.example/a,b", "api/a,b;c|d")]
async fn with_separators() {}

#[scope_map("DELTE" = "a", LIST = "b")]
async fn with_custom_methods() {}

#[test]
fn unusual_names_can_be_written() {
    let scopes = [WITH_COMMA, "https://api.example/a,b", "api/a,b;c|d"];
    assert_eq!(policies(with_separators), [Policy::scopes(scopes).unwrap()]);
    let methods = Policy::scope_map([("DELTE", scope("a")), ("LIST", scope("b"))]);
    assert_eq!(policies(with_custom_methods), [methods]);
}

#[scope_map(GET = scopes::READ, POST = ["a", "b"], PURGE = all("a", "b"), "M-SEARCH" = "c", match = "any")]
async fn mapped() {}

#[test]
fn scope_map_has_a_rule_per_method() {
    let expected = Policy::scope_map([
        ("GET", scope("widgets/read")),
        ("POST", ScopeRule::any(["a", "b"]).unwrap()),
        ("PURGE", ScopeRule::all(["a", "b"]).unwrap()),
        ("M-SEARCH", scope("c")),
    ]);
    assert_eq!(policies(mapped), [expected]);
}

#[allow_client_ids("id1", clients::SYNC, group = "reporting", group = "nightly")]
async fn listed() {}

#[test]
fn client_ids_and_groups_can_be_combined() {
    let policies = policies(listed);
    assert_eq!(policies.len(), 1);
    assert_eq!(
        policies[0].groups().collect::<Vec<_>>(),
        ["reporting", "nightly"]
    );
    assert!(policies[0].lists_clients());
}

#[require_authentication]
#[require_scopes("a")]
#[allow_client_ids("id1")]
async fn stacked() {}

#[test]
fn upper_attributes_are_evaluated_first() {
    let expected = [
        Policy::authenticated(),
        Policy::scope_rule(scope("a")),
        Policy::allow_client_ids(["id1"]).unwrap(),
    ];
    assert_eq!(policies(stacked), expected);
}

#[test]
fn every_attribute_registers_its_handler_file_and_line() {
    let path = concat!(module_path!(), "::stacked");
    let stacked = guarded_handlers().filter(|layer| layer.handler == path);
    let mut lines: Vec<_> = stacked.map(|layer| (layer.file, layer.line)).collect();
    lines.sort_unstable();
    let &[(file, first), (_, second), (_, third)] = lines.as_slice() else {
        panic!("{lines:?}");
    };
    assert_eq!(file, file!());
    assert_eq!((second, third), (first + 1, first + 2));
}

fn teapot(_: &Refusal, _: &HttpRequest) -> HttpResponse {
    HttpResponse::ImATeapot().finish()
}

#[require_authentication(error = teapot)]
#[require_scopes("a")]
async fn with_custom_refusal() -> impl Responder {
    HttpResponse::Ok()
}

#[test]
fn a_custom_refusal_applies_to_all_attributes_of_the_handler() {
    fn has_refusal<P: RoutePolicy, F>(_: impl Fn(Guard<P>) -> F) -> bool {
        P::REFUSAL.is_some()
    }
    assert!(has_refusal(with_custom_refusal));
    assert!(!has_refusal(stacked));
}

#[require_authentication]
#[cfg(any())]
async fn conditional() {}

#[require_authentication]
#[cfg(not(any()))]
async fn conditional() {}

#[test]
fn a_disabled_handler_registers_nothing() {
    let path = concat!(module_path!(), "::conditional");
    assert_eq!(
        guarded_handlers()
            .filter(|layer| layer.handler == path)
            .count(),
        1
    );
    assert_eq!(policies(conditional), [Policy::authenticated()]);
}

mod kit {
    pub(crate) use cognito_m2m as auth;
}

#[kit::auth::require_scopes("a", crate = kit::auth)]
#[allow_client_ids("id1")]
async fn with_crate_path() {}

#[test]
fn the_crate_can_be_re_exported() {
    assert_eq!(policies(with_crate_path).len(), 2);
}
