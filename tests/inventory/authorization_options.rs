//! The options of the generated tests.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use cognito_m2m::inventory::AuthorizationTests;
use cognito_m2m::policy::Denial;
use cognito_m2m::users::UserMappingError;
use cognito_m2m::{MappedUser, Policy, ServicePrincipal, TokenClaims, require_scopes};
use serde::Deserialize;

use super::authorization::{app, assert_fails, failure, guarded};

#[test]
fn handler_that_requires_more_than_scopes_fails_unless_it_is_left_out() {
    async fn strict(principal: ServicePrincipal) -> Result<HttpResponse, Denial> {
        principal.authorize(&Policy::claim("tier", "gold"))?;
        Ok(HttpResponse::Ok().finish())
    }
    let tests = || {
        app(|app| {
            app.route("/strict", web::get().to(strict));
        })
    };
    assert_fails(
        tests(),
        &[
            "GET /strict",
            "was refused with 403 by the handler",
            ".claim(",
        ],
    );
    tests().claim("tier", "gold").run();
    tests().leave_out("GET /strict", "tested by hand").run();
    tests().leave_out("/strict", "tested by hand").run();
}

#[test]
fn handler_that_reads_claims_gets_them() {
    #[derive(Deserialize)]
    struct Tenant {
        #[serde(rename = "tenant")]
        _tenant: String,
    }
    async fn tenant(_: TokenClaims<Tenant>) -> impl Responder {
        HttpResponse::Ok()
    }
    let tests = || {
        app(|app| {
            app.route("/tenant", web::get().to(tenant));
        })
    };
    assert_fails(
        tests(),
        &[
            "GET /tenant",
            "pass the claims that the handler reads with `.claim(",
        ],
    );
    tests().claim("tenant", "acme").run();
}

#[test]
fn handler_that_takes_a_user_needs_the_mapper() {
    async fn find(_: ServicePrincipal) -> Result<Option<u64>, UserMappingError> {
        Ok(Some(1))
    }
    async fn user(_: MappedUser<u64>) -> impl Responder {
        HttpResponse::Ok()
    }
    let tests = || {
        app(|app| {
            app.route("/user", web::get().to(user));
        })
    };
    assert_fails(tests(), &["GET /user", "auth.user_mapper(..)"]);
    tests()
        .settings(|settings| settings.user_mapping_enabled(true))
        .auth(|auth| auth.user_mapper(find))
        .run();
}

/// A validator that reads tokens without verifying them.
#[test]
fn names_that_leave_out_nothing_fail() {
    let tests = || app(|_| {});
    assert_fails(
        tests().leave_out("guarded::raed", "old"),
        &["\"guarded::raed\"", "matches no"],
    );
    assert_fails(
        tests().leave_out("GET /raed", "old"),
        &["\"GET /raed\"", "matches no endpoint"],
    );
    assert_fails(
        tests().leave_out("guarded::read", " "),
        &["has a blank reason"],
    );
    let only = tests().leave_out("guarded::read", "old");
    let message = failure(only);
    assert!(
        message.contains("no guarded endpoint was tested"),
        "{message}"
    );
}

#[test]
fn handler_that_is_left_out_does_not_run() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    #[require_scopes("widgets/write")]
    async fn counted() -> impl Responder {
        CALLS.fetch_add(1, Ordering::Relaxed);
        HttpResponse::Ok()
    }
    let tests = || {
        app(|app| {
            app.route("/counted", web::post().to(counted));
        })
    };
    tests().leave_out("counted", "it sends mail").run();
    assert_eq!(CALLS.load(Ordering::Relaxed), 0);
    tests().run();
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
}

#[test]
fn app_without_guarded_routes_fails() {
    let message = failure(AuthorizationTests::new(|_: &mut ServiceConfig| {}));
    assert!(
        message.contains("no guarded endpoint was tested"),
        "{message}"
    );
    let message = failure(AuthorizationTests::new(|app: &mut ServiceConfig| {
        app.service(guarded::health);
    }));
    assert!(
        message.contains("no guarded endpoint was tested"),
        "{message}"
    );
}

#[test]
fn path_parameter_needs_a_value_that_its_pattern_matches() {
    let tests = || {
        app(|app| {
            let path = "/codes/{code:[A-Z]{2}-[0-9]{5}}";
            app.route(path, web::get().to(guarded::read));
        })
    };
    assert_fails(tests(), &["codes", ".path_parameter(\"code\", \"..\")"]);
    tests().path_parameter("code", "AB-12345").run();
}
