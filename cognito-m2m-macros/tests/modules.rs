//! An attribute on a module guards every handler in it, and nothing else.
#![deny(warnings, clippy::all, unused_qualifications)]

use actix_web::{App, HttpRequest, HttpResponse};
use cognito_m2m::__private::{Guard, RefusalFn, RoutePolicy};
use cognito_m2m::error::Refusal;
use cognito_m2m::policy::{Layers, ScopeRule};
use cognito_m2m::scope::Scope;
use cognito_m2m::{Policy, action_scope_map, allow_client_ids, require_scopes, scope_map};

mod scopes {
    pub(crate) const READ: &str = "widgets/read";
}

fn teapot(_: &Refusal, _: &HttpRequest) -> HttpResponse {
    HttpResponse::ImATeapot().finish()
}

/// The policies of a handler's guard, outermost first.
fn policies<P: RoutePolicy, F>(_: impl Fn(Guard<P>) -> F) -> Vec<Policy> {
    fn collect(layers: &Layers, into: &mut Vec<Policy>) {
        match layers {
            Layers::One(layer) => into.push(layer.policy.clone()),
            Layers::Both(upper, lower) => {
                collect(upper, into);
                collect(lower, into);
            }
        }
    }
    let mut policies = Vec::new();
    collect(P::LAYERS, &mut policies);
    policies
}

fn refusal<P: RoutePolicy, F>(_: impl Fn(Guard<P>) -> F) -> Option<RefusalFn> {
    P::REFUSAL
}

fn scope(scope: &'static str) -> Policy {
    Policy::scope_rule(ScopeRule::Scope(Scope::from_static(scope)))
}

fn clients() -> Policy {
    Policy::allow_client_ids(["id1"]).unwrap()
}

// The paths are those of this place, not of the module inside.
#[require_scopes(scopes::READ, error = teapot)]
#[allow_client_ids("id1")]
mod widgets {
    use actix_web::{HttpResponse, Responder, get, post};
    use cognito_m2m::require_scopes;

    #[get("/widgets")]
    async fn list() -> impl Responder {
        described()
    }

    #[post("/widgets")]
    #[require_scopes("widgets/write")]
    pub(super) async fn create() -> impl Responder {
        HttpResponse::Created()
    }

    pub(super) async fn plain() {}

    #[helper]
    pub(super) async fn load() -> u8 {
        1
    }

    #[public(reason = "a probe")]
    pub(super) async fn health() {}

    #[inline]
    #[must_use]
    fn described() -> &'static str {
        "widgets"
    }

    pub(super) mod admin {
        #[cognito_m2m::require_scopes(super::super::scopes::READ, "widgets/admin", match = "all")]
        pub(in super::super) mod deep {
            pub(in super::super::super) async fn erase() {}

            #[helper]
            pub(in super::super::super) async fn untouched() {}
        }
    }

    pub(super) fn services() -> impl actix_web::dev::HttpServiceFactory + 'static {
        (list, create)
    }
}

#[test]
fn every_handler_is_guarded_from_the_outside_in() {
    let outer = [scope("widgets/read"), clients()];
    assert_eq!(policies(widgets::plain), outer);
    let all = Policy::all_scopes(["widgets/read", "widgets/admin"]).unwrap();
    assert_eq!(
        policies(widgets::admin::deep::erase),
        [&outer[..], &[all]].concat()
    );
    let list = concat!(module_path!(), "::widgets::list");
    let layers = cognito_m2m::policy::guarded_handlers().filter(|one| one.handler == list);
    assert_eq!(layers.count(), 2);
    let create = concat!(module_path!(), "::widgets::create");
    let layers = cognito_m2m::policy::guarded_handlers().filter(|one| one.handler == create);
    assert_eq!(layers.count(), 3);
}

#[test]
fn a_refusal_of_the_module_is_every_handlers() {
    assert!(refusal(widgets::plain).is_some());
    assert!(refusal(widgets::admin::deep::erase).is_some());
    assert!(refusal(orders::list).is_none());
}

#[actix_web::test]
async fn what_is_exempt_stays_as_it_was() {
    assert_eq!(widgets::load().await, 1);
    widgets::health().await;
    widgets::admin::deep::untouched().await;
    drop(App::new().service(widgets::services()));
}

mod rules {
    pub(crate) const WRITE: &str = "orders/write";
}

#[action_scope_map(
    list = "orders/read",
    create = [rules::WRITE, "orders/admin"],
    r#match = any("a", "b"),
    r#error = "c",
    admin::list = rules::WRITE,
    match = "any",
)]
mod orders {
    pub(super) async fn list() {}

    pub(super) async fn create() {}

    pub(super) async fn r#match() {}

    pub(super) async fn error() {}

    #[public(reason = "nothing to hide")]
    pub(super) async fn health() {}

    pub(super) mod admin {
        pub(in super::super) async fn list() {}
    }
}

#[actix_web::test]
async fn an_action_map_has_a_rule_per_handler() {
    assert_eq!(policies(orders::list), [scope("orders/read")]);
    let create = Policy::any_scope(["orders/write", "orders/admin"]).unwrap();
    assert_eq!(policies(orders::create), [create]);
    assert_eq!(
        policies(orders::r#match),
        [Policy::any_scope(["a", "b"]).unwrap()]
    );
    assert_eq!(policies(orders::error), [scope("c")]);
    assert_eq!(policies(orders::admin::list), [scope("orders/write")]);
    orders::health().await;
}

#[scope_map(GET = "a", POST = "b")]
mod mapped {
    use actix_web::{get, post};

    #[get("/1")]
    async fn first() -> &'static str {
        "x"
    }

    #[post("/1")]
    async fn second() -> &'static str {
        "x"
    }

    pub(super) fn services() -> impl actix_web::dev::HttpServiceFactory + 'static {
        (first, second)
    }
}

#[test]
fn the_routes_of_a_module_share_a_map() {
    drop(App::new().service(mapped::services()));
}

#[require_scopes("a")]
mod exempt {
    #[helper]
    thread_local! {
        static COUNT: u8 = const { 1 };
    }

    #[helper]
    pub(super) use std::string::String as Text;

    pub(super) struct Widgets;

    #[helper]
    impl Widgets {
        pub(super) async fn count() -> u8 {
            COUNT.with(|count| *count)
        }
    }

    impl Widgets {
        #[helper]
        pub(super) async fn two() -> u8 {
            2
        }

        pub(super) async fn three(&self) -> u8 {
            3
        }
    }

    #[helper]
    mod tests {
        #[actix_web::test]
        async fn a_module_of_tests_has_no_handlers() {
            assert_eq!(super::Widgets::two().await, 2);
        }
    }
}

#[actix_web::test]
async fn what_is_no_handler_can_stay_in_the_module() {
    assert_eq!(exempt::Widgets::count().await, 1);
    assert_eq!(exempt::Widgets::two().await, 2);
    assert_eq!(exempt::Widgets.three().await, 3);
    assert!(exempt::Text::new().is_empty());
}

#[test]
fn a_function_may_have_a_module_of_handlers() {
    #[require_scopes("a")]
    mod local {
        pub(super) async fn list() {}
    }
    assert_eq!(policies(local::list), [scope("a")]);
}
