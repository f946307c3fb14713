//! An attribute on a module guards every handler in it, and no other function.
#![deny(warnings, clippy::all, unused_qualifications)]

mod policies;

use actix_web::{App, HttpRequest, HttpResponse, web};
use cognito_m2m::__private::{Guard, RefusalFn, RoutePolicy};
use cognito_m2m::error::Refusal;
use cognito_m2m::policy::{ScopeRule, guarded_handlers};
use cognito_m2m::scope::Scope;
use cognito_m2m::{Policy, action_scope_map, allow_client_ids, require_scopes, scope_map};

use policies::policies;

mod scopes {
    pub(crate) const READ: &str = "widgets/read";
}

fn teapot(_: &Refusal, _: &HttpRequest) -> HttpResponse {
    HttpResponse::ImATeapot().finish()
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

// The paths in the arguments are resolved here, outside of the module.
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
    pub(super) async fn health() -> &'static str {
        "up"
    }

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
fn every_handler_has_the_policies_of_its_modules_outermost_first() {
    let outer = [scope("widgets/read"), clients()];
    assert_eq!(policies(widgets::plain), outer);
    let all = Policy::all_scopes(["widgets/read", "widgets/admin"]).unwrap();
    assert_eq!(
        policies(widgets::admin::deep::erase),
        [&outer[..], &[all]].concat()
    );
    let list = concat!(module_path!(), "::widgets::list");
    let layers = guarded_handlers().filter(|layer| layer.handler == list);
    assert_eq!(layers.count(), 2);
    let create = concat!(module_path!(), "::widgets::create");
    let layers = guarded_handlers().filter(|layer| layer.handler == create);
    assert_eq!(layers.count(), 3);
}

#[test]
fn the_custom_refusal_of_a_module_applies_to_every_handler() {
    assert!(refusal(widgets::plain).is_some());
    assert!(refusal(widgets::admin::deep::erase).is_some());
    assert!(refusal(orders::list).is_none());
}

#[actix_web::test]
async fn exempt_functions_are_unchanged() {
    assert_eq!(widgets::load().await, 1);
    widgets::admin::deep::untouched().await;
    drop(App::new().service(widgets::services()));
}

/// Without the middleware, a guard refuses every request.
#[actix_web::test]
async fn public_handlers_have_no_guard() {
    let app = App::new()
        .route("/widgets", web::to(widgets::health))
        .route("/orders", web::to(orders::health));
    let app = actix_web::test::init_service(app).await;
    for path in ["/widgets", "/orders"] {
        let request = actix_web::test::TestRequest::with_uri(path).to_request();
        assert!(
            actix_web::test::call_service(&app, request)
                .await
                .status()
                .is_success()
        );
    }
}

mod rules {
    use cognito_m2m::scope::Scope;

    pub(crate) const WRITE: &str = "orders/write";
    pub(crate) const SHIP: Scope = Scope::from_static("orders/ship");
}

#[action_scope_map(
    list = "orders/read",
    create = [rules::WRITE, "orders/admin"],
    r#match = any("a", "b"),
    r#error = "c",
    admin::list = rules::WRITE,
    ship = rules::SHIP,
    match = "any",
)]
mod orders {
    pub(super) async fn list() {}

    pub(super) async fn create() {}

    pub(super) async fn r#match() {}

    pub(super) async fn ship() {}

    pub(super) async fn error() {}

    #[public(reason = "a probe")]
    pub(super) async fn health() -> &'static str {
        "up"
    }

    pub(super) mod admin {
        pub(in super::super) async fn list() {}
    }
}

#[actix_web::test]
async fn action_scope_map_has_a_rule_per_handler() {
    assert_eq!(policies(orders::list), [scope("orders/read")]);
    let create = Policy::any_scope(["orders/write", "orders/admin"]).unwrap();
    assert_eq!(policies(orders::create), [create]);
    assert_eq!(
        policies(orders::r#match),
        [Policy::any_scope(["a", "b"]).unwrap()]
    );
    assert_eq!(policies(orders::error), [scope("c")]);
    assert_eq!(policies(orders::ship), [scope("orders/ship")]);
    assert_eq!(policies(orders::admin::list), [scope("orders/write")]);
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
fn a_scope_map_on_a_module_covers_the_routes_of_all_handlers() {
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
        async fn a_helper_module_is_unchanged() {
            assert_eq!(super::Widgets::two().await, 2);
        }
    }
}

#[actix_web::test]
async fn helpers_in_a_guarded_module_are_unchanged() {
    assert_eq!(exempt::Widgets::count().await, 1);
    assert_eq!(exempt::Widgets::two().await, 2);
    assert_eq!(exempt::Widgets.three().await, 3);
    assert!(exempt::Text::new().is_empty());
}

#[test]
fn a_guarded_module_can_be_local_to_a_function() {
    #[require_scopes("a")]
    mod local {
        pub(super) async fn list() {}
    }
    assert_eq!(policies(local::list), [scope("a")]);
}
